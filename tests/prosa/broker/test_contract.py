"""What holds for every broker: the others hear it, in order, and nobody hears themselves."""

import pytest

from tests.prosa.broker.wire import End, More
from tests.waiting import until


async def two(end: More, channel: str = "room:1") -> tuple[End, End]:
    one, other = end(), end()
    await one.is_up()
    await other.is_up()
    for worker in (one, other):
        worker.broker.subscribe(channel)
    await one.hears(other, channel)
    await other.hears(one, channel)
    return one, other


@pytest.mark.gen_test(timeout=30)
async def test_what_one_worker_says_the_others_hear_once(end: More) -> None:
    one, other = await two(end)
    third = end()
    third.broker.subscribe("room:1")
    await third.hears(one, "room:1")
    one.broker.publish("room:1", b"um")
    one.broker.publish("room:1", b"end")
    for worker in (other, third):
        await until(lambda worker=worker: ("room:1", b"end") in worker.heard)
        assert worker.heard.count(("room:1", b"um")) == 1


@pytest.mark.gen_test(timeout=30)
async def test_nobody_hears_themselves(end: More) -> None:
    one, other = await two(end)
    one.heard.clear()
    one.broker.publish("room:1", b"mine")
    await until(lambda: ("room:1", b"mine") in other.heard)
    other.broker.publish("room:1", b"yours")
    await until(lambda: bool(one.heard))
    assert one.heard == [("room:1", b"yours")]


@pytest.mark.gen_test(timeout=30)
async def test_a_channel_given_up_is_not_heard_and_may_be_wanted_again(end: More) -> None:
    one, other = await two(end)
    other.broker.subscribe("room:2")
    await other.hears(one, "room:2")
    other.broker.unsubscribe("room:1")
    one.broker.publish("room:1", b"unheard")
    one.broker.publish("room:2", b"heard")
    await until(lambda: bool(other.heard))
    assert other.heard == [("room:2", b"heard")]
    other.broker.subscribe("room:1")
    other.broker.unsubscribe("room:1")
    other.broker.subscribe("room:1")
    await other.hears(one, "room:1")


@pytest.mark.gen_test(timeout=30)
async def test_a_channel_that_nobody_wanted_is_not_heard(end: More) -> None:
    one, other = await two(end)
    one.broker.publish("room:2", b"unheard")
    one.broker.publish("room:10", b"unheard")
    one.broker.publish("room:1", b"heard")
    await until(lambda: bool(other.heard))
    assert other.heard == [("room:1", b"heard")]


@pytest.mark.gen_test(timeout=60)
async def test_thousands_of_channels_are_heard_each_in_its_order(end: More) -> None:
    one, other = await two(end)
    channels = [f"room:{n}" for n in range(3_000)]
    for channel in channels:
        other.broker.subscribe(channel)
    await other.hears_all(one)
    for n in range(3):
        for channel in channels:
            one.broker.publish(channel, b"%d" % n)
    await until(lambda: len(other.heard) == 9_000)
    by_channel: dict[str, list[bytes]] = {}
    for channel, notice in other.heard:
        by_channel.setdefault(channel, []).append(notice)
    assert by_channel == {channel: [b"0", b"1", b"2"] for channel in channels}


@pytest.mark.gen_test(timeout=30)
async def test_a_notice_is_any_bytes(end: More) -> None:
    one, other = await two(end)
    notices = [b"", b"\r\n", bytes(range(256)), "é".encode() * 50_000]
    for notice in notices:
        one.broker.publish("room:1", notice)
    await until(lambda: len(other.heard) == len(notices))
    assert [notice for _, notice in other.heard] == notices


@pytest.mark.gen_test(timeout=30)
async def test_a_listener_that_raises_hears_the_next_one(end: More, caplog: pytest.LogCaptureFixture) -> None:
    one, other = await two(end)

    def fail(_channel: str, notice: bytes) -> None:
        other.heard.append(("", notice))
        raise ZeroDivisionError

    other.broker.listen(fail, lambda: None)
    one.broker.publish("room:1", b"um")
    one.broker.publish("room:1", b"dois")
    await until(lambda: len(other.heard) == 2)
    assert other.broker.is_connected
    assert "hearing_failed channel=room:1" in caplog.text


@pytest.mark.gen_test(timeout=30)
async def test_what_is_said_last_is_heard_and_nothing_after_the_close(end: More) -> None:
    one, other = await two(end)
    one.broker.publish("room:1", b"last")
    await one.broker.close()
    await one.broker.close()
    one.broker.publish("room:1", b"too late")
    await until(lambda: bool(other.heard))
    other.broker.publish("room:1", b"to nobody")
    await other.broker.close()
    assert other.heard == [("room:1", b"last")]
    assert one.heard == []
    assert not one.broker.is_connected
