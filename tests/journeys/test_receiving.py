"""A form with a file in it is stored while it comes, and leaves nothing where it does not come whole."""

import asyncio
from typing import Any

import pytest
from pymongo import monitoring

from tests import files
from tests.journeys.scene import Start, end_session
from tests.journeys.uploading import (
    BOUNDARY,
    Sender,
    code_of,
    form_of,
    left,
    until_left,
)

SECONDS = 60
PHOTO = files.noise((150, 150))  # four chunks
BIG = files.PDF.replace(b"\ntrailer", b"\n" + b"%" * 3_000_000 + b"\ntrailer")


class Weight(monitoring.CommandListener):
    """The largest document that the store was handed or has handed out, in bytes of a file."""

    def __init__(self) -> None:
        self.heaviest = 0

    def _weigh(self, told: Any) -> None:
        if isinstance(told, dict):
            self.heaviest = max([self.heaviest, *(len(v) for v in told.values() if isinstance(v, bytes))])
            for value in told.values():
                self._weigh(value)
        elif isinstance(told, list):
            carried = sum(len(one["data"]) for one in told if isinstance(one, dict) and "data" in one)
            self.heaviest = max(self.heaviest, carried)
            for value in told:
                self._weigh(value)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self._weigh(event.command)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self._weigh(event.reply)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_more_of_a_file_than_a_piece_is_held_on_its_way_in_and_out(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    weight = Weight()
    monkeypatch.setattr("prosa.storage.database.Pools", lambda: weight)
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    url = (await sender.attaches(BIG, "a.pdf"))["url"]
    assert len((await sender.gets(url)).body) == len(BIG)
    assert 200_000 < weight.heaviest <= 255 * 1024


@pytest.mark.gen_test(timeout=SECONDS)
async def test_over_http_what_is_too_large_is_refused_before_it_comes_or_while_it_does(start: Start) -> None:
    scene = await start(attachment_bytes=300_000)
    await scene.room()
    sender = await Sender.open(scene)
    assert code_of(await sender.uploads(b"x" * 700_000)) == (413, "too_large")
    assert code_of(await sender.uploads(b"x" * 400_000)) == (413, "too_large")  # it may be the form's
    await until_left(scene, {})


def begun(sender: Sender, body: bytes, size: int, path: str = "/chat/1/anexos/") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Cookie: {sender.cookies}\r\nX-XSRFToken: {sender.xsrf}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode() + body


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_taken_out_of_the_room_while_a_file_comes_has_none_there(start: Start) -> None:
    scene = await start()
    await scene.room()
    body = form_of(("arquivo", "a.pdf", BIG))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(scene.url.rpartition(":")[2]))
    writer.write(begun(await Sender.open(scene), body[:-100], len(body)))
    async with asyncio.timeout(SECONDS):
        while "pieces" not in await left(scene):  # noqa: ASYNC110 - what is stored tells nobody
            await asyncio.sleep(0.02)
    await scene.room(members=("reforma",))
    writer.write(body[-100:])
    assert (await reader.readline()).startswith(b"HTTP/1.1 404")
    await until_left(scene, {})
    writer.close()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_logged_out_while_a_file_comes_sends_none(start: Start) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    fields = [("_xsrf", None, sender.xsrf.encode()), ("conteudo", None, b"Ainda aqui")]
    body = form_of(*fields, ("arquivo", "a.pdf", BIG))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(scene.url.rpartition(":")[2]))
    writer.write(begun(sender, body[:-100], len(body), "/chat/1/enviar/"))
    async with asyncio.timeout(SECONDS):
        while "pieces" not in await left(scene):  # noqa: ASYNC110 - what is stored tells nobody
            await asyncio.sleep(0.02)
    await asyncio.to_thread(end_session, scene.keys["cliente"])
    writer.write(body[-100:])
    assert (await reader.readline()).startswith(b"HTTP/1.1 401")
    await until_left(scene, {})
    assert await scene.worker.database.messages.count_documents({}) == 0
    writer.close()


@pytest.mark.parametrize("way", ["breaks off", "stands still"])
@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_upload_that_ends_before_its_end_leaves_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("handlers.uploads.IDLE_SECONDS", 0.5)
    scene = await start()
    await scene.room()
    body = form_of(("arquivo", "a.pdf", BIG))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(scene.url.rpartition(":")[2]))
    writer.write(begun(await Sender.open(scene), body[:1_000_000], len(body)))
    await writer.drain()
    async with asyncio.timeout(10):
        while (await left(scene)).get("pieces", 0) < 2:  # noqa: ASYNC110 - nobody is told of a piece
            await asyncio.sleep(0.02)
    if way == "breaks off":
        writer.close()
    else:
        assert await reader.read() == b""
        writer.close()
    await until_left(scene, {})


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_upload_that_takes_too_long_ends(start: Start) -> None:
    scene = await start(upload_seconds=0.5)
    await scene.room()
    body = form_of(("arquivo", "a.pdf", BIG))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(scene.url.rpartition(":")[2]))
    writer.write(begun(await Sender.open(scene), body[:300_000], len(body)))
    hung_up = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(10):
        while not hung_up.done():
            writer.write(b"x")
            await asyncio.sleep(0.05)
    writer.close()
    await until_left(scene, {})
