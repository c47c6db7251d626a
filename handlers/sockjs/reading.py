"""How a WebSocket's bytes are read: what has come at once, instead of each piece of a frame by itself.

Tornado asks its stream for a frame's first two bytes, its mask and its payload in turns. With the first of
them the stream has all the bytes at hand, stops watching the socket, and watches it again for the next frame:
two system calls and three futures a message, of which nothing is left here. Measured with ``benchmarks``
("Stored and acknowledged"), a message costs a worker a tenth less.

Private names of Tornado's WebSocketProtocol13: ``_read_bytes``, by which it reads everything, and
``_wire_bytes_in``, what it has read. Were the first one renamed, Tornado would read as it always does.
"""

from tornado.websocket import WebSocketProtocol13

AHEAD_BYTES = 4096
"""So much is taken from the stream at most, but for a frame that is larger."""


class ReadAhead(WebSocketProtocol13):
    """Tornado's parser, which finds the rest of a frame where its beginning was."""

    _ahead = b""

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
