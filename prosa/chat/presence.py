"""Who is here: in a room, and anywhere, at this worker or another one.

Of it only the moment is stored at which somebody was last here, for at most a month, and unless the site
does without it.

Each worker tells its own people, of everybody: whoever comes to one while another one has them is no news.

Going away is told only after a time of grace, so that a change of page is not a goodbye.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from prosa.chat import events
from prosa.chat.connections import Connection, Connections
from prosa.chat.elsewhere import BEAT_SECONDS, Came, Elsewhere, Place, Roster, Went
from prosa.chat.hub import Hub, LiveRoom
from prosa.chat.tasks import Tasks
from prosa.chat.typing import CallLater
from prosa.chat.wire import moment
from prosa.models.errors import UnavailableError
from prosa.models.ids import ChatId, UserId
from prosa.models.people import Person
from prosa.models.rooms import Room
from prosa.storage.memberships import Memberships
from prosa.storage.rooms import Rooms
from prosa.storage.sightings import Sightings

NOTE_BEATS = 15
"""Everybody who is here is noted each minute: when a worker is killed, nobody's moment is older than that."""

AT_ONCE = 200
UNTOLD_MAX = 20_000
"""Comings and goings that wait for the store to say whom they concern; more are told to nobody."""

Key = TypeVar("Key")


class Presence:
    """Tells comings and goings, each once per person however many tabs they have."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        hub: Hub,
        elsewhere: Elsewhere,
        connections: Connections,
        memberships: Memberships,
        rooms: Rooms,
        sightings: Sightings | None,
        tasks: Tasks,
        call_later: CallLater,
        grace_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._hub = hub
        self._elsewhere = elsewhere
        self._has_asked = False
        self._untold: list[tuple[UserId, events.Event]] = []
        self._is_telling = False
        self._connections = connections
        self._memberships = memberships
        self._rooms = rooms
        self._sightings = sightings
        self._seen: dict[UserId, datetime] = {}
        self._tasks = tasks
        self._call_later = call_later
        self._grace_seconds = grace_seconds
        self._now = now
        self._online: dict[UserId, asyncio.TimerHandle | None] = {}
        self._here: dict[tuple[ChatId, UserId], asyncio.TimerHandle | None] = {}

    def is_online(self, user_id: UserId) -> bool:
        """Whether the person has a connection anywhere, or had one within the time of grace."""
        return user_id in self._online or self._elsewhere.has((None, user_id))

    def online_in(self, room: Room) -> list[UserId]:
        """Whoever of a small room's members is here; nobody of a large one's."""
        return [member.user_id for member in room.members or () if self.is_online(member.user_id)]

    async def last_seen_in(self, room: Room) -> dict[UserId, datetime]:
        """When those of a small room's members who are not here last were, where that is known."""
        away = [m.user_id for m in room.members or () if not self.is_online(m.user_id)]
        if self._sightings is None:
            return {}
        stored = await self._sightings.of(away)
        return {**stored, **{user_id: self._seen[user_id] for user_id in away if user_id in self._seen}}

    def count_in(self, live: LiveRoom) -> int:
        """How many people are in the room, at all workers."""
        return len(live.people.keys() | self._elsewhere.people_in(live.chat_id))

    async def run(self) -> None:
        """Tell the other workers who is here, and forget those that are silent, for ever."""
        for beat in itertools.count(1):
            self.ask()
            await asyncio.sleep(BEAT_SECONDS)
            if self._sightings is not None:
                await self._keep(self._sightings, everybody=beat % NOTE_BEATS == 0)
            for place in self._elsewhere.expire():
                self._went(place)

    def ask(self) -> None:
        """Every other worker knows who is here; the first time, each answers with its own."""
        self._elsewhere.say_all(self._places(), asks=not self._has_asked)
        self._has_asked = True

    def came_back(self) -> None:
        """Whatever the other workers have said meanwhile is not known here."""
        self._has_asked = False
        self.ask()

    def _places(self) -> list[Place]:
        return [*((None, user_id) for user_id in self._online), *self._here]

    def heard(self, notice: Roster | Came | Went) -> None:
        """Another worker says who is with it: this worker's people hear what is news."""
        came, went = self._elsewhere.heard(notice)
        if isinstance(notice, Roster) and notice.asks:
            self._elsewhere.say_all(self._places())
        for place in came:
            self._came(place)
        for place in went:
            self._went(place)

    def _came(self, place: Place) -> None:
        chat_id, user_id = place
        if chat_id is None:
            if user_id not in self._online:
                self._tell_presence(user_id, events.presence(user_id, online=True))
        elif (chat_id, user_id) not in self._here:
            self._tell_joined(chat_id, user_id)

    def _went(self, place: Place) -> None:
        chat_id, user_id = place
        if chat_id is None:
            if user_id not in self._online:
                self._tell_away(user_id, self._now() - timedelta(seconds=self._grace_seconds))
        elif (chat_id, user_id) not in self._here:
            self._tell_left(chat_id, user_id)

    def _tell_presence(self, user_id: UserId, event: events.Event) -> None:
        if len(self._untold) < UNTOLD_MAX:
            self._untold.append((user_id, event))
        if not self._is_telling:
            self._is_telling = True
            self._tasks.start("presence", self._tell_acquaintances())

    def _tell_away(self, user_id: UserId, last_seen: datetime) -> None:
        told = None if self._sightings is None else moment(last_seen)
        self._tell_presence(user_id, events.presence(user_id, online=False, last_seen=told))

    async def _keep(self, sightings: Sightings, *, everybody: bool) -> None:
        """A courtesy: where the store does not answer, the next one will do."""
        seen, self._seen = self._seen, {}
        now = self._now()
        try:
            await sightings.note({**seen, **(dict.fromkeys(self._online, now) if everybody else {})})
        except UnavailableError:
            self._seen = {**seen, **self._seen}

    def _tell_joined(self, chat_id: ChatId, user_id: UserId, name: str | None = None) -> None:
        live = self._hub.live(chat_id)
        if live is not None and live.room is not None and live.room.is_small:
            name = live.room.name_of(user_id) if name is None else name
            live.tell(events.user_joined(chat_id, user_id, name, moment(self._now())), but=user_id)

    def _tell_left(self, chat_id: ChatId, user_id: UserId, name: str | None = None) -> None:
        live = self._hub.live(chat_id)
        if live is not None and live.room is not None and live.room.is_small:
            name = live.room.name_of(user_id) if name is None else name
            live.tell(events.user_left(chat_id, user_id, name, moment(self._now())), but=user_id)

    def joined(self, connection: Connection, live: LiveRoom) -> None:
        """A connection is in the room. The others hear of the first one of its person."""
        person = connection.person
        key = (live.chat_id, person.user_id)
        if self._is_back(self._here, key):
            return
        self._elsewhere.say_came(key)
        if not self._elsewhere.has(key):
            self._tell_joined(*key, person.name)

    def left(self, connection: Connection, live: LiveRoom) -> None:
        """A connection is out of the room. The others hear of it if no other one is in after the grace."""
        person = connection.person
        key = (live.chat_id, person.user_id)
        if live.people[person.user_id] or key not in self._here or self._here[key] is not None:
            return
        self._here[key] = self._call_later(self._grace_seconds, lambda: self._gone(key, person))

    def _gone(self, key: tuple[ChatId, UserId], person: Person) -> None:
        del self._here[key]
        self._elsewhere.say_went(key)
        if not self._elsewhere.has(key):
            self._tell_left(*key, person.name)

    def connected(self, connection: Connection) -> None:
        """A connection is open. Those who share a small room hear of the first one of its person."""
        user_id = connection.person.user_id
        if not self._is_back(self._online, user_id):
            self._elsewhere.say_came((None, user_id))
            if not self._elsewhere.has((None, user_id)):
                self._tell_presence(user_id, events.presence(user_id, online=True))

    def disconnected(self, connection: Connection) -> None:
        """A connection is closed. They hear of it if the person has no other one after the grace."""
        user_id = connection.person.user_id
        if (
            self._connections.is_online(user_id)
            or user_id not in self._online
            or self._online[user_id] is not None
        ):
            return
        last_seen = self._seen[user_id] = self._now()
        self._online[user_id] = self._call_later(
            self._grace_seconds, lambda: self._offline(user_id, last_seen)
        )

    def _offline(self, user_id: UserId, last_seen: datetime) -> None:
        del self._online[user_id]
        self._elsewhere.say_went((None, user_id))
        if not self._elsewhere.has((None, user_id)):
            self._tell_away(user_id, last_seen)

    @staticmethod
    def _is_back(known: dict[Key, asyncio.TimerHandle | None], key: Key) -> bool:
        """Note that ``key`` is here; whether it was, if only by grace."""
        was_here = key in known
        leaving = known.get(key)
        if leaving is not None:
            leaving.cancel()
        known[key] = None
        return was_here

    async def _tell_acquaintances(self) -> None:
        """A courtesy: where the store does not answer, nobody is told.

        After a restart people come all at once, and every worker hears of each: who comes while the store is
        being asked goes into the next question.
        """
        try:
            while self._untold:
                told, self._untold = self._untold[:AT_ONCE], self._untold[AT_ONCE:]
                with contextlib.suppress(UnavailableError):
                    known = await self._acquaintances({user_id for user_id, _ in told})
                    for user_id, event in told:
                        self._tell_each(known.get(user_id, set()) - {user_id}, event)
        finally:
            self._is_telling = False

    async def _acquaintances(self, user_ids: set[UserId]) -> dict[UserId, set[UserId]]:
        """With whom each of these people shares a small room; two queries."""
        rooms_of = await self._memberships.rooms_of_each(user_ids)
        rooms = await self._rooms.get_many(tuple({room for found in rooms_of.values() for room in found}))
        return {
            user_id: {
                member.user_id
                for chat_id in found
                if chat_id in rooms
                for member in rooms[chat_id].members or ()
            }
            for user_id, found in rooms_of.items()
        }

    def _tell_each(self, user_ids: set[UserId], event: events.Event) -> None:
        for user_id in user_ids:
            for connection in self._connections.of(user_id):
                connection.deliver(event)

    def close(self) -> None:
        """Every timer has ended; nobody is told."""
        for handle in (*self._here.values(), *self._online.values()):
            if handle is not None:
                handle.cancel()
        self._here.clear()
        self._online.clear()
