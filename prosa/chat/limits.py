"""How often one person may do one thing: sliding windows, named by what is counted."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from prosa.models.errors import RateLimitedError
from prosa.models.ids import UserId


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
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allows(self, what: str, user_id: UserId) -> bool:
        """Count one ``what`` of this person, or say that there is no room for it in the window."""
        return self._limiter.hit(self._windows[what], what, user_id)

    def check(self, what: str, user_id: UserId) -> None:
        """Count one ``what``, or raise ``RateLimitedError`` with the time until there is room again."""
        if not self.allows(what, user_id):
            until, _ = self._limiter.get_window_stats(self._windows[what], what, user_id)
            raise RateLimitedError(retry_after_ms=max(1, math.ceil((until - time.time()) * 1000)))
