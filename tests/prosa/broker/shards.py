"""Workers on a cluster that is taken apart, and rooms at each of its nodes."""

import asyncio
import time
from collections.abc import Callable

from prosa.broker.broker import Broker
from tests.prosa.broker.wire import End, redis_broker
from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer

SOON = 2.0
ROOMS = [f"room:{n}" for n in range(60)]
"""Some of each master's."""


async def two(cluster: RedisCluster, opened: Callable[[Broker], End]) -> tuple[End, End]:
    """Two workers, each of which hears the other in every room."""
    one, other = (opened(redis_broker(node.tcp_url)) for node in cluster.nodes[:2])
    for worker in (one, other):
        await worker.is_up()
        for room in ROOMS:
            worker.broker.subscribe(room)
    await one.hears_all(other)
    await other.hears_all(one)
    return one, other


async def heard_again(one: End, other: End, rooms: list[str], seconds: float = SOON) -> float:
    """Return when ``other`` hears ``one`` in all these rooms, said again and again."""
    other.heard.clear()
    began = time.monotonic()
    while missing := set(rooms) - {room for room, _ in other.heard}:
        assert time.monotonic() - began < seconds, f"not heard: {sorted(missing)}"
        for room in missing:
            one.broker.publish(room, b"again")
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def rooms_of(cluster: RedisCluster, node: RedisServer) -> list[str]:
    return [room for room in ROOMS if cluster.owner(room) is node]
