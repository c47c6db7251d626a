"""Prosa is told of every room, though it be down when a room changes.

``sync_room`` writes down that a room has changed, in the transaction that changes it; after the commit it is
told from a thread of its own, again and again until Prosa has heard. One process at a time tells a room, and
tells it as it is then: what is older never overtakes what is newer.

The site says what a room is like in the module that its setting ``PROSA_ROOMS`` names:

    describe(chat_id) -> dict or None    title, members, can_write, reason, context; None where there is none
    chat_ids() -> iterable of str        every room, for `manage.py prosa_sync --all`
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import IntegrityError, router, transaction
from django.db.models import F, Q
from django.utils import timezone

from prosa_django import sender
from prosa_django.client import ProsaCallError, prosa
from prosa_django.models import PendingMessage, PendingRoom

CLAIM_SECONDS = 60
"""How long a teller that has died keeps others from telling the room: far above what its calls may take."""
BACKOFF_MAX_SECONDS = 300
BACKOFF_DOUBLINGS = 9
"""Enough for the longest pause: a room that is refused for days has failed a thousand times."""
WAIT_SECONDS = 5.0
LOOK_SECONDS = 0.05
BATCH = 100


def sync_room(chat_id: str, *, using: str | None = None) -> None:
    """The room will be in Prosa as it is here, or be deleted there; this returns at once.

    Call it in the transaction that changes the room: both happen, or neither. Where that is in another
    database than the outbox, ``using`` names it: what was told before its commit is told anew after it.
    """
    write_down(chat_id)
    outbox = router.db_for_write(PendingRoom)
    if using is None or using == outbox:
        transaction.on_commit(sender.wake, using=outbox)
    else:
        transaction.on_commit(lambda: sync_room(chat_id), using=using)


def say_in_room(chat_id: str, conteudo: str, *, client_id: str, using: str | None = None) -> None:
    """The site's words will be in the room, once for each ``client_id``, after what the room is like.

    In the transaction that makes them true, as ``sync_room``. Where that is in another database than the
    outbox, they are written down right after its commit: a transaction that is undone says nothing; a process
    that dies between the two, or an outbox that fails then, leaves them unsaid.
    """
    if using is not None and using != router.db_for_write(PendingMessage):
        later = partial(say_in_room, chat_id, conteudo, client_id=client_id)
        transaction.on_commit(later, using=using)
        return
    PendingMessage.objects.get_or_create(
        chat_id=chat_id, client_id=client_id, defaults={"conteudo": conteudo}
    )
    sync_room(chat_id)


def told(chat_id: str) -> bool:
    """Whether Prosa has heard the latest of the room, which is tried now and waited for a few seconds.

    Not inside a transaction: Prosa must not hear of what may yet be undone.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    try:
        while not deliver(chat_id):
            if time.monotonic() >= deadline:
                return False
            time.sleep(LOOK_SECONDS)  # somebody else is telling it
    except ProsaCallError:
        sender.wake()
        return False
    return True


def pending(chat_ids: Iterable[str]) -> set[str]:
    """Those of the rooms of which Prosa has not heard the latest."""
    return set(PendingRoom.objects.filter(pk__in=list(chat_ids)).values_list("pk", flat=True))


def describe(chat_id: str) -> dict[str, Any] | None:
    """The room as the site says it is; ``None`` where there is none."""
    found: dict[str, Any] | None = import_module(settings.PROSA_ROOMS).describe(chat_id)
    return found


def due(now: datetime) -> list[str]:
    """Rooms that may be told now, those that have waited longest first."""
    waited = Q(not_before=None) | Q(not_before__lte=now)
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return list(
        PendingRoom.objects.filter(waited & free).order_by("since").values_list("pk", flat=True)[:BATCH]
    )


def next_due() -> datetime | None:
    """When there will be something to tell again; ``None`` where nothing is pending."""
    times = [
        max(filter(None, moments), default=timezone.now())
        for moments in PendingRoom.objects.order_by("not_before").values_list("not_before", "claimed_until")[
            :BATCH
        ]
    ]
    return min(times, default=None)


def deliver(chat_id: str) -> bool:
    """Tell Prosa of the room; whether it has heard the latest. ``False``: somebody else is telling it.

    Raises ``ProsaCallError`` where Prosa is away or refuses, and whatever the site's own description of the
    room raises: it stays pending, and is put off.
    """
    while True:
        row = PendingRoom.objects.filter(pk=chat_id).first()
        if row is None:
            return True
        if not _claim(chat_id):
            return False
        try:
            _tell(chat_id)
        except Exception as error:
            _give_back(row, error)
            raise
        except BaseException:
            PendingRoom.objects.filter(pk=chat_id).update(claimed_until=None)
            raise
        told = PendingRoom.objects.filter(pk=chat_id, generation=row.generation)
        if not told.delete()[0]:
            PendingRoom.objects.filter(pk=chat_id).update(claimed_until=None)


def write_down(chat_id: str) -> None:
    """The room is pending."""

    def grown() -> int:
        changed: int = PendingRoom.objects.filter(pk=chat_id).update(
            generation=F("generation") + 1, not_before=None
        )
        return changed

    if not grown():
        try:
            with transaction.atomic():
                PendingRoom.objects.create(chat_id=chat_id)
        except IntegrityError:
            grown()


def _tell(chat_id: str) -> None:
    """The room and its words are told; words that are refused keep no later ones waiting, and are raised.

    Words under a ``client_id`` that Prosa knows with others are not said: once for each.
    """
    room = describe(chat_id)
    if room is None:
        prosa().delete_room(chat_id)
        PendingMessage.objects.filter(chat_id=chat_id).delete()
        return
    prosa().put_room(chat_id, room)
    refused = None
    for message in PendingMessage.objects.filter(chat_id=chat_id):
        try:
            prosa().say(chat_id, message.conteudo, client_id=message.client_id)
        except ProsaCallError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
                refused = error
                continue
            if error.status != HTTPStatus.CONFLICT:
                raise
        message.delete()
    if refused is not None:
        raise refused


def _claim(chat_id: str) -> bool:
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    rows = PendingRoom.objects.filter(free, pk=chat_id)
    return bool(rows.update(claimed_until=now + timedelta(seconds=CLAIM_SECONDS)))


def _give_back(row: PendingRoom, error: Exception) -> None:
    """For later. Of what the site's own code raises only the name is kept."""
    pause = min(2.0 ** min(row.attempts, BACKOFF_DOUBLINGS), BACKOFF_MAX_SECONDS)
    told = str(error) if isinstance(error, ProsaCallError) else type(error).__name__
    PendingRoom.objects.filter(pk=row.pk).update(
        claimed_until=None,
        not_before=timezone.now() + timedelta(seconds=pause),
        attempts=F("attempts") + 1,
        last_error=told[:100],
    )
