"""How often one person, or one address, may do one thing: sliding windows, named by what is counted.

The workers count together where the broker can (``prosa/broker/counts.py``), and each for itself where it
cannot: then a person may do as much at each of them.
"""

from collections import deque
from collections.abc import Callable, Mapping

from limits import parse

from prosa.broker.broker import Broker
from prosa.models.errors import RateLimitedError

KEYS_MAX = 10_000
"""People or addresses that one window remembers; above it, who was counted longest ago is forgotten."""


class _Window:
    """One worker's own count of one thing.

    Not the storage of ``limits``: that sweeps all of its keys at once (11 ms for 10,000 of them, in which
    nobody is served), keeps an empty list for whomever it has ever counted, and knows no clock but its own.
    """

    def __init__(self, words: str, now: Callable[[], float]) -> None:
        item = parse(words)
        self.limit = item.amount
        self.window_ms = item.get_expiry() * 1000
        self._now = now
        self._hits: dict[str, deque[int]] = {}

    def __len__(self) -> int:
        return len(self._hits)

    def hit(self, who: str) -> int:
        """Count one more: 0, or the milliseconds until there is room for it, and it is not counted."""
        now_ms = round(self._now() * 1000)
        self._forget(now_ms)
        hits = self._hits.get(who)
        if hits is not None and len(hits) == self.limit and hits[0] + self.window_ms > now_ms:
            return hits[0] + self.window_ms - now_ms
        hits = self._hits.pop(who, None) or deque(maxlen=self.limit)
        hits.append(now_ms)
        self._hits[who] = hits  # the last one now, in the order in which they were counted
        return 0

    def _forget(self, now_ms: int) -> None:
        """Two at most whose window is over: more leave than come, and no sweep is long."""
        for _ in range(2):
            first = next(iter(self._hits), None)
            if first is None:
                return
            if len(self._hits) < KEYS_MAX and self._hits[first][-1] + self.window_ms > now_ms:
                return
            del self._hits[first]


class Limits:
    """The windows by their names, each in the words of ``limits``: ``{"sends": "20 per 10 seconds"}``.

    That means any ten seconds, not ten seconds of the clock. ``now`` is a clock that is never set back.
    """

    def __init__(self, windows: Mapping[str, str], *, broker: Broker, now: Callable[[], float]) -> None:
        self._windows = {what: _Window(words, now) for what, words in windows.items()}
        self._broker = broker

    async def check(self, what: str, who: str) -> None:
        """Count one ``what``, or raise ``RateLimitedError`` with the time until there is room again."""
        wait_ms = await self._hit(what, who)
        if wait_ms:
            raise RateLimitedError(retry_after_ms=wait_ms)

    async def allows(self, what: str, who: str) -> bool:
        """Count one ``what``, or say that there is no room for it in the window."""
        return not await self._hit(what, who)

    async def _hit(self, what: str, who: str) -> int:
        window = self._windows[what]
        wait_ms = await self._broker.hit(f"{what}:{who}", limit=window.limit, window_ms=window.window_ms)
        return window.hit(who) if wait_ms is None else wait_ms
