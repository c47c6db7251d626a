"""A window is any ten seconds, the time until there is room again is true, and all workers count together."""

from typing import Any

import pytest

from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.chat import windows
from prosa.chat.limits import Limits, network
from prosa.models.errors import RateLimitedError
from tests.prosa.chat.clock import Clock

RATES = {"sends": "3 per 10 seconds", "joins": "10 per second", "kib": "100 per 10 seconds"}
ANA, BIA = "1", "2"


class Scene:
    """One worker's limits and a clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.limits = Limits(RATES, strangers=2, broker=MemoryBroker(MemoryBus()), clock=self.clock.time)

    async def wait(self, what: str = "sends", who: str = ANA, cost: int = 1) -> int:
        """How long who asks is told to wait, in milliseconds; 0: it is counted."""
        try:
            await self.limits.check(what, who, cost)
        except RateLimitedError as refused:
            return int(refused.details["retry_after_ms"])
        return 0


@pytest.fixture
def scene(io_loop: Any) -> Scene:
    return Scene()


@pytest.mark.gen_test
async def test_whoever_waits_as_long_as_was_said_gets_in_and_not_a_moment_sooner(scene: Scene) -> None:
    for _ in range(3):
        assert await scene.wait() == 0
        scene.clock.passes(1)
    assert await scene.wait() == 7_000
    scene.clock.passes(6.999)
    assert await scene.wait() == 1
    scene.clock.passes(0.001)
    assert await scene.wait() == 0
    assert await scene.wait() == 1_000


def test_what_is_counted_at_one_worker_asks_nobody_and_tells_the_time_too(scene: Scene) -> None:
    for _ in range(3):
        scene.limits.check_here("sends", ANA)
        scene.clock.passes(1)
    with pytest.raises(RateLimitedError) as refused:
        scene.limits.check_here("sends", ANA)
    assert refused.value.details["retry_after_ms"] == 7_000
    scene.limits.check_here("sends", BIA)
    scene.clock.passes(7)
    scene.limits.check_here("sends", ANA)


@pytest.mark.gen_test
async def test_people_and_things_are_counted_apart(scene: Scene) -> None:
    for _ in range(3):
        assert await scene.wait() == 0
    assert await scene.wait() > 0
    assert await scene.wait(who=BIA) == 0
    assert await scene.wait("joins") == 0


@pytest.mark.gen_test
async def test_being_refused_costs_nothing_more(scene: Scene) -> None:
    for _ in range(3):
        await scene.wait()
    assert {await scene.wait() for _ in range(50)} == {10_000}


@pytest.mark.gen_test
async def test_what_weighs_more_counts_for_more_and_what_never_fits_fits_alone(scene: Scene) -> None:
    assert await scene.wait("kib", cost=60) == 0
    scene.clock.passes(4)
    assert await scene.wait("kib", cost=41) == 6_000
    assert await scene.wait("kib", cost=40) == 0
    scene.clock.passes(10)
    assert await scene.wait("kib", cost=1_000) == 0
    assert await scene.wait("kib") == 10_000


@pytest.mark.gen_test
async def test_whoever_was_not_counted_for_longest_is_forgotten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "KEYS_MAX", 100)
    for _ in range(3):
        await scene.wait(who="often")
    for number in range(150):
        await scene.wait(who=f"n{number}")
        if number == 90:
            scene.clock.passes(10)
            await scene.wait(who="often")
    assert len(scene.limits._own._times) == 100
    assert ("sends", "often") in scene.limits._own._times


def test_so_many_strangers_of_an_address_wait_at_a_time(scene: Scene) -> None:
    with scene.limits.stranger("a"):
        with scene.limits.stranger("a"):
            with pytest.raises(RateLimitedError), scene.limits.stranger("a"):
                pass
            with scene.limits.stranger("b"):
                pass
        with scene.limits.stranger("a"):
            pass
    assert not scene.limits._strangers


def test_an_address_is_whose_it_is() -> None:
    assert network("203.0.113.7") == "203.0.113.7"
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("::ffff:203.0.113.7") == "203.0.113.7"
    assert network("") == ""
