"""How late the event loop is: everything that a worker does waits at least as long as this."""

import asyncio
from collections.abc import Awaitable, Callable

from prosa import metrics

EVERY_SECONDS = 0.25
"""Often enough to see one slow callback among many, and nothing beside the work itself."""


async def measure(
    clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Sleep and see how much longer it took, for ever."""
    while True:
        due = clock() + EVERY_SECONDS
        await sleep(EVERY_SECONDS)
        metrics.LOOP_LAG.observe(max(0.0, clock() - due))
