"""How often one person may do one thing: sliding windows, named by what is counted."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from prosa.models.errors import RateLimitedError
from prosa.models.ids import UserId

KEYS_MAX = 10_000
"""People and things counted; above it those of whom nothing is counted any more are forgotten.

A private matter of ``limits``: its memory keeps an empty list for everybody it has ever counted.
"""


class Limits:
    """The windows of this worker: ``sends``, ``typing``, ``joins``, each in the words of ``limits``.

    ``"20 per 10 seconds"`` means any ten seconds, not ten seconds of the clock.
    """

    def __init__(self, *, sends: str, typing: str, joins: str) -> None:
        self._windows: dict[str, RateLimitItem] = {
            "sends": parse(sends),
            "typing": parse(typing),
            "joins": parse(joins),
        }
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._keys_max = KEYS_MAX

    def allows(self, what: str, user_id: UserId) -> bool:
        """Count one ``what`` of this person, or say that there is no room for it in the window."""
        if len(self._storage.events) > self._keys_max:
            self._forget()
        return self._limiter.hit(self._windows[what], what, user_id)

    def _forget(self) -> None:
        events = self._storage.events
        for key, counted in list(events.items()):
            if not counted:
                events.pop(key, None)
        self._keys_max = max(KEYS_MAX, 2 * len(events))

    def check(self, what: str, user_id: UserId) -> None:
        """Count one ``what``, or raise ``RateLimitedError`` with the time until there is room again."""
        if not self.allows(what, user_id):
            until, _ = self._limiter.get_window_stats(self._windows[what], what, user_id)
            raise RateLimitedError(retry_after_ms=max(1, math.ceil((until - time.time()) * 1000)))
