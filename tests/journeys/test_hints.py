"""The site hints that a login has ended: every worker asks again, and nobody goes by the hint alone."""

import asyncio
import json
import time
from typing import Any

import pytest

from prosa.chat import sessions
from prosa.models.ids import UserId
from tests.journeys.scene import Start, end_session, redis_is
from tests.redis_server import RedisServer

SECONDS = 30
PROMISED_SECONDS = 1.0
"""From a hint to the end of every connection that it ends, on every worker; mostly a twentieth of it."""
NEVER: dict[str, Any] = {"watch_seconds": 3600, "revalidate_seconds": 3600}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_hint_ends_a_session_that_is_over_at_every_worker_at_once_and_no_other(
    start: Start, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "TICK_SECONDS", 3600)
    one, other = [await start(**NEVER, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    tabs = [await worker.browser("cliente") for worker in (one, other)]
    neighbour = await other.browser("reforma")
    for worker in (one, other):
        await asyncio.to_thread(end_session, worker.keys["cliente"])
    ids = [int(one.ids["cliente"]), other.ids["reforma"]]
    hinted_at = time.monotonic()
    assert (await one.api("POST", "/hints", {"user_ids": ids})).code == 202
    assert [await tab.is_closed() for tab in tabs] == [4401, 4401]
    assert time.monotonic() - hinted_at < PROMISED_SECONDS
    assert not neighbour.closed.is_set()
    assert (await neighbour.asks("list_rooms"))["rooms"] == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_waits_to_be_carried_out_when_a_session_ends_is_not(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "TICK_SECONDS", 3600)
    scene = await start(**NEVER)
    await scene.room()
    tab = await scene.browser("cliente")
    for _ in range(20):
        tab.writes(json.dumps({"event": "join_chat", "data": {"chat_id": "nenhuma"}}))
    said = {"chat_id": 1, "conteudo": "Ainda aqui", "client_id": "c"}
    tab.writes(json.dumps({"event": "send_message", "data": said}))
    await tab.hears("error", code="not_found")
    await asyncio.to_thread(end_session, scene.keys["cliente"])
    await scene.api("POST", "/hints", {"user_ids": [scene.ids["cliente"]]})
    assert await tab.is_closed() == 4401
    await asyncio.sleep(1.5)  # as long as all of it would take
    reforma = await scene.browser("reforma")
    assert (await reforma.asks("join_chat", chat_id=1))["messages"] == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_hint_alone_logs_nobody_out(start: Start) -> None:
    scene = await start(**NEVER)
    tab = await scene.browser("cliente")
    assert (await scene.api("POST", "/hints", {"user_ids": [scene.ids["cliente"]]})).code == 202
    await scene.worker.chat.sessions.check()
    assert (await tab.asks("list_rooms"))["rooms"] == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_without_a_hint_the_regular_question_ends_it(start: Start) -> None:
    one, other = [await start(watch_seconds=3600, revalidate_seconds=1) for _ in range(2)]
    tabs = [await worker.browser("cliente") for worker in (one, other)]
    for worker in (one, other):
        await asyncio.to_thread(end_session, worker.keys["cliente"])
    assert [await tab.is_closed() for tab in tabs] == [4401, 4401]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_no_hint_can_be_is_refused(start: Start) -> None:
    scene = await start()
    many = [UserId(str(n)) for n in range(201)]
    for body in ({"user_ids": many}, {"user_ids": [None]}, {"user_ids": "12"}, {}):
        refused = await scene.api("POST", "/hints", body)
        assert (refused.code, json.loads(refused.body)["field"]) == (400, "user_ids")
    assert (await scene.api("POST", "/hints", {"user_ids": many[:200]})).code == 202
    assert (await scene.api("POST", "/hints", {"user_ids": []}, scope="rooms messages")).code == 403
