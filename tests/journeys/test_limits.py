"""Nobody takes more than their share: of sends, questions, connections and bytes, at all workers together."""

import json
from typing import Any

import pytest

from tests.browser import Browser, Refused
from tests.journeys.scene import Scene, Start, redis_is
from tests.redis_server import RedisServer

SECONDS = 30


async def refused(scene: Scene, cookie: str | None) -> dict[str, Any]:
    """What a connection is told that is opened and closed again."""
    browser = await Browser.open(scene.url, cookie)
    told = await browser.hears("error")
    assert await browser.is_closed() == 4429
    assert 0 < told["retry_after_ms"] <= 60_000
    return told


@pytest.mark.gen_test(timeout=SECONDS)
async def test_workers_count_one_person_together(start: Start, redis: RedisServer) -> None:
    one, other = [await start(redis_url=redis.url, sends="3 per minute") for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    tabs = [await worker.browser("cliente") for worker in (one, other)]
    for n, tab in enumerate((*tabs, tabs[0])):
        await tab.says(f"{n}", in_room=1, client_id=f"c{n}")
    for tab in tabs:
        with pytest.raises(Refused) as caught:
            await tab.says("mais uma", in_room=1)
        assert caught.value.code == "rate_limited"
        assert 50_000 < caught.value.data["retry_after_ms"] <= 60_000
        assert (await tab.says("1", in_room=1, client_id="c1"))["duplicate"] is True
    reforma = await other.browser("reforma")
    assert (await reforma.says("Olá", in_room=1))["seq"] == 4


@pytest.mark.gen_test(timeout=SECONDS)
async def test_without_a_redis_that_answers_each_worker_counts_for_itself(
    start: Start, redis: RedisServer
) -> None:
    scene = await start(redis_url=redis.url, sends="2 per minute")
    await redis_is("up", scene)
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.says("um", in_room=1)
    redis.stand_still()
    await cliente.says("dois", in_room=1)
    with pytest.raises(Refused) as caught:
        await cliente.says("três", in_room=1)
    assert caught.value.code == "rate_limited"
    redis.go_on()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_person_opens_so_many_connections_in_a_while(start: Start) -> None:
    scene = await start(connects="2 per minute")
    for _ in range(2):
        await (await scene.browser("cliente")).leaves()
    assert (await refused(scene, await scene.logs_in("cliente")))["code"] == "rate_limited"
    await scene.browser("reforma")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_address_opens_so_many_connections_in_a_while_whoever_it_is(start: Start) -> None:
    scene = await start(address_connects="2 per minute", hello_seconds=0.1)
    await scene.browser("cliente")
    assert await (await Browser.open(scene.url, None)).is_closed() == 4401
    for cookie in (None, "nonsense", await scene.logs_in("cliente")):
        assert (await refused(scene, cookie))["code"] == "rate_limited"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_only_so_many_of_an_address_may_leave_open_who_they_are(start: Start) -> None:
    scene = await start(strangers_per_address=2)
    strangers = [await Browser.open(scene.url, None) for _ in range(2)]
    assert (await refused(scene, None))["code"] == "rate_limited"
    for stranger, name in zip(strangers, ("cliente", "reforma"), strict=True):
        key = await scene.logs_in(name)
        stranger.writes(json.dumps({"event": "authenticate", "data": {"session_key": key}}))
        await stranger.hears("welcome")
    await scene.browser("pintura")
    for stranger in strangers:
        await stranger.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_questions_are_limited_too(start: Start) -> None:
    scene = await start(queries="4 per minute")
    await scene.room()
    tabs = [await scene.browser("cliente") for _ in range(2)]
    await tabs[0].asks("history", chat_id=1)
    await tabs[1].asks("list_rooms")
    await tabs[0].asks("mark_read", chat_id=1, seq=0)
    await tabs[1].asks("mark_delivered", chat_id=1, seq=0)
    for tab in tabs:
        with pytest.raises(Refused) as caught:
            await tab.asks("history", chat_id=1)
        assert caught.value.code == "rate_limited"
    await tabs[0].asks("join_chat", chat_id=1)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_pours_bytes_in_is_closed_and_the_others_stay(start: Start) -> None:
    scene = await start(kib="64 per minute")
    await scene.room()
    flooding, other = await scene.browser("cliente"), await scene.browser("cliente")
    for _ in range(4):
        flooding.writes("x" * 20_000)
    assert await flooding.is_closed() == 4429
    assert flooding.has_heard("error")[-1]["code"] == "rate_limited"
    assert (await other.says("Olá", in_room=1))["seq"] == 1
