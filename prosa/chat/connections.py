"""Who is connected to this worker: a person's browser tabs.

What a tab has joined is in ``hub.py``; how bytes reach it is the business of ``handlers/``.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from prosa.broker.broker import Broker
from prosa.chat.events import Event
from prosa.models.ids import ChatId, UserId
from prosa.models.people import Credential, Person

FanOut = Callable[[Sequence[Callable[[Any], None]]], Callable[[Event], None]]
"""Makes of the ``pass_on`` of many connections one ``deliver`` for all of them."""


class Connection:
    """One browser tab, as the use cases see it.

    ``deliver`` never blocks and never raises. ``pass_on`` is the end of its way, for a ``FanOut`` that knows
    what goes there. ``written_size`` is what a text weighs on this transport, in bytes. ``end(code, reason)``
    closes it.
    """

    __slots__ = ("credential", "deliver", "end", "pass_on", "person", "rooms", "written_size")

    def __init__(
        self,
        person: Person,
        *,
        credential: Credential,
        deliver: Callable[[Event], None],
        pass_on: Callable[[Any], None],
        written_size: Callable[[str], int],
        end: Callable[[int, str], None],
    ) -> None:
        self.person = person
        self.credential = credential
        """What its person has shown last; kept by the sessions."""
        self.deliver = deliver
        self.pass_on = pass_on
        self.written_size = written_size
        self.end = end
        self.rooms: set[ChatId] = set()
        """The rooms it has joined; kept by the hub."""


class Connections:
    """Every connection of this worker, by person."""

    def __init__(self, *, per_person: int, broker: Broker) -> None:
        self._per_person = per_person
        self._broker = broker
        self._by_person: dict[UserId, dict[Connection, None]] = {}

    def admit(self, connection: Connection) -> bool:
        """Add it, or say no to the one above the limit of its person."""
        mine = self._by_person.setdefault(connection.person.user_id, {})
        if len(mine) >= self._per_person:
            return False
        if not mine:
            self._broker.subscribe(f"person:{connection.person.user_id}")
        mine[connection] = None
        return True

    def remove(self, connection: Connection) -> None:
        """Forget it; unknown is fine."""
        mine = self._by_person.get(connection.person.user_id)
        if mine is not None:
            mine.pop(connection, None)
            if not mine:
                del self._by_person[connection.person.user_id]
                self._broker.unsubscribe(f"person:{connection.person.user_id}")

    def of(self, user_id: UserId) -> tuple[Connection, ...]:
        """A person's connections, a snapshot."""
        return tuple(self._by_person.get(user_id, ()))

    def is_online(self, user_id: UserId) -> bool:
        """Whether the person has any connection here."""
        return user_id in self._by_person

    def __len__(self) -> int:
        """How many connections there are."""
        return sum(map(len, self._by_person.values()))

    def __iter__(self) -> Iterator[Connection]:
        """All of them, a snapshot."""
        return iter([connection for mine in self._by_person.values() for connection in mine])
