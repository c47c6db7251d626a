"""Replies that carry entries, cut so that they fit what one transport may be asked to write."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

ENVELOPE_BYTES = 64
"""``{"event":"ack","ack":9007199254740991,"data":…}`` and the framing around it."""

Measure = Callable[[str], int]
"""What a text weighs on a transport, in bytes."""


def fitting(shapes: Sequence[dict[str, Any]], rest: object, *, measure: Measure, limit: int) -> int:
    """How many of the *last* ``shapes`` fit beside ``rest`` in ``limit`` bytes; at least one of any."""
    room_left = limit - ENVELOPE_BYTES - measure(msgspec.json.encode(rest).decode())
    count = 0
    for shape in reversed(shapes):
        room_left -= measure(msgspec.json.encode(shape).decode()) + 1
        if room_left < 0 and count:
            break
        count += 1
    return count


class Reply:
    """The data of an ack, and what becomes possible once it has been handed to the transport."""

    __slots__ = ("data", "written")

    def __init__(self, data: Any, written: Callable[[], None] | None = None) -> None:
        self.data = data
        self.written = written


NO_REPLY = Reply(None)
"""For commands that are never answered."""
