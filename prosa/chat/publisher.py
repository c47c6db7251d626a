"""What follows a stored entry: everybody is told, and the lists and the index learn of it.

Telling those in the room happens at once, before the author's ack; everything else is done by tasks of
its own, and can be lost without harm: lists and searches are rebuilt from the log.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from prosa.chat import events
from prosa.chat.bus import Bus
from prosa.chat.connections import Connection, Connections
from prosa.chat.lists import Lists
from prosa.chat.searches import Searches
from prosa.chat.text import preview, summary
from prosa.chat.wire import moment
from prosa.models.entries import Entry
from prosa.models.errors import ProsaError
from prosa.models.ids import UserId
from prosa.models.rooms import Room
from prosa.storage.memberships import Memberships

log = logging.getLogger(__name__)

QUEUE_MAX = 10_000
"""Entries whose notices wait; more are dropped, and the lists find them in the log."""
AT_ONCE = 200
"""Entries of which people are notified together."""


class _Work(NamedTuple):
    """One entry, and whom of this worker's people to notify of it, on which connections."""

    entry: Entry
    elsewhere: dict[UserId, list[Connection]]


class Publisher:
    """The only way out for an entry."""

    def __init__(
        self,
        *,
        bus: Bus,
        lists: Lists,
        memberships: Memberships,
        connections: Connections,
        searches: Searches,
    ) -> None:
        self._bus = bus
        self._lists = lists
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
        self._lists.note(room, entry)
        if is_news:
            readers = [each.user_id for each in room.members or () if each.user_id != entry.author_id]
            self._put(entry, readers)
            for user_id in readers:
                self._bus.news(user_id, entry)

    def heard_news(self, user_id: UserId, entry: Entry) -> None:
        """Another worker stored an entry in a room of this person, who is connected here."""
        self._put(entry, [user_id])

    def _put(self, entry: Entry, readers: Iterable[UserId]) -> None:
        elsewhere = {}
        for user_id in readers:
            found = [each for each in self._connections.of(user_id) if entry.chat_id not in each.rooms]
            if found:
                elsewhere[user_id] = found
        if not elsewhere:
            return
        try:
            self._queue.put_nowait(_Work(entry, elsewhere))
        except asyncio.QueueFull:
            log.warning("notices_dropped chat_id=%s seq=%d", entry.chat_id, entry.seq)

    async def run(self) -> None:
        """Notify those who are elsewhere, for ever; of all that has queued together."""
        while True:
            await self._notify_next()

    async def _notify_next(self) -> None:
        """Of its own, so that nobody is remembered while nothing is said."""
        works = [await self._queue.get()]
        while not self._queue.empty() and len(works) < AT_ONCE:
            works.append(self._queue.get_nowait())
        try:
            await self._notify(works)
        except ProsaError as error:
            log.warning("notices_failed count=%d error=%s", len(works), error)

    async def _notify(self, works: Sequence[_Work]) -> None:
        """Whoever has been taken out of the room meanwhile, while it was stored or queued, hears nothing."""
        places = list({(work.entry.chat_id, user_id) for work in works for user_id in work.elsewhere})
        counts = await asyncio.gather(*(self._memberships.unread(*place) for place in places))
        unread = dict(zip(places, counts, strict=True))
        for entry, elsewhere in works:
            for user_id, connections in elsewhere.items():
                waiting = unread[entry.chat_id, user_id]
                if waiting is None:
                    continue
                event = events.new_notification(
                    entry,
                    message_preview=preview(summary(entry.conteudo, entry.attachment)),
                    unread=waiting,
                    timestamp=moment(entry.sent_at),
                )
                for connection in connections:
                    connection.deliver(event)
