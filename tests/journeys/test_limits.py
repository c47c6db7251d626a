"""Too much of something is refused by name, with a true time, at whichever worker; all others go on."""

import asyncio
import json

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from handlers.socket import CHUNK_BYTES, INBOX_BYTES
from tests.browser import Browser, Refused
from tests.handlers.sockjs.wire import Wire, heard
from tests.journeys.scene import Scene, Start
from tests.prosa.broker.wire import until
from tests.redis_server import RedisServer

pytestmark = pytest.mark.gen_test(timeout=60)


async def refused_at_the_door(scene: Scene, cookie: str | None) -> int:
    """The connection is opened, told when to come back, and closed with 4429."""
    browser = await Browser.open(scene.url, cookie)
    error = await browser.hears("error")
    assert (error["code"], error["retryable"]) == ("rate_limited", True)
    assert await browser.is_closed() == 4429
    return int(error["retry_after_ms"])


async def together(scene: Scene) -> None:
    """This worker counts with the others from now on."""
    nodes = scene.worker.broker._nodes  # type: ignore[attr-defined]
    await until(lambda: nodes.owner(b"").counts.link.is_up)


async def test_a_limit_holds_for_all_workers_together(start: Start, redis: RedisServer) -> None:
    scenes = [await start(redis_url=redis.url, sends="4 per 1 minute") for _ in range(2)]
    await scenes[0].room()
    browsers = []
    for scene in scenes:
        await together(scene)
        scene.keys, scene.ids = scenes[0].keys, scenes[0].ids
        browsers.append(await scene.browser("cliente"))
    for n in range(4):
        await browsers[n % 2].says("Olá", in_room=1)
    for browser in browsers:
        with pytest.raises(Refused) as refused:
            await browser.says("Olá", in_room=1)
        assert 50_000 < refused.value.data["retry_after_ms"] <= 60_000


async def test_a_redis_that_stands_still_holds_up_no_message(start: Start, redis: RedisServer) -> None:
    scene = await start(redis_url=redis.url, sends="10 per 1 minute")
    await scene.room()
    await together(scene)
    cliente = await scene.browser("cliente")
    await cliente.says("Olá", in_room=1)
    redis.stand_still()
    try:
        async with asyncio.timeout(5):
            for _ in range(10):
                await cliente.says("Olá", in_room=1)
            with pytest.raises(Refused) as refused:
                await cliente.says("Olá", in_room=1)
        assert refused.value.code == "rate_limited"
    finally:
        redis.go_on()


async def test_a_person_opens_so_many_connections_in_a_while(start: Start) -> None:
    scene = await start(connects="3 per 1 seconds")
    for _ in range(3):
        await scene.browser("cliente")
    wait_ms = await refused_at_the_door(scene, await scene.logs_in("cliente"))
    await scene.browser("reforma")
    await asyncio.sleep(wait_ms / 1000)
    await scene.browser("cliente")


async def test_from_an_address_so_many_are_opened_in_a_while_before_anybody_is_asked_who_they_are(
    start: Start,
) -> None:
    scene = await start(connects_per_address="2 per 1 minute")
    await scene.logs_in("cliente")
    tab = await scene.browser("cliente")
    nobody = await Browser.open(scene.url, "nobody-has-this-session")
    assert await nobody.is_closed() == 4401
    await refused_at_the_door(scene, "nobody-has-this-session")
    await refused_at_the_door(scene, scene.keys["cliente"])
    assert (await tab.asks("list_rooms"))["rooms"] == []


async def test_over_polling_the_handshake_is_answered_too(start: Start) -> None:
    scene = await start(connects_per_address="1 per 1 minute")
    await scene.browser("cliente")
    wire = Wire(int(scene.url.rpartition(":")[2]))
    assert (await wire.post("/ws/chat/0/abc/xhr", headers={"Origin": scene.url})).body == "o\n"
    (error,) = map(
        json.loads, (await wire.post("/ws/chat/0/abc/xhr", headers={"Origin": scene.url})).hears_frame()
    )
    assert error["data"]["code"] == "rate_limited"
    answer = await wire.post("/ws/chat/0/abc/xhr", headers={"Origin": scene.url})
    assert answer.body == 'c[4429,"abuse"]\n'


@pytest.mark.parametrize("trusts", [True, False])
async def test_a_proxy_alone_says_whose_request_it_is(start: Start, trusts: bool) -> None:
    scene = await start(connects_per_address="1 per 1 minute", trust_proxy=int(trusts))
    url = scene.url.replace("http:", "ws:") + "/ws/chat/websocket"
    codes = []
    for number in range(3):
        headers = {"X-Forwarded-For": f"192.0.2.{min(number, 1)}", "X-Real-Ip": f"198.51.100.{number}"}
        line = await websocket_connect(HTTPRequest(url, headers={**headers, "Cookie": "sessionid=nobody"}))
        await line.read_message()
        assert await line.read_message() is None
        codes.append(line.close_code)
    assert codes == ([4401, 4401, 4429] if trusts else [4401, 4429, 4429])


async def test_pages_and_forms_are_limited_by_address(start: Start) -> None:
    scene = await start(requests_per_address="2 per 1 minute")
    await scene.room()
    for _ in range(2):
        assert (await scene.get("/chat/1/", "cliente")).code == 200
    refused = await scene.get("/chat/1/", "cliente")
    assert refused.code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert (await (await scene.browser("reforma")).says("Olá", in_room=1))["seq"] == 1


async def test_so_many_bytes_of_a_person_in_a_while_and_no_more(start: Start) -> None:
    scene = await start(chunks="2 per 1 minute")
    tabs = [await scene.browser("cliente") for _ in range(2)]
    reforma = await scene.browser("reforma")
    large = "x" * (CHUNK_BYTES // 3)
    for n in range(6):
        await tabs[n % 2].asks("list_rooms", large=large)
    command = json.dumps({"event": "list_rooms", "data": {"large": large}})
    for _ in range(3):
        tabs[0].writes(command)
    assert (await tabs[0].hears("error"))["code"] == "rate_limited"
    assert await tabs[0].is_closed() == 4429
    assert (await reforma.asks("list_rooms"))["rooms"] == []


async def test_what_waits_for_its_answer_is_bounded_in_bytes(start: Start) -> None:
    scene = await start(frame_bytes=1_048_576)
    await scene.room()
    reforma, key = await scene.browser("reforma"), await scene.logs_in("cliente")
    wire = Wire(int(scene.url.rpartition(":")[2]))
    line = await wire.socket("/ws/chat/0/abc/websocket", {"Cookie": f"sessionid={key}", "Origin": scene.url})
    commands = [json.dumps({"event": "list_rooms", "data": {"x": "y" * 10_000}})] * 90
    assert sum(map(len, commands)) > 3 * INBOX_BYTES
    await line.write_message(json.dumps(commands))
    said = []
    while (frame := await heard(line)) is not None:
        said.append(str(frame))
    assert '\\"rate_limited\\"' in said[-2]
    assert said[-1] == 'c[4429,"abuse"]'
    assert (await reforma.says("Olá", in_room=1))["seq"] == 1
    wire.hangs_up()


async def test_a_command_over_the_limit_is_refused_however_large_and_the_next_one_answered(
    start: Start,
) -> None:
    scene = await start()
    cliente = await scene.browser("cliente")
    for _ in range(3):
        cliente.writes("[" * 200_000)
        assert (await cliente.hears("error"))["code"] == "too_large"
    assert (await cliente.asks("list_rooms"))["rooms"] == []
