"""What has happened lately, in this worker's memory: a moving window for everybody who is counted.

Not the memory of ``limits``: that sweeps every key after each count, which holds all threads up (11 ms for
10,000 keys), and goes by a clock that nobody can hand in.
"""

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable

from limits import RateLimitItem

KEYS_MAX = 50_000
"""People and addresses that are remembered; those not counted for longest are forgotten."""

Key = tuple[str, str]


class Windows:
    """Any ``period`` seconds hold at most ``amount``: not seconds of the clock, but each one's own.

    A person has three or four, with little in each: a deque takes 0.7 KiB, an array what is in it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: OrderedDict[Key, array[float]] = OrderedDict()

    def wait(self, rate: RateLimitItem, key: Key, cost: int) -> float:
        """In how many seconds there is room for ``cost`` more; 0: there is."""
        too_many = self.used(rate, key) + min(cost, rate.amount) - rate.amount
        return self._times[key][too_many - 1] + rate.get_expiry() - self._clock() if too_many > 0 else 0.0

    def used(self, rate: RateLimitItem, key: Key) -> int:
        """How much has happened in the period that ends now."""
        times = self._times.get(key)
        if times is None:
            return 0
        gone = bisect_right(times, self._clock() - rate.get_expiry())
        if gone:
            del times[:gone]
        return len(times)

    def count(self, rate: RateLimitItem, key: Key, cost: int) -> None:
        """``cost`` has happened now."""
        times = self._times.get(key)
        if times is None:
            times = self._times[key] = array("d")
        times.extend([self._clock()] * min(cost, rate.amount))
        del times[: -rate.amount]
        self._times.move_to_end(key)
        if len(self._times) > KEYS_MAX:
            self._times.popitem(last=False)
