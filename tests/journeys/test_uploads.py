"""A file over the socket goes on where it was, and is bounded."""

import base64
import json
from typing import Any

import pytest

from tests import files
from tests.browser import Refused
from tests.handlers.sockjs.wire import Wire
from tests.journeys.scene import Start
from tests.journeys.uploading import CHUNK_BYTES, Sender, announced, chunked, left, sends_file, uploaded

SECONDS = 60
PHOTO = files.noise((150, 150))  # four chunks
BIG = files.PDF.replace(b"\ntrailer", b"\n" + b"%" * 3_000_000 + b"\ntrailer")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_file_comes_over_the_socket(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    attachment = await uploaded(cliente, PHOTO, "foto.png")
    assert (attachment["type"], attachment["width"]) == ("image/png", 150)
    await sends_file(cliente, attachment)
    assert (await (await Sender.open(scene, "reforma")).gets(attachment["url"])).code == 200
    assert await left(scene) == {"files": 2, "chunks": 2}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_it_goes_on_at_its_offset_after_a_cut_at_another_worker(start: Start) -> None:
    one, other = await start(), await start()
    await one.room()
    first = await one.browser("cliente")
    began = await first.asks("upload_start", **announced(PHOTO))
    upload_id = began["upload_id"]
    await chunked(first, upload_id, PHOTO, end=2 * CHUNK_BYTES)
    await first.leaves()
    other.keys, other.ids = one.keys, one.ids
    second = await other.browser("cliente")
    chunk = base64.b64encode(PHOTO[:CHUNK_BYTES]).decode()
    wrong = await second.asks("upload_chunk", upload_id=upload_id, offset=0, data=chunk)
    assert wrong == {"offset": 2 * CHUNK_BYTES}
    again = await second.asks("upload_start", **announced(PHOTO))
    assert again == {"upload_id": upload_id, "offset": 2 * CHUNK_BYTES}
    with pytest.raises(Refused) as caught:
        await second.asks("upload_finish", upload_id=upload_id)
    assert (caught.value.code, caught.value.data["offset"]) == ("malformed", 2 * CHUNK_BYTES)
    await chunked(second, upload_id, PHOTO, start=2 * CHUNK_BYTES)
    finished = await second.asks("upload_finish", upload_id=upload_id)
    assert await second.asks("upload_finish", upload_id=upload_id) == finished


@pytest.mark.gen_test(timeout=SECONDS)
async def test_it_goes_on_over_polling(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    began = await cliente.asks("upload_start", **announced(PHOTO))
    await chunked(cliente, began["upload_id"], PHOTO, end=CHUNK_BYTES)
    await cliente.leaves()
    wire = Wire(int(scene.url.rpartition(":")[2]))
    headers = {"Cookie": f"sessionid={scene.keys['cliente']}", "Origin": scene.url}
    session = "/ws/chat/0/polling"
    assert (await wire.post(f"{session}/xhr", headers=headers)).body == "o\n"

    async def asks(event: str, **data: Any) -> dict[str, Any]:
        message = json.dumps([json.dumps({"event": event, "ack": 1, "data": data})])
        assert (await wire.post(f"{session}/xhr_send", message, headers=headers)).status == 204
        while True:
            body = (await wire.post(f"{session}/xhr", headers=headers)).body
            told = [json.loads(text) for text in json.loads(body[1:])] if body.startswith("a") else []
            for each in told:
                if each.get("ack") == 1:
                    return dict(each["data"])

    offset = 0  # it does not know
    while offset < len(PHOTO):
        chunk = base64.b64encode(PHOTO[offset : offset + CHUNK_BYTES]).decode()
        offset = (await asks("upload_chunk", upload_id=began["upload_id"], offset=offset, data=chunk))[
            "offset"
        ]
    finished = await asks("upload_finish", upload_id=began["upload_id"])
    assert finished["attachment"]["type"] == "image/png"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_does_not_fit_is_refused_by_name(start: Start) -> None:
    scene = await start(attachment_bytes=50_000)
    await scene.room()
    cliente, reforma = await scene.browser("cliente"), await scene.browser("reforma")

    async def code(browser: Any, event: str, **data: Any) -> str:
        with pytest.raises(Refused) as caught:
            await browser.asks(event, **data)
        return str(caught.value.code)

    said = announced(PHOTO[:40_000])
    assert await code(cliente, "upload_start", **{**said, "size_bytes": 50_001}) == "too_large"
    assert await code(cliente, "upload_start", **{**said, "size_bytes": 0}) == "unsupported_type"
    assert await code(cliente, "upload_start", **{**said, "chat_id": "9"}) == "not_found"
    for wrong in ({"size_bytes": -1}, {"size_bytes": "1"}, {"sha256": "x"}, {"name": ""}, {"name": 1}):
        assert await code(cliente, "upload_start", **{**said, **wrong}) == "malformed"
    upload_id = (await cliente.asks("upload_start", **said))["upload_id"]
    chunk = {"upload_id": upload_id, "offset": 0, "data": "QUJD"}
    for wrong in ({"data": "#"}, {"data": ""}, {"offset": -1}, {"upload_id": "x"}):
        assert await code(cliente, "upload_chunk", **{**chunk, **wrong}) == "malformed"
    assert await code(cliente, "upload_chunk", **{**chunk, "data": "QUJD" * 6145}) == "too_large"
    assert await code(reforma, "upload_chunk", **chunk) == "not_found"
    assert await code(reforma, "upload_finish", upload_id=upload_id) == "not_found"
    assert await reforma.asks("upload_cancel", upload_id=upload_id) == {}
    assert await cliente.asks("upload_chunk", **chunk) == {"offset": 3}
    assert await cliente.asks("upload_cancel", upload_id=upload_id) == {}
    assert await code(cliente, "upload_chunk", **{**chunk, "offset": 3}) == "not_found"
    assert await left(scene) == {}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_file_that_is_not_the_announced_one_is_refused(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    began = await cliente.asks("upload_start", **announced(PHOTO))
    await chunked(cliente, began["upload_id"], PHOTO[:-1] + b"x")
    with pytest.raises(Refused) as caught:
        await cliente.asks("upload_finish", upload_id=began["upload_id"])
    assert (caught.value.code, caught.value.data["field"]) == ("malformed", "sha256")
    assert await left(scene) == {}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nobody_has_too_much_on_the_way_or_unsent(start: Start) -> None:
    scene = await start(open_uploads=2, unsent_bytes=400_000, attachment_bytes=300_000)
    await scene.room()
    cliente = await scene.browser("cliente")

    async def limited(**data: Any) -> None:
        with pytest.raises(Refused) as caught:
            await cliente.asks("upload_start", **data)
        assert caught.value.code == "rate_limited"
        assert caught.value.data["retry_after_ms"] > 0

    first, second = [await cliente.asks("upload_start", **announced(b"x" * n)) for n in (10, 20)]
    await limited(**announced(b"x" * 30))
    for upload in (first, second):
        await cliente.asks("upload_cancel", upload_id=upload["upload_id"])
    attachment = await uploaded(cliente, files.noise((200, 200)), "a.png")
    assert attachment["size_bytes"] > 100_000
    await limited(**announced(b"x" * 290_000))
    await sends_file(cliente, attachment)
    await cliente.asks("upload_start", **announced(b"x" * 290_000))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_chunks_and_bytes_are_counted(start: Start) -> None:
    scene = await start(upload_chunks="2 per minute", uploads="3 per minute")
    await scene.room()
    cliente = await scene.browser("cliente")
    began = await cliente.asks("upload_start", **announced(PHOTO))  # two pieces
    for event, data in (
        ("upload_start", announced(PHOTO, "outra.png")),
        ("upload_chunk", {"upload_id": began["upload_id"], "offset": 2 * CHUNK_BYTES, "data": "QUJD"}),
    ):
        if event == "upload_chunk":
            await chunked(cliente, began["upload_id"], PHOTO, end=2 * CHUNK_BYTES)
        with pytest.raises(Refused) as caught:
            await cliente.asks(event, **data)
        assert caught.value.code == "rate_limited"
