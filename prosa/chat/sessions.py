"""The door, for the life of a connection: who is it, and is it still so.

Questions asked at the same moment go to the site as one batch. A site that cannot answer is
"unknown" (``IdentityUnknownError``): known people stay for a bounded time, nobody is "logged out".
"""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable
from random import Random

import msgspec

from prosa import metrics
from prosa.chat.connections import Connection
from prosa.chat.tasks import Tasks
from prosa.identity.direct import Direct
from prosa.models.errors import IdentityUnknownError
from prosa.models.people import Person

log = logging.getLogger(__name__)

BATCH_MAX = 200
TICK_SECONDS = 1.0
UNAUTHENTICATED = 4401
IDENTITY_UNKNOWN = 4010


class _Watched:
    """One session key and the connections that came with it."""

    __slots__ = ("connections", "person", "plan", "unknown_since")

    def __init__(self, person: Person) -> None:
        self.person = person
        self.connections: set[Connection] = set()
        self.unknown_since: float | None = None
        self.plan = 0
        """The number of its next check; a check planned for an earlier life of the key is void."""


class Sessions:
    """Asks the site who somebody is, once at the door and then about every ``every_seconds``."""

    def __init__(
        self,
        *,
        identity: Direct,
        tasks: Tasks,
        every_seconds: float,
        unknown_seconds: float,
        now: Callable[[], float],
        chance: Random,
    ) -> None:
        self._identity = identity
        self._tasks = tasks
        self._every_seconds = every_seconds
        self._unknown_seconds = unknown_seconds
        self._now = now
        self._chance = chance
        self._asked: dict[str, asyncio.Future[Person | None]] = {}
        self._is_asking = False
        self._watched: dict[str, _Watched] = {}
        self._due: list[tuple[float, int, str]] = []
        self._count = itertools.count()

    async def identify(self, session_key: str) -> Person | None:
        """Who this is; ``None`` for nobody. Raises ``IdentityUnknownError`` where it cannot be told."""
        future = self._asked.get(session_key)
        if future is None:
            future = self._asked[session_key] = asyncio.get_running_loop().create_future()
            if not self._is_asking:
                self._is_asking = True
                self._tasks.start("identify", self._ask())
        return await asyncio.shield(future)

    async def _ask(self) -> None:
        """Answer what has been asked, a batch at a time, until nothing is left to ask."""
        try:
            while self._asked:
                batch = dict(itertools.islice(self._asked.items(), BATCH_MAX))
                for key in batch:
                    del self._asked[key]
                await self._answer(batch)
        finally:
            self._is_asking = False
            for future in self._asked.values():
                future.cancel()
            self._asked.clear()

    async def _answer(self, batch: dict[str, asyncio.Future[Person | None]]) -> None:
        try:
            people = await self._identity.identify(list(batch))
        except Exception as error:  # noqa: BLE001 - whoever asked gets it, and only they
            metrics.IDENTITY.labels("unknown").inc(len(batch))
            for future in batch.values():
                future.set_exception(error)
                future.exception()  # seen, even where nobody waits for it any more
        else:
            for future, person in zip(batch.values(), people, strict=True):
                metrics.IDENTITY.labels(_outcome(person)).inc()
                if isinstance(person, IdentityUnknownError):
                    future.set_exception(person)
                    future.exception()  # seen, even where nobody waits for it any more
                else:
                    future.set_result(person)

    def watch(self, session_key: str, connection: Connection) -> None:
        """From now on the connection lives only as long as the site vouches for its person."""
        watched = self._watched.get(session_key)
        if watched is None:
            watched = self._watched[session_key] = _Watched(connection.person)
            self._plan(session_key, watched)
        watched.connections.add(connection)

    def forget(self, session_key: str, connection: Connection) -> None:
        """The connection is closed."""
        watched = self._watched.get(session_key)
        if watched is not None:
            watched.connections.discard(connection)
            if not watched.connections:
                del self._watched[session_key]

    def _plan(self, session_key: str, watched: _Watched) -> None:
        due = self._now() + self._every_seconds * self._chance.uniform(0.8, 0.95)
        if watched.person.expires_at is not None:
            due = min(due, watched.person.expires_at)
        watched.plan = next(self._count)
        heapq.heappush(self._due, (due, watched.plan, session_key))

    async def run(self) -> None:
        """Ask again about everybody, each when it is due, for ever."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self.check()

    async def check(self) -> None:
        """Everybody who is due has been asked about; those who are nobody any more are closed."""
        due: dict[str, _Watched] = {}
        while self._due and self._due[0][0] <= self._now():
            _, plan, key = heapq.heappop(self._due)
            watched = self._watched.get(key)
            if watched is not None and watched.plan == plan:
                due[key] = watched
        keys = list(due)
        answers = await asyncio.gather(*(self.identify(key) for key in keys), return_exceptions=True)
        for key, answer in zip(keys, answers, strict=True):
            self._judge(key, due[key], answer)

    def _judge(self, key: str, watched: _Watched, answer: Person | BaseException | None) -> None:
        if isinstance(answer, BaseException):
            if not isinstance(answer, IdentityUnknownError):
                log.error("revalidation_failed", exc_info=answer)
            if watched.unknown_since is None:
                watched.unknown_since = self._now()
            if self._now() - watched.unknown_since >= self._unknown_seconds:
                _end(watched, IDENTITY_UNKNOWN, "identity unknown")
        elif answer is None or answer.user_id != watched.person.user_id:
            expires_at = watched.person.expires_at
            is_over = expires_at is not None and self._now() >= expires_at
            _end(watched, UNAUTHENTICATED, "expired" if is_over else "logged_out")
        else:
            watched.unknown_since = None
            watched.person = msgspec.structs.replace(watched.person, expires_at=answer.expires_at)
        if self._watched.get(key) is watched:
            self._plan(key, watched)


def _outcome(person: Person | IdentityUnknownError | None) -> str:
    if isinstance(person, IdentityUnknownError):
        return "unknown"
    return "nobody" if person is None else "somebody"


def _end(watched: _Watched, code: int, reason: str) -> None:
    for connection in tuple(watched.connections):
        connection.end(code, reason)
