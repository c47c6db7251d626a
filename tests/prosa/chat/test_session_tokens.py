"""A token is a credential with an end: announced, renewed on the open line, and over to the second."""

import asyncio
from typing import Any

import jwt
import pytest

from prosa.chat.connections import Connection
from prosa.models.errors import UnauthenticatedError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.prosa.chat.door import ANA, Scene, session, token


@pytest.fixture
def scene(io_loop: Any) -> Scene:
    return Scene()


async def shown(scene: Scene, credential: Credential) -> Connection:
    """A connection that a token has opened."""
    person = await scene.sessions.identify(credential)
    assert person is not None
    return scene.connected(credential, person)


@pytest.mark.gen_test
@pytest.mark.parametrize(("seconds", "notice"), [(300, 275), (60, 35), (40, 20)])
async def test_a_token_that_ends_is_told_in_time_and_then_ends_the_connection(
    scene: Scene, seconds: int, notice: int
) -> None:
    credential = token(scene, seconds=seconds)
    await shown(scene, credential)
    await scene.after(notice - 2)
    assert scene.told == []
    await scene.after(2)
    assert [event.name for event in scene.told] == ["token_expiring"]
    await scene.after(seconds - notice - 1)
    assert (len(scene.told), scene.ended) == (1, [])
    await scene.after(1)
    assert scene.ended == [(4003, "token expired")]
    assert scene.site.batches == []


@pytest.mark.gen_test
async def test_a_fresh_token_keeps_the_connection(scene: Scene) -> None:
    connection = await shown(scene, token(scene, seconds=60))
    fresh = token(scene, seconds=120)
    person = await scene.sessions.refresh(connection, fresh)
    assert connection.person == person
    await scene.after(80)
    assert (scene.told, scene.ended) == ([], [])
    await scene.after(40)
    assert scene.ended == [(4003, "token expired")]


@pytest.mark.gen_test
async def test_a_token_of_somebody_else_ends_the_connection(scene: Scene) -> None:
    connection = await shown(scene, token(scene))
    with pytest.raises(UnauthenticatedError):
        await scene.sessions.refresh(connection, token(scene, sub="2"))
    assert scene.ended == [(4401, "unauthenticated")]


@pytest.mark.gen_test
async def test_a_bad_token_leaves_the_connection_as_it_was(scene: Scene) -> None:
    connection = await shown(scene, token(scene, seconds=60))
    with pytest.raises(UnauthenticatedError):
        await scene.sessions.refresh(connection, Credential("token", "a.b.c"))
    await scene.after(58)
    assert scene.ended == []
    await scene.after(2)
    assert scene.ended == [(4003, "token expired")]


@pytest.mark.gen_test
async def test_connections_of_one_token_are_told_and_ended_together_and_others_stay(scene: Scene) -> None:
    credential = token(scene, seconds=60)
    for _ in range(2):
        await shown(scene, credential)
    await shown(scene, token(scene, sub="2", seconds=600))
    await scene.after(36)
    assert len(scene.told) == 2
    await scene.after(24)
    assert scene.ended == [(4003, "token expired")] * 2


@pytest.mark.gen_test
async def test_a_token_that_names_no_key_of_ours_is_for_the_site_to_judge(scene: Scene) -> None:
    bia = Person(user_id=UserId("2"), name="Bia")
    theirs = jwt.encode({"user_id": "2"}, "t" * 32, algorithm="HS256")
    bad = jwt.encode({"sub": "1"}, "t" * 32, algorithm="HS256", headers={"kid": "k"})
    scene.site.people.update({"a": ANA, theirs: bia})
    asked = [session("a"), Credential("token", theirs), Credential("token", bad), Credential("token", "x")]
    found = await asyncio.gather(*map(scene.sessions.identify, asked))
    assert found == [ANA, bia, None, None]
    assert sorted(key for batch in scene.site.batches for key in batch) == sorted(["a", theirs, "x"])
    assert len(scene.site.batches) <= 2


@pytest.mark.gen_test
async def test_after_a_hint_only_a_token_that_is_signed_since_counts(scene: Scene) -> None:
    old, neighbours = token(scene), token(scene, sub="2")
    closed = await shown(scene, old)
    await shown(scene, neighbours)
    await scene.after(5)
    scene.sessions.hurry(frozenset({ANA.user_id}))
    await scene.after(1)
    assert scene.ended == [(4003, "token expired")]
    scene.sessions.forget(closed)
    assert await scene.sessions.identify(old) is None
    fresh = token(scene, later=6)
    connection = await shown(scene, fresh)
    await scene.after(60)
    assert len(scene.ended) == 1
    with pytest.raises(UnauthenticatedError):
        await scene.sessions.refresh(connection, old)
    assert await scene.sessions.identify(neighbours) is not None
