"""The event loop's lateness is seen, and nothing else is."""

import asyncio
import math

import pytest

from prosa.chat.lag import EVERY_SECONDS, measure
from tests.numbers import counted, risen
from tests.prosa.chat.clock import Clock


@pytest.mark.gen_test
async def test_what_keeps_the_loop_is_seen_as_its_lateness(io_loop: object) -> None:
    clock = Clock()
    late = [0.0, 0.3, 0.04]

    async def sleep(seconds: float) -> None:
        if not late:
            raise asyncio.CancelledError
        clock.passes(seconds + late.pop(0))

    before = counted()
    with pytest.raises(asyncio.CancelledError):
        await measure(clock.time, sleep)
    rise = risen(before, counted())
    assert math.isclose(clock.now, 1_000 + 3 * EVERY_SECONDS + 0.34)
    assert rise["prosa_loop_lag_seconds_count"] == 3
    assert math.isclose(rise["prosa_loop_lag_seconds_sum"], 0.34, abs_tol=1e-6)
    assert rise['prosa_loop_lag_seconds_bucket{le="0.001"}'] == 1
    assert rise['prosa_loop_lag_seconds_bucket{le="0.25"}'] == 2
