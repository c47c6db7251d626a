"""Of whoever has gone nothing stays in memory, not even until the next look for rings."""

import asyncio
import gc
import json
import socket
import struct
import weakref
from collections.abc import Callable, Iterator

import pytest

from tests.handlers.sockjs.conftest import Place
from tests.handlers.sockjs.wire import session_path
from tests.waiting import until

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]
End = Callable[[Place, asyncio.StreamWriter], object]
RESET = struct.pack("ii", 1, 0)
UPGRADE = (
    "GET /ws{path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
)
POST = "POST /ws{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
GET = "GET /ws{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
WAYS = {
    "/websocket": UPGRADE,
    "{session}/websocket": UPGRADE,
    "{session}/xhr_streaming": POST,
    "{session}/eventsource": GET,
    "{session}/htmlfile?c=hear": GET,
}


def hangs_up(one: Place, writer: asyncio.StreamWriter) -> None:
    writer.close()


def is_reset(one: Place, writer: asyncio.StreamWriter) -> None:
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.close()


def is_sent_away(one: Place, writer: asyncio.StreamWriter) -> None:
    one.connections[-1].close(4003, "go")
    asyncio.get_running_loop().call_later(0.2, writer.close)


def is_sent_away_and_reset(one: Place, writer: asyncio.StreamWriter) -> None:
    one.connections[-1].close(4003, "go")
    is_reset(one, writer)


def breaks_off_in_a_message(one: Place, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x81\xfe\x01\x00\x00\x00\x00\x00{")
    is_reset(one, writer)


@pytest.fixture
def no_looks() -> Iterator[None]:
    """Python does not look for rings."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_looks")
@pytest.mark.parametrize(
    "end", [hangs_up, is_reset, is_sent_away, is_sent_away_and_reset, breaks_off_in_a_message]
)
@pytest.mark.parametrize("way", WAYS)
async def test_nothing_holds_who_has_gone(place: Start, way: str, end: End) -> None:
    one = place(disconnect_delay=0.1, close_grace_seconds=0.5, htmlfile=True)
    path = way.format(session=session_path())
    reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
    writer.write(WAYS[way].format(path=path).encode())
    await until(lambda: one.sockjs.router.open_sessions)
    (session,) = one.sockjs.router.open_sessions
    held = [weakref.ref(thing) for thing in (session.handler, session.handler._stream, session)]
    del session
    one.connections[-1].on_message(json.dumps("said"))
    end(one, writer)
    await until(one.connections[-1].closed.is_set)
    one.connections.clear()
    reader.feed_eof()
    await until(lambda: not any(ref() for ref in held), 5)
