"""Two workers on one store: what one does, the pages of the other one show within the watch, or at once."""

import asyncio
import json
import time

import pytest

from tests.browser import Refused
from tests.journeys.scene import Start, redis_is
from tests.redis_server import RedisServer
from tests.waiting import until

SECONDS = 30


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_said_and_read_at_one_worker_is_shown_at_the_other(start: Start) -> None:
    one, other = await start(watch_seconds=0.2), await start(watch_seconds=0.2)
    await one.room()
    cliente, fornecedor = await one.browser("cliente"), await other.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await fornecedor.asks("join_chat", chat_id=1)
    for n in range(5):
        await cliente.says(f"um {n}", in_room=1)
        await fornecedor.says(f"outro {n}", in_room=1)
    for tab in (cliente, fornecedor):
        await tab.hears("new_message", seq=10)
        assert [m["seq"] for m in tab.has_heard("new_message")] == list(range(1, 11))
    await fornecedor.asks("mark_read", chat_id=1, seq=10)
    await cliente.hears("cursors", user_id=other.ids["reforma"], read_seq=10)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_the_site_says_to_one_worker_reaches_the_pages_of_the_other(start: Start) -> None:
    one, other = await start(watch_seconds=0.2), await start(watch_seconds=0.2)
    await one.room()
    fornecedor = await other.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    await one.room(can_write=False, reason="Finalizado.")
    assert (await fornecedor.hears("room_updated"))["room"]["reason"] == "Finalizado."
    await one.api("DELETE", "/rooms/1")
    assert (await fornecedor.hears("room_left"))["reason"] == "deleted"
    with pytest.raises(Refused):
        await fornecedor.asks("history", chat_id=1)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_same_message_sent_through_two_workers_is_one(start: Start) -> None:
    one, other = await start(), await start()
    await one.room()
    first, second = await one.browser("cliente"), await other.browser("cliente")
    said = await first.says("Olá", in_room=1, client_id="c-1")
    again = await second.says("Olá", in_room=1, client_id="c-1")
    assert (again["seq"], again["duplicate"]) == (said["seq"], True)
    assert len(await one.log()) == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_through_redis_the_other_worker_shows_it_at_once(start: Start, redis: RedisServer) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    cliente, fornecedor = await one.browser("cliente"), await other.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await fornecedor.asks("join_chat", chat_id=1)
    slowest = 0.0
    for n in range(1, 11):
        began = time.monotonic()
        await cliente.says(f"um {n}", in_room=1)
        await fornecedor.hears("new_message", conteudo=f"um {n}", seq=2 * n - 1)
        await fornecedor.says(f"outro {n}", in_room=1)
        await cliente.hears("new_message", conteudo=f"outro {n}", seq=2 * n)
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1
    for tab in (cliente, fornecedor):
        assert [m["seq"] for m in tab.has_heard("new_message")] == list(range(1, 21))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_without_redis_it_is_sent_and_shown_by_the_watch(start: Start, redis: RedisServer) -> None:
    one, other = [await start(watch_seconds=0.3, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    cliente, fornecedor = await one.browser("cliente"), await other.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await fornecedor.asks("join_chat", chat_id=1)
    redis.kill()
    for n in range(3):
        began = time.monotonic()
        await cliente.says(f"sem Redis {n}", in_room=1)
        assert time.monotonic() - began < 1
    await fornecedor.hears("new_message", seq=3)
    await redis_is("down", one, other)
    assert [m["seq"] for m in fornecedor.has_heard("new_message")] == [1, 2, 3]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_was_said_while_redis_was_away_is_shown_when_it_is_back(
    start: Start, redis: RedisServer
) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    cliente, fornecedor = await one.browser("cliente"), await other.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await fornecedor.asks("join_chat", chat_id=1)
    redis.kill()
    await redis_is("down", one, other)
    await cliente.says("Alguém aí?", in_room=1)
    await asyncio.to_thread(redis.start)
    await fornecedor.hears("new_message", seq=1)
    await redis_is("up", one, other)
    await fornecedor.says("Estou.", in_room=1)
    await cliente.hears("new_message", seq=2)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nonsense_on_a_rooms_channel_is_shown_to_nobody(
    start: Start, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    cliente, fornecedor = await one.browser("cliente"), await other.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    channel = f"prosa:{other.worker.settings.mongodb_database}:room:1"
    for notice in ("nonsense", '"\\x01somebody{}"', '"\\x01somebody[1"'):
        assert redis.says(f"PUBLISH {channel} {notice}") == ":1"
    await cliente.says("Olá", in_room=1)
    await fornecedor.hears("new_message", seq=1)
    assert caplog.text.count("notice_refused channel=room:1") == 3
    assert len(fornecedor.has_heard("new_message")) == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_through_redis_everything_else_is_told_at_once_too(start: Start, redis: RedisServer) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    cliente, fornecedor = await one.browser("cliente"), await other.browser("reforma")
    elsewhere = await other.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await fornecedor.asks("join_chat", chat_id=1)
    cliente.writes(json.dumps({"event": "typing_start", "data": {"chat_id": "1"}}))
    assert (await fornecedor.hears("user_typing", is_typing=True))["user_id"] == one.ids["cliente"]
    await cliente.says("Olá", in_room=1)
    await fornecedor.hears("user_typing", is_typing=False)
    news = await elsewhere.hears("new_notification")
    assert (news["message_preview"], news["unread"]) == ("Olá", 1)
    await fornecedor.asks("mark_read", chat_id=1, seq=1)
    await cliente.hears("cursors", user_id=other.ids["reforma"], read_seq=1)
    await one.room(can_write=False, reason="Finalizado.")
    assert (await fornecedor.hears("room_updated"))["room"]["reason"] == "Finalizado."
    await one.api("DELETE", "/rooms/1")
    for tab in (cliente, fornecedor, elsewhere):
        assert (await tab.hears("room_left"))["reason"] == "deleted"
        assert len(tab.has_heard("room_left")) == 1
        assert len(tab.has_heard("new_notification")) == (tab is elsewhere)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_person_is_one_however_many_workers_have_them(start: Start, redis: RedisServer) -> None:
    settings = {"watch_seconds": 3600, "grace_seconds": 0.3, "redis_url": redis.url}
    one, other = [await start(**settings) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    cliente = await one.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    fornecedor = await other.browser("reforma")
    assert await cliente.hears("presence", online=True, user_id=one.ids["reforma"])
    joined = await fornecedor.asks("join_chat", chat_id=1)
    assert set(joined["online"]) == {one.ids["cliente"], one.ids["reforma"]}
    assert (await cliente.hears("user_joined"))["user_id"] == one.ids["reforma"]
    second = await one.browser("reforma")
    await second.asks("join_chat", chat_id=1)
    await fornecedor.leaves()
    await asyncio.sleep(0.6)
    assert not cliente.has_heard("user_left")
    await second.leaves()
    assert (await cliente.hears("user_left"))["user_id"] == one.ids["reforma"]
    assert (await cliente.hears("presence", online=False))["user_id"] == one.ids["reforma"]
    late = await start(**settings)
    await redis_is("up", late)
    await until(lambda: late.worker.chat.presence.is_online(one.ids["cliente"]))  # somebody answered
    again = await late.browser("reforma")
    assert set((await again.asks("join_chat", chat_id=1))["online"]) == {
        one.ids["cliente"],
        one.ids["reforma"],
    }
    await cliente.hears("user_joined", user_id=one.ids["reforma"])
    await until(lambda: len(cliente.has_heard("presence", online=True)) == 2)
    assert len(cliente.has_heard("user_joined")) == 2
    assert len(cliente.has_heard("user_left")) == 1
    assert len(cliente.has_heard("presence", online=True)) == 2
