"""A site, its sessions and a clock, all turned by hand."""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from typing import cast

import jwt

from prosa.chat.connections import Connection
from prosa.chat.events import Event
from prosa.chat.sessions import Sessions
from prosa.chat.tasks import Tasks
from prosa.identity.direct import Direct
from prosa.identity.tokens import PersonTokens
from prosa.models.errors import IdentityUnknownError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.prosa.chat.clock import Clock
from tests.prosa.chat.unframed import never

SECRET = "s" * 32


def token(scene: "Scene", *, sub: str = "1", seconds: float = 300, later: int = 0) -> Credential:
    """As the site mints it; the scene's clock shows the world's time from then on, and ``later`` seconds."""
    now = int(time.time()) + later
    scene.clock.now = now
    claims = {"sub": sub, "aud": "prosa", "iat": now, "exp": now + seconds}
    return Credential("token", jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": "k"}))


def session(key: str) -> Credential:
    return Credential("session", key)


class Site:
    """What a site may answer, said by the test."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.batches: list[list[str]] = []
        self.is_away = False
        self.failing: set[str] = set()
        self.answers = asyncio.Event()
        self.answers.set()

    async def identify(self, credentials: Sequence[Credential]) -> list[Person | IdentityUnknownError | None]:
        session_keys = [one.secret for one in credentials]
        self.batches.append(session_keys)
        await asyncio.sleep(0)
        if self.is_away:
            raise IdentityUnknownError
        found = [
            IdentityUnknownError() if key in self.failing else self.people.get(key) for key in session_keys
        ]
        await self.answers.wait()
        return found


class Scene:
    """A site, its sessions and a clock."""

    def __init__(self) -> None:
        self.site = Site()
        self.clock = Clock()
        self.tasks = Tasks()
        self.ended: list[tuple[int, str]] = []
        self.told: list[Event] = []
        self.sessions = Sessions(
            identity=cast("Direct", self.site),
            tokens=PersonTokens({"k": ("HS256", SECRET)}, now=self.clock.time),
            tasks=self.tasks,
            every_seconds=60,
            unknown_seconds=600,
            now=self.clock.time,
            chance=Random(1),
        )

    def connected(self, key: str | Credential, person: Person) -> Connection:
        connection = Connection(
            person,
            credential=key if isinstance(key, Credential) else session(key),
            deliver=self.told.append,
            pass_on=never,
            written_size=len,
            end=lambda code, reason: self.ended.append((code, reason)),
        )
        self.sessions.watch(connection)
        return connection

    async def after(self, seconds: float) -> None:
        self.clock.passes(seconds)
        await self.sessions.check()


ANA = Person(user_id=UserId("1"), name="Ana")
