"""Limits that all workers share: exact while Redis answers, and nobody waits for one that does not."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable

import pytest

from prosa.broker.broker import Broker
from prosa.broker.counts import AWAY_SECONDS, QUEUE_MAX, WAIT_SECONDS, Counts
from prosa.broker.link import Link
from prosa.broker.server import Server
from tests.prosa.broker.wire import End, More, redis_broker, until
from tests.prosa.chat.clock import Clock
from tests.redis_cluster import RedisCluster, ask
from tests.redis_server import RedisServer

pytestmark = pytest.mark.gen_test(timeout=30)


@contextlib.asynccontextmanager
async def counts_of(
    redis: RedisServer, now: Callable[[], float], clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Counts]:
    """One worker's counts, its clock the test's."""
    pool = Server.of(redis.url).pool(socket_timeout=None, driver_info=None)
    link = Link("limits", pool.make_connection, node="test", chance=random.Random(1), clock=clock)
    counts = Counts(link, moved=lambda _slot: None, clock=clock, now=now)
    running = asyncio.create_task(counts.run())
    try:
        await until(lambda: link.is_up)
        yield counts
    finally:
        link.end()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def hit(counts: Counts, key: str = "a", limit: int = 3) -> int | None:
    return await counts.hit(key.encode(), limit=limit, window_ms=10_000)


async def test_there_is_room_after_the_time_that_was_said_and_not_a_millisecond_before(
    redis: RedisServer,
) -> None:
    clock = Clock()
    async with counts_of(redis, clock.time) as one, counts_of(redis, clock.time) as other:
        for seconds in (0.0, 2.5004, 0.1237):
            clock.passes(seconds)
            assert await hit(one) == 0
        for counts in (one, other, one, other, one):
            clock.passes(0.0133)
            wait = await hit(counts)
            assert wait is not None
            clock.passes((wait - 1) / 1000)
            assert await hit(counts) == 1
            clock.passes(0.001)
            assert await hit(counts) == 0


async def test_of_thousands_at_one_moment_as_many_get_in_as_may(redis: RedisServer) -> None:
    clock = Clock()
    async with counts_of(redis, clock.time) as one, counts_of(redis, clock.time) as other:
        answers = await asyncio.gather(
            *(hit(counts, limit=50) for _ in range(100) for counts in (one, other))
        )
        assert sorted(answers, key=str) == [0] * 50 + [10_000] * 150  # type: ignore[comparison-overlap]


async def test_a_clock_that_was_set_back_keeps_nobody_out_for_longer_than_the_window(
    redis: RedisServer,
) -> None:
    clock = Clock()
    async with counts_of(redis, clock.time) as counts:
        assert [await hit(counts, limit=1), await hit(counts, limit=1)] == [0, 10_000]
        clock.now -= 500
        assert await hit(counts, limit=1) == 10_000
        assert 9_000 < int(redis.says("PTTL a")[1:]) <= 10_000


async def test_of_each_count_redis_keeps_the_limit_and_no_longer_than_the_window(redis: RedisServer) -> None:
    clock = Clock()
    async with counts_of(redis, clock.time) as counts:
        for _ in range(20):
            clock.passes(10)
            assert await hit(counts) == 0
        assert redis.says("LLEN a") == ":3"
        assert 0 < int(redis.says("PTTL a")[1:]) <= 10_000


async def test_a_redis_that_stands_still_is_waited_for_once(redis: RedisServer) -> None:
    async with counts_of(redis, time.time) as counts:
        assert await hit(counts) == 0
        redis.stand_still()
        try:
            async with asyncio.timeout(WAIT_SECONDS + AWAY_SECONDS / 2):
                assert await asyncio.gather(*(hit(counts) for _ in range(50))) == [None] * 50
                assert [await hit(counts) for _ in range(50)] == [None] * 50
        finally:
            redis.go_on()
        await asyncio.sleep(AWAY_SECONDS)
        await until(lambda: counts.link.is_up)
        assert await hit(counts, "b") == 0


async def test_who_stops_waiting_confuses_nobodys_answer(redis: RedisServer) -> None:
    clock = Clock()
    async with counts_of(redis, clock.time) as counts:
        asked = [asyncio.ensure_future(hit(counts, str(n % 10), limit=10)) for n in range(100)]
        await asyncio.sleep(0)
        for one in asked[::2]:
            one.cancel()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert answers[1::2] == [0] * 50
        assert await hit(counts, "1", limit=10) == 10_000


async def test_so_many_wait_for_redis_and_no_more(redis: RedisServer) -> None:
    async with counts_of(redis, time.time) as counts:
        redis.stand_still()
        try:
            asked = [asyncio.ensure_future(hit(counts)) for _ in range(QUEUE_MAX + 500)]
            await asyncio.sleep(0)
            assert sum(one.done() for one in asked) == 500
            assert await asyncio.gather(*asked) == [None] * len(asked)
        finally:
            redis.go_on()


async def test_a_redis_that_was_killed_is_not_waited_for(redis: RedisServer) -> None:
    broker = redis_broker(redis.url)
    broker.listen(lambda *_: None, lambda: None)
    try:
        await until(lambda: broker._nodes.owner(b"").counts.link.is_up)
        assert await broker.hit("a", limit=1, window_ms=10_000) == 0
        redis.kill()
        assert await broker.hit("a", limit=1, window_ms=10_000) is None
        redis.start()
        await until(lambda: broker._nodes.owner(b"").counts.link.is_up)
        assert await broker.hit("a", limit=1, window_ms=10_000) == 0
    finally:
        await broker.close()


async def answered(broker: Broker, key: str) -> int:
    """What Redis says, once the worker is connected to the node that has the count."""
    async with asyncio.timeout(10):
        while (said := await broker.hit(key, limit=1, window_ms=10_000)) is None:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
    return said


async def test_in_a_cluster_each_count_is_with_the_node_that_has_its_slot(cluster_end: More) -> None:
    ends = [cluster_end() for _ in range(2)]
    for end in ends:
        await end.is_up()
    for n in range(30):
        found = [await answered(end.broker, f"sends:{n}") for end in ends]
        assert found[0] == 0
        assert 0 < found[1] <= 10_000


async def test_a_count_whose_slot_moves_is_soon_counted_there(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    broker = opened(redis_broker(cluster.nodes[0].tcp_url)).broker
    assert await answered(broker, "sends:1") == 0
    to = next(node for node in cluster.masters if node is not cluster.owner("limit:sends:1"))
    ask(cluster.owner("limit:sends:1"), "FLUSHALL")
    await asyncio.to_thread(cluster.move, "limit:sends:1", to)
    assert await broker.hit("sends:1", limit=1, window_ms=10_000) is None
    assert await answered(broker, "sends:1") == 0
    assert ask(to, "LLEN", "test:limit:sends:1") == 1
