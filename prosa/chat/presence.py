"""Who is here: in a room, and anywhere. Known to one worker; nothing of it is stored.

Going away is told only after a time of grace, so that a change of page is not a goodbye.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from prosa.chat import events
from prosa.chat.connections import Connection, Connections
from prosa.chat.hub import Hub, LiveRoom
from prosa.chat.tasks import Tasks
from prosa.chat.typing import CallLater
from prosa.chat.wire import moment
from prosa.models.ids import ChatId, UserId
from prosa.models.people import Person
from prosa.storage.memberships import Memberships
from prosa.storage.rooms import Rooms

Key = TypeVar("Key")


class Presence:
    """Tells comings and goings, each once per person however many tabs they have."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        hub: Hub,
        connections: Connections,
        memberships: Memberships,
        rooms: Rooms,
        tasks: Tasks,
        call_later: CallLater,
        grace_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._hub = hub
        self._connections = connections
        self._memberships = memberships
        self._rooms = rooms
        self._tasks = tasks
        self._call_later = call_later
        self._grace_seconds = grace_seconds
        self._now = now
        self._online: dict[UserId, asyncio.TimerHandle | None] = {}
        self._here: dict[tuple[ChatId, UserId], asyncio.TimerHandle | None] = {}

    def is_online(self, user_id: UserId) -> bool:
        """Whether the person has a connection, or had one within the time of grace."""
        return user_id in self._online

    def joined(self, connection: Connection, live: LiveRoom) -> None:
        """A connection is in the room. The others hear of the first one of its person."""
        person = connection.person
        key = (live.chat_id, person.user_id)
        if self._is_back(self._here, key):
            return
        if live.room is not None and live.room.is_small:
            joined = events.user_joined(live.chat_id, person.user_id, person.name, moment(self._now()))
            live.tell(joined, but=person.user_id)

    def left(self, connection: Connection, live: LiveRoom) -> None:
        """A connection is out of the room. The others hear of it if no other one is in after the grace."""
        person = connection.person
        key = (live.chat_id, person.user_id)
        if live.people[person.user_id] or key not in self._here or self._here[key] is not None:
            return
        self._here[key] = self._call_later(self._grace_seconds, lambda: self._gone(key, person))

    def _gone(self, key: tuple[ChatId, UserId], person: Person) -> None:
        del self._here[key]
        live = self._hub.live(key[0])
        if live is not None and live.room is not None and live.room.is_small:
            left = events.user_left(live.chat_id, person.user_id, person.name, moment(self._now()))
            live.tell(left, but=person.user_id)

    def connected(self, connection: Connection) -> None:
        """A connection is open. Those who share a small room hear of the first one of its person."""
        user_id = connection.person.user_id
        if not self._is_back(self._online, user_id):
            event = events.presence(user_id, online=True)
            self._tasks.start(f"presence {user_id}", self._tell_acquaintances(user_id, event))

    def disconnected(self, connection: Connection) -> None:
        """A connection is closed. They hear of it if the person has no other one after the grace."""
        user_id = connection.person.user_id
        if (
            self._connections.is_online(user_id)
            or user_id not in self._online
            or self._online[user_id] is not None
        ):
            return
        last_seen = moment(self._now())
        self._online[user_id] = self._call_later(
            self._grace_seconds, lambda: self._offline(user_id, last_seen)
        )

    def _offline(self, user_id: UserId, last_seen: str) -> None:
        del self._online[user_id]
        event = events.presence(user_id, online=False, last_seen=last_seen)
        self._tasks.start(f"presence {user_id}", self._tell_acquaintances(user_id, event))

    @staticmethod
    def _is_back(known: dict[Key, asyncio.TimerHandle | None], key: Key) -> bool:
        """Note that ``key`` is here; whether it was, if only by grace."""
        was_here = key in known
        leaving = known.get(key)
        if leaving is not None:
            leaving.cancel()
        known[key] = None
        return was_here

    async def _tell_acquaintances(self, user_id: UserId, event: events.Event) -> None:
        """A courtesy: where the store does not answer, nobody is told."""
        shared = await self._rooms.get_many(await self._memberships.rooms_of(user_id))
        acquaintances = {member.user_id for room in shared.values() for member in room.members or ()}
        for acquaintance in acquaintances - {user_id}:
            for connection in self._connections.of(acquaintance):
                connection.deliver(event)

    def close(self) -> None:
        """Every timer has ended; nobody is told."""
        for handle in (*self._here.values(), *self._online.values()):
            if handle is not None:
                handle.cancel()
        self._here.clear()
        self._online.clear()
