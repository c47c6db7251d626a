"""A clock that a test turns by hand."""

from collections.abc import Callable
from typing import Any


class _Handle:
    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Clock:
    """``now`` and ``call_later`` of a time that passes only in ``passes``."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._timers: list[tuple[float, Callable[[], None], _Handle]] = []

    def time(self) -> float:
        """This moment."""
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Any:
        """Call back once, ``delay`` seconds from now."""
        handle = _Handle()
        self._timers.append((self.now + delay, callback, handle))
        return handle

    @property
    def pending(self) -> int:
        """How many timers have neither fired nor been cancelled."""
        return sum(not handle.is_cancelled for _, _, handle in self._timers)

    def passes(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        self.now += seconds
        due = [timer for timer in self._timers if timer[0] <= self.now]
        self._timers = [timer for timer in self._timers if timer[0] > self.now]
        for _, callback, handle in sorted(due, key=lambda timer: timer[0]):
            if not handle.is_cancelled:
                callback()
