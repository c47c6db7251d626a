"""What Prosa is told of the marketplace: rooms, their past, and each step of a need."""

import time
from typing import Any

from demo.market.conversations import past_of
from demo.market.models import Conversa, Movimento, Necessidade
from demo.market.rooms import room_of
from prosa_django import outbox
from prosa_django.client import ProsaCallError, prosa

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0)
"""Between the tries at the start, when Prosa may not listen yet."""


def publish(step: Movimento) -> None:
    """Every conversation about the step's need will be as it is then, and be told of the step.

    In the transaction that takes the step.
    """
    for chat_id in rooms_of(step.necessidade):
        text = f"Status: {step.get_status_display()}"
        outbox.say_in_room(chat_id, text, client_id=f"movimento-{step.pk}")


def rooms_of(need: Necessidade) -> list[str]:
    """The ``chat_id`` of every conversation about ``need``."""
    return [
        str(pk) for pk in Conversa.objects.filter(orcamento__necessidade=need).values_list("pk", flat=True)
    ]


def publish_all() -> None:
    """Prosa knows every conversation, the past of those that had one, and every step. Waits for Prosa."""
    rooms = list(
        Conversa.objects.order_by("pk").select_related(
            "orcamento__fornecedor", "orcamento__necessidade__cliente"
        )
    )
    for pause in (*PAUSES_SECONDS, None):
        try:
            for conversa in rooms:
                prosa().put_room(str(conversa.pk), room_of(conversa))
        except ProsaCallError as error:
            if pause is None or error.status not in (0, 503):
                raise
            time.sleep(pause)
        else:
            break
    for conversa in rooms:
        past = past_of(conversa)
        if past:
            _import(str(conversa.pk), past)
    for chat_id in outbox.pending(str(conversa.pk) for conversa in rooms):
        outbox.deliver(chat_id)


def _import(chat_id: str, past: list[dict[str, Any]]) -> None:
    """The past is in the room; where people have spoken there since without it, it stays out."""
    try:
        prosa().import_past(chat_id, past)
    except ProsaCallError as error:
        if error.code != "conflict":
            raise
