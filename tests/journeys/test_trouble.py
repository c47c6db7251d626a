"""Whatever fails, the answer is true, and whoever did not fail notices nothing."""

import asyncio
import contextlib
import json
import os
import signal
import time

import pytest

from handlers.socket import REST_SECONDS
from prosa.chat.rooms import Rooms
from prosa.storage.embedded import EmbeddedMongod
from tests.browser import Browser, Refused
from tests.handlers.sockjs.wire import Wire
from tests.journeys.scene import Start

SECONDS = 60


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_store_that_stands_still_is_never_a_lie(start: Start, own_mongod: EmbeddedMongod) -> None:
    scene = await start(uri=own_mongod.uri)
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    os.kill(own_mongod.pid, signal.SIGSTOP)
    try:
        with pytest.raises(Refused) as refused:
            await cliente.says("Olá", in_room=1, client_id="c-1")
        assert refused.value.code in ("retry", "unavailable")
        assert refused.value.data["retryable"] is True
        assert int(refused.value.data["retry_after_ms"]) > 0
        assert (await scene.get("/readyz")).code == 503
        assert (await scene.get("/healthz")).code == 200
    finally:
        os.kill(own_mongod.pid, signal.SIGCONT)
    seq = 0
    async with asyncio.timeout(30):
        while not seq:
            with contextlib.suppress(Refused):
                seq = (await cliente.says("Olá", in_room=1, client_id="c-1"))["seq"]
    assert seq == 1
    await fornecedor.hears("new_message", seq=1)
    assert [entry.conteudo for entry in await scene.log()] == ["Olá"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_fault_of_ours_has_a_reference_and_no_detail(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret detail")

    scene = await start()
    cliente = await scene.browser("cliente")
    monkeypatch.setattr(Rooms, "list", broken)
    monkeypatch.setattr(Rooms, "page", broken)
    with pytest.raises(Refused) as refused:
        await cliente.asks("list_rooms")
    assert refused.value.code == "internal"
    assert "secret" not in json.dumps(refused.value.data)
    assert refused.value.data["reference"] in caplog.text
    page = await scene.get("/chat/?session_key=hidden", "cliente")
    assert page.code == 500
    assert b"secret" not in page.body
    assert "hidden" not in caplog.text
    assert "request_raised path=/chat/" in caplog.text


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_flood_is_read_no_faster_than_it_is_answered_and_nobody_else_waits(start: Start) -> None:
    scene = await start(commands="50 per minute", chunks="100000 per minute")
    await scene.room()
    flooder, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    for _ in range(3000):
        flooder.writes('{"event": "history", "data": {"chat_id": 1}}' + " " * 4000)
    await flooder.hears("error", code="rate_limited")
    began, answered = time.monotonic(), len(flooder.has_heard("error"))
    for n in range(20):
        assert (await fornecedor.says("Olá", in_room=1))["seq"] == n + 1
        await asyncio.sleep(0.05)
    seconds = time.monotonic() - began
    assert 0 < len(flooder.has_heard("error")) - answered <= seconds / REST_SECONDS + 1
    assert flooder._socket.protocol.stream.writing()  # most of it has not even left
    assert not flooder.closed.is_set()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_whoever_guesses_is_answered_as_slowly_over_many_lines_as_over_one(start: Start) -> None:
    scene = await start()
    await scene.room()
    lines = [await scene.browser("cliente") for _ in range(10)]
    answers = 0

    async def guess(line: Browser) -> None:
        nonlocal answers
        while True:
            with pytest.raises(Refused):
                await line.asks("join_chat", chat_id="x")
            answers += 1

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await asyncio.gather(*map(guess, lines))
    assert 2 * len(lines) <= answers <= (time.monotonic() - began) / REST_SECONDS + len(lines)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_whoever_sends_in_many_requests_at_once_what_nobody_answers_is_cut_off(start: Start) -> None:
    scene = await start()
    await scene.room()
    wire = Wire(int(scene.url.rpartition(":")[2]))
    cookie = {"Cookie": f"sessionid={await scene.logs_in('cliente')}", "Origin": scene.url}
    await wire.post("/ws/chat/0/flood/xhr", headers=cookie)
    frame = json.dumps(['{"event": "history", "data": {"chat_id": 1}}'] * 500)
    flood = [wire.post("/ws/chat/0/flood/xhr_send", frame, cookie) for _ in range(8)]
    assert 404 in {answer.status for answer in await asyncio.gather(*flood)}
    told = (await wire.post("/ws/chat/0/flood/xhr", headers=cookie)).body
    while told.startswith("a"):
        last, told = told, (await wire.post("/ws/chat/0/flood/xhr", headers=cookie)).body
    assert json.loads(json.loads(last[1:])[-1])["data"]["code"] == "rate_limited"
    assert told == 'c[4429,"abuse"]\n'


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_body_for_the_api_has_a_size_and_a_shape(start: Start) -> None:
    scene = await start()
    await scene.room()
    room = {"title": "t", "members": [{"user_id": "", "name": "Ninguém"}]}
    assert (await scene.api("PUT", "/rooms/1", room)).code == 400
    heavy = {"title": "t", "members": [], "context": {"x": "y" * 20_000}}
    assert (await scene.api("PUT", "/rooms/1", heavy)).code == 413
    past = {"conteudo": "x", "client_id": "c", "sent_at": "2026-01-01T12:00:00"}
    assert (await scene.api("POST", "/rooms/1/import", {"messages": [past]})).code == 400
    said = {"conteudo": "x", "client_id": "não"}
    assert (await scene.api("POST", "/rooms/1/messages", said)).code == 400
