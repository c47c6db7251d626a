"""The long look through memory: when there is more, and not because much has passed by."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from prosa import memory

PAUSE_SECONDS = 0.05
MANY = 400_000


class Ring:
    """Refers to itself: nothing but a look finds that nobody else does."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def long_looks() -> Iterator[list[int]]:
    """What each long look has found."""
    found: list[int] = []

    def looked(phase: str, info: dict[str, Any]) -> None:
        if phase == "stop" and info["generation"] == 2:
            found.append(info["collected"])

    thresholds = gc.get_threshold()
    gc.callbacks.append(looked)
    yield found
    gc.callbacks.remove(looked)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.mark.gen_test(timeout=60)
async def test_memory_is_looked_through_when_it_has_grown_and_not_before(long_looks: list[int]) -> None:
    looking = asyncio.create_task(memory.run(PAUSE_SECONDS))
    await asyncio.sleep(0)
    assert len(long_looks) == 1  # at the start
    for _ in range(20):
        passing = [[number] for number in range(MANY // 10)]  # outlives two short looks, and goes by itself
        del passing
        await asyncio.sleep(PAUSE_SECONDS / 2)
    assert len(long_looks) == 1
    last = weakref.ref([Ring() for _ in range(MANY)][-1])
    while last() is not None:  # noqa: ASYNC110 - only asking tells
        await asyncio.sleep(PAUSE_SECONDS)
    assert long_looks[-1] >= MANY / 2
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
