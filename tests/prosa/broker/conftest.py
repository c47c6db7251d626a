"""Workers on one wire, whichever it is."""

import itertools
import shutil
from collections.abc import Callable, Iterator

import pytest
from tornado.platform.asyncio import AsyncIOLoop

from prosa.broker.broker import Broker
from prosa.broker.memory import MemoryBroker, MemoryBus
from tests.prosa.broker.wire import End, More, redis_broker
from tests.redis_cluster import RedisCluster, ask
from tests.redis_server import RedisServer


@pytest.fixture
def opened(io_loop: AsyncIOLoop) -> Iterator[Callable[[Broker], End]]:
    """A broker's end of the wire, closed after the test."""
    ends: list[End] = []

    def begin(broker: Broker) -> End:
        ends.append(End(broker))
        return ends[-1]

    yield begin

    async def close() -> None:
        for end in ends:
            await end.broker.close()

    io_loop.run_sync(close)


@pytest.fixture
def redis_end(redis: RedisServer, opened: Callable[[Broker], End]) -> More:
    """How a test gets one more worker on Redis."""
    return lambda: opened(redis_broker(redis.url))


def started(replicas: int) -> Iterator[RedisCluster]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing: apt-get install redis-server")
    with RedisCluster(replicas) as running:
        yield running


@pytest.fixture(scope="session")
def lasting_cluster() -> Iterator[RedisCluster]:
    """The cluster of the tests that leave it as it is."""
    yield from started(replicas=0)


@pytest.fixture
def cluster() -> Iterator[RedisCluster]:
    """A cluster of this test's own, which it may take apart."""
    yield from started(replicas=0)


@pytest.fixture
def cluster_with_replica() -> Iterator[RedisCluster]:
    """The same, and the first master has a replica."""
    yield from started(replicas=1)


@pytest.fixture
def cluster_end(lasting_cluster: RedisCluster, opened: Callable[[Broker], End]) -> More:
    """How a test gets one more worker on the cluster, each at another node."""
    for node in lasting_cluster.nodes:
        ask(node, "FLUSHALL")
    nodes = itertools.cycle(lasting_cluster.nodes)
    return lambda: opened(redis_broker(next(nodes).tcp_url))


@pytest.fixture(params=["memory", "redis", "cluster"])
def end(request: pytest.FixtureRequest, opened: Callable[[Broker], End]) -> More:
    """How a test gets one more worker on the wire; each such test is run on every wire."""
    if request.param != "memory":
        more: More = request.getfixturevalue(f"{request.param}_end")
        return more
    bus = MemoryBus()
    return lambda: opened(MemoryBroker(bus))
