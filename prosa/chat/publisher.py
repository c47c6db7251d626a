"""What follows a stored entry: everybody is told, and the caches of the lists are brought up to date.

Telling those in the room happens at once, before the author's ack; everything else is done by one
task, a batch at a time, and can be lost without harm: lists are rebuilt from the log.
"""

import asyncio
import logging

import msgspec

from prosa.broker.broker import Broker
from prosa.chat import events
from prosa.chat.connections import Connection, Connections
from prosa.chat.hub import Hub
from prosa.chat.text import preview
from prosa.chat.wire import moment
from prosa.models.entries import Entry
from prosa.models.errors import ProsaError
from prosa.models.ids import UserId
from prosa.models.rooms import Room
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms

log = logging.getLogger(__name__)

QUEUE_MAX = 10_000
"""Entries whose notices wait; more are dropped, and the lists find them in the log."""

BATCH_MAX = 500


class Publisher:
    """The only way out for an entry."""

    def __init__(
        self,
        *,
        hub: Hub,
        broker: Broker,
        rooms: Rooms,
        memberships: Memberships,
        messages: Messages,
        connections: Connections,
    ) -> None:
        self._hub = hub
        self._broker = broker
        self._rooms = rooms
        self._memberships = memberships
        self._messages = messages
        self._connections = connections
        self._queue: asyncio.Queue[tuple[Room, Entry, bool]] = asyncio.Queue(QUEUE_MAX)

    def publish(self, room: Room, entry: Entry, *, is_news: bool = True) -> None:
        """Everybody in the room hears the entry in its turn, here and at the other workers.

        Members who are elsewhere are notified, unless it ``is_news`` to nobody: an imported past.
        """
        self._hub.stored(entry)
        self._broker.publish(f"room:{entry.chat_id}", msgspec.json.encode(entry))
        try:
            self._queue.put_nowait((room, entry, is_news))
        except asyncio.QueueFull:
            log.warning("notices_dropped chat_id=%s seq=%d", entry.chat_id, entry.seq)

    def heard(self, channel: str, notice: bytes) -> None:
        """Another worker stored an entry: its place is known, and everybody here hears it."""
        try:
            entry = msgspec.json.decode(notice, type=Entry)
        except msgspec.DecodeError as error:
            log.warning("notice_refused channel=%s error=%s", channel, error)
            return
        self._messages.heard(entry.chat_id, entry.seq)
        self._hub.stored(entry)

    async def run(self) -> None:
        """Keep the lists' caches and notify those who are elsewhere, for ever."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH_MAX and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._rooms.note_last([entry for _, entry, _ in batch])
                for room, entry, is_news in batch:
                    if is_news:
                        await self._notify(room, entry)
            except ProsaError as error:
                log.warning("notices_failed entries=%d error=%s", len(batch), error)

    async def _notify(self, room: Room, entry: Entry) -> None:
        elsewhere: dict[UserId, list[Connection]] = {}
        for member in room.members or ():
            if member.user_id != entry.author_id:
                for connection in self._connections.of(member.user_id):
                    if entry.chat_id not in connection.rooms:
                        elsewhere.setdefault(member.user_id, []).append(connection)
        if not elsewhere:
            return
        unread = await self._memberships.unread(entry.chat_id, tuple(elsewhere))
        for user_id, connections in elsewhere.items():
            event = events.new_notification(
                entry,
                message_preview=preview(entry.conteudo),
                unread=unread.get(user_id, 0),
                timestamp=moment(entry.sent_at),
            )
            for connection in connections:
                connection.deliver(event)
