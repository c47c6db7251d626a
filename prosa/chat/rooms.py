"""Who may be in which room, and what a person finds on coming in.

What the site says of a room is in ``registry.py``; what is said inside, in ``messages.py``.
"""

from datetime import datetime

from prosa import metrics
from prosa.chat.commands import JoinChat
from prosa.chat.connections import Connection
from prosa.chat.hub import Hub, LiveRoom
from prosa.chat.limits import Limits
from prosa.chat.presence import Presence
from prosa.chat.replies import Reply, fitting
from prosa.chat.seats import Seat
from prosa.chat.typing import Typing
from prosa.chat.wire import Shape, Wire, cursor_shape, moment, room_shape
from prosa.models.entries import Page, Where
from prosa.models.errors import NotFoundError, TooManyRoomsError
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Bookmark, Room, RoomSummary
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms as StoredRooms


class Rooms:
    """Coming in, going out, and looking around."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        rooms: StoredRooms,
        memberships: Memberships,
        messages: Messages,
        hub: Hub,
        presence: Presence,
        typing: Typing,
        limits: Limits,
        wire: Wire,
        rooms_per_connection: int,
        recovery: int,
        page: int,
        reply_bytes: int,
    ) -> None:
        self._rooms = rooms
        self._memberships = memberships
        self._messages = messages
        self._hub = hub
        self._presence = presence
        self._typing = typing
        self._limits = limits
        self._wire = wire
        self._rooms_per_connection = rooms_per_connection
        self._recovery = recovery
        self._page = page
        self._reply_bytes = reply_bytes

    async def of_member(self, chat_id: ChatId, user_id: UserId, *, is_coming: bool = False) -> Room:
        """The room, for one of its members. Raises ``NotFoundError`` for all others, whatever the cause.

        A live room is known from memory: the site's changes reach it at once, and the check of all
        live rooms bounds what a lost notice can do. Of a large one those are known who are in it here, but
        for whoever ``is_coming`` and has a seat already. Whoever is refused has waited for the same answer
        of the store, which found nothing: so that time does not tell either whether there is such a room.
        """
        live = self._hub.live(chat_id)
        room = live.room if live is not None else None
        if live is not None and room is not None:
            is_known = room.members is None and not is_coming and user_id in live.people
            if is_known or _has(room, user_id):
                return room
        if not await self._memberships.is_member(chat_id, user_id):
            raise NotFoundError
        if live is None:
            room = await self._rooms.get(chat_id)
        # Of a small room its document knows better, which the memberships follow.
        if room is None or (room.members is not None and not _has(room, user_id)):
            raise NotFoundError
        return room

    async def join(self, connection: Connection, command: JoinChat) -> Reply:
        """Every later entry of the room reaches this connection, after a reply with what it missed."""
        chat_id, person = command.room_id, connection.person
        await self._limits.check("joins", person.user_id)
        await self.of_member(chat_id, person.user_id)
        if chat_id not in connection.rooms and len(connection.rooms) >= self._rooms_per_connection:
            raise TooManyRoomsError(limit=self._rooms_per_connection)
        live, seat = await self._hub.seat(connection, chat_id)
        try:
            # The site may have changed it meanwhile.
            await self.of_member(chat_id, person.user_id, is_coming=True)
            data, top = await self._arrival(connection, live, command)
            _has_stayed(live, seat)
        except BaseException:
            self.leave(connection, chat_id)
            raise
        self._presence.joined(connection, live)
        return Reply(data, written=lambda: seat.release(top))

    async def _arrival(self, connection: Connection, live: LiveRoom, command: JoinChat) -> tuple[Shape, int]:
        room = live.room
        if room is None:
            raise NotFoundError
        data: Shape = {
            "chat_id": room.chat_id,
            "epoch": room.epoch,
            "top_seq": 0,
            "recovered": False,
            "messages": [],
            "online": self._online(room, live),
            "last_seen": {
                user_id: moment(at) for user_id, at in (await self._presence.last_seen_in(room)).items()
            },
            "cursors": self._cursors(room, live, connection.person.user_id),
            "room": room_shape(room),
        }
        if command.last_seq is not None:
            outcome, missed = await self._missed(connection, command.last_seq, command.epoch, data)
            metrics.RECOVERIES.labels(outcome).inc()
            if outcome == "recovered":
                top = command.last_seq + len(missed)
                return {**data, "recovered": True, "top_seq": top, "messages": missed}, top
        page = await self._newest(live)
        shapes = [self._wire.entry(entry) for entry in page.messages]
        count = self._fit(connection, shapes, data)
        return {**data, "top_seq": page.top_seq, "messages": shapes[len(shapes) - count :]}, page.top_seq

    async def _newest(self, live: LiveRoom) -> Page:
        """With everything that has been told here, though a new primary may not know so yet."""
        told = live.top
        page = await self._messages.page_before(live.chat_id, None, self._page)
        if page.top_seq < told:
            await self._messages.top(live.chat_id, at_least=told)
            page = await self._messages.page_before(live.chat_id, None, self._page)
        return page

    async def _missed(
        self, connection: Connection, last_seq: int, epoch: str | None, rest: Shape
    ) -> tuple[str, list[Shape]]:
        """Everything after ``last_seq``, or nothing, and why: too much, another log, or kept no longer."""
        chat_id = rest["chat_id"]
        if epoch != rest["epoch"] or last_seq > await self._messages.top(chat_id, at_least=last_seq):
            return "another_log", []
        missed = await self._messages.after(chat_id, last_seq, self._recovery + 1)
        if missed and missed[0].seq > last_seq + 1:
            return "removed", []
        shapes = [self._wire.entry(entry) for entry in missed]
        if len(shapes) > self._recovery or self._fit(connection, shapes, rest) < len(shapes):
            return "too_much", []
        return "recovered", shapes

    def _fit(self, connection: Connection, shapes: list[Shape], rest: Shape) -> int:
        return fitting(shapes, rest, measure=connection.written_size, limit=self._reply_bytes)

    def _online(self, room: Room, live: LiveRoom) -> list[UserId] | int:
        if room.members is None:
            return self._presence.count_in(live)
        return self._presence.online_in(room)

    @staticmethod
    def _cursors(room: Room, live: LiveRoom, user_id: UserId) -> list[Shape]:
        shown = live.cursors.values()
        return [cursor_shape(c) for c in shown if room.is_small or c.user_id == user_id]

    def leave(self, connection: Connection, chat_id: ChatId) -> None:
        """Nothing more of the room reaches this connection. Not joined is fine."""
        self._typing.left(connection, chat_id)
        live = self._hub.leave(connection, chat_id)
        if live is not None:
            self._presence.left(connection, live)

    async def history(self, user_id: UserId, chat_id: ChatId, where: Where, limit: int) -> tuple[Room, Page]:
        """The messages that are asked for, for a member; ``limit`` to the nearest edge."""
        room = await self.of_member(chat_id, user_id)
        limit = max(1, min(limit, 100))
        seq = where.first_newer
        if seq is None:
            return room, await self._messages.page_before(chat_id, where.before_seq, limit)
        older = limit // 2 if where.after_seq is None else 0
        return room, await self._messages.page_beside(chat_id, seq, older=older, newer=limit - older)

    async def unread(self, user_id: UserId) -> int:
        """How many messages wait for the person, at most 99."""
        return await self._memberships.unread_of(user_id)

    async def list(
        self,
        user_id: UserId,
        *,
        since: datetime | None = None,
        limit: int = 50,
    ) -> tuple[tuple[RoomSummary, ...], bool]:
        """The person's rooms, newest first, and whether there are more; ``limit`` to the nearest edge."""
        return await self._memberships.summaries(user_id, since=since, limit=max(1, min(limit, 100)))

    async def page(
        self, user_id: UserId, *, bookmark: Bookmark | None, limit: int
    ) -> tuple[tuple[RoomSummary, ...], Bookmark | None]:
        """The person's rooms after ``bookmark``, newest first, and from where the next page goes on."""
        return await self._memberships.summaries_after(user_id, bookmark=bookmark, limit=limit)


def _has(room: Room, user_id: UserId) -> bool:
    return any(member.user_id == user_id for member in room.members or ())


def _has_stayed(live: LiveRoom, seat: Seat) -> None:
    """Raise ``NotFoundError`` for whoever was shown out while the store was read."""
    if live.seats.get(seat.connection) is not seat:
        raise NotFoundError
