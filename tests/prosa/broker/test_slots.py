"""What a worker makes of what the nodes of a cluster say of their slots, and of what they do not say."""

import asyncio
from collections.abc import Callable

import pytest

from prosa.broker.broker import Broker
from tests.prosa.broker.shards import ROOMS, SOON, heard_again, two
from tests.prosa.broker.wire import End, redis_broker
from tests.redis_cluster import RedisCluster, ask
from tests.waiting import until

SECONDS = 60


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_cluster_that_may_not_be_asked_is_spoken_to_plainly(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    for node in cluster.nodes:
        ask(node, "ACL", "SETUSER", "default", "-cluster")
    one, other = (opened(redis_broker(node.tcp_url)) for node in cluster.nodes[:2])
    for room in ROOMS:
        other.broker.subscribe(room)
    await heard_again(one, other, ROOMS)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_node_that_has_forgotten_the_cluster_is_not_believed(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, other = await two(cluster, opened)
    lost = cluster.masters[0]
    ask(lost, "CLUSTER", "RESET", "HARD")
    await heard_again(one, other, [room for room in ROOMS if cluster.owner(room) is not lost])
    await asyncio.sleep(SOON)
    await heard_again(one, other, [room for room in ROOMS if cluster.owner(room) is not lost])


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "answer", [b"+OK\r\n", b"*1\r\n+a\r\n", b"*1\r\n*1\r\n:1\r\n", b"-BUSY a script runs\r\n", b"?\r\n"]
)
async def test_who_says_nonsense_of_its_slots_is_asked_again(
    answer: bytes, opened: Callable[[Broker], End], caplog: pytest.LogCaptureFixture
) -> None:
    asked = 0

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while await reader.readline():
            asked += 1
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        end = opened(redis_broker(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
        await until(lambda: asked >= 20)
        assert caplog.text.count("redis_down way=slots") == 1
        assert not end.broker.is_connected
        await end.broker.close()
