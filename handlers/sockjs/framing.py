"""How a WebSocket's bytes are read, and what is agreed on about packing them.

Tornado asks its stream for a frame's first two bytes, its mask and its payload in turns. With the first of
them the stream has all the bytes at hand, stops watching the socket, and watches it again for the next frame:
two system calls and three futures a message, of which nothing is left here. Measured with ``benchmarks``
("Stored and acknowledged"), a message costs a worker a tenth less.

Packing (RFC 7692) is agreed on without memory from one message to the next. So what goes to many is packed
once for all of them (``payload.py``), and a connection holds no window of 32 KiB. No message carries a
credential, which its size could betray to whoever wrote what stands beside it.

Private names of Tornado's WebSocketProtocol13: ``_read_bytes``, by which it reads everything, and
``_wire_bytes_in``, what it has read; ``_parse_extensions_header``, what is offered, and ``_compressor``,
which is there where that was taken; ``_receive_frame``, which takes the next one apart;
``_handle_message``, which unpacks; ``_write_frame``; ``_abort``.
"""

import asyncio
import zlib
from typing import Any, cast

from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketProtocol13

AHEAD_BYTES = 4096
"""So much is taken from the stream at most, but for a frame that is larger."""

TURN_FRAMES = 64
"""So many frames are taken apart before it is somebody else's turn, if they are there already."""

DEFLATE = "permessage-deflate"
AGREED: dict[str, Any] = {"server_no_context_takeover": None, "client_no_context_takeover": None}
"""A server may say both unasked (RFC 7692, 7.1.1)."""

OFFERS = {*AGREED, "client_max_window_bits", "server_max_window_bits"}


class Framing(WebSocketProtocol13):
    """Tornado's parser, which finds the rest of a frame where its beginning was."""

    _ahead = b""
    _frames = 0

    @property
    def is_packed(self) -> bool:
        """The other end takes packed messages."""
        return self._compressor is not None

    async def _receive_frame(self) -> None:
        """Of whatever kind, also those that bring no message; of a flood nothing more is read."""
        self._frames += 1
        if self._frames % TURN_FRAMES == 0:
            await asyncio.sleep(0)
        handler = cast("Any", self.handler)
        if handler.is_flooded():
            await asyncio.sleep(handler.server.config.close_grace_seconds)
        await super()._receive_frame()

    def _write_frame(self, fin: bool, opcode: int, data: bytes, flags: int = 0) -> asyncio.Future[None]:
        """All that Tornado itself says: pings, pongs and the close frame; after what has been told."""
        handler = cast("Any", self.handler)
        handler.leave()
        written = super()._write_frame(fin, opcode, data, flags)
        handler.written()
        return written

    async def _read_bytes(self, n: int) -> bytes:
        ahead = self._ahead
        if len(ahead) < n:
            ahead = await self._with_more(ahead, n)
        self._wire_bytes_in += n
        self._ahead = ahead[n:]
        return ahead[:n]

    async def _with_more(self, ahead: bytes, size: int) -> bytes:
        """At least ``size`` bytes. Raises ``StreamClosedError`` where they do not come any more."""
        parts, missing = [ahead], size - len(ahead)
        while missing > 0:
            part = await self.stream.read_bytes(max(missing, AHEAD_BYTES), partial=True)
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _parse_extensions_header(self, headers: HTTPHeaders) -> list[tuple[str, dict[str, Any]]]:
        """What is answered: packing, where it was offered in a way that leaves our frames as they are."""
        offered = super()._parse_extensions_header(headers)
        return [(DEFLATE, dict(AGREED))] if any(map(_suits, offered)) else []

    def _handle_message(self, opcode: int, data: bytes) -> asyncio.Future[None] | None:
        try:
            return super()._handle_message(opcode, data)
        except zlib.error:  # said to be packed, and is not
            self._abort()
            return None


def _suits(offer: tuple[str, dict[str, str]]) -> bool:
    name, parameters = offer
    window = parameters.get("server_max_window_bits", str(zlib.MAX_WBITS))
    return name == DEFLATE and parameters.keys() <= OFFERS and window == str(zlib.MAX_WBITS)
