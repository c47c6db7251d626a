"""A Redis that dies, stands still, forgets or is spoken to by others disturbs nobody for long."""

import asyncio
import re
import time
from pathlib import Path

import pytest

from prosa.broker.outgoing import QUEUE_MAX
from tests.ports import free_port
from tests.prosa.broker.wire import End, More, redis_broker
from tests.redis_server import RedisServer
from tests.waiting import until

SECONDS = 30


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def two(end: More) -> tuple[End, End]:
    one, other = end(), end()
    for worker in (one, other):
        await worker.is_up()
        worker.broker.subscribe("room:1")
    await one.hears(other, "room:1")
    await other.hears(one, "room:1")
    return one, other


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_redis_that_was_killed_and_came_back_is_subscribed_to_everything(
    redis: RedisServer, redis_end: More
) -> None:
    one, other = await two(redis_end)
    channels = [f"room:{n}" for n in range(2, 1_500)]
    for channel in channels:
        other.broker.subscribe(channel)
    await other.hears_all(one)
    before = other.reconnected
    redis.kill()
    await until(lambda: not one.broker.is_connected and not other.broker.is_connected, 2)
    one.broker.publish("room:1", b"to nobody")
    other.broker.unsubscribe("room:2")
    other.broker.subscribe("room:new")
    await asyncio.to_thread(redis.start)
    assert await until(lambda: one.broker.is_connected and other.broker.is_connected, 5) < 4
    assert other.reconnected == before + 1
    for channel in ["room:1", *channels, "room:new"]:
        one.broker.publish(channel, b"again")
    await until(lambda: ("room:new", b"again") in other.heard)
    assert [channel for channel, _ in other.heard] == ["room:1", *channels[1:], "room:new"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_whoever_reconnects_has_been_subscribed_before_they_are_told(
    redis: RedisServer, redis_end: More
) -> None:
    one, other = await two(redis_end)
    other.heard.clear()
    other.broker.listen(
        lambda channel, notice: other.heard.append((channel, notice)),
        lambda: one.broker.publish("room:1", b"said when the other was told"),
    )
    redis.says("CLIENT KILL TYPE pubsub")
    await until(lambda: bool(other.heard))
    assert other.heard == [("room:1", b"said when the other was told")]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_redis_that_stands_still_holds_nobody_up_and_is_noticed_in_two_seconds(
    redis: RedisServer, redis_end: More
) -> None:
    one, other = await two(redis_end)
    redis.stand_still()
    longest, began = 0.0, time.monotonic()
    is_down_after = None
    while (now := time.monotonic()) < began + 3:
        one.broker.publish("room:1", b"x" * 10_000)
        one.broker.subscribe(f"room:{now}")
        longest = max(longest, time.monotonic() - now)
        if is_down_after is None and not one.broker.is_connected and not other.broker.is_connected:
            is_down_after = now - began
        await asyncio.sleep(0.002)
    assert is_down_after is not None
    assert is_down_after < 2
    assert longest < 0.2
    redis.go_on()
    await until(lambda: one.broker.is_connected and other.broker.is_connected, 5)
    await other.hears(one, "room:1")
    await one.hears(other, "room:1")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_waits_for_a_slow_redis_is_bounded_and_the_newest_stay(
    redis: RedisServer, redis_end: More, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = await two(redis_end)
    caplog.clear()
    redis.stand_still()
    for n in range(3 * QUEUE_MAX):
        one.broker.publish("room:1", b"%d" % n)
    redis.go_on()
    await until(lambda: ("room:1", b"%d" % (3 * QUEUE_MAX - 1)) in other.heard)
    numbers = [int(notice) for _, notice in other.heard]
    assert numbers == list(range(2 * QUEUE_MAX, 3 * QUEUE_MAX))
    assert one.broker.dropped == 2 * QUEUE_MAX
    for _ in range(40):
        one.broker.publish("room:1", b"x" * 1_000_000)
    await until(lambda: len(other.heard) == QUEUE_MAX + 8)
    assert one.broker.dropped == 2 * QUEUE_MAX + 32
    await until(lambda: sum(map(int, re.findall(r"untold count=(\d+)", caplog.text))) == one.broker.dropped)
    assert caplog.text.count("notices_untold") < 10


@pytest.mark.gen_test(timeout=SECONDS)
async def test_without_redis_nothing_is_kept_and_it_is_said_once_a_second(
    redis: RedisServer, redis_end: More, caplog: pytest.LogCaptureFixture
) -> None:
    redis.kill()
    one = redis_end()
    for _ in range(1_000):
        one.broker.publish("room:1", b"to nobody")
    assert one.broker.dropped == 1_000
    assert caplog.text.count("notices_untold") == 1
    await until(lambda: "redis_down way=slots" in caplog.text)
    one.broker.subscribe("room:1")
    await asyncio.to_thread(redis.start)
    await one.hears(redis_end(), "room:1")
    assert caplog.text.count("redis_down") == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_redis_that_forgets_everything_forgets_nothing_of_ours(
    redis: RedisServer, redis_end: More
) -> None:
    one, other = await two(redis_end)
    assert redis.says("FLUSHALL") == "+OK"
    assert redis.says("SCRIPT FLUSH") == "+OK"
    one.broker.publish("room:1", b"um")
    await until(lambda: bool(other.heard))
    assert other.heard == [("room:1", b"um")]
    assert one.reconnected == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_a_stranger_says_is_refused_and_logged(
    redis: RedisServer, redis_end: More, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = await two(redis_end)
    for notice in ("nonsense", '""', '"\\x01short"', '"\\x02a newer version"', "PONG"):
        assert redis.says(f"PUBLISH test:room:1 {notice}") == ":2"
    one.broker.publish("room:1", b"um")
    await until(lambda: bool(other.heard))
    assert other.heard == [("room:1", b"um")]
    assert caplog.text.count("notice_refused channel=room:1") == 10


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_listener_that_fails_when_told_of_a_new_connection_hears_all_the_same(
    redis: RedisServer, redis_end: More, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = await two(redis_end)
    other.broker.listen(lambda channel, notice: other.heard.append((channel, notice)), lambda: 1 / 0)
    redis.says("CLIENT KILL TYPE pubsub")
    await until(lambda: "reconnecting_failed" in caplog.text)
    await other.hears(one, "room:1")


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("is_still", [False, True])
async def test_nothing_is_left_after_the_close(redis: RedisServer, is_still: bool) -> None:
    before = open_files(), asyncio.all_tasks()
    ends = [End(redis_broker(url)) for url in (redis.url, redis.tcp_url)]
    for end in ends:
        end.broker.subscribe("room:1")
        await end.is_up()
    if is_still:
        redis.stand_still()
        for end in ends:
            for _ in range(100):
                end.broker.publish("room:1", b"x" * 80_000)
    began = time.monotonic()
    for end in ends:
        await end.broker.close()
    assert time.monotonic() - began < 2.5
    assert (open_files(), asyncio.all_tasks()) == before


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_password_that_is_wrong_is_said_and_tried_again(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    redis.says("CONFIG SET requirepass secret")
    wrong = End(redis_broker(redis.tcp_url.replace("//", "//:hidden@")))
    right = End(redis_broker(redis.tcp_url.replace("//", "//:secret@")))
    await right.is_up()
    await until(lambda: "redis_down way=slots" in caplog.text)
    assert not wrong.broker.is_connected
    assert "hidden" not in caplog.text
    await wrong.broker.close()
    await right.broker.close()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_node_of_a_cluster_serves_as_any_redis() -> None:
    with RedisServer("--cluster-enabled", "yes", "--cluster-port", str(free_port())) as node:
        assert node.says("CLUSTER ADDSLOTSRANGE 0 16383") == "+OK"
        one, other = End(redis_broker(node.tcp_url)), End(redis_broker(node.tcp_url))
        for n in range(20):
            other.broker.subscribe(f"room:{n}")
        await other.hears_all(one)
        for n in range(20):
            one.broker.publish(f"room:{n}", b"um")
        await until(lambda: len(other.heard) == 20)
        await one.broker.close()
        await other.broker.close()


def test_an_address_that_is_none_is_refused() -> None:
    for url in ("localhost:6379", "http://localhost", "redis://localhost:many"):
        with pytest.raises(ValueError):
            redis_broker(url)
