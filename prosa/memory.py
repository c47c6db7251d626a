"""When memory is looked through for what nothing refers to but itself.

Python does so whenever many objects have outlived two short looks, also those that soon go by themselves:
with a thousand people here it looked through all that belongs to them every four seconds, for 100 to 200 ms
in which everybody waited, and found nothing (measured). Here the long look is taken when memory has grown.
"""

import asyncio
import gc
import sys

PAUSE_SECONDS = 10.0
GROWTH = 1.25
"""Of what there is, as Python's own rule has it. A connection that has gone leaves no ring
(``tests/handlers/sockjs/test_gone.py``), so that nothing much waits for it."""

NEVER = 1_000_000


async def run(pause_seconds: float = PAUSE_SECONDS) -> None:
    """Look when there is a quarter more than at the last look, for ever; but never at what is there now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], NEVER)
    blocks = sys.getallocatedblocks()
    while True:
        await asyncio.sleep(pause_seconds)
        now = sys.getallocatedblocks()
        if now > blocks * GROWTH:
            gc.collect()
            blocks = sys.getallocatedblocks()
        blocks = min(blocks, now)
