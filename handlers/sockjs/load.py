"""How much one WebSocket brings in, whatever it is: nothing else counts frames that bring no message."""

from collections.abc import Callable

FRAME_BYTES = 256
"""What a frame counts besides its bytes: to take it apart costs as much as to look through some hundred."""

BURST_BYTES = 4 * 2**20
BYTES_PER_SECOND = BURST_BYTES / 10
"""As much as one person may send in any ten seconds (``PROSA_CHUNKS``), and 1,600 frames a second."""


class Load:
    """Fills with what comes in, and empties by itself."""

    __slots__ = ("_at", "_bytes", "_clock")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at = clock()
        self._bytes = 0.0

    def add(self, size_bytes: int) -> bool:
        """Whether it is full: no client sends so much."""
        now = self._clock()
        self._bytes = max(0.0, self._bytes - (now - self._at) * BYTES_PER_SECOND) + size_bytes
        self._at = now
        return self._bytes > BURST_BYTES
