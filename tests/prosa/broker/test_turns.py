"""Turns in a crowded room: first come first served, and nobody stands still for want of one."""

import asyncio

import pytest

from prosa.broker.baton import AWAY_SECONDS, WAIT_SECONDS
from prosa.broker.broker import Broker
from tests.numbers import counted, risen
from tests.prosa.broker.wire import More, redis_broker
from tests.redis_server import RedisServer
from tests.waiting import until


async def write(broker: Broker, name: str, order: list[str], *, turns: int, top: int = 0) -> list[int | None]:
    """Take so many turns in room 7, each of which reaches one further; what each of them began with."""
    found: list[int | None] = []
    for _ in range(turns):
        async with broker.turn("7") as turn:
            found.append(turn.top)
            order.append(name)
            await asyncio.sleep(0.002)
            turn.top = max(top, turn.top or 0) + 1
    return found


async def connected(end: More, count: int) -> list[Broker]:
    """So many workers that know who has the batons."""
    ends = [end() for _ in range(count)]
    for each in ends:
        await each.is_up()
    return [each.broker for each in ends]


@pytest.mark.gen_test(timeout=30)
async def test_workers_take_turns_and_none_starves(end: More) -> None:
    order: list[str] = []
    workers = dict(zip("abc", await connected(end, 3), strict=True))
    await asyncio.gather(*(write(broker, name, order, turns=20) for name, broker in workers.items()))
    first_gone = min(len(order) - 1 - order[::-1].index(name) for name in workers)
    while_all_wait = order[3:first_gone]
    assert len(while_all_wait) > 40
    assert all(len(set(while_all_wait[n : n + 3])) == 3 for n in range(len(while_all_wait) - 2))


@pytest.mark.gen_test(timeout=30)
async def test_a_turn_brings_what_the_one_before_has_reached(end: More) -> None:
    one, other = await connected(end, 2)
    async with one.turn("7") as turn:
        turn.top = 1
        waiting = asyncio.gather(write(one, "a", [], turns=5), write(other, "b", [], turns=5))
        await asyncio.sleep(0.01)
    begun = [top or 0 for found in await waiting for top in found]
    assert sorted(begun) == list(range(1, 11))


@pytest.mark.gen_test(timeout=30)
async def test_who_reached_nothing_for_sure_says_nothing(end: More) -> None:
    one, other = await connected(end, 2)
    async with one.turn("7") as turn:
        turn.top = 5
        asked = asyncio.ensure_future(write(other, "b", [], turns=1))
        await asyncio.sleep(0.01)
        turn.top = None
    assert await asked == [None]


@pytest.mark.gen_test(timeout=30)
async def test_another_room_is_not_waited_for(end: More) -> None:
    one, other = await connected(end, 2)
    async with one.turn("7"), asyncio.timeout(WAIT_SECONDS + 1), other.turn("8"):
        pass


@pytest.mark.gen_test(timeout=30)
async def test_whose_holder_died_is_taken_over(redis: RedisServer, redis_end: More) -> None:
    one, other = redis_end().broker, redis_end().broker
    holder = one.turn("7")
    await holder.__aenter__()
    order: list[str] = []
    before = counted()
    await write(other, "b", order, turns=3)
    rise = risen(before, counted())
    assert rise['prosa_turns_total{outcome="taken"}'] == 1
    assert rise['prosa_turns_total{outcome="given"}'] == 2
    await holder.__aexit__(None, None, None)
    assert order == ["b"] * 3
    assert redis.says("LLEN test:baton:{7}") == ":1"


@pytest.mark.gen_test(timeout=30)
async def test_batons_made_at_the_same_moment_do_not_live_on(redis: RedisServer, redis_end: More) -> None:
    ends = [redis_end().broker for _ in range(5)]
    await asyncio.gather(*(write(broker, "x", [], turns=4) for broker in ends))
    assert redis.says("LLEN test:baton:{7}") == ":1"
    assert redis.says("DBSIZE") == ":2"
    assert 0 < int(redis.says("PTTL test:baton:{7}")[1:]) <= 10_000
    assert 0 < int(redis.says("PTTL test:baton:{7}:id")[1:]) <= 10_000


@pytest.mark.parametrize(
    "said", ["garbage", "name x", "name -5", "name 1e9", r"name \xff", r"\xff\xfe 3 4", ""]
)
@pytest.mark.gen_test(timeout=30)
async def test_a_baton_that_says_nonsense_says_nothing(
    redis: RedisServer, redis_end: More, said: str
) -> None:
    assert redis.says(f'RPUSH test:baton:{{7}} "{said}"') == ":1"
    assert await write(redis_end().broker, "a", [], turns=1) == [None]


@pytest.mark.gen_test(timeout=30)
async def test_without_redis_nobody_waits_for_a_turn_and_soon_they_are_taken_again(
    redis: RedisServer, redis_end: More
) -> None:
    broker = redis_end().broker
    await write(broker, "a", [], turns=1)
    redis.kill()
    async with asyncio.timeout(AWAY_SECONDS / 2):
        assert await write(broker, "a", [], turns=50) == [None] * 50
    redis.start()
    await until(lambda: broker.is_connected)
    await asyncio.sleep(AWAY_SECONDS)
    assert (await write(broker, "a", [], turns=3))[1:] == [1, 2]


@pytest.mark.gen_test(timeout=30)
async def test_a_redis_that_stands_still_is_waited_for_once(redis: RedisServer, redis_end: More) -> None:
    broker = redis_end().broker
    await write(broker, "a", [], turns=1)
    redis.stand_still()
    try:
        await write(broker, "a", [], turns=1)
        async with asyncio.timeout(AWAY_SECONDS / 2):
            await write(broker, "a", [], turns=50)
    finally:
        redis.go_on()


@pytest.mark.gen_test(timeout=30)
async def test_who_is_cancelled_while_waiting_leaves_nothing_behind(redis: RedisServer) -> None:
    broker = redis_broker(redis.url)
    for _ in range(20):
        async with broker.turn("7"):
            waiting = [asyncio.ensure_future(write(broker, "a", [], turns=1)) for _ in range(5)]
            await asyncio.sleep(0.01)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
    async with asyncio.timeout(2):
        await write(broker, "a", [], turns=1)
    await broker.close()
    await until(lambda: redis.says("CLIENT KILL TYPE normal") == ":0")
