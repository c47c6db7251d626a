"""How often one person, or one address, may do one thing, at all workers together.

A worker counts for itself, and asks the others through the broker, but for the first quarter of a window:
whoever stays below costs no question, which took as long as storing a message. While the broker cannot be
asked, a worker's own count goes on alone, so that nothing waits for it and nothing is without a limit.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse

from prosa.broker.broker import Broker
from prosa.chat.windows import Windows
from prosa.models.errors import RateLimitedError

OWN_SHARE = 4
"""One in so many of what a window holds is a worker's own. So whoever goes through one worker has exactly
what the setting says, and whoever goes through several up to a quarter more for each."""

STRANGER_RETRY_MS = 1_000
IPV6_BITS = 64
"""What one customer is given of IPv6: an address of it is as good as any other."""


class Limits:
    """The windows of ``rates``, a name to the words of ``limits``: ``"sends": "20 per 10 seconds"``.

    That means any ten seconds, not ten seconds of the clock.
    """

    def __init__(
        self, rates: Mapping[str, str], *, strangers: int, broker: Broker, clock: Callable[[], float]
    ) -> None:
        self._rates: dict[str, RateLimitItem] = {name: parse(words) for name, words in rates.items()}
        self._broker = broker
        self._own = Windows(clock)
        self._strangers_max = strangers
        self._strangers: Counter[str] = Counter()

    async def allows(self, what: str, who: str, cost: int = 1) -> bool:
        """Count ``cost`` of ``what``, or say that there is no room for it in the window."""
        return not await self._take(what, who, cost)

    async def check(self, what: str, who: str, cost: int = 1) -> None:
        """Count ``cost`` of ``what``, or raise ``RateLimitedError`` with the time until there is room."""
        wait = await self._take(what, who, cost)
        if wait:
            raise RateLimitedError(retry_after_ms=math.ceil(wait * 1000))

    def check_here(self, what: str, who: str) -> None:
        """Count one of ``what`` at this worker alone, or raise ``RateLimitedError``: nobody else is asked."""
        rate, key = self._rates[what], (what, who)
        wait = self._own.wait(rate, key, 1)
        if wait:
            raise RateLimitedError(retry_after_ms=math.ceil(wait * 1000))
        self._own.count(rate, key, 1)

    @contextmanager
    def stranger(self, address: str) -> Iterator[None]:
        """Somebody from ``address`` is not known yet; too many of those are refused.

        Raises ``RateLimitedError``.
        """
        if self._strangers[address] >= self._strangers_max:
            raise RateLimitedError(retry_after_ms=STRANGER_RETRY_MS)
        self._strangers[address] += 1
        try:
            yield
        finally:
            self._strangers[address] -= 1
            if not self._strangers[address]:
                del self._strangers[address]

    async def _take(self, what: str, who: str, cost: int) -> float:
        """The seconds until there is room; 0: it is counted. To be refused costs nothing more."""
        rate, key = self._rates[what], (what, who)
        if self._own.used(rate, key) + cost > rate.amount // OWN_SHARE:
            wait = self._own.wait(rate, key, cost) or await self._broker.take(rate, what, who, cost)
            if wait:
                return wait
        self._own.count(rate, key, cost)
        return 0.0


def network(address: str) -> str:
    """Whose an address is, as far as it can be told: of IPv6 its network, of IPv4 itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> IPV6_BITS << IPV6_BITS)}/{IPV6_BITS}"
    return address
