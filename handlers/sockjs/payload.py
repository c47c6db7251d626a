"""What is on its way to many connections, framed once for each kind of transport."""

import json
import struct
import zlib
from collections.abc import Iterator
from functools import cached_property

import msgspec

PACKED_BYTES = 1024
"""What is smaller goes as it is: a page of history becomes a fifth in half a millisecond, a message hardly
less in as long as a hundred connections take to be told."""

_TEXT, _PACKED = 0x81, 0xC1
_END = b"\x00\x00\xff\xff"
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
        """The SockJS frame ``a["…"]`` as an unmasked WebSocket carries it (RFC 6455, 5.2)."""
        return text_frame(self._framed)

    @cached_property
    def packed_socket_frame(self) -> bytes:
        """The same where packing was agreed on."""
        return _packed_if_large(self._framed)

    @cached_property
    def raw_frame(self) -> bytes:
        """The bytes of the bare texts on a WebSocket, a frame each."""
        return b"".join(map(text_frame, self._bare))

    @cached_property
    def packed_raw_frame(self) -> bytes:
        """The same where packing was agreed on."""
        return b"".join(map(_packed_if_large, self._bare))

    @cached_property
    def _framed(self) -> bytes:
        try:
            quoted = b",".join(map(msgspec.json.encode, self.texts))
        except UnicodeEncodeError:  # half a surrogate pair: only an escape can carry it
            quoted = self.quoted.encode()
        return b"a[%s]" % quoted

    @property
    def _bare(self) -> Iterator[bytes]:
        return (text.encode(errors="replace") for text in self.texts)


def text_frame(body: bytes) -> bytes:
    """``body`` as one final, unmasked text frame, which is what a server sends."""
    return _frame(_TEXT, body)


def packed_text_frame(body: bytes) -> bytes:
    """The same, packed without memory of any message before it (RFC 7692, 7.2.1)."""
    deflater = zlib.compressobj(zlib.Z_BEST_SPEED, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflater.compress(body) + deflater.flush(zlib.Z_SYNC_FLUSH)
    return _frame(_PACKED, packed.removesuffix(_END))


def _packed_if_large(body: bytes) -> bytes:
    return packed_text_frame(body) if len(body) >= PACKED_BYTES else text_frame(body)


def _frame(first: int, body: bytes) -> bytes:
    size = len(body)
    if size < _SHORT:
        return struct.pack("!BB", first, size) + body
    if size < _LONG:
        return struct.pack("!BBH", first, 126, size) + body
    return struct.pack("!BBQ", first, 127, size) + body
