"""How far everybody has got in a room: two numbers a person, which only grow."""

from prosa.chat import events
from prosa.chat.bus import Bus
from prosa.chat.hub import Hub
from prosa.chat.rooms import Rooms
from prosa.models.errors import NotFoundError
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Cursor, Room
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages


class Cursors:
    """Delivered and read, as the browser says; the server never infers either."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        memberships: Memberships,
        messages: Messages,
        hub: Hub,
        bus: Bus,
    ) -> None:
        self._rooms = rooms
        self._memberships = memberships
        self._messages = messages
        self._hub = hub
        self._bus = bus

    async def mark_delivered(self, user_id: UserId, chat_id: ChatId, seq: int) -> Cursor:
        """The person's browser has everything up to ``seq``, or up to the top if that is lower."""
        return await self._advance(user_id, chat_id, seq, is_read=False)

    async def mark_read(self, user_id: UserId, chat_id: ChatId, seq: int) -> Cursor:
        """The person has read, and so been delivered, everything up to ``seq`` or the top."""
        return await self._advance(user_id, chat_id, seq, is_read=True)

    async def of(self, room: Room, user_id: UserId) -> tuple[Cursor, ...]:
        """Everybody's in a small room; in a large one only the person's own."""
        if room.is_small:
            return (await self._memberships.cursors([room.chat_id])).get(room.chat_id, ())
        own = await self._memberships.cursor(room.chat_id, user_id)
        return () if own is None else (own,)

    async def _advance(self, user_id: UserId, chat_id: ChatId, seq: int, *, is_read: bool) -> Cursor:
        room = await self._rooms.of_member(chat_id, user_id)
        live = self._hub.live(chat_id)
        top = live.top if live is not None else -1
        if seq > top:
            top = (await self._messages.tops([chat_id])).get(chat_id, 0)
        seq = max(min(seq, top), 0)
        cursor = await self._memberships.advance(
            chat_id, user_id, delivered_seq=seq, read_seq=seq if is_read else 0
        )
        if cursor is None:
            raise NotFoundError
        unread = 0 if is_read and cursor.read_seq >= top else None
        if not room.is_small:
            self._bus.tell(user_id, events.cursors(cursor, unread=unread))
            return cursor
        self._bus.moved(cursor)
        if is_read:
            if unread is None:
                unread = await self._memberships.unread(chat_id, user_id)
            self._bus.tell(user_id, events.cursors(cursor, unread=unread), outside=chat_id)
        return cursor
