"""What the site says of its rooms and people, and how a change reaches the pages that are open."""

import asyncio

from prosa.chat import events
from prosa.chat.bus import Bus
from prosa.chat.connections import Connections
from prosa.chat.hub import Hub, LiveRoom
from prosa.chat.messages import utc_now
from prosa.chat.publisher import Publisher
from prosa.chat.rooms import Rooms
from prosa.chat.sessions import Sessions
from prosa.chat.text import check, normalise
from prosa.models.entries import Draft, Stored
from prosa.models.errors import NotFoundError
from prosa.models.ids import SITE, ChatId, ClientId, UserId
from prosa.models.rooms import Room, RoomDraft
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms as StoredRooms


class Registry:
    """The site's side of the service. Its caller has been checked; nothing here asks who it is."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        stored_rooms: StoredRooms,
        memberships: Memberships,
        messages: Messages,
        hub: Hub,
        rooms: Rooms,
        connections: Connections,
        publisher: Publisher,
        sessions: Sessions,
        bus: Bus,
        conteudo: int,
    ) -> None:
        self._stored_rooms = stored_rooms
        self._memberships = memberships
        self._messages = messages
        self._hub = hub
        self._rooms = rooms
        self._connections = connections
        self._publisher = publisher
        self._sessions = sessions
        self._bus = bus
        self._conteudo = conteudo

    async def put(self, chat_id: ChatId, draft: RoomDraft) -> Room:
        """The room is as the site says, and every open page knows. Saying it twice changes nothing."""
        before = await self._stored_rooms.get(chat_id)
        room = await self._stored_rooms.put(chat_id, draft)
        if before is None or room.version != before.version:
            for user_id in await self._show(room, before):
                self._dismiss(user_id, chat_id, "removed")
            self._bus.changed(chat_id)
            self._bus.updated(room)
        return room

    async def delete(self, chat_id: ChatId) -> None:
        """Nobody reaches the room any more. Its log stays: what was acknowledged is kept."""
        before = await self._stored_rooms.get(chat_id)
        await self._stored_rooms.delete(chat_id)
        for user_id in self._hide(chat_id, before):
            self._dismiss(user_id, chat_id, "deleted")
        self._bus.changed(chat_id)

    async def reread(self, chat_id: ChatId) -> None:
        """Open pages show the room as it is stored: somebody else may have changed it."""
        room = await self._stored_rooms.get(chat_id)
        if room is None:
            for user_id in self._hide(chat_id, None):
                self.dismiss(user_id, chat_id, "deleted")
        else:
            for user_id in await self._show(room, None):
                self.dismiss(user_id, chat_id, "removed")

    async def erased(self, chat_id: ChatId, user_id: UserId) -> None:
        """Open pages show the room without the person who has been erased, and theirs show it no more."""
        await self.reread(chat_id)
        self._dismiss(user_id, chat_id, "removed")
        self._bus.changed(chat_id)

    async def say(self, chat_id: ChatId, conteudo: str, client_id: ClientId) -> Stored:
        """A ``system`` entry of the site is in the room, once, even where people may not write."""
        text = normalise(conteudo)
        check(text, limit=self._conteudo)
        draft = self._system(chat_id, text, client_id)
        known = await self._messages.known(draft)
        if known is not None:
            return known
        room = await self._existing(chat_id)
        stored = await self._messages.append(draft)
        self._publisher.publish(room, stored.entry)
        return stored

    def hint(self, user_ids: frozenset[UserId]) -> None:
        """Every worker asks the site about these people at once; whoever it still vouches for stays."""
        self._sessions.hurry(user_ids)
        self._bus.hinted(user_ids)

    async def _existing(self, chat_id: ChatId) -> Room:
        room = await self._stored_rooms.get(chat_id)
        if room is None:
            raise NotFoundError
        return room

    @staticmethod
    def _system(chat_id: ChatId, conteudo: str, client_id: ClientId) -> Draft:
        return Draft(
            chat_id=chat_id,
            author_id=SITE,
            author_name="",
            client_id=client_id,
            kind="system",
            conteudo=conteudo,
            sent_at=utc_now(),
        )

    async def _show(self, room: Room, before: Room | None) -> list[UserId]:
        """Whoever is in it here sees it as it is; those who may no longer be in it."""
        live = self._hub.live(room.chat_id)
        if live is not None and live.room is not None and live.room.version > room.version:
            return []
        gone = await self._gone(room, before, live)
        if live is not None and live.room is not None and live.room.version <= room.version:
            live.room = room
            if room.members is not None:
                still = {member.user_id for member in room.members}
                live.cursors = {who: cursor for who, cursor in live.cursors.items() if who in still}
            event = events.room_updated(room)
            live.crowd.flush()
            for seat in tuple(live.seats.values()):
                if seat.connection.person.user_id not in gone:
                    seat.tell(event)
        return gone

    async def _gone(self, room: Room, before: Room | None, live: LiveRoom | None) -> list[UserId]:
        known = {member.user_id for member in (before.members if before else None) or ()}
        known.update(live.people if live is not None else ())
        if room.members is not None:
            return list(known - {member.user_id for member in room.members})
        are_in = await asyncio.gather(*(self._memberships.is_member(room.chat_id, who) for who in known))
        return [who for who, is_in in zip(known, are_in, strict=True) if not is_in]

    def _hide(self, chat_id: ChatId, before: Room | None) -> set[UserId]:
        """Nobody here is in it any more; those who have to be told."""
        live = self._hub.live(chat_id)
        known = {member.user_id for member in (before.members if before else None) or ()}
        known.update(live.people if live is not None else ())
        if live is not None:
            live.room = None  # whoever is still coming in finds what is stored
        return known

    def _dismiss(self, user_id: UserId, chat_id: ChatId, reason: str) -> None:
        self.dismiss(user_id, chat_id, reason)
        self._bus.dismissed(user_id, chat_id, reason)

    def dismiss(self, user_id: UserId, chat_id: ChatId, reason: str) -> None:
        """The person's connections here are in the room no more, and know."""
        for connection in self._connections.of(user_id):
            self._rooms.leave(connection, chat_id)
            connection.deliver(events.room_left(chat_id, reason))
