"""However the bytes of a WebSocket come, its messages are the same; and to hear them costs little."""

import asyncio
import os
import struct
from base64 import b64encode
from collections.abc import Callable

import pytest
from tornado.ioloop import IOLoop

from handlers.sockjs.framing import AHEAD_BYTES
from tests.handlers.sockjs.conftest import Place, Recorder

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]

MASK = b"\x01\x02\x03\x04"
TEXTS = ["a", "é" * 60, "x" * 125, "y" * 126, "z" * (AHEAD_BYTES - 8), "w" * (3 * AHEAD_BYTES + 1), "end"]


def frame(text: str) -> bytes:
    """``text`` as a browser sends it."""
    body = text.encode()
    masked = bytes(byte ^ MASK[place % 4] for place, byte in enumerate(body))
    size = struct.pack("!B", 0x80 | len(body)) if len(body) < 126 else struct.pack("!BH", 0xFE, len(body))
    return b"\x81" + size + MASK + masked


async def raw_line(place: Place, path: str = "") -> asyncio.StreamWriter:
    """A WebSocket of which the test writes every byte."""
    _, writer = await place.wire._line()
    key = b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws{path}/websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return writer


async def recorded(place: Place, count: int) -> Recorder:
    """The one connection, once it has heard so many messages."""
    async with asyncio.timeout(20):
        while not place.connections or len(place.connections[0].texts) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    found: Recorder = place.connections[0]
    return found


@pytest.mark.parametrize("size", [1, 2, 5, 100, AHEAD_BYTES - 1, AHEAD_BYTES, 10**6])
async def test_in_pieces_of_any_size(place: Start, size: int) -> None:
    one = place()
    line = await raw_line(one)
    sent = b"".join(map(frame, TEXTS))
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    for number, piece in enumerate(pieces):
        line.write(piece)
        if number < 500:
            await asyncio.sleep(0)
    await line.drain()
    assert (await recorded(one, len(TEXTS))).texts == TEXTS


async def test_a_line_that_ends_within_a_frame_has_said_what_was_whole(place: Start) -> None:
    one = place()
    line = await raw_line(one)
    line.write(frame("whole") + frame("half")[:-2])
    await line.drain()
    line.close()
    connection = await recorded(one, 1)
    async with asyncio.timeout(20):
        await connection.closed.wait()
    assert connection.texts == ["whole"]


async def test_to_hear_a_message_the_loop_is_told_nothing_new(
    place: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = place()
    line = await raw_line(one)
    line.write(frame("0"))
    await recorded(one, 1)
    changes = []
    update = type(IOLoop.current()).update_handler
    monkeypatch.setattr(
        type(IOLoop.current()), "update_handler", lambda *each: (changes.append(each), update(*each))[1]
    )
    for number in range(1, 20):
        line.write(frame(str(number)))
        await recorded(one, number + 1)
    assert not changes
