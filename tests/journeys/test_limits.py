"""Nobody takes more than their share: of sends, questions, connections and bytes, at all workers together."""

import json
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from handlers.inbox import INBOX_BYTES
from handlers.socket import CHUNK_BYTES
from tests.browser import Browser, Refused
from tests.handlers.sockjs.wire import Wire, heard
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
@pytest.mark.parametrize(
    ("limit", "command", "data"),
    [
        ("searches", "search_messages", {"q": "azulejo"}),
        ("uploads", "upload_start", {"chat_id": 1, "name": "nota.pdf", "size_bytes": 9}),
    ],
)
async def test_of_searches_and_files_too_workers_count_one_person_together(
    start: Start, redis: RedisServer, limit: str, command: str, data: dict[str, Any]
) -> None:
    # A worker may count the first quarter of a window by itself: alone, two would let twice as many pass.
    settings = {limit: "20 per minute", "open_uploads": 100, "redis_url": redis.url}
    one, other = [await start(**settings) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    tabs = [await worker.browser("cliente") for worker in (one, other)]
    answers: list[str] = []
    for n in range(40):
        try:
            await tabs[n % 2].asks(command, **data)
            answers.append("ack")
        except Refused as refusal:
            answers.append(refusal.code)
    assert 20 <= answers.count("ack") <= 30
    assert answers.count("rate_limited") == 40 - answers.count("ack")
    for tab in tabs:
        with pytest.raises(Refused):
            await tab.asks(command, **data)
    await (await other.browser("reforma")).asks(command, **data)


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
    scene = await start(connects_per_address="2 per minute", hello_seconds=0.1)
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
async def test_whoever_asks_by_pages_is_counted_with_whoever_asks_over_a_line(start: Start) -> None:
    scene = await start(queries="5 per minute")
    await scene.room()
    cliente = await scene.browser("cliente")
    pages = ("/chat/", "/chat/1/", "/chat/1/historico/", "/prosa/unread")
    for path in pages:
        assert (await scene.get(path, "cliente")).code == 200
    await cliente.asks("history", chat_id=1)
    for path in pages:
        assert (await scene.get(path, "cliente")).code == 429
        assert (await scene.get(path, "reforma")).code == 200


@pytest.mark.gen_test(timeout=SECONDS)
async def test_guesses_and_repetitions_by_pages_are_limited_too(start: Start) -> None:
    scene = await start(commands="3 per minute")
    await scene.room()
    codes = [(await scene.get("/chat/2/", "cliente")).code for _ in range(4)]
    assert codes == [404, 404, 404, 429]
    assert (await scene.get("/chat/1/", "reforma")).code == 200


@pytest.mark.gen_test(timeout=SECONDS)
async def test_guesses_and_repetitions_are_limited_too_over_all_lines_of_a_person(start: Start) -> None:
    scene = await start(commands="10 per 1 minute")
    await scene.room()
    await scene.room("de-outros", members=("pintura", "reforma"))
    tabs = [await scene.browser("cliente") for _ in range(2)]
    said = {"chat_id": 1, "conteudo": "Olá", "client_id": "c"}
    answers = []
    for n in range(14):
        try:
            guess = {} if n % 2 else {"chat_id": "de-outros"}
            await tabs[n % 3 % 2].asks("send_message", **said | guess)
            answers.append("ack")
        except Refused as refused:
            answers.append(refused.code)
    assert answers == ["not_found", "ack"] * 5 + ["rate_limited"] * 4
    await (await scene.browser("reforma")).says("Olá", in_room=1)


@pytest.mark.gen_test(timeout=SECONDS)
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


@pytest.mark.gen_test(timeout=SECONDS)
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
        line.close()
    assert codes == ([4401, 4401, 4429] if trusts else [4401, 4429, 4429])


@pytest.mark.gen_test(timeout=SECONDS)
async def test_pages_and_forms_are_limited_by_address(start: Start) -> None:
    scene = await start(requests_per_address="2 per 1 minute")
    await scene.room()
    for _ in range(2):
        assert (await scene.get("/chat/1/", "cliente")).code == 200
    refused = await scene.get("/chat/1/", "cliente")
    assert refused.code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert (await (await scene.browser("reforma")).says("Olá", in_room=1))["seq"] == 1


@pytest.mark.gen_test(timeout=SECONDS)
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


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_waits_for_its_answer_is_bounded_in_bytes(start: Start) -> None:
    scene = await start(frame_bytes=1_048_576)
    await scene.room()
    reforma, key = await scene.browser("reforma"), await scene.logs_in("cliente")
    wire = Wire(int(scene.url.rpartition(":")[2]))
    line = await wire.socket("/ws/chat/0/abc/websocket", {"Cookie": f"sessionid={key}", "Origin": scene.url})
    commands = [json.dumps({"event": "list_rooms", "data": {"x": "y" * 10_000}})] * 90
    assert sum(map(len, commands)) > 2 * INBOX_BYTES
    await line.write_message(json.dumps(commands))
    said = []
    while (frame := await heard(line)) is not None:
        said.append(str(frame))
    assert '\\"rate_limited\\"' in said[-2]
    assert said[-1] == 'c[4429,"abuse"]'
    assert (await reforma.says("Olá", in_room=1))["seq"] == 1
    wire.hangs_up()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_command_over_the_limit_is_refused_however_large_and_the_next_one_answered(
    start: Start,
) -> None:
    scene = await start()
    cliente = await scene.browser("cliente")
    for _ in range(3):
        cliente.writes("[" * 200_000)
        assert (await cliente.hears("error"))["code"] == "too_large"
    assert (await cliente.asks("list_rooms"))["rooms"] == []
