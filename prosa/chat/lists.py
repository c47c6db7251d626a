"""The caches of the room lists follow what is stored: which room moves to the top, and when.

Never on the way of a message, and never with more than its share of the store: where much is said, more rooms
move together, later. Nothing rests on it: what is unread and what was said last is read from the log.
"""

import asyncio
import logging
from itertools import islice

from prosa.chat.tasks import rest
from prosa.models.entries import Entry
from prosa.models.errors import ProsaError
from prosa.models.ids import ChatId
from prosa.storage.rooms import Rooms

log = logging.getLogger(__name__)

ROOMS_AT_ONCE = 5
"""A message waits for the piece that the store is at: beside one of 500 rooms for 300 ms. With 20, one
message in a hundred took 32 ms where it takes 22 with 5 (measured)."""
WAITING_MAX = 10_000
"""Rooms that wait to be moved. What is dropped stays where it was until something is said there again."""


class Lists:
    """What the lists have to be told of the entries that this worker has stored."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._newest: dict[ChatId, Entry] = {}
        self._has_news = asyncio.Event()

    def note(self, entry: Entry) -> None:
        """Its room moves soon."""
        if entry.chat_id not in self._newest and len(self._newest) >= WAITING_MAX:
            log.warning("lists_dropped chat_id=%s seq=%d", entry.chat_id, entry.seq)
            return
        known = self._newest.get(entry.chat_id)
        if known is None or entry.seq > known.seq:
            self._newest[entry.chat_id] = entry
        self._has_news.set()

    async def run(self) -> None:
        """Move what has to be moved, for ever."""
        clock = asyncio.get_running_loop().time
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._newest:
                began = clock()
                some = [self._newest.pop(chat_id) for chat_id in list(islice(self._newest, ROOMS_AT_ONCE))]
                try:
                    await self._rooms.note_last(some)
                except ProsaError as error:
                    log.warning("lists_failed rooms=%d error=%s", len(some), error)
                await rest(clock() - began)
