"""Two people talk: what one says, both see, once, in one order."""

import asyncio
import json

import pytest

from tests.browser import Browser, Refused
from tests.journeys.scene import Start
from tests.waiting import until

SECONDS = 30


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_one_says_both_see(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await fornecedor.asks("join_chat", chat_id="1")
    ack = await cliente.says("  Olá!\r\nTudo bem? ", in_room=1, client_id="c-1")
    assert ack["seq"] == 1
    assert ack["duplicate"] is False
    for browser in (cliente, fornecedor):
        shown = await browser.hears("new_message")
        assert shown["conteudo"] == "Olá!\nTudo bem?"
        assert shown["chat_id"] == "1"
        assert shown["client_id"] == "c-1"
        assert shown["kind"] == "text"
        assert shown["remetente_id"] == scene.ids["cliente"]
        assert shown["id"] == ack["id"]
        assert shown["timestamp"] == ack["timestamp"]
    await fornecedor.says("Tudo!", in_room=1)
    assert (await cliente.hears("new_message"))["seq"] == 2


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_same_send_is_acknowledged_again_and_stored_once(start: Start) -> None:
    scene = await start(sends="2 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    first = await cliente.says("Olá", in_room=1, client_id="c-1")
    for _ in range(5):  # more than the limit: known ones are not counted
        again = await cliente.says(" Olá ", in_room=1, client_id="c-1")
        assert again == {**first, "duplicate": True}
    with pytest.raises(Refused) as refused:
        await cliente.says("Outra coisa", in_room=1, client_id="c-1")
    assert refused.value.code == "conflict"
    assert [entry.conteudo for entry in await scene.log()] == ["Olá"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_known_send_is_acknowledged_even_after_the_room_was_closed_or_deleted(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    first = await cliente.says("Olá", in_room=1, client_id="c-1")
    await scene.room(can_write=False, reason="Encerrada.")
    assert (await cliente.says("Olá", in_room=1, client_id="c-1"))["seq"] == first["seq"]
    await scene.api("DELETE", "/rooms/1")
    assert (await cliente.says("Olá", in_room=1, client_id="c-1"))["seq"] == first["seq"]
    with pytest.raises(Refused) as refused:
        await cliente.says("Olá", in_room=1, client_id="c-2")
    assert refused.value.code == "not_found"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_everybody_sees_one_order_however_many_speak_at_once(start: Start) -> None:
    scene = await start(sends="1000 per 10 seconds")
    await scene.room()
    tabs = [await scene.browser(name) for name in ("cliente", "reforma", "cliente", "reforma")]
    for tab in tabs:
        await tab.asks("join_chat", chat_id=1)
    await asyncio.gather(
        *(tab.says(f"{n} de {i}", in_room=1) for i, tab in enumerate(tabs) for n in range(25))
    )
    for tab in tabs:
        await tab.hears("new_message", seq=100)
        assert [m["seq"] for m in tab.has_heard("new_message")] == list(range(1, 101))
    assert [entry.seq for entry in await scene.log()] == list(range(1, 101))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_whoever_comes_back_gets_exactly_what_was_missed(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    joined = await fornecedor.asks("join_chat", chat_id=1)
    await fornecedor.leaves()
    for text in ("um", "dois", "três"):
        await cliente.says(text, in_room=1)
    back = await scene.browser("reforma")
    again = await back.asks("join_chat", chat_id=1, last_seq=1, epoch=joined["epoch"])
    assert again["recovered"] is True
    assert again["top_seq"] == 3
    assert [m["conteudo"] for m in again["messages"]] == ["dois", "três"]
    await cliente.says("quatro", in_room=1)
    assert (await back.hears("new_message"))["seq"] == 4


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_part_is_never_presented_as_the_whole(start: Start) -> None:
    scene = await start(recovery=3, page=2, sends="100 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    joined = await cliente.asks("join_chat", chat_id=1)
    for n in range(5):
        await cliente.says(str(n + 1), in_room=1)
    epoch = joined["epoch"]
    for question in (
        {"last_seq": 1, "epoch": epoch},  # too far behind
        {"last_seq": 9, "epoch": epoch},  # above the top
        {"last_seq": 4, "epoch": "another"},
        {"last_seq": 4},
        {},
    ):
        reply = await cliente.asks("join_chat", chat_id=1, **question)
        assert reply["recovered"] is False, question
        assert [m["seq"] for m in reply["messages"]] == [4, 5]
        assert reply["top_seq"] == 5
    reply = await cliente.asks("join_chat", chat_id=1, last_seq=2, epoch=epoch)
    assert reply["recovered"] is True
    assert [m["seq"] for m in reply["messages"]] == [3, 4, 5]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_recovery_that_weighs_too_much_is_not_cut_short(start: Start) -> None:
    scene = await start(reply_bytes=6000, sends="100 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    joined = await cliente.asks("join_chat", chat_id=1)
    for _ in range(5):
        await cliente.says("x" * 1500, in_room=1)
    reply = await cliente.asks("join_chat", chat_id=1, last_seq=0, epoch=joined["epoch"])
    assert reply["recovered"] is False
    seqs = [m["seq"] for m in reply["messages"]]
    assert seqs == list(range(6 - len(seqs), 6))
    assert 1 <= len(seqs) < 5
    assert len(json.dumps(reply)) < 6100


@pytest.mark.gen_test(timeout=SECONDS)
async def test_commands_are_answered_in_their_order(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    for ack, event in enumerate(["send_message", "nonsense", "join_chat", "history", "list_rooms"], 1):
        data = {"chat_id": 1, "conteudo": "Olá"}
        cliente.writes(json.dumps({"event": event, "ack": ack, "data": data}))
    await cliente._wait(lambda m: m.get("ack") == 5, start=0)
    answers = [m for m in cliente.heard if "ack" in m]
    assert [m["ack"] for m in answers] == [1, 2, 3, 4, 5]
    assert [m["event"] for m in answers] == ["ack", "error", "ack", "ack", "ack"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_history_pages_back_to_the_first_message(start: Start) -> None:
    scene = await start(sends="100 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    for n in range(7):
        await cliente.says(str(n + 1), in_room=1)
    page = await cliente.asks("history", chat_id=1, limit=3)
    assert [m["seq"] for m in page["messages"]] == [5, 6, 7]
    assert page["more"] is True
    page = await cliente.asks("history", chat_id=1, before_seq=5, limit=100000)
    assert [m["seq"] for m in page["messages"]] == [1, 2, 3, 4]
    assert page["more"] is False
    page = await cliente.asks("history", chat_id=1, before_seq=5, limit=-3)
    assert [m["seq"] for m in page["messages"]] == [4]
    assert (await cliente.asks("history", chat_id=1, before_seq=1))["messages"] == []
    assert len((await cliente.asks("history", chat_id=1, before_seq=10**30))["messages"]) == 7


def read(tab: Browser) -> list[int]:
    """The places of all that a tab was shown: in the answers to its joins, and as it was said."""
    seqs = []
    for message in tab.heard:
        if message["event"] == "new_message":
            seqs.append(message["data"]["seq"])
        elif message["event"] == "ack":
            seqs += [each["seq"] for each in message["data"].get("messages", ())]
    return seqs


@pytest.mark.gen_test(timeout=SECONDS)
async def test_in_a_crowd_where_people_come_and_go_everybody_hears_everything_once(start: Start) -> None:
    scene = await start(sends="1000 per second", joins="1000 per second")
    await scene.room()
    speaker, *crowd = [await scene.browser(("cliente", "reforma")[n % 2]) for n in range(14)]
    epoch = (await speaker.asks("join_chat", chat_id=1))["epoch"]
    away = set(crowd)

    async def turns(tab: Browser) -> None:
        if tab in away:
            known = max(read(tab), default=0)
            await tab.asks("join_chat", chat_id=1, last_seq=known, epoch=epoch)
        else:
            await tab.asks("leave_chat", chat_id=1)
        away.symmetric_difference_update({tab})

    for tab in crowd:
        await turns(tab)
    for number in range(40):
        said = [
            asyncio.ensure_future(speaker.says(f"{number}.{n}", in_room=1)) for n in range(1 + number % 4)
        ]
        await turns(crowd[number % 5])
        last = (await asyncio.gather(*said))[-1]["seq"]
    for tab in tuple(away):
        await turns(tab)
    everything = list(range(1, last + 1))
    for tab in crowd:
        await until(lambda tab=tab: read(tab)[-1] == last)
    assert [read(tab) for tab in crowd] == [everything] * len(crowd)
