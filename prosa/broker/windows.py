"""What all workers count together, in one Redis: the moving windows of ``limits``."""

import asyncio
import logging
import time
from collections.abc import Callable

from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import MovedError, RedisError

log = logging.getLogger(__name__)

ANSWER_SECONDS = 0.25
"""Redis answers by then, or the worker's own count has to do: nobody's message waits for a number."""
AWAY_SECONDS = 1.0
"""For so long a Redis that did not answer is not asked again."""
CONNECTIONS_MAX = 4
"""A question takes less than a millisecond; of a crowd that comes at once, the others wait for their turn."""
PREFIX = "limits"


def name_of(rate: RateLimitItem, *names: str) -> bytes:
    """The key under which one window is kept."""
    return f"{PREFIX}:{rate.key_for(*names)}".encode()


class Windows:
    """One worker's hand in the windows that one Redis has.

    ``moved`` is told of each slot that turns out to be another node's.
    """

    def __init__(
        self, pool: ConnectionPool, *, moved: Callable[[int], None], clock: Callable[[], float]
    ) -> None:
        self._redis = Redis.from_pool(pool)
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=PREFIX,
            connection_pool=pool,  # type: ignore[arg-type]  # documented, and missing in its types
        )
        self._limiter = MovingWindowRateLimiter(storage)
        self._moved = moved
        self._clock = clock
        self._away_until = 0.0
        self._free = asyncio.Semaphore(CONNECTIONS_MAX)

    async def take(self, rate: RateLimitItem, *names: str, cost: int) -> float | None:
        """Count ``cost``: 0.0, or the seconds until there is room for it; ``None`` while Redis is away."""
        cost = min(cost, rate.amount)
        try:
            async with self._free:
                if self._clock() < self._away_until:
                    return None
                return await self._ask(rate, names, cost)
        except MovedError as error:
            self._moved(error.slot_id)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = self._clock() + AWAY_SECONDS
            log.warning("limits_alone seconds=%.0f error=%s", AWAY_SECONDS, type(error).__name__)
        return None

    async def _ask(self, rate: RateLimitItem, names: tuple[str, ...], cost: int) -> float:
        async with asyncio.timeout(ANSWER_SECONDS):
            if await self._limiter.hit(rate, *names, cost=cost):
                return 0.0
            until, _ = await self._limiter.get_window_stats(rate, *names)
            return max(until - time.time(), 0.001)

    async def close(self) -> None:
        """Nothing of it is connected any more."""
        await self._redis.aclose()
