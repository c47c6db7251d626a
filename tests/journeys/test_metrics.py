"""What happens is counted once, under its name, and says nothing about anybody."""

import asyncio
import json
import re

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.browser import Browser, Refused
from tests.journeys.scene import Scene, Start
from tests.journeys.test_forms import Tab
from tests.numbers import Numbers, numbers_of, risen
from tests.redis_server import RedisServer

SECONDS = 30


async def numbers(scene: Scene) -> Numbers:
    return numbers_of((await scene.get("/metrics")).body)


async def shows(scene: Scene, series: str, value: float) -> None:
    """The number is there, or will be within the time that a promise has."""
    async with asyncio.timeout(SECONDS):
        while (await numbers(scene))[series] != value:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)


async def two_in_a_room(scene: Scene) -> tuple[Browser, Browser]:
    await scene.room()
    tabs = await scene.browser("cliente"), await scene.browser("reforma")
    for tab in tabs:
        await tab.asks("join_chat", chat_id=1)
    return tabs


async def poll(scene: Scene, path: str, body: str = "") -> HTTPResponse:
    """A request of a polling session of the cliente, from a page of ours."""
    headers = {"Cookie": f"sessionid={await scene.logs_in('cliente')}", "Origin": scene.url}
    url = f"{scene.url}/ws/chat/000/a-session/{path}"
    return await AsyncHTTPClient().fetch(url, method="POST", headers=headers, body=body)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_message_is_counted_once_on_its_whole_way(start: Start) -> None:
    scene = await start(watch_seconds=3600)
    cliente, fornecedor = await two_in_a_room(scene)
    before = await numbers(scene)
    for n in range(7):
        await cliente.says(f"{n}", in_room=1)
    await fornecedor.hears("new_message", seq=7)
    rise = risen(before, await numbers(scene))
    assert rise['prosa_commands_total{command="send_message"}'] == 7
    assert rise["prosa_messages_stored_total"] == 7
    assert rise["prosa_messages_delivered_total"] == 14
    assert rise["prosa_send_to_ack_seconds_count"] == 7
    assert rise["prosa_send_to_deliver_seconds_count"] == 7
    assert rise["prosa_batch_messages_sum"] == 7
    assert rise["prosa_duplicates_suppressed_total"] == 0
    assert rise['prosa_mongo_seconds_count{command="insert"}'] == rise["prosa_batch_messages_count"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_form_that_is_sent_is_measured_as_what_is_said_over_the_socket(start: Start) -> None:
    scene = await start()
    await two_in_a_room(scene)
    tab = Tab(scene, "cliente", scene.keys["cliente"])
    before = await numbers(scene)
    assert (await tab.sends(await tab.opens(), conteudo="um")).code == 303
    assert (await tab.posts("/chat/1/enviar/", {"conteudo": "dois", "client_id": "c-2"})).code == 201
    assert (await tab.sends(await tab.opens(), conteudo=" ")).code == 400
    rise = risen(before, await numbers(scene))
    assert rise["prosa_messages_stored_total"] == 2
    assert rise["prosa_send_to_ack_seconds_count"] == 2
    assert rise["prosa_send_to_deliver_seconds_count"] == 2


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_came_again_is_a_duplicate_and_not_a_message(start: Start) -> None:
    scene = await start()
    cliente, _ = await two_in_a_room(scene)
    before = await numbers(scene)
    await cliente.says("Olá", in_room=1, client_id="c-1")
    await asyncio.gather(*(cliente.says("Olá", in_room=1, client_id="c-1") for _ in range(2)))
    await scene.api("POST", "/rooms/1/messages", {"conteudo": "Do site", "client_id": "s-1"})
    await scene.api("POST", "/rooms/1/messages", {"conteudo": "Do site", "client_id": "s-1"})
    rise = risen(before, await numbers(scene))
    assert rise["prosa_messages_stored_total"] == 2
    assert rise["prosa_duplicates_suppressed_total"] == 3


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_imported_past_is_not_late(start: Start) -> None:
    scene = await start()
    await two_in_a_room(scene)
    before = await numbers(scene)
    past = [{"conteudo": f"{n}", "client_id": f"p-{n}", "sent_at": "2020-01-01T12:00:00Z"} for n in range(3)]
    assert (await scene.api("POST", "/rooms/1/import", {"messages": past})).code == 200
    rise = risen(before, await numbers(scene))
    assert rise["prosa_messages_delivered_total"] == 6
    assert rise["prosa_send_to_deliver_seconds_count"] == 0


@pytest.mark.gen_test(timeout=SECONDS)
async def test_refusals_are_counted_by_their_code_and_way(start: Start) -> None:
    scene = await start(sends="2 per minute")
    cliente, _ = await two_in_a_room(scene)
    before = await numbers(scene)
    for text in ("um", "dois"):
        await cliente.says(text, in_room=1)
    for room, text in ((1, " "), (1, "á" * 2001), (2, "Olá"), (1, "três")):
        with pytest.raises(Refused):
            await cliente.says(text, in_room=room)
    for text in ("nonsense", '{"event": "unheard_of"}'):
        cliente.writes(text)
    await cliente.hears("error", code="unknown_event")
    assert (await scene.get("/chat/2/", "cliente")).code == 404
    rise = risen(before, await numbers(scene))
    refusals = {name: count for name, count in rise.items() if name.startswith("prosa_refusals")}
    codes = ("empty", "too_long", "not_found", "rate_limited", "malformed", "unknown_event")
    assert refusals == {
        **{f'prosa_refusals_total{{code="{code}",way="socket"}}': 1 for code in codes},
        'prosa_refusals_total{code="not_found",way="http"}': 1,
    }
    assert rise['prosa_commands_total{command="none"}'] == 2


@pytest.mark.gen_test(timeout=SECONDS)
async def test_recoveries_are_counted_by_how_they_ended(start: Start) -> None:
    scene = await start(recovery=2)
    cliente, _ = await two_in_a_room(scene)
    for n in range(3):
        await cliente.says(f"{n}", in_room=1)
    epoch = (await cliente.asks("join_chat", chat_id=1))["epoch"]
    before = await numbers(scene)
    for last_seq, log in ((1, epoch), (3, epoch), (0, epoch), (4, epoch), (1, "another")):
        await cliente.asks("join_chat", chat_id=1, last_seq=last_seq, epoch=log)
    rise = risen(before, await numbers(scene))
    assert rise['prosa_recoveries_total{outcome="recovered"}'] == 2
    assert rise['prosa_recoveries_total{outcome="too_much"}'] == 1
    assert rise['prosa_recoveries_total{outcome="another_log"}'] == 2


@pytest.mark.gen_test(timeout=SECONDS)
async def test_connections_are_counted_where_they_are_and_by_why_they_end(start: Start) -> None:
    scene = await start()
    cliente, _ = await two_in_a_room(scene)
    await poll(scene, "xhr")
    now = await numbers(scene)
    assert now['prosa_connections{transport="rawwebsocket"}'] == 2
    assert now['prosa_connections{transport="xhr"}'] == 1
    assert now['prosa_connections{transport="websocket"}'] == 0
    stranger = await Browser.open(scene.url, "nobody")
    assert await stranger.is_closed() == 4401
    await cliente.leaves()
    await shows(scene, 'prosa_connections{transport="rawwebsocket"}', 1)
    rise = risen(now, await numbers(scene))
    assert rise['prosa_closes_total{code="4401",reason="unauthenticated"}'] == 1
    assert rise['prosa_closes_total{code="1002",reason="Connection interrupted"}'] == 1
    assert rise['prosa_identity_lookups_total{outcome="nobody"}'] == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_waits_for_a_slow_reader_is_seen_and_so_is_that_they_were_dropped(start: Start) -> None:
    scene = await start(queue_messages=5, sends="100 per second")
    cliente, _ = await two_in_a_room(scene)
    await poll(scene, "xhr")  # the open frame
    await poll(scene, "xhr_send", json.dumps(['{"event": "join_chat", "data": {"chat_id": 1}}']))
    before = await numbers(scene)
    await cliente.says("um", in_room=1)
    now = await numbers(scene)
    assert now["prosa_queue_bytes"] > 0
    for n in range(10):
        await cliente.says(f"{n}", in_room=1)
    now = await numbers(scene)
    assert now["prosa_queue_bytes"] == 0
    assert risen(before, now)['prosa_closes_total{code="4008",reason="too slow"}'] == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_redis_that_goes_away_and_comes_back_is_seen(start: Start, redis: RedisServer) -> None:
    scene = await start(redis_url=redis.url)
    ways = [f'prosa_redis_connections{{way="{way}"}}' for way in ("in", "out")]
    for way in ways:
        await shows(scene, way, 1)
    assert (await numbers(scene))["prosa_redis_seconds_count"] > 0
    redis.kill()
    for way in ways:
        await shows(scene, way, 0)
    await asyncio.to_thread(redis.start)
    for way in ways:
        await shows(scene, way, 1)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_number_says_who_or_where_or_what(start: Start) -> None:
    scene = await start()
    await scene.room("room-of-a-test")
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id="room-of-a-test")
    await cliente.says("words-of-a-test", in_room="room-of-a-test", client_id="name-of-a-test")
    with pytest.raises(Refused):
        await cliente.asks("event-of-a-test", chat_id="room-of-a-test")
    body = (await scene.get("/metrics")).body.decode()
    assert "of-a-test" not in body
    assert scene.keys["cliente"] not in body
    assert "Reforma" not in body
    labels = set(re.findall(r'[{,](\w+)="', body))
    assert labels == {
        "code", "command", "found_by", "le", "outcome", "reason", "state", "transport", "way"
    }  # fmt: skip
