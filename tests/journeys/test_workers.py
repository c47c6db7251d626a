"""Two workers on one store: what one does, the pages of the other one show within the watch."""

import pytest

from tests.browser import Refused
from tests.journeys.scene import Start

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
