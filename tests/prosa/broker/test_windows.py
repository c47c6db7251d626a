"""Workers count together while there is a Redis, and nobody waits for one that is away."""

import asyncio
from collections.abc import Callable

import pytest
from limits import parse

from prosa.broker.broker import Broker
from tests.prosa.broker.wire import End, More, redis_broker
from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer

SECONDS = 30
RATE = parse("3 per minute")


async def counted(worker: End, who: str = "ana", cost: int = 1) -> float | None:
    return await worker.broker.take(RATE, "sends", who, cost)


async def answer(worker: End) -> float:
    """The first answer after a while without one."""
    for _ in range(200):
        found = await counted(worker)
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("Redis is not asked again")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_all_workers_count_together_and_each_person_apart(redis_end: More) -> None:
    one, other = redis_end(), redis_end()
    assert [await counted(worker) for worker in (one, other, one)] == [0.0] * 3
    for worker in (one, other):
        wait = await counted(worker)
        assert wait is not None
        assert 50 < wait <= 60
    assert await counted(other, "bia") == 0.0


@pytest.mark.gen_test(timeout=SECONDS)
async def test_of_many_at_once_so_many_are_counted_and_no_more(redis_end: More) -> None:
    workers = [redis_end() for _ in range(3)]
    found = await asyncio.gather(*(counted(worker) for worker in workers for _ in range(20)))
    assert found.count(0.0) == 3
    assert None not in found


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_weighs_more_counts_for_more_and_what_never_fits_fits_alone(redis_end: More) -> None:
    one, other = redis_end(), redis_end()
    assert await counted(one, cost=2) == 0.0
    assert await counted(other, cost=2) != 0.0
    assert await counted(other, cost=1) == 0.0
    assert await counted(one, "bia", cost=1_000) == 0.0


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_redis_that_is_away_is_asked_once_and_then_left_alone_for_a_while(
    redis: RedisServer, redis_end: More, caplog: pytest.LogCaptureFixture
) -> None:
    worker = redis_end()
    assert await counted(worker) == 0.0
    redis.stand_still()
    found = [await counted(worker) for _ in range(50)]
    assert found == [None] * 50
    assert caplog.text.count("limits_alone") == 1
    redis.go_on()
    assert await answer(worker) == 0.0


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_redis_that_has_forgotten_everything_counts_anew(redis: RedisServer, redis_end: More) -> None:
    worker = redis_end()
    assert [await counted(worker) for _ in range(3)] == [0.0] * 3
    redis.kill()
    assert await counted(worker) is None
    await asyncio.to_thread(redis.start)
    assert await answer(worker) == 0.0


@pytest.mark.gen_test(timeout=60)
async def test_in_a_cluster_every_node_counts_its_own(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, other = (opened(redis_broker(node.tcp_url)) for node in cluster.nodes[:2])
    for worker in (one, other):
        await worker.is_up()
    for n in range(30):
        found = [await counted(worker, f"p{n}") for worker in (one, other, one, other)]
        assert found[:3] == [0.0] * 3
        assert found[3]
