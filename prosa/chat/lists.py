"""The caches of the room lists follow what is stored: which room moves to the top, and when.

Never on the way of a message, and never with more than its share of the store: where much is said, more rooms
move together, later. Nothing rests on it: what is unread and what was said last is read from the log.
"""

import asyncio
import logging
from collections.abc import Callable
from itertools import islice

from prosa.chat.tasks import rest
from prosa.models.entries import Entry
from prosa.models.errors import ProsaError
from prosa.models.ids import ChatId
from prosa.models.rooms import Room
from prosa.storage.memberships import Memberships

log = logging.getLogger(__name__)

ROOMS_AT_ONCE = 5
"""A message waits for the piece that the store is at: beside one of 500 rooms for 300 ms. With 20, one
message in a hundred took 32 ms where it takes 22 with 5 (measured)."""
WAITING_MAX = 10_000
"""Rooms that wait to be moved. What is dropped stays where it was until something is said there again."""
AGAIN_SECONDS = 1.0
"""When a store that refuses at once is asked again: one that is away takes longer to say so."""
LARGE_EVERY_SECONDS = 60.0
"""How often the members of a room of thousands have it moved in their lists while people speak in it: each
of them has an index entry, which is written anew."""


class Lists:
    """What the lists have to be told of the entries that this worker has stored."""

    def __init__(self, memberships: Memberships, *, clock: Callable[[], float]) -> None:
        self._memberships = memberships
        self._clock = clock
        self._newest: dict[ChatId, Entry] = {}
        self._large_noted_at: dict[ChatId, float] = {}
        self._has_news = asyncio.Event()

    def note(self, room: Room, entry: Entry) -> None:
        """The room moves soon; one of thousands of members, now and then."""
        if room.is_small or self._is_due(room.chat_id):
            self._put(entry)

    def _is_due(self, chat_id: ChatId) -> bool:
        now, noted_at = self._clock(), self._large_noted_at.get(chat_id)
        if noted_at is not None and now < noted_at + LARGE_EVERY_SECONDS:
            return False
        self._large_noted_at.pop(chat_id, None)
        self._large_noted_at[chat_id] = now
        if len(self._large_noted_at) > WAITING_MAX:
            del self._large_noted_at[next(iter(self._large_noted_at))]
        return True

    def _put(self, entry: Entry) -> None:
        known = self._newest.get(entry.chat_id)
        if known is None and len(self._newest) >= WAITING_MAX:
            log.warning("lists_dropped chat_id=%s seq=%d", entry.chat_id, entry.seq)
            return
        if known is None or entry.seq > known.seq:
            self._newest[entry.chat_id] = entry
        self._has_news.set()

    async def run(self) -> None:
        """Move what has to be moved, for ever; what a store that does not answer has not moved, later."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._newest:
                began = self._clock()
                some = [self._newest.pop(chat_id) for chat_id in list(islice(self._newest, ROOMS_AT_ONCE))]
                try:
                    await self._memberships.note_last(some)
                except ProsaError as error:
                    log.warning("lists_failed rooms=%d error=%s", len(some), error)
                    for entry in some:
                        self._put(entry)
                    await asyncio.sleep(AGAIN_SECONDS)
                await rest(self._clock() - began)
