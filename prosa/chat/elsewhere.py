"""Who is at the other workers, as far as they say: each change at once, and all of it every few seconds.

A worker that has said nothing for as long as a lease lasts is gone, and its people with it. Nothing of this
is stored, and a notice that got lost is made good by the next roster.
"""

from collections.abc import Callable, Iterable
from uuid import uuid4

import msgspec

from prosa.models.ids import ChatId, UserId

BEAT_SECONDS = 4.0
"""How often a worker says who is with it."""

LEASE_SECONDS = 12.0
"""A worker silent for so long is gone: three rosters may get lost, or be late."""

Place = tuple[ChatId | None, UserId]
"""Somebody anywhere (``None``), or in a room."""


class Roster(msgspec.Struct, frozen=True, tag="roster"):
    """Everybody who is with a worker. One that ``asks`` has just come, and knows nobody."""

    worker: str
    places: tuple[Place, ...]
    asks: bool = False


class Came(msgspec.Struct, frozen=True, tag="came"):
    """Somebody is with a worker now."""

    worker: str
    place: Place


class Went(msgspec.Struct, frozen=True, tag="went"):
    """Somebody is not with a worker any more, after the time of grace."""

    worker: str
    place: Place


class _Worker:
    """What another worker has said, and when."""

    __slots__ = ("heard_at", "places")

    def __init__(self, heard_at: float) -> None:
        self.heard_at = heard_at
        self.places: set[Place] = set()


class Elsewhere:
    """The people of all other workers. ``came`` and ``went`` are called when that changes for a place."""

    def __init__(self, *, publish: Callable[[Roster | Came | Went], None], now: Callable[[], float]) -> None:
        self.name = uuid4().hex
        self._publish = publish
        self._now = now
        self._workers: dict[str, _Worker] = {}

    def has(self, place: Place) -> bool:
        """Whether another worker has this person there."""
        return any(place in worker.places for worker in self._workers.values())

    def people_in(self, chat_id: ChatId) -> set[UserId]:
        """Whoever is in the room at another worker."""
        return {
            user_id for worker in self._workers.values() for at, user_id in worker.places if at == chat_id
        }

    def say_came(self, place: Place) -> None:
        """The others know that somebody is here."""
        self._publish(Came(self.name, place))

    def say_went(self, place: Place) -> None:
        """The others know that somebody is not here any more."""
        self._publish(Went(self.name, place))

    def say_all(self, places: Iterable[Place], *, asks: bool = False) -> None:
        """The others know everybody who is here."""
        self._publish(Roster(self.name, tuple(places), asks))

    def heard(self, notice: Roster | Came | Went) -> tuple[set[Place], set[Place]]:
        """Another worker says who is with it: who has come by that, and who has gone, as far as it goes."""
        worker = self._workers.setdefault(notice.worker, _Worker(self._now()))
        worker.heard_at = self._now()
        match notice:
            case Roster():
                said = set(notice.places)
            case Came():
                said = worker.places | {notice.place}
            case Went():
                said = worker.places - {notice.place}
        new, old = said - worker.places, worker.places - said
        came = {place for place in new if not self.has(place)}
        worker.places = said
        return came, {place for place in old if not self.has(place)}

    def expire(self) -> set[Place]:
        """Forget the workers that have been silent for too long; who has gone with them."""
        late = [n for n, w in self._workers.items() if self._now() - w.heard_at > LEASE_SECONDS]
        gone: set[Place] = set()
        for name in late:
            gone |= self._workers.pop(name).places
        return {place for place in gone if not self.has(place)}
