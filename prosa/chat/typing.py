"""Who is writing. Never stored, first to be dropped, and never an answer.

A person is typing from the first ``typing_start`` of any connection until 8 s after the last one,
the ``typing_stop`` of the last connection typing, a send, a leave, or the last disconnect.
"""

import asyncio
import time
from collections.abc import Callable

from prosa.chat import events
from prosa.chat.bus import Bus
from prosa.chat.connections import Connection
from prosa.chat.hub import Hub
from prosa.chat.limits import Limits
from prosa.models.errors import NotJoinedError, ReadOnlyError
from prosa.models.ids import ChatId, UserId
from prosa.models.people import Person

CallLater = Callable[[float, Callable[[], None]], asyncio.TimerHandle]
"""``loop.call_later``, or a test's own clock."""


RETOLD_SECONDS = 5.0
"""Somebody who goes on writing is told again now and then: a notice may get lost on its way."""


class _Typist:
    """One person writing in one room: on which connections, and until when unless renewed."""

    __slots__ = ("connections", "name", "told_at", "until")

    def __init__(self, name: str) -> None:
        self.name = name
        self.connections: set[Connection] = set()
        self.until: asyncio.TimerHandle | None = None
        self.told_at = 0.0


class Typing:
    """Starts and stops, told to the others in the room when they change something."""

    def __init__(
        self,
        *,
        hub: Hub,
        bus: Bus,
        limits: Limits,
        call_later: CallLater,
        seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._hub = hub
        self._bus = bus
        self._limits = limits
        self._call_later = call_later
        self._seconds = seconds
        self._typists: dict[tuple[ChatId, UserId], _Typist] = {}

    async def start(self, connection: Connection, chat_id: ChatId) -> None:
        """The person is writing for the next 8 s. Over the limit: as if it had not been said."""
        live = self._hub.live(chat_id)
        if chat_id not in connection.rooms or live is None or live.room is None:
            raise NotJoinedError
        if not live.room.can_write:
            raise ReadOnlyError(reason=live.room.reason)
        person = connection.person
        if not live.room.is_small or not await self._limits.allows("typing", person.user_id):
            return
        if chat_id not in connection.rooms:  # the site has taken the person out of it meanwhile
            return
        key = (chat_id, person.user_id)
        typist = self._typists.get(key)
        if typist is None:
            typist = self._typists[key] = _Typist(person.name)
            self._tell(key, typist, is_typing=True)
        elif self._now() - typist.told_at >= RETOLD_SECONDS:
            self._tell(key, typist, is_typing=True)
        if typist.until is not None:
            typist.until.cancel()
        typist.connections.add(connection)
        typist.until = self._call_later(self._seconds, lambda: self._end(key))

    def stop(self, connection: Connection, chat_id: ChatId) -> None:
        """This connection has stopped; the person has, if no other one is writing."""
        if chat_id not in connection.rooms:
            raise NotJoinedError
        self.left(connection, chat_id)

    def left(self, connection: Connection, chat_id: ChatId) -> None:
        """As ``stop``, for a connection that leaves the room or goes away."""
        key = (chat_id, connection.person.user_id)
        typist = self._typists.get(key)
        if typist is not None:
            typist.connections.discard(connection)
            if not typist.connections:
                self._end(key)

    def sent(self, person: Person, chat_id: ChatId) -> None:
        """What was being written has been sent."""
        self._end((chat_id, person.user_id))

    def _end(self, key: tuple[ChatId, UserId]) -> None:
        typist = self._typists.pop(key, None)
        if typist is not None:
            if typist.until is not None:
                typist.until.cancel()
            self._tell(key, typist, is_typing=False)

    def _tell(self, key: tuple[ChatId, UserId], typist: _Typist, *, is_typing: bool) -> None:
        chat_id, user_id = key
        typist.told_at = self._now()
        event = events.user_typing(chat_id, user_id, typist.name, is_typing=is_typing)
        self._bus.say(chat_id, event, but=user_id)

    def close(self) -> None:
        """Every timer has ended."""
        for typist in self._typists.values():
            if typist.until is not None:
                typist.until.cancel()
        self._typists.clear()
