"""Waiting for what nobody tells."""

import asyncio
import time
from collections.abc import Callable

PATIENCE_SECONDS = 15.0
LOOK_SECONDS = 0.01


async def until(holds: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> float:
    """Return when it holds: after how many seconds. Looks again and again."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it does not come to hold"
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - began
