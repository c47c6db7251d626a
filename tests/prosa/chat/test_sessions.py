"""The door is checked for the life of the connection; a site that is away logs nobody out."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any, cast

import jwt
import pytest

from prosa.chat.connections import Connection
from prosa.chat.events import Event
from prosa.chat.sessions import Sessions
from prosa.chat.tasks import Tasks
from prosa.identity.direct import Direct
from prosa.identity.tokens import PersonTokens
from prosa.models.errors import IdentityUnknownError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.numbers import counted, risen
from tests.prosa.chat.clock import Clock

SECRET = "s" * 32


def session(key: str) -> Credential:
    return Credential("session", key)


class Site:
    """What a site may answer, said by the test."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.batches: list[list[str]] = []
        self.is_away = False
        self.failing: set[str] = set()

    async def identify(self, credentials: Sequence[Credential]) -> list[Person | IdentityUnknownError | None]:
        session_keys = [one.secret for one in credentials]
        self.batches.append(session_keys)
        await asyncio.sleep(0)
        if self.is_away:
            raise IdentityUnknownError
        return [
            IdentityUnknownError() if key in self.failing else self.people.get(key) for key in session_keys
        ]


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
            written_size=len,
            end=lambda code, reason: self.ended.append((code, reason)),
        )
        self.sessions.watch(connection)
        return connection

    async def after(self, seconds: float) -> None:
        self.clock.passes(seconds)
        await self.sessions.check()


ANA = Person(user_id=UserId("1"), name="Ana")


@pytest.fixture
def scene(io_loop: Any) -> Scene:
    made = Scene()
    made.site.people["a"] = ANA
    return made


@pytest.mark.gen_test
async def test_questions_of_one_moment_are_one_batch(scene: Scene) -> None:
    first, *_ = await asyncio.gather(*(scene.sessions.identify(session(key)) for key in ("a", "a", "b", "c")))
    assert first == ANA
    assert sorted(key for batch in scene.site.batches for key in batch) == ["a", "b", "c"]
    assert len(scene.site.batches) <= 2


@pytest.mark.gen_test
async def test_a_token_that_names_no_key_of_ours_is_for_the_site_to_judge(scene: Scene) -> None:
    bia = Person(user_id=UserId("2"), name="Bia")
    theirs = jwt.encode({"user_id": "2"}, "t" * 32, algorithm="HS256")
    bad = jwt.encode({"sub": "1"}, "t" * 32, algorithm="HS256", headers={"kid": "k"})
    scene.site.people[theirs] = bia
    asked = [session("a"), Credential("token", theirs), Credential("token", bad), Credential("token", "x")]
    found = await asyncio.gather(*map(scene.sessions.identify, asked))
    assert found == [ANA, bia, None, None]
    assert sorted(key for batch in scene.site.batches for key in batch) == sorted(["a", theirs, "x"])
    assert len(scene.site.batches) <= 2


@pytest.mark.gen_test
async def test_an_account_that_cannot_be_told_leaves_its_batch_alone(scene: Scene) -> None:
    scene.site.failing.add("b")
    first, second = await asyncio.gather(
        *(scene.sessions.identify(session(key)) for key in ("a", "b")), return_exceptions=True
    )
    assert first == ANA
    assert isinstance(second, IdentityUnknownError)


@pytest.mark.gen_test
async def test_every_lookup_is_counted_by_what_it_found(scene: Scene) -> None:
    before = counted()
    scene.site.failing.add("b")
    await asyncio.gather(*(scene.sessions.identify(session(key)) for key in "abcd"), return_exceptions=True)
    scene.site.is_away = True
    await asyncio.gather(*(scene.sessions.identify(session(key)) for key in "ac"), return_exceptions=True)
    rise = risen(before, counted())
    assert rise['prosa_identity_lookups_total{outcome="somebody"}'] == 1
    assert rise['prosa_identity_lookups_total{outcome="nobody"}'] == 2
    assert rise['prosa_identity_lookups_total{outcome="unknown"}'] == 3


@pytest.mark.gen_test
async def test_a_session_that_still_holds_keeps_its_connection(scene: Scene) -> None:
    scene.connected("a", ANA)
    for _ in range(3):
        await scene.after(60)
    assert scene.ended == []
    assert len(scene.site.batches) == 3


@pytest.mark.gen_test
async def test_a_session_that_is_gone_ends_every_connection_within_a_minute(scene: Scene) -> None:
    scene.connected("a", ANA)
    scene.connected("a", ANA)
    del scene.site.people["a"]
    await scene.after(60)
    assert scene.ended == [(4401, "logged_out")] * 2


@pytest.mark.gen_test
async def test_a_session_that_now_is_somebody_else_ends_the_connection(scene: Scene) -> None:
    scene.connected("a", ANA)
    scene.site.people["a"] = Person(user_id=UserId("2"), name="Bia")
    await scene.after(60)
    assert scene.ended == [(4401, "logged_out")]


@pytest.mark.gen_test
async def test_a_session_ends_at_its_time(scene: Scene) -> None:
    scene.connected("a", Person(user_id=UserId("1"), name="Ana", expires_at=scene.clock.now + 20))
    del scene.site.people["a"]
    await scene.after(19)
    assert scene.ended == []
    await scene.after(1)
    assert scene.ended == [(4401, "expired")]


@pytest.mark.gen_test
async def test_a_site_that_is_away_logs_nobody_out_for_a_bounded_time(scene: Scene) -> None:
    scene.connected("a", ANA)
    scene.site.is_away = True
    for _ in range(10):
        await scene.after(60)
    assert scene.ended == []
    await scene.after(60)
    assert scene.ended == [(4010, "identity unknown")]


@pytest.mark.gen_test
async def test_a_site_that_comes_back_is_believed_again(scene: Scene) -> None:
    scene.connected("a", ANA)
    scene.site.is_away = True
    await scene.after(60)
    scene.site.is_away = False
    for _ in range(12):
        await scene.after(60)
    assert scene.ended == []


@pytest.mark.gen_test
async def test_a_page_that_reloads_is_asked_about_no_more_often(scene: Scene) -> None:
    for _ in range(5):
        connection = scene.connected("a", ANA)
        scene.sessions.forget(connection)
    scene.connected("a", ANA)
    await scene.after(60)
    assert len(scene.site.batches) == 1


@pytest.mark.gen_test
async def test_an_answer_that_fails_reaches_whoever_asked_and_nobody_else(scene: Scene) -> None:
    scene.site.is_away = True
    with pytest.raises(IdentityUnknownError):
        await scene.sessions.identify(session("a"))
    scene.site.is_away = False
    assert await scene.sessions.identify(session("a")) == ANA
