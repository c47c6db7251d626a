"""A cluster whose nodes die, stand still, take over and hand over slots: all is heard again within 2 s."""

import asyncio
import time
from collections.abc import Callable

import pytest

from prosa.broker.baton import AWAY_SECONDS
from prosa.broker.broker import Broker
from prosa.broker.outgoing import QUEUE_MAX
from tests.numbers import Numbers, counted, risen
from tests.prosa.broker.shards import ROOMS, SOON, heard_again, rooms_of, two
from tests.prosa.broker.test_redis import open_files
from tests.prosa.broker.wire import End, redis_broker
from tests.redis_cluster import RedisCluster, ask
from tests.waiting import until

SECONDS = 60
GIVEN = 'prosa_turns_total{outcome="given"}'
OFF = 'prosa_turns_total{outcome="off"}'


@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_node_has_its_own_rooms_and_no_other_is_told_of_them(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, other = await two(cluster, opened)
    for room in ROOMS:
        one.broker.publish(room, b"um")
    await until(lambda: len(other.heard) == len(ROOMS))
    for node in cluster.masters:
        shared = {name.removeprefix("test:") for name in ask(node, "PUBSUB", "SHARDCHANNELS", "test:room:*")}
        assert sorted(shared) == sorted(rooms_of(cluster, node))
        assert len(shared) > 10
        assert ask(node, "PUBSUB", "CHANNELS") == []
        assert "messages_publish" not in ask(node, "CLUSTER", "INFO")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_node_that_was_killed_and_came_back_is_heard_and_meanwhile_the_others_are(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, other = await two(cluster, opened)
    for dead in cluster.masters:
        before = other.reconnected
        dead.kill()
        await until(lambda: not one.broker.is_connected and not other.broker.is_connected, SOON)
        alive = [room for room in ROOMS if cluster.owner(room) is not dead]
        await heard_again(one, other, alive)
        one.broker.publish(rooms_of(cluster, dead)[0], b"to nobody")
        assert not one.broker.is_connected
        await asyncio.to_thread(dead.start)
        await heard_again(one, other, ROOMS, seconds=2 * SOON)
        await until(lambda: one.broker.is_connected and other.broker.is_connected)
        assert other.reconnected > before


@pytest.mark.gen_test(timeout=SECONDS)
async def test_slots_that_move_take_their_rooms_along(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, other = await two(cluster, opened)
    first, second, third = cluster.masters
    moving = rooms_of(cluster, first)[:5]
    for to in (second, third, first):
        before = other.reconnected
        for room in moving:
            await asyncio.to_thread(cluster.move, room, to)
        await heard_again(one, other, ROOMS)
        await heard_again(other, one, ROOMS)
        await until(lambda before=before: other.reconnected > before)
        assert {f"test:{room}" for room in moving} <= set(ask(to, "PUBSUB", "SHARDCHANNELS"))
    assert one.broker.is_connected
    assert other.broker.is_connected


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_slot_of_which_only_two_nodes_know_yet_is_found(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, other = await two(cluster, opened)
    to = next(node for node in cluster.masters if node is not cluster.owner(ROOMS[0]))
    cluster.move(ROOMS[0], to, is_told_to_all=False)
    await heard_again(one, other, ROOMS[:1])


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_node_that_hands_over_all_it_has_is_left(
    cluster_with_replica: RedisCluster, opened: Callable[[Broker], End], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    one, other = await two(cluster_with_replica, opened)
    first, replica = cluster_with_replica.masters[0], cluster_with_replica.nodes[-1]
    given_up, kept = rooms_of(cluster_with_replica, first)[:2]
    await until(lambda: "master_link_status:up" in ask(replica, "INFO", "replication"))
    assert ask(replica, "CLUSTER", "FAILOVER") == "OK"
    await until(lambda: "role:master" in ask(replica, "INFO", "replication"))
    other.broker.unsubscribe(given_up)
    await heard_again(one, other, [room for room in ROOMS if room != given_up])
    one.broker.publish(given_up, b"unheard")
    one.broker.publish(kept, b"heard")
    await until(lambda: (kept, b"heard") in other.heard)
    assert given_up not in {room for room, _ in other.heard}
    await until(lambda: caplog.text.count(f"redis_node_left node=127.0.0.1:{first.port}") == 2)
    await until(lambda: not ask(first, "CLIENT", "LIST", "TYPE", "pubsub"))
    assert one.broker.is_connected


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_replica_that_takes_over_is_heard(
    cluster_with_replica: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    cluster = cluster_with_replica
    one, other = await two(cluster, opened)
    replica = cluster.nodes[-1]
    await until(lambda: "master_link_status:up" in ask(replica, "INFO", "replication"))
    cluster.masters[0].kill()
    await until(lambda: "role:master" in ask(replica, "INFO", "replication"))
    await heard_again(one, other, ROOMS, seconds=2 * SOON)
    await heard_again(other, one, ROOMS)
    await until(lambda: one.broker.is_connected and other.broker.is_connected)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_cluster_that_comes_after_the_worker_is_found(
    cluster: RedisCluster, opened: Callable[[Broker], End], caplog: pytest.LogCaptureFixture
) -> None:
    for node in cluster.nodes:
        node.kill()
    one, other = (opened(redis_broker(cluster.nodes[0].tcp_url)) for _ in range(2))
    for room in ROOMS:
        other.broker.subscribe(room)
        one.broker.publish(room, b"to nobody")
    async with one.broker.turn("7"):
        assert not one.broker.is_connected
    await until(lambda: caplog.text.count("redis_down way=slots") == 2)
    for node in cluster.nodes:
        await asyncio.to_thread(node.start)
    await heard_again(one, other, ROOMS, seconds=10)
    assert one.broker.dropped >= len(ROOMS)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_node_that_stands_still_holds_nobody_up_and_what_waits_for_it_is_bounded(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, other = await two(cluster, opened)
    still = cluster.masters[2]
    room = rooms_of(cluster, still)[0]
    still.stand_still()
    try:
        for _ in range(3 * QUEUE_MAX):
            one.broker.publish(room, b"x")
        assert one.broker.dropped >= 2 * QUEUE_MAX - 1
        await heard_again(one, other, [room for room in ROOMS if cluster.owner(room) is not still])
        await until(lambda: not one.broker.is_connected, SOON)
    finally:
        still.go_on()
    await heard_again(one, other, ROOMS, seconds=5)


async def turns(broker: Broker, room: str, times: int = 1) -> Numbers:
    """Take so many turns: how they were come by."""
    before = counted()
    for _ in range(times):
        async with broker.turn(room) as turn:
            turn.top = 1
    return risen(before, counted())


@pytest.mark.gen_test(timeout=SECONDS)
async def test_turns_go_by_the_node_that_has_them_and_whose_node_is_away_holds_up_nobody(
    cluster: RedisCluster, opened: Callable[[Broker], End]
) -> None:
    one, _ = await two(cluster, opened)
    rooms = {cluster.owner(f"baton:{{{n}}}"): str(n) for n in range(20)}
    for node, room in rooms.items():
        assert (await turns(one.broker, room, 3))[GIVEN] == 2
        assert ask(node, "LLEN", f"test:baton:{{{room}}}") == 1
    first, second, third = cluster.masters
    baton = f"baton:{{{rooms[first]}}}"
    ask(first, "FLUSHALL")
    await asyncio.to_thread(cluster.move, baton, second)
    assert (await turns(one.broker, rooms[first]))[OFF] == 1
    await until(lambda: one.broker.is_connected and not one.broker._nodes._refused, SOON)
    assert (await turns(one.broker, rooms[first], 3))[GIVEN] == 2
    assert ask(second, "LLEN", f"test:{baton}") == 1
    second.kill()
    async with asyncio.timeout(AWAY_SECONDS / 2):
        assert (await turns(one.broker, rooms[second], 50))[OFF] == 50
        assert (await turns(one.broker, rooms[third]))[GIVEN] == 1


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("is_still", [False, True])
async def test_nothing_is_left_after_the_close(cluster: RedisCluster, is_still: bool) -> None:
    before = open_files(), asyncio.all_tasks()
    end = End(redis_broker(cluster.nodes[0].url))
    await end.is_up()
    for room in ROOMS:
        end.broker.subscribe(room)
    for room in ROOMS[:6]:
        await turns(end.broker, room)
    if is_still:
        cluster.nodes[1].stand_still()
        cluster.nodes[2].kill()
        for room in ROOMS:
            for _ in range(100):
                end.broker.publish(room, b"x" * 80_000)
    began = time.monotonic()
    await end.broker.close()
    assert time.monotonic() - began < 2.5
    assert (open_files(), asyncio.all_tasks()) == before
