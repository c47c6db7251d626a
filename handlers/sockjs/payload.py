"""What is on its way to many connections, framed once for each kind of transport."""

import json
import struct
from functools import cached_property

import msgspec

_SHORT = 126
_LONG = 65_536


class Payload:
    """Messages to send at once, mostly one. A form is made when first asked for, and shared from then on."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    @cached_property
    def quoted(self) -> str:
        """The texts as JSON strings in ASCII, which every proxy and every old browser passes on."""
        return ",".join(map(json.dumps, self.texts))

    @cached_property
    def socket_frame(self) -> bytes:
        """The SockJS frame ``a["…"]`` as an unmasked, uncompressed WebSocket carries it (RFC 6455, 5.2)."""
        try:
            quoted = b",".join(map(msgspec.json.encode, self.texts))
        except UnicodeEncodeError:  # half a surrogate pair: only an escape can carry it
            quoted = self.quoted.encode()
        return text_frame(b"a[%s]" % quoted)

    @cached_property
    def raw_frame(self) -> bytes:
        """The bytes of the bare texts on a WebSocket, a frame each."""
        return b"".join(text_frame(text.encode(errors="replace")) for text in self.texts)


def text_frame(body: bytes) -> bytes:
    """``body`` as one final, unmasked text frame, which is what a server sends."""
    size = len(body)
    if size < _SHORT:
        return struct.pack("!BB", 0x81, size) + body
    if size < _LONG:
        return struct.pack("!BBH", 0x81, 126, size) + body
    return struct.pack("!BBQ", 0x81, 127, size) + body
