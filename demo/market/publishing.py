"""What Prosa is told of the marketplace: rooms, their past, and each step of a need.

Nothing is lost while Prosa is away: a step stays marked as untold, and is told with the next one, from
the need's own page or at the next start.
"""

import threading
import time
from functools import lru_cache
from typing import Any

from django.conf import settings

from demo.market.conversations import past_of
from demo.market.models import Conversa, Movimento, Necessidade
from demo.market.status import read_only_reason
from demo.prosa import Prosa, ProsaCallError

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0)
"""Between the tries at the start, when Prosa may not listen yet."""

_one_at_a_time = threading.Lock()
"""What is read of a need and told of it must not be overtaken by what was read later."""


@lru_cache(maxsize=1)
def prosa() -> Prosa:
    """The API as this site's settings name it."""
    return Prosa(settings.PROSA_URL, kid=settings.PROSA_KID, key=settings.PROSA_KEY)


def room_of(conversa: Conversa) -> dict[str, Any]:
    """The whole of what Prosa is told of a conversation: ``PUT /rooms/{id}``."""
    quote = conversa.orcamento
    need = quote.necessidade
    reason = read_only_reason(need.status)
    card = {
        "Anúncio": {"text": need.titulo, "url": f"/necessidades/{need.pk}/"},
        "Orçamento": quote.valor_em_reais,
        "Prazo": quote.prazo,
        "Status": need.get_status_display(),
        "Cidade": need.cidade,
        "Observações": quote.observacoes,
    }
    return {
        "title": need.titulo,
        "members": [
            {"user_id": str(user.pk), "name": user.get_full_name() or user.get_username(), "role": role}
            for user, role in ((need.cliente, "cliente"), (quote.fornecedor, "fornecedor"))
        ],
        "can_write": not reason,
        "reason": reason,
        "context": {label: value for label, value in card.items() if value},
    }


def publish(need: Necessidade) -> None:
    """Every conversation about ``need`` is as it should be now, and has been told each step.

    Raises ``ProsaCallError``; what could not be told stays to be told.
    """
    with _one_at_a_time:
        steps = list(need.movimentos.filter(is_told=False))
        for conversa in _conversations().filter(orcamento__necessidade=need):
            prosa().put_room(str(conversa.pk), room_of(conversa))
            for step in steps:
                prosa().say(
                    str(conversa.pk),
                    f"Status: {step.get_status_display()}",
                    client_id=f"movimento-{step.pk}",
                )
        Movimento.objects.filter(pk__in=[step.pk for step in steps]).update(is_told=True)


def publish_all() -> None:
    """Prosa knows every conversation, the past of those that had one, and every step. Waits for Prosa."""
    _reached()
    for conversa in _conversations():
        past = past_of(conversa)
        if past:
            _import(str(conversa.pk), past)
    for need in Necessidade.objects.filter(movimentos__is_told=False).distinct():
        publish(need)


def _reached() -> None:
    """Put every room; the first of them is tried until Prosa listens."""
    rooms = list(_conversations())
    for pause in (*PAUSES_SECONDS, None):
        try:
            for conversa in rooms:
                prosa().put_room(str(conversa.pk), room_of(conversa))
        except ProsaCallError as error:
            if pause is None or error.status not in (0, 503):
                raise
            time.sleep(pause)
        else:
            return


def _import(chat_id: str, past: list[dict[str, Any]]) -> None:
    """The past is in the room; where people have spoken there since without it, it stays out."""
    try:
        prosa().import_past(chat_id, past)
    except ProsaCallError as error:
        if error.code != "conflict":
            raise


def _conversations() -> Any:
    return Conversa.objects.order_by("pk").select_related(
        "orcamento__fornecedor", "orcamento__necessidade__cliente"
    )
