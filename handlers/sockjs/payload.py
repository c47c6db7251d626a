"""What is on its way to many connections, framed once for each kind of transport."""

import json
import struct

_SHORT = 126
_LONG = 65_536


class Payload:
    """Messages to send at once, mostly one. A form is made when first asked for, and shared from then on."""

    __slots__ = ("_frame", "_quoted", "_raw_frame", "_socket_frame", "texts")

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self._quoted: str | None = None
        self._frame: str | None = None
        self._socket_frame: bytes | None = None
        self._raw_frame: bytes | None = None

    @property
    def quoted(self) -> str:
        """The texts as JSON strings in ASCII, which every proxy and every old browser passes on."""
        if self._quoted is None:
            self._quoted = ",".join(map(json.dumps, self.texts))
        return self._quoted

    @property
    def frame(self) -> str:
        """The SockJS frame ``a["…"]`` as a WebSocket carries it, which takes any Unicode."""
        if self._frame is None:
            self._frame = f"a[{','.join(json.dumps(text, ensure_ascii=False) for text in self.texts)}]"
        return self._frame

    @property
    def socket_frame(self) -> bytes:
        """The bytes of ``frame`` on an unmasked, uncompressed WebSocket (RFC 6455, 5.2)."""
        if self._socket_frame is None:
            try:
                body = self.frame.encode()
            except UnicodeEncodeError:  # half a surrogate pair: only an escape can carry it
                body = f"a[{self.quoted}]".encode()
            self._socket_frame = text_frame(body)
        return self._socket_frame

    @property
    def raw_frame(self) -> bytes:
        """The bytes of the bare texts on a WebSocket, a frame each."""
        if self._raw_frame is None:
            self._raw_frame = b"".join(text_frame(text.encode(errors="replace")) for text in self.texts)
        return self._raw_frame


def text_frame(body: bytes) -> bytes:
    """``body`` as one final, unmasked text frame, which is what a server sends."""
    size = len(body)
    if size < _SHORT:
        return struct.pack("!BB", 0x81, size) + body
    if size < _LONG:
        return struct.pack("!BBH", 0x81, 126, size) + body
    return struct.pack("!BBQ", 0x81, 127, size) + body
