"""Who in this worker listens to which room, and how an entry reaches all of them in order.

The hub lives in memory and forgets everything on restart; who *may* listen is decided in
``rooms.py`` before anyone is seated here, and what is stored is known to the store alone.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Literal

from prosa import metrics
from prosa.broker.broker import Broker
from prosa.chat.connections import Connection, FanOut
from prosa.chat.crowd import Crowd
from prosa.chat.events import Event, cursors, logged
from prosa.chat.seats import Seat
from prosa.chat.tasks import Tasks
from prosa.chat.wire import Wire
from prosa.models.entries import Entry
from prosa.models.errors import NotFoundError, ProsaError
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Cursor, Room
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms

log = logging.getLogger(__name__)

WAITING_MAX = 1_000
"""Entries of one room kept while a hole before them is read; the store has them all the same."""

FILL_PAGE = 300


class LiveRoom:
    """A room that somebody here listens to. ``top`` and ``cursors`` are what its people were told."""

    def __init__(self, chat_id: ChatId, fan_out: FanOut) -> None:
        self.chat_id = chat_id
        self.room: Room | None = None
        self.top = -1
        self.cursors: dict[UserId, Cursor] = {}
        self.seats: dict[Connection, Seat] = {}
        self.crowd = Crowd(self.seats, fan_out)
        self.people: Counter[UserId] = Counter()
        self.waiting: dict[int, Entry] = {}
        self.is_filling = False
        self.joining = 0
        self.opening = asyncio.Lock()

    def tell(self, event: Event, *, but: UserId | None = None) -> None:
        """Tell everybody here, except the connections of one person."""
        self.crowd.flush()
        for seat in tuple(self.seats.values()):
            if seat.connection.person.user_id != but:
                seat.tell(event)


class Hub:
    """The live rooms of this worker."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        rooms: Rooms,
        memberships: Memberships,
        messages: Messages,
        broker: Broker,
        tasks: Tasks,
        wire: Wire,
        fan_out: FanOut,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._rooms = rooms
        self._memberships = memberships
        self._messages = messages
        self._broker = broker
        self._tasks = tasks
        self._wire = wire
        self._fan_out = fan_out
        self._now = now
        self._live: dict[ChatId, LiveRoom] = {}
        self._reread: Callable[[ChatId], Awaitable[None]] | None = None

    def listen(self, reread: Callable[[ChatId], Awaitable[None]]) -> None:
        """From now on ``reread`` is asked to make good what somebody else has changed in a room."""
        self._reread = reread

    def live(self, chat_id: ChatId) -> LiveRoom | None:
        """The room, if somebody here listens to it and it has been read."""
        live = self._live.get(chat_id)
        return live if live is not None and live.room is not None else None

    def all_live(self) -> tuple[LiveRoom, ...]:
        """Every live room, a snapshot."""
        return tuple(live for live in self._live.values() if live.room is not None)

    async def seat(self, connection: Connection, chat_id: ChatId) -> tuple[LiveRoom, Seat]:
        """Hold everything that happens in the room from now on for this connection.

        Subscribe first, read second: what is stored after the room was opened is held, what was
        stored before is in the store for the caller to read. A seat taken before is given up.
        """
        live = self._live.get(chat_id)
        if live is None:
            live = self._live[chat_id] = LiveRoom(chat_id, self._fan_out)
            self._broker.subscribe(f"room:{chat_id}")
        live.joining += 1
        try:
            async with live.opening:
                if live.room is None:
                    await self._open(live)
            self._remove(live, connection)
            live.crowd.changes()
            seat = live.seats[connection] = Seat(connection)
            live.people[connection.person.user_id] += 1
            connection.rooms.add(chat_id)
        finally:
            live.joining -= 1
            self._drop_if_empty(live)
        return live, seat

    async def _open(self, live: LiveRoom) -> None:
        room = await self._rooms.get(live.chat_id)
        if room is None:
            raise NotFoundError
        if room.is_small:
            found = (await self._memberships.cursors([live.chat_id])).get(live.chat_id, ())
            live.cursors = {cursor.user_id: cursor for cursor in found}
        live.top = (await self._messages.tops([live.chat_id])).get(live.chat_id, 0)
        live.room = room
        self._pass_on_waiting(live)

    def leave(self, connection: Connection, chat_id: ChatId) -> LiveRoom | None:
        """Tell this connection nothing more of the room. The room, if it was listening."""
        live = self._live.get(chat_id)
        connection.rooms.discard(chat_id)
        if live is None or not self._remove(live, connection):
            return None
        self._drop_if_empty(live)
        return live

    @staticmethod
    def _remove(live: LiveRoom, connection: Connection) -> bool:
        if live.seats.pop(connection, None) is None:
            return False
        live.crowd.changes()
        user_id = connection.person.user_id
        live.people[user_id] -= 1
        if not live.people[user_id]:
            del live.people[user_id]
        return True

    def _drop_if_empty(self, live: LiveRoom) -> None:
        if not live.seats and not live.joining and self._live.get(live.chat_id) is live:
            del self._live[live.chat_id]
            self._broker.unsubscribe(f"room:{live.chat_id}")

    def stored(self, entry: Entry) -> None:
        """An entry is stored by a majority: everybody here hears it in its turn, whoever fails."""
        live = self._live.get(entry.chat_id)
        if live is None or (live.room is not None and entry.seq <= live.top):
            return
        if live.room is not None and entry.seq == live.top + 1:
            self._pass_on(live, entry)
            self._pass_on_waiting(live)
        elif len(live.waiting) < WAITING_MAX:
            live.waiting[entry.seq] = entry
        if live.room is not None and live.waiting:
            self.fill(live, found_by="notice")

    def moved(self, cursor: Cursor) -> None:
        """Somebody has got further: whoever is in a small room and did not know is told."""
        live = self.live(cursor.chat_id)
        if live is None or live.room is None or not live.room.is_small:
            return
        known = live.cursors.get(cursor.user_id)
        further = (cursor.delivered_seq, cursor.read_seq)
        if known is None or further > (known.delivered_seq, known.read_seq):
            live.cursors[cursor.user_id] = cursor
            live.tell(cursors(cursor))

    def _pass_on(self, live: LiveRoom, entry: Entry, *, is_missed: bool = False) -> None:
        """To everybody here. What was missed and read says nothing of how long news are on their way."""
        live.top = entry.seq
        event = logged(entry, self._wire)
        live.crowd.hear(entry.seq, event)
        metrics.DELIVERED.inc(len(live.seats))
        if live.seats and not entry.imported and not is_missed:
            metrics.SEND_TO_DELIVER.observe(max(0.0, self._now() - entry.sent_at.timestamp()))

    def _pass_on_waiting(self, live: LiveRoom) -> None:
        while (entry := live.waiting.pop(live.top + 1, None)) is not None:
            self._pass_on(live, entry)
        for seq in [seq for seq in live.waiting if seq <= live.top]:
            del live.waiting[seq]

    def fill(self, live: LiveRoom, *, found_by: Literal["notice", "watch"]) -> None:
        """Read what is missing above ``top`` from the store; one reading per room at a time."""
        if not live.is_filling:
            live.is_filling = True
            self._tasks.start(f"fill {live.chat_id}", self._fill(live, found_by))

    async def _dismiss_who_left(self, live: LiveRoom) -> None:
        """What was read may have been said after somebody was taken out, of which nobody has told us yet."""
        versions = await self._rooms.versions([live.chat_id])
        is_changed = live.room is not None and versions.get(live.chat_id) != live.room.version
        if is_changed and self._reread is not None:
            await self._reread(live.chat_id)

    async def _fill(self, live: LiveRoom, found_by: str) -> None:
        """Until nothing waits. Where the store does not answer, the next check of all rooms tries again."""
        is_hole = False
        try:
            while True:
                page = await self._messages.after(live.chat_id, live.top, FILL_PAGE)
                await self._dismiss_who_left(live)
                if page and page[0].seq > live.top + 1:
                    live.top = page[0].seq - 1  # kept no longer: whoever is here comes back and reads
                for entry in page:
                    if entry.seq == live.top + 1:
                        self._pass_on(live, entry, is_missed=entry.seq not in live.waiting)
                        is_hole = True
                self._pass_on_waiting(live)
                if not live.waiting and len(page) < FILL_PAGE:
                    return
                if not page:
                    return
        except ProsaError as error:
            log.warning("fill_failed chat_id=%s error=%s", live.chat_id, error)
        finally:
            live.is_filling = False
            if is_hole:
                metrics.HOLES.labels(found_by).inc()
