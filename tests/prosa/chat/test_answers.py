"""A page takes an answer of a few seconds ago; a socket, and whoever is asked about again, does not."""

import pytest

from prosa.chat import answers
from prosa.chat.answers import Answers
from prosa.models.errors import IdentityUnknownError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.prosa.chat.clock import Clock
from tests.prosa.chat.test_sessions import ANA, Scene, scene, session

__all__ = ["scene"]

A = session("a")


@pytest.mark.gen_test
async def test_a_page_asks_about_somebody_every_fifteen_seconds(scene: Scene) -> None:
    for _ in range(3):
        assert await scene.sessions.recall(A) == ANA
    scene.clock.passes(14.9)
    assert await scene.sessions.recall(A) == ANA
    assert len(scene.site.batches) == 1
    scene.clock.passes(0.1)
    del scene.site.people["a"]
    assert await scene.sessions.recall(A) is None
    assert len(scene.site.batches) == 2


@pytest.mark.gen_test
async def test_a_page_asks_about_nobody_every_three_seconds(scene: Scene) -> None:
    for _ in range(3):
        assert await scene.sessions.recall(session("b")) is None
    assert len(scene.site.batches) == 1
    scene.site.people["b"] = ANA
    scene.clock.passes(3)
    assert await scene.sessions.recall(session("b")) == ANA


@pytest.mark.gen_test
async def test_a_socket_is_always_asked_for_and_what_it_learns_is_for_pages_too(scene: Scene) -> None:
    for _ in range(2):
        assert await scene.sessions.identify(A) == ANA
    assert len(scene.site.batches) == 2
    assert await scene.sessions.recall(A) == ANA
    assert len(scene.site.batches) == 2
    del scene.site.people["a"]
    assert await scene.sessions.identify(A) is None
    assert await scene.sessions.recall(A) is None


@pytest.mark.gen_test
async def test_whoever_is_asked_about_again_is_asked_about_though_a_page_just_was(scene: Scene) -> None:
    scene.connected("a", ANA)
    scene.clock.passes(59)
    assert await scene.sessions.recall(A) == ANA
    del scene.site.people["a"]
    await scene.after(1)
    assert scene.ended == [(4401, "logged_out")]
    assert await scene.sessions.recall(A) is None


@pytest.mark.gen_test
async def test_while_the_site_is_away_a_page_takes_who_it_was_within_a_minute(scene: Scene) -> None:
    assert await scene.sessions.recall(A) == ANA
    scene.site.is_away = True
    scene.clock.passes(59.9)
    assert await scene.sessions.recall(A) == ANA
    with pytest.raises(IdentityUnknownError):
        await scene.sessions.identify(A)
    with pytest.raises(IdentityUnknownError):
        await scene.sessions.recall(session("b"))
    scene.clock.passes(0.1)
    with pytest.raises(IdentityUnknownError):
        await scene.sessions.recall(A)


@pytest.mark.gen_test
async def test_that_it_was_nobody_is_not_said_while_the_site_is_away(scene: Scene) -> None:
    assert await scene.sessions.recall(session("b")) is None
    scene.site.is_away = True
    scene.clock.passes(3)
    with pytest.raises(IdentityUnknownError):
        await scene.sessions.recall(session("b"))


@pytest.mark.gen_test
async def test_an_outage_is_not_kept(scene: Scene) -> None:
    scene.site.is_away = True
    with pytest.raises(IdentityUnknownError):
        await scene.sessions.recall(A)
    scene.site.is_away = False
    assert await scene.sessions.recall(A) == ANA


@pytest.mark.gen_test
async def test_nobody_outlives_what_the_site_has_said(scene: Scene) -> None:
    scene.site.people["a"] = Person(user_id=UserId("1"), name="Ana", expires_at=scene.clock.now + 5)
    await scene.sessions.recall(A)
    scene.site.is_away = True
    scene.clock.passes(5)
    with pytest.raises(IdentityUnknownError):
        await scene.sessions.recall(A)


@pytest.mark.gen_test
async def test_a_hint_counts_for_pages_at_once(scene: Scene) -> None:
    assert await scene.sessions.recall(A) == ANA
    del scene.site.people["a"]
    scene.sessions.hurry(frozenset({UserId("9")}))
    assert await scene.sessions.recall(A) == ANA
    scene.sessions.hurry(frozenset({ANA.user_id}))
    assert await scene.sessions.recall(A) is None


def test_what_was_not_looked_at_for_longest_is_forgotten_and_no_secret_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answers, "KEPT_MAX", 2)
    kept = Answers(Clock().time)
    kept.keep(session("a"), ANA)
    kept.keep(session("b"), ANA)
    assert kept.fresh(session("a")) is not None
    kept.keep(session("c"), ANA)
    assert [kept.fresh(session(key)) is not None for key in "abc"] == [True, False, True]
    assert kept.fresh(Credential("token", "a")) is None
    assert {len(key) for key in kept._kept} == {32}
