"""What follows a stored entry: everybody is told, and the caches of the lists are brought up to date.

Telling those in the room happens at once, before the author's ack; everything else is done by tasks of
its own, a batch at a time, and can be lost without harm: lists and searches are rebuilt from the log.
"""

import asyncio
import logging
from typing import NamedTuple

from prosa.chat import events
from prosa.chat.bus import Bus
from prosa.chat.connections import Connection, Connections
from prosa.chat.searches import Searches
from prosa.chat.text import preview, summary
from prosa.chat.wire import moment
from prosa.models.entries import Entry
from prosa.models.errors import ProsaError
from prosa.models.ids import UserId
from prosa.models.rooms import Room
from prosa.storage.memberships import Memberships
from prosa.storage.rooms import Rooms

log = logging.getLogger(__name__)

QUEUE_MAX = 10_000
"""Entries whose notices wait; more are dropped, and the lists find them in the log."""

BATCH_MAX = 500


class _Work(NamedTuple):
    """One entry, and who of this worker's people may have to be notified of it."""

    entry: Entry
    readers: tuple[UserId, ...]
    is_ours: bool
    """Stored by this worker, which keeps the caches of the lists."""


class Publisher:
    """The only way out for an entry."""

    def __init__(
        self,
        *,
        bus: Bus,
        rooms: Rooms,
        memberships: Memberships,
        connections: Connections,
        searches: Searches,
    ) -> None:
        self._bus = bus
        self._rooms = rooms
        self._memberships = memberships
        self._connections = connections
        self._searches = searches
        self._queue: asyncio.Queue[_Work] = asyncio.Queue(QUEUE_MAX)

    def publish(self, room: Room, entry: Entry, *, is_news: bool = True) -> None:
        """Everybody in the room hears the entry in its turn, here and at the other workers.

        Members who are elsewhere are notified, unless it ``is_news`` to nobody: an imported past. An edit or
        a deletion is none either, and moves no room in anybody's list; but a list may have to say it anew.
        """
        self._bus.stored(entry)
        self._searches.note(entry.chat_id)
        if not entry.is_message:
            self._bus.updated(room)
            return
        readers = tuple(member.user_id for member in room.members or () if member.user_id != entry.author_id)
        self._put(_Work(entry, readers if is_news else (), is_ours=True))
        if is_news:
            for user_id in readers:
                self._bus.news(user_id, entry)

    def heard_news(self, user_id: UserId, entry: Entry) -> None:
        """Another worker stored an entry in a room of this person, who is connected here."""
        self._put(_Work(entry, (user_id,), is_ours=False))

    def _put(self, work: _Work) -> None:
        try:
            self._queue.put_nowait(work)
        except asyncio.QueueFull:
            log.warning("notices_dropped chat_id=%s seq=%d", work.entry.chat_id, work.entry.seq)

    async def run(self) -> None:
        """Keep the lists' caches and notify those who are elsewhere, for ever."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH_MAX and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._rooms.note_last([work.entry for work in batch if work.is_ours])
                for work in batch:
                    await self._notify(work.entry, work.readers)
            except ProsaError as error:
                log.warning("notices_failed entries=%d error=%s", len(batch), error)

    async def _notify(self, entry: Entry, readers: tuple[UserId, ...]) -> None:
        elsewhere: dict[UserId, list[Connection]] = {}
        for user_id in readers:
            for connection in self._connections.of(user_id):
                if entry.chat_id not in connection.rooms:
                    elsewhere.setdefault(user_id, []).append(connection)
        if not elsewhere:
            return
        unread = await self._memberships.unread(entry.chat_id, tuple(elsewhere))
        for user_id, connections in elsewhere.items():
            event = events.new_notification(
                entry,
                message_preview=preview(summary(entry.conteudo, entry.attachment)),
                unread=unread.get(user_id, 0),
                timestamp=moment(entry.sent_at),
            )
            for connection in connections:
                connection.deliver(event)
