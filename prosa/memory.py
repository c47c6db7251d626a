"""When memory is looked through for what nothing refers to but itself.

Python does so whenever many objects have outlived two short looks, also those that soon go by themselves:
with a thousand people here it looked through all that belongs to them every four seconds, for 100 to 200 ms
in which everybody waited, and found nothing (measured). Here the long look is taken when memory has grown,
and at what is new: at all that is there it takes a quarter of a second (measured, two workers at once).
"""

import asyncio
import gc
import sys

PAUSE_SECONDS = 10.0
GROWTH = 1.25
"""Of what there is, as Python's own rule has it. A connection that has gone leaves no ring
(``tests/handlers/sockjs/test_gone.py``), so that nothing much waits for it."""

WHOLE_GROWTH = 2.0
"""When it has doubled, all that is there is looked at, also what earlier looks have seen in use."""

NEVER = 1_000_000

YOUNG, OLDER = 10_000, 20
"""New objects before a short look, and short looks before one at what has outlived the first. With Python's
700 and 10, a worker that stores 2,000 messages a second spent one part in twenty of its time at that
(measured): what a message needs is alive for as long as the store takes, and goes by itself."""


async def run(pause_seconds: float = PAUSE_SECONDS) -> None:
    """Look when there is a quarter more than at the last look, for ever."""
    _look()
    gc.set_threshold(YOUNG, OLDER, NEVER)
    blocks = blocks_of_all = sys.getallocatedblocks()
    while True:
        await asyncio.sleep(pause_seconds)
        now = sys.getallocatedblocks()
        if now > blocks_of_all * WHOLE_GROWTH:
            gc.unfreeze()
            _look()
            blocks = blocks_of_all = sys.getallocatedblocks()
        elif now > blocks * GROWTH:
            _look()
            blocks = sys.getallocatedblocks()
        blocks, blocks_of_all = min(blocks, now), min(blocks_of_all, now)


def _look() -> None:
    """What is still there afterwards is in use, and not looked at again before there is twice as much."""
    gc.collect()
    gc.freeze()
