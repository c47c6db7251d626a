"""The door, for the life of a connection: who is it, and is it still so.

Questions asked at the same moment go to the site as one batch. A site that cannot answer is
"unknown" (``IdentityUnknownError``): known people stay for a bounded time, nobody is "logged out".
"""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable
from contextlib import suppress
from random import Random

import msgspec

from prosa import metrics
from prosa.chat.answers import Answers
from prosa.chat.connections import Connection
from prosa.chat.events import Event
from prosa.chat.tasks import Tasks
from prosa.chat.wire import ending
from prosa.identity.identity import Identity
from prosa.identity.tokens import PersonTokens
from prosa.models.errors import IdentityUnknownError, UnauthenticatedError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person

log = logging.getLogger(__name__)

BATCH_MAX = 200
TICK_SECONDS = 1.0
HURRY_SECONDS = 0.1
"""The least time between two rounds of questions, however many hints come."""
NOTICE_SECONDS = 25.0
"""How long before its end the holder of a token is told; half of what is left, where that is a minute."""
SHORT_SECONDS = 60.0
HINT_SECONDS = 10.0
"""How long a hint holds for those who are coming in: longer than the site takes to say who they are."""
TOKEN_EXPIRED = 4003
UNAUTHENTICATED = 4401
IDENTITY_UNKNOWN = 4010


class _Watched:
    """One credential and the connections that came with it."""

    __slots__ = ("connections", "notice_at", "person", "plan", "unknown_since")

    def __init__(self, person: Person) -> None:
        self.person = person
        self.connections: set[Connection] = set()
        self.unknown_since: float | None = None
        self.notice_at: float | None = None
        """When its connections are to be told that it is about to end; ``None``: told, or never."""
        self.plan = 0
        """The number of its next check; a check planned for an earlier life of the credential is void."""

    def is_over(self, now: float) -> bool:
        """Whether the time it was good for has passed."""
        return self.person.expires_at is not None and now >= self.person.expires_at


class Sessions:
    """Asks the site who somebody is, once at the door and then about every ``every_seconds``."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        identity: Identity,
        tokens: PersonTokens,
        tasks: Tasks,
        every_seconds: float,
        unknown_seconds: float,
        now: Callable[[], float],
        chance: Random,
    ) -> None:
        self._identity = identity
        self._tokens = tokens
        self._tasks = tasks
        self._every_seconds = every_seconds
        self._unknown_seconds = unknown_seconds
        self._now = now
        self._chance = chance
        self._asked: dict[Credential, asyncio.Future[Person | None]] = {}
        self._is_asking = False
        self._answers = Answers(now)
        self._watched: dict[Credential, _Watched] = {}
        self._due: list[tuple[float, int, Credential]] = []
        self._hinted: dict[UserId, float] = {}
        self._hurried = asyncio.Event()
        self._count = itertools.count()

    async def recall(self, credential: Credential) -> Person | None:
        """Who this is, as the site has said within seconds; while it is away, within a minute. For pages.

        ``None`` for nobody. Raises ``IdentityUnknownError`` where it cannot be told.
        """
        answer = self._answers.fresh(credential)
        if answer is not None:
            return answer.person
        try:
            return await self.identify(credential)
        except IdentityUnknownError:
            person = self._answers.stale(credential)
            if person is None:
                raise
            return person

    async def identify(self, credential: Credential) -> Person | None:
        """Who this is; ``None`` for nobody. Raises ``IdentityUnknownError`` where it cannot be told."""
        if credential.kind == "token" and self._tokens.are_ours(credential.secret):
            person = self._tokens.person_of(credential.secret)
            metrics.IDENTITY.labels(_outcome(person)).inc()
            return person
        future = self._asked.get(credential)
        if future is None:
            future = self._asked[credential] = asyncio.get_running_loop().create_future()
            if not self._is_asking:
                self._is_asking = True
                self._tasks.start("identify", self._ask())
        return await asyncio.shield(future)

    async def _ask(self) -> None:
        """Answer what has been asked, a batch at a time, until nothing is left to ask."""
        try:
            while self._asked:
                batch = dict(itertools.islice(self._asked.items(), BATCH_MAX))
                for credential in batch:
                    del self._asked[credential]
                await self._answer(batch)
        finally:
            self._is_asking = False
            for future in self._asked.values():
                future.cancel()
            self._asked.clear()

    async def _answer(self, batch: dict[Credential, asyncio.Future[Person | None]]) -> None:
        try:
            people = await self._identity.identify(list(batch))
        except Exception as error:  # noqa: BLE001 - whoever asked gets it, and only they
            metrics.IDENTITY.labels("unknown").inc(len(batch))
            for future in batch.values():
                future.set_exception(error)
                future.exception()  # seen, even where nobody waits for it any more
        else:
            for (credential, future), person in zip(batch.items(), people, strict=True):
                metrics.IDENTITY.labels(_outcome(person)).inc()
                if isinstance(person, IdentityUnknownError):
                    future.set_exception(person)
                    future.exception()  # seen, even where nobody waits for it any more
                else:
                    if person is None or person.user_id not in self._hinted:  # it may be older than the hint
                        self._answers.keep(credential, person)
                    future.set_result(person)

    def watch(self, connection: Connection) -> None:
        """From now on the connection lives only as long as the site vouches for its person."""
        credential, person = connection.credential, connection.person
        watched = self._watched.get(credential)
        if watched is None:
            watched = self._watched[credential] = _Watched(person)
            if credential.kind == "token" and person.expires_at is not None:
                rest = person.expires_at - self._now()
                notice = NOTICE_SECONDS if rest >= SHORT_SECONDS else rest / 2
                watched.notice_at = person.expires_at - notice
            self._plan(credential, watched, due=self._hinted.get(person.user_id))
        watched.connections.add(connection)

    def forget(self, connection: Connection) -> None:
        """The connection is closed."""
        watched = self._watched.get(connection.credential)
        if watched is not None:
            watched.connections.discard(connection)
            if not watched.connections:
                del self._watched[connection.credential]

    async def refresh(self, connection: Connection, credential: Credential) -> Person:
        """From now on the connection lives by a fresh credential of its person, who is the answer.

        Raises ``UnauthenticatedError``, which leaves it as it was, for a credential that is not good;
        one of somebody else ends the connection too.
        """
        person = await self.identify(credential)
        if person is None:
            raise UnauthenticatedError
        if person.user_id != connection.person.user_id:
            connection.end(UNAUTHENTICATED, "unauthenticated")
            raise UnauthenticatedError
        self.forget(connection)
        connection.credential, connection.person = credential, person
        self.watch(connection)
        return person

    def hurry(self, user_ids: frozenset[UserId]) -> None:
        """These people may be nobody any more: they are asked about at once.

        An answer that was on its way when the hint came is older than the hint, and does not count: neither
        for those who are being asked about already, nor for those who are just coming in. Nor do tokens
        that were signed before: their holders are sent for others, which the site gives to those it knows.
        """
        self._tokens.doubt(user_ids)
        self._hinted.update(dict.fromkeys(user_ids, self._now()))
        self._answers.forget(user_ids)
        for credential, watched in self._watched.items():
            if watched.person.user_id in user_ids:
                self._plan(credential, watched, due=self._now())
        self._hurried.set()

    def _plan(self, credential: Credential, watched: _Watched, *, due: float | None = None) -> None:
        if due is None:
            due = self._now() + self._every_seconds * self._chance.uniform(0.8, 0.95)
            ends = [when for when in (watched.person.expires_at, watched.notice_at) if when is not None]
            due = min(due, *ends) if ends else due
        watched.plan = next(self._count)
        heapq.heappush(self._due, (due, watched.plan, credential))

    async def run(self) -> None:
        """Ask again about everybody, each when it is due, for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._hurried.wait()
            self._hurried.clear()
            await self.check()
            await asyncio.sleep(HURRY_SECONDS)

    async def check(self) -> None:
        """Everybody who is due has been asked about; those who are nobody any more are closed."""
        self._hinted = {who: at for who, at in self._hinted.items() if self._now() < at + HINT_SECONDS}
        due: dict[Credential, tuple[_Watched, int]] = {}
        while self._due and self._due[0][0] <= self._now():
            _, plan, credential = heapq.heappop(self._due)
            watched = self._watched.get(credential)
            if watched is not None and watched.plan == plan:
                due[credential] = watched, plan
        answers = await asyncio.gather(*map(self.identify, due), return_exceptions=True)
        for (credential, (watched, plan)), answer in zip(due.items(), answers, strict=True):
            self._judge(credential, watched, answer)
            if self._watched.get(credential) is watched and watched.plan == plan:
                self._plan(credential, watched)

    def _judge(
        self, credential: Credential, watched: _Watched, answer: Person | BaseException | None
    ) -> None:
        if isinstance(answer, BaseException):
            self._bear(watched, answer)
        elif answer is None or answer.user_id != watched.person.user_id:
            is_over = watched.is_over(self._now()) or self._tokens.are_ours(credential.secret)
            _end(watched, *_farewell(credential, is_over=is_over))
        else:
            watched.unknown_since = None
            watched.person = msgspec.structs.replace(watched.person, expires_at=answer.expires_at)
            self._give_notice(watched)

    def _bear(self, watched: _Watched, error: BaseException) -> None:
        """Nobody knows: a known person stays for a while, but never beyond what the site has said."""
        if not isinstance(error, IdentityUnknownError):
            log.error("revalidation_failed", exc_info=error)
        if watched.unknown_since is None:
            watched.unknown_since = self._now()
        if watched.is_over(self._now()):
            _end(watched, UNAUTHENTICATED, "expired")
        elif self._now() - watched.unknown_since >= self._unknown_seconds:
            _end(watched, IDENTITY_UNKNOWN, "identity unknown")

    def _give_notice(self, watched: _Watched) -> None:
        expires_at = watched.person.expires_at
        if watched.notice_at is None or expires_at is None or self._now() < watched.notice_at:
            return
        watched.notice_at = None
        event = Event("token_expiring", {"expires_at": ending(watched.person)})
        for connection in tuple(watched.connections):
            connection.deliver(event)


def _outcome(person: Person | IdentityUnknownError | None) -> str:
    if isinstance(person, IdentityUnknownError):
        return "unknown"
    return "nobody" if person is None else "somebody"


def _farewell(credential: Credential, *, is_over: bool) -> tuple[int, str]:
    if not is_over:
        return UNAUTHENTICATED, "logged_out"
    return (TOKEN_EXPIRED, "token expired") if credential.kind == "token" else (UNAUTHENTICATED, "expired")


def _end(watched: _Watched, code: int, reason: str) -> None:
    for connection in tuple(watched.connections):
        connection.end(code, reason)
