"""Whatever bytes come in, on whichever transport: an answer by name, and nobody else notices."""

import asyncio
import gzip
import json
import logging
import zlib
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.platform.asyncio import AsyncIOLoop
from tornado.websocket import WebSocketClientConnection

from tests.handlers.sockjs.conftest import Place
from tests.handlers.sockjs.wire import PATIENCE, heard, session_path
from tests.prosa.chat.test_commands import anything

Start = Callable[..., Place]
Attack = Callable[[bytes], Awaitable[None]]

CHUNKS = [
    b"[",
    b"]",
    b'"',
    b'"a"',
    b"{",
    b"}",
    b",",
    b"\\ud800",
    b"\\",
    b"null",
    b"1e999",
    b"\xff",
    b"\x00",
    b"d=",
]
arrays = st.lists(anything, max_size=3).map(lambda found: json.dumps(found).encode())
frames = arrays | st.binary(max_size=200) | st.lists(st.sampled_from(CHUNKS), max_size=12).map(b"".join)
HANDSHAKE = (
    b"GET /ws%b HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n%b\r\n"
)
FORM = b"application/x-www-form-urlencoded"
SENDING = [(b"xhr_send", b"text/plain"), (b"jsonp_send", b"text/plain"), (b"jsonp_send", FORM)]


async def passes(one: Place, sent: bytes, *, hangs_up: bool = False) -> bytes:
    """What comes back for ``sent`` until the line is closed; by us at once, if ``hangs_up``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
    try:
        writer.write(sent)
        await writer.drain()
        if hangs_up:
            return b""
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def posts(one: Place, path: str, body: bytes, kind: bytes) -> tuple[int, bytes]:
    """The status and the body of the answer."""
    line = b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" % path.encode()
    fields = b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind, len(body))
    answer = await passes(one, line + fields + body)
    return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


def masked(opcode: int, payload: bytes, *, key: bytes = b"\0\0\0\0") -> bytes:
    """One final frame as a client sends it."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + key + payload


def withstands(
    io_loop: AsyncIOLoop, one: Place, caplog: pytest.LogCaptureFixture, examples: st.SearchStrategy[bytes]
) -> Callable[[Attack], None]:
    """Runs an attack with many bytes; somebody else on the same server goes on being answered."""

    def run(attack: Attack) -> None:
        bystander: WebSocketClientConnection = io_loop.run_sync(lambda: one.wire.socket("/ws/websocket"))

        async def attacked(sent: bytes) -> None:
            await attack(sent)
            await bystander.write_message("still here")
            assert await heard(bystander) == "still here"

        @settings(max_examples=200, deadline=None)
        @given(examples)
        def many(sent: bytes) -> None:
            io_loop.run_sync(lambda: attacked(sent))

        many()
        alarms = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert not [record for record in alarms if record.name != "tornado.access"]

    return run


@pytest.mark.parametrize(("transport", "kind"), SENDING)
def test_a_body_is_messages_or_refused_by_the_protocols_own_words(
    io_loop: AsyncIOLoop, place: Start, caplog: pytest.LogCaptureFixture, transport: bytes, kind: bytes
) -> None:
    one = io_loop.run_sync(
        lambda: asyncio.sleep(0, place(jsonp=True, disconnect_delay=600, queue_messages=10_000))
    )
    url = f"/ws{session_path()}"
    io_loop.run_sync(lambda: one.wire.post(f"{url}/xhr"))

    async def attack(sent: bytes) -> None:
        texts = one.connections[0].texts
        texts.clear()
        status, told = await posts(one, f"{url}/{transport.decode()}", sent, kind)
        if status in {200, 204}:
            assert all(isinstance(text, str) for text in texts)
            if kind != FORM:
                assert texts == (json.loads(sent) if sent.lstrip()[:1] == b"[" else [json.loads(sent)])
        else:
            assert (status, told) in {(500, b"Payload expected."), (500, b"Broken JSON encoding.")}
            assert texts == []

    withstands(io_loop, one, caplog, frames)(attack)


@pytest.mark.parametrize("path", [b"/000/abc/websocket", b"/websocket"])
@pytest.mark.parametrize("opcode", [1, 2])
def test_a_websockets_message_is_heard_or_ends_that_websocket(
    io_loop: AsyncIOLoop, place: Start, caplog: pytest.LogCaptureFixture, path: bytes, opcode: int
) -> None:
    one = io_loop.run_sync(lambda: asyncio.sleep(0, place()))
    goodbye = masked(8, b"\x03\xe8")

    async def attack(sent: bytes) -> None:
        count = len(one.connections)
        answer = await passes(one, HANDSHAKE % (path, b"") + masked(opcode, sent) + goodbye)
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert len(one.connections) == count + 1
        assert all(isinstance(text, str) for text in one.connections[-1].texts)
        async with asyncio.timeout(PATIENCE):
            await one.connections[-1].closed.wait()

    withstands(io_loop, one, caplog, frames)(attack)


@pytest.mark.parametrize("path", [b"/000/abc/websocket", b"/websocket"])
def test_bytes_that_are_no_frames_end_that_websocket(
    io_loop: AsyncIOLoop, place: Start, caplog: pytest.LogCaptureFixture, path: bytes
) -> None:
    one = io_loop.run_sync(lambda: asyncio.sleep(0, place()))

    async def attack(sent: bytes) -> None:
        await passes(one, HANDSHAKE % (path, b"") + sent, hangs_up=True)

    withstands(io_loop, one, caplog, st.binary(max_size=300))(attack)

    async def all_over() -> None:
        async with asyncio.timeout(PATIENCE):
            for connection in one.connections[1:]:
                await connection.closed.wait()

    io_loop.run_sync(all_over)


HTTP = [
    b"GET ",
    b"POST ",
    b"/ws/info",
    b"/ws/000/abc/xhr",
    b" HTTP/1.1\r\n",
    b"Host: x\r\n",
    b"\r\n",
    b"Content-Length: ",
]
HTTP += [
    b"5",
    b"-1",
    b"+5",
    b"9" * 30,
    b"Transfer-Encoding: chunked\r\n",
    b"ffffffffff\r\n",
    b"0\r\n\r\n",
    b"Cookie: a\r\n",
]
HTTP += [
    b"?c=%ff",
    b"%00",
    b"/../",
    b"\x00",
    b"\xff",
    b": ",
    b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\n",
]


def test_bytes_that_are_no_http_end_that_line(
    io_loop: AsyncIOLoop, place: Start, caplog: pytest.LogCaptureFixture
) -> None:
    one = io_loop.run_sync(lambda: asyncio.sleep(0, place()))

    async def attack(sent: bytes) -> None:
        await passes(one, sent, hangs_up=True)

    withstands(io_loop, one, caplog, st.lists(st.sampled_from(HTTP), max_size=20).map(b"".join))(attack)


@pytest.mark.parametrize("transport", ["jsonp", "htmlfile"])
def test_no_callback_but_a_name_is_written_into_a_script(
    io_loop: AsyncIOLoop, place: Start, caplog: pytest.LogCaptureFixture, transport: str
) -> None:
    one = io_loop.run_sync(lambda: asyncio.sleep(0, place(jsonp=True, htmlfile=True)))

    async def attack(sent: bytes) -> None:
        quoted = "".join(f"%{byte:02x}" for byte in sent)
        answer = await one.wire.get(f"/ws{session_path()}/{transport}?c={quoted}x(")
        assert answer.status in {400, 500}
        assert "x(" not in answer.body

    withstands(io_loop, one, caplog, st.text(max_size=150).map(str.encode))(attack)


def packed(body: bytes) -> bytes:
    """One final text frame that says of itself that it is packed."""
    frame = masked(1, body)
    return bytes([frame[0] | 0x40]) + frame[1:]


def deflated(text: bytes) -> bytes:
    """As a browser packs a message (RFC 7692, 7.2.1)."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return (deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]


BOMB = deflated(json.dumps(["x" * 10_000_000]).encode())


@pytest.mark.gen_test
@pytest.mark.parametrize("path", [b"/000/abc/websocket", b"/websocket"])
@pytest.mark.parametrize("body", [BOMB, deflated(b'["a"]'), b"\xff\xff no such block", b""])
async def test_a_packed_frame_that_was_not_agreed_on_is_not_unpacked(
    place: Start, path: bytes, body: bytes
) -> None:
    one = place()
    answer = await passes(one, HANDSHAKE % (path, b"") + packed(body))
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"permessage-deflate" not in answer
    assert [connection.texts for connection in one.connections] == [[]]


@pytest.mark.gen_test
@pytest.mark.parametrize("path", [b"/000/abc/websocket", b"/websocket"])
@pytest.mark.parametrize("body", [BOMB, b"\xff\xff no such block"], ids=["bomb", "nonsense"])
async def test_what_unpacks_to_too_much_or_to_nothing_ends_its_line(
    place: Start, caplog: pytest.LogCaptureFixture, path: bytes, body: bytes
) -> None:
    one = place()
    assert len(BOMB) < one.sockjs.router.config.frame_bytes
    offered = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    answer = await passes(one, HANDSHAKE % (path, offered) + packed(body))
    assert b"permessage-deflate; client_no_context_takeover; server_no_context_takeover" in answer
    assert [connection.texts for connection in one.connections] == [[]]
    assert body is not BOMB or (1009).to_bytes(2, "big") in answer
    assert not caplog.records


@pytest.mark.gen_test
async def test_a_compressed_body_is_not_unpacked(place: Start) -> None:
    one = place()
    url = f"/ws{session_path()}"
    await one.wire.post(f"{url}/xhr")
    bomb = gzip.compress(json.dumps(["x" * 10_000_000]).encode())
    packed = b"text/plain\r\nContent-Encoding: gzip"
    assert len(bomb) < one.sockjs.router.config.frame_bytes
    assert await posts(one, f"{url}/xhr_send", bomb, packed) == (500, b"Broken JSON encoding.")
    assert one.connections[0].texts == []
