"""The long look through memory: when there is more, and not because much has passed by."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from prosa import memory
from tests.waiting import until

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
    await until(lambda: last() is None)
    assert long_looks[-1] >= MANY / 2
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


@pytest.mark.gen_test(timeout=60)
async def test_what_was_in_use_at_a_look_is_looked_at_again_when_memory_has_doubled(
    long_looks: list[int],
) -> None:
    looking = asyncio.create_task(memory.run(PAUSE_SECONDS))
    await asyncio.sleep(0)
    used = [Ring() for _ in range(MANY)]
    last = weakref.ref(used[-1])
    await until(lambda: len(long_looks) > 1)
    del used
    await asyncio.sleep(PAUSE_SECONDS * 4)
    assert last() is not None
    kept: list[list[int]] = []
    while last() is not None:
        kept += [[number] for number in range(MANY)]
        await asyncio.sleep(PAUSE_SECONDS)
    assert long_looks[-1] >= MANY / 2
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
