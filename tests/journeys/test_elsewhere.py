"""What reaches a person's lists of rooms, in other tabs and on other devices, without their asking."""

import pytest

from tests.journeys.scene import Start, redis_is
from tests.redis_server import RedisServer

SECONDS = 30


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_read_in_a_room_is_told_once_to_whatever_else_that_person_has_open(
    start: Start, redis: RedisServer
) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    fornecedor = await one.browser("reforma")
    room, here, away = (
        await one.browser("cliente"),
        await one.browser("cliente"),
        await other.browser("cliente"),
    )
    await room.asks("join_chat", chat_id=1)
    for text in ("um", "dois", "três"):
        await fornecedor.says(text, in_room=1)
    await room.asks("mark_delivered", chat_id=1, seq=3)
    await room.asks("mark_read", chat_id=1, seq=1)
    await room.asks("mark_read", chat_id=1, seq=3)
    mine = {"chat_id": "1", "user_id": one.ids["cliente"], "delivered_seq": 3}
    for list_of_rooms in (here, away):
        await list_of_rooms.hears("cursors", read_seq=3)
        assert list_of_rooms.has_heard("cursors") == [
            {**mine, "read_seq": 1, "unread": 2},
            {**mine, "read_seq": 3, "unread": 0},
        ]
    await room.hears("cursors", read_seq=3)
    assert all("unread" not in told for told in room.has_heard("cursors"))
    assert fornecedor.has_heard("cursors") == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_makes_a_list_say_something_else_is_told_to_members_who_are_elsewhere(
    start: Start, redis: RedisServer
) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    for worker in (one, other):
        await worker.logs_in("cliente")
    room, away, stranger = (
        await one.browser("cliente"),
        await other.browser("cliente"),
        await other.browser("pintura"),
    )
    await one.room()
    for tab in (room, away):
        assert (await tab.hears("room_updated"))["room"]["title"] == "Reforma do banheiro"
    await room.asks("join_chat", chat_id=1)
    said = await room.says("Olá", in_room=1)
    await room.asks("edit_message", chat_id=1, target=said["seq"], conteudo="Oi", client_id="e-1")
    assert (await away.hears("room_updated"))["room"]["chat_id"] == "1"
    assert (await away.asks("list_rooms"))["rooms"][0]["last"]["conteudo"] == "Oi"
    await room.asks("delete_message", chat_id=1, target=said["seq"], client_id="d-1")
    await away.hears("room_updated")
    await one.room(can_write=False, reason="Finalizado.")
    assert (await away.hears("room_updated"))["room"]["reason"] == "Finalizado."
    assert (await room.hears("room_updated"))["room"]["version"] == 2
    await one.room(can_write=False, reason="Finalizado.")
    assert (await stranger.asks("list_rooms"))["rooms"] == []
    assert [len(tab.has_heard("room_updated")) for tab in (room, away, stranger)] == [2, 4, 0]
