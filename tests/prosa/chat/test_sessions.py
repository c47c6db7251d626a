"""The door is checked for the life of the connection; a site that is away logs nobody out."""

import asyncio
from typing import Any

import msgspec
import pytest

from prosa.models.errors import IdentityUnknownError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.numbers import counted, risen
from tests.prosa.chat.door import ANA, Scene, session
from tests.waiting import until


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


@pytest.mark.gen_test
async def test_a_session_ends_when_the_site_has_said_though_the_site_is_away(scene: Scene) -> None:
    scene.connected("a", msgspec.structs.replace(ANA, expires_at=scene.clock.now + 30))
    scene.site.is_away = True
    await scene.after(29)
    assert scene.ended == []
    await scene.after(1)
    assert scene.ended == [(4401, "expired")]


@pytest.mark.gen_test
async def test_a_hint_is_asked_about_at_the_next_tick_and_ends_nobody_by_itself(scene: Scene) -> None:
    bia = Person(user_id=UserId("2"), name="Bia")
    scene.site.people["b"] = bia
    scene.connected("a", ANA)
    scene.connected("b", bia)
    scene.sessions.hurry(frozenset({ANA.user_id}))
    await scene.after(1)
    assert (scene.site.batches, scene.ended) == ([["a"]], [])
    del scene.site.people["a"]
    scene.sessions.hurry(frozenset({ANA.user_id}))
    await scene.after(1)
    assert (scene.site.batches, scene.ended) == ([["a"], ["a"]], [(4401, "logged_out")])


@pytest.mark.gen_test
async def test_a_hint_counts_for_more_than_an_answer_that_was_on_its_way(scene: Scene) -> None:
    scene.connected("a", ANA)
    scene.site.answers.clear()
    scene.clock.passes(60)
    checking = asyncio.create_task(scene.sessions.check())
    await until(lambda: bool(scene.site.batches))
    del scene.site.people["a"]
    scene.sessions.hurry(frozenset({ANA.user_id}))
    scene.site.answers.set()
    await checking
    assert scene.ended == []
    await scene.after(1)
    assert scene.ended == [(4401, "logged_out")]


@pytest.mark.gen_test
async def test_a_hint_counts_for_whoever_was_let_in_by_an_older_answer(scene: Scene) -> None:
    scene.sessions.hurry(frozenset({ANA.user_id}))
    scene.connected("a", ANA)
    del scene.site.people["a"]
    await scene.after(1)
    assert scene.ended == [(4401, "logged_out")]
    await scene.after(60)
    scene.ended.clear()
    scene.site.batches.clear()
    scene.connected("b", ANA)
    await scene.after(1)
    assert scene.site.batches == []


def test_what_is_shown_is_never_printed() -> None:
    assert "secret" not in repr(Credential("session", "secret")) + str([Credential("token", "secret")])


@pytest.mark.gen_test
async def test_a_page_goes_by_no_answer_that_is_older_than_a_hint(scene: Scene) -> None:
    assert await scene.sessions.recall(session("a")) == ANA
    scene.site.answers.clear()
    asking = asyncio.create_task(scene.sessions.identify(session("a")))
    await until(lambda: len(scene.site.batches) == 2)
    del scene.site.people["a"]
    scene.sessions.hurry(frozenset({ANA.user_id}))
    scene.site.answers.set()
    assert await asking == ANA
    assert await scene.sessions.recall(session("a")) is None
