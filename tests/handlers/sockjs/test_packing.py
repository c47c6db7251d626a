"""Where a client takes packed messages, the large ones are: once for all, and only as it has agreed to."""

import asyncio
import zlib
from collections.abc import Callable
from typing import Self

import pytest

from handlers.sockjs import payload
from tests.attacks.test_framing import HANDSHAKE, deflated, masked, packed, passes
from tests.handlers.sockjs.conftest import Place
from tests.handlers.sockjs.wire import PATIENCE

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]

PATHS = ["/000/packing/websocket", "/websocket"]
LARGE = "Olá, tudo bem? " * payload.PACKED_BYTES
OFFER = b"Sec-WebSocket-Extensions: permessage-deflate%b\r\n"
GOODBYE = masked(8, (1000).to_bytes(2, "big"))


class Line:
    """A client that packs what it says, takes what is packed, and counts what comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.heard_bytes = 0

    @classmethod
    async def open(cls, one: Place, path: str, offer: bytes) -> Self:
        """Of this path, with these headers."""
        line = cls(*await one.wire._line())
        line._writer.write(HANDSHAKE % (path.encode(), offer))
        await line._reader.readuntil(b"\r\n\r\n")
        return line

    def say(self, text: str) -> None:
        self._writer.write(packed(deflated(text.encode())))

    async def hear(self) -> tuple[bool, str]:
        """The next text, and whether it was packed."""
        async with asyncio.timeout(PATIENCE):
            first, size = await self._reader.readexactly(2)
            if size >= 126:
                width = 2 if size == 126 else 8
                size = int.from_bytes(await self._reader.readexactly(width), "big")
            body = await self._reader.readexactly(size)
        self.heard_bytes += size
        is_packed = bool(first & 0x40)
        if is_packed:
            body = zlib.decompress(body + b"\0\0\xff\xff\1\0\0\xff\xff", -zlib.MAX_WBITS)
        return is_packed, body.decode()


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_packed_is_what_was_said_both_ways(place: Start, path: str) -> None:
    one = place()
    line = await Line.open(one, path, OFFER % b"")
    is_raw = path == "/websocket"
    if not is_raw:
        assert await line.hear() == (False, "o")
    for text in ("short", LARGE, "short", LARGE):
        line.say(text if is_raw else f'["{text}"]')
        assert await line.hear() == (text is LARGE, text if is_raw else f'a["{text}"]')
    assert line.heard_bytes < len(LARGE) / 10


async def test_for_many_it_is_packed_once_and_who_has_not_agreed_has_it_as_it_is(
    place: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[bytes] = []
    pack = payload.packed_text_frame
    monkeypatch.setattr(payload, "packed_text_frame", lambda body: (calls.append(body), pack(body))[1])
    one = place()
    lines = [await Line.open(one, "/websocket", OFFER % b"") for _ in range(5)]
    lines += [await Line.open(one, "/websocket", b"") for _ in range(5)]
    async with asyncio.timeout(PATIENCE):
        while len(one.sockjs.router.open_sessions) < len(lines):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    said = payload.Payload(LARGE, "and a short one")
    for connection in one.connections:
        connection.send(said)
    for number, line in enumerate(lines):
        assert await line.hear() == (number < 5, LARGE)
        assert await line.hear() == (False, "and a short one")
    assert calls == [LARGE.encode()]


@pytest.mark.parametrize(
    ("parameters", "is_taken"),
    [
        (b"", True),
        (b"; client_max_window_bits", True),
        (b"; client_max_window_bits=10", True),
        (b"; server_max_window_bits=15; client_no_context_takeover", True),
        (b"; server_max_window_bits=10", False),
        (b"; server_max_window_bits=10, permessage-deflate", True),
        (b"; no_such_parameter=1", False),
        (b"-of-another-kind", False),
    ],
)
async def test_it_is_agreed_on_where_the_same_frames_suit_all(
    place: Start, parameters: bytes, is_taken: bool
) -> None:
    one = place()
    answer = await passes(one, HANDSHAKE % (b"/websocket", OFFER % parameters) + GOODBYE)
    assert answer.startswith(b"HTTP/1.1 101 ")
    agreed = b"Sec-Websocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context"
    assert (agreed in answer) is is_taken
    assert is_taken or b"permessage-deflate" not in answer
