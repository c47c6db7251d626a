"""What every broker promises, whatever carries its notices."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from prosa.models.turns import Turn

Heard = Callable[[str, bytes], None]
"""What a worker does with a notice of another one: its channel, its bytes. One that raises is logged."""

Reconnected = Callable[[], None]
"""What a worker does once it hears again, and may have missed anything. Must not raise."""


class Broker(Protocol):
    """One worker's end of the wire to all others. No call raises.

    Only ``turn``, ``hit`` and ``close`` wait.
    """

    @property
    def is_connected(self) -> bool:
        """Whether notices go out and come in, as far as is known."""
        ...

    def listen(self, heard: Heard, reconnected: Reconnected) -> None:
        """From now on ``heard`` is called with every notice of another worker on a subscribed channel."""
        ...

    def subscribe(self, channel: str) -> None:
        """Notices on ``channel`` are heard from soon on. Twice is once."""
        ...

    def unsubscribe(self, channel: str) -> None:
        """Notices on ``channel`` are no longer heard."""
        ...

    def publish(self, channel: str, notice: bytes) -> None:
        """Tell every other worker that is subscribed, once, at most: a notice may get lost."""
        ...

    def turn(self, room: str) -> AbstractAsyncContextManager[Turn]:
        """While it lasts, the other workers that ask wait for theirs, first come first served.

        A courtesy, not a lock: it may be given to two, and to everybody where nobody can say whose it is.
        """
        ...

    async def hit(self, key: str, *, limit: int, window_ms: int) -> int | None:
        """Count one more, all workers together: 0, or the milliseconds until there is room for it.

        At most ``limit`` are counted in any ``window_ms``; what finds no room is not counted. None where
        nobody can say for all: whoever asks counts for itself. Waits a tenth of a second at most.
        """
        ...

    async def close(self) -> None:
        """Tell what still waits, within a second, and then hear and tell nothing more."""
        ...
