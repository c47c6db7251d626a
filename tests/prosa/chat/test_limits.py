"""A window is any ten seconds, and the time until there is room again is true."""

import pytest

from prosa.broker.broker import Broker
from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.chat.limits import KEYS_MAX, Limits
from prosa.models.errors import RateLimitedError
from tests.prosa.broker.wire import redis_broker, until
from tests.prosa.chat.clock import Clock
from tests.redis_server import RedisServer

WINDOWS = {"sends": "3 per 10 seconds", "joins": "10 per second"}
ANA, BIA = "1", "2"

pytestmark = pytest.mark.gen_test(timeout=30)


def limits_of(broker: Broker, clock: Clock) -> Limits:
    return Limits(WINDOWS, broker=broker, now=clock.time)


def alone(clock: Clock) -> Limits:
    return limits_of(MemoryBroker(MemoryBus()), clock)


async def wait_ms(limits: Limits, what: str, who: str) -> int:
    with pytest.raises(RateLimitedError) as refused:
        await limits.check(what, who)
    found = refused.value.details["retry_after_ms"]
    assert isinstance(found, int)
    return found


async def test_there_is_room_after_the_time_that_was_said_and_not_a_millisecond_before() -> None:
    clock = Clock()
    limits = alone(clock)
    for seconds in (0.0, 2.5004, 0.1237):
        clock.passes(seconds)
        await limits.check("sends", ANA)
    for _ in range(20):
        clock.passes(0.0133)
        wait = await wait_ms(limits, "sends", ANA)
        clock.passes((wait - 1) / 1000)
        assert await wait_ms(limits, "sends", ANA) == 1
        clock.passes(0.001)
        await limits.check("sends", ANA)


async def test_no_ten_seconds_have_more_than_the_limit() -> None:
    clock = Clock()
    limits = alone(clock)
    got_in = []
    for _ in range(1_000):
        clock.passes(0.071)
        if await limits.allows("sends", ANA):
            got_in.append(clock.now)
    assert len(got_in) > 20
    assert all(later - first >= 9.999 for first, later in zip(got_in, got_in[3:], strict=False))


async def test_people_and_things_are_counted_apart() -> None:
    limits = alone(Clock())
    for _ in range(3):
        await limits.check("sends", ANA)
    await limits.check("sends", BIA)
    await limits.check("joins", ANA)


async def test_being_refused_costs_nothing_more() -> None:
    limits = alone(Clock())
    for _ in range(3):
        await limits.check("sends", ANA)
    assert {await wait_ms(limits, "sends", ANA) for _ in range(50)} == {10_000}


async def test_whoever_is_counted_no_more_is_forgotten() -> None:
    clock = Clock()
    limits = alone(clock)
    for number in range(1_000):
        await limits.check("sends", str(number))
    clock.passes(10)
    for number in range(500):
        await limits.check("sends", f"later {number}")
    assert len(limits._windows["sends"]) == 500


async def test_so_many_are_remembered_and_no_more() -> None:
    limits = alone(Clock())
    for number in range(3 * KEYS_MAX):
        await limits.check("sends", str(number))
        assert len(limits._windows["sends"]) <= KEYS_MAX
    for _ in range(2):
        await limits.check("sends", str(3 * KEYS_MAX - 1))
    assert not await limits.allows("sends", str(3 * KEYS_MAX - 1))


async def test_workers_count_together(redis: RedisServer) -> None:
    brokers = [redis_broker(redis.url) for _ in range(2)]
    workers = [limits_of(broker, Clock()) for broker in brokers]
    try:
        for broker in brokers:
            broker.listen(lambda *_: None, lambda: None)
            await until(lambda broker=broker: broker._nodes.owner(b"").counts.link.is_up)
        assert [await workers[n % 2].allows("sends", ANA) for n in range(4)] == [True, True, True, False]
        assert 0 < await wait_ms(workers[0], "sends", ANA) <= 10_000
        assert await workers[0].allows("sends", BIA)
    finally:
        for broker in brokers:
            await broker.close()


async def test_while_redis_is_away_each_worker_counts_for_itself(redis: RedisServer) -> None:
    broker = redis_broker(redis.url)
    limits = limits_of(broker, Clock())
    broker.listen(lambda *_: None, lambda: None)
    try:
        await until(lambda: broker._nodes.owner(b"").counts.link.is_up)
        assert await limits.allows("sends", ANA)
        redis.kill()
        assert [await limits.allows("sends", ANA) for _ in range(4)] == [True, True, True, False]
        redis.start()
        await until(lambda: broker._nodes.owner(b"").counts.link.is_up)
        assert [await limits.allows("sends", ANA) for _ in range(4)] == [True, True, True, False]
        assert redis.says("LLEN test:limit:sends:1") == ":3"
    finally:
        await broker.close()
