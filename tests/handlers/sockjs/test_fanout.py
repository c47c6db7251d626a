"""What is told to many at once is to each what it would have been to them alone."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest
from tornado.websocket import WebSocketClientConnection

from handlers.sockjs.fanout import FanOut
from handlers.sockjs.payload import Payload
from tests.handlers.sockjs.conftest import Place
from tests.handlers.sockjs.test_bounds import deaf
from tests.handlers.sockjs.wire import heard, session_path
from tests.waiting import until

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]

COUNT = 400
TEXTS = [f"{number:05}" + "x" * 20_000 for number in range(COUNT)]
"""More than a socket and its peer hold for who does not read."""

BEFORE = "told to one alone, in the same turn"

LENGTH = 4
"""How the frames of such texts begin: two bytes, and two for the length."""

NO_LINGER = struct.pack("ii", 1, 0)


async def framed_texts(line: socket.socket) -> list[str]:
    """What a raw WebSocket's bytes say, to the last of ``TEXTS``."""
    loop, got = asyncio.get_running_loop(), b""
    size = len(TEXTS[0])
    while len(got) < COUNT * (LENGTH + size):
        got += (part := await loop.sock_recv(line, 2**20))
        assert part
        if b"\r\n\r\n" in got[:2000]:
            got = got.partition(b"\r\n\r\n")[2]
    frames = [got[at : at + LENGTH + size] for at in range(0, len(got), LENGTH + size)]
    assert {frame[:LENGTH] for frame in frames} == {b"\x81\x7e" + size.to_bytes(2, "big")}
    return [frame[LENGTH:].decode() for frame in frames]


async def quoted_texts(other: WebSocketClientConnection, count: int) -> list[str]:
    """What a framed one says."""
    assert await heard(other) == "o"
    return [json.loads(str(await heard(other))[1:])[0] for _ in range(count)]


async def test_each_hears_all_of_it_in_order_whatever_becomes_of_the_others(place: Start) -> None:
    one = place(queue_bytes=2**24, queue_messages=10_000, response_bytes=2**26)
    paths = [f"{session_path()}/websocket", f"{session_path()}/websocket", "/websocket"]
    framed, leaving, raw = [await one.wire.socket(f"/ws{path}") for path in paths]
    poll = f"/ws{session_path()}/xhr"
    await one.wire.post(poll)
    reader, gone = await deaf(one), await deaf(one)
    told: list[Any] = list(one.connections)
    ways = FanOut([connection.way_out for connection in told])
    for number, text in enumerate(TEXTS):
        if number == 1:
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            gone.close()  # with a reset, and the worker has not been told
        told[1].send(Payload(BEFORE))
        ways.deliver(Payload(text))
    assert await framed_texts(reader) == TEXTS
    assert [await heard(raw) for _ in TEXTS] == TEXTS
    assert await quoted_texts(framed, len(TEXTS)) == TEXTS
    assert await quoted_texts(leaving, 2 * len(TEXTS)) == [said for text in TEXTS for said in (BEFORE, text)]
    assert (await one.wire.post(poll)).hears_frame() == TEXTS
    await until(told[-1].closed.is_set)
    assert not any(connection.is_closed for connection in told[:-1])


async def test_a_reader_too_slow_is_dropped_and_the_others_are_not(place: Start) -> None:
    one = place(queue_messages=10)
    raw = await one.wire.socket("/ws/websocket")
    await deaf(one)
    await until(lambda: len(one.connections) == 2)
    ways = FanOut([connection.way_out for connection in one.connections])
    for text in TEXTS:
        ways.deliver(Payload(text))
        assert await heard(raw) == text
    assert [connection.is_closed for connection in one.connections] == [False, True]


class Full:
    """A socket that takes nothing for a while, and remembers what it took in each send."""

    def __init__(self, real: socket.socket) -> None:
        self._real = real
        self.is_full = True
        self.sends: list[bytes] = []

    def send(self, data: Any) -> int:
        if self.is_full:
            raise BlockingIOError
        self.sends.append(bytes(data))
        return self._real.send(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


async def test_what_tornado_itself_still_has_to_say_is_said_first(place: Start) -> None:
    one = place()
    raw = await one.wire.socket("/ws/websocket")
    await until(lambda: bool(one.connections))
    (connection,) = one.connections
    handler = connection._carrier.handler
    connection.send(Payload("before"))
    handler.leave()
    full = handler._stream.socket = Full(handler._stream.socket)
    handler._output.hand_over = full.send
    handler.ping(b"!")
    full.is_full = False
    ways = FanOut([connection.way_out])
    ways.deliver(Payload("after"))
    assert [await heard(raw) for _ in range(2)] == ["before", "after"]
    ways.deliver(Payload("last"))
    assert handler._output.hand_over == full.send, "nothing waits any more"
    assert b"".join(full.sends) == b"\x89\x01!" + b"\x81\x05after" + b"\x81\x04last"


async def test_what_a_full_socket_does_not_take_comes_once_it_does(place: Start) -> None:
    one = place()
    raw, other = [await one.wire.socket("/ws/websocket") for _ in range(2)]
    await until(lambda: len(one.connections) == 2)
    handler = one.connections[0]._carrier.handler
    ways = FanOut([connection.way_out for connection in one.connections])
    ways.deliver(Payload("first"))
    full = handler._stream.socket = Full(handler._stream.socket)
    handler._output.hand_over = full.send
    for text in ("second", "third"):
        ways.deliver(Payload(text))
    full.is_full = False
    ways.deliver(Payload("fourth"))
    for line in (raw, other):
        assert [await heard(line) for _ in range(4)] == ["first", "second", "third", "fourth"]
