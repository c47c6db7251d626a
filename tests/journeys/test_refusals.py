"""Whoever asks for what they may not have gets a named answer, and harms nobody else."""

import asyncio
import json

import pytest

from tests.browser import Browser, Refused
from tests.journeys.scene import Scene, Start, end_session

SECONDS = 30


async def refused(browser: Browser, event: str, **data: object) -> dict[str, object]:
    with pytest.raises(Refused) as caught:
        await browser.asks(event, **data)
    return caught.value.data


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_stranger_gets_the_same_answer_as_for_a_room_that_is_not_there(start: Start) -> None:
    scene = await start()
    await scene.room()
    pintura = await scene.browser("pintura")
    for event, more in (
        ("join_chat", {}),
        ("send_message", {"conteudo": "Olá"}),
        ("history", {}),
        ("mark_read", {"seq": 1}),
        ("mark_delivered", {"seq": 1}),
    ):
        answer = await refused(pintura, event, chat_id=1, **more)
        assert answer["code"] == "not_found"
        assert answer == await refused(pintura, event, chat_id="nenhuma", **more)
    assert await scene.log() == ()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_closed_room_says_why_and_can_be_read(start: Start) -> None:
    scene = await start()
    await scene.room(can_write=False, reason="O serviço foi finalizado.")
    cliente = await scene.browser("cliente")
    joined = await cliente.asks("join_chat", chat_id=1)
    assert joined["room"]["can_write"] is False
    answer = await refused(cliente, "send_message", chat_id=1, conteudo="Olá", client_id="c")
    assert (answer["code"], answer["reason"]) == ("read_only", "O serviço foi finalizado.")
    assert (await refused(cliente, "typing_start", chat_id=1))["code"] == "read_only"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_text_is_neither_empty_nor_too_long(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    assert (await refused(cliente, "send_message", chat_id=1, conteudo=" \n "))["code"] == "empty"
    answer = await refused(cliente, "send_message", chat_id=1, conteudo="á" * 2001)
    assert (answer["code"], answer["limit"]) == ("too_long", 2000)
    assert (await cliente.says("😀" * 2000, in_room=1))["seq"] == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_limit_of_sends_says_when_there_is_room_again(start: Start) -> None:
    scene = await start(sends="3 per 1 seconds")
    await scene.room()
    tabs = [await scene.browser("cliente") for _ in range(2)]
    for n in range(3):
        await tabs[n % 2].says("Olá", in_room=1)
    answer = await refused(tabs[0], "send_message", chat_id=1, conteudo="Olá", client_id="c-4")
    assert (answer["code"], answer["retryable"]) == ("rate_limited", True)
    await asyncio.sleep(int(str(answer["retry_after_ms"])) / 1000)
    assert (await tabs[0].says("Olá", in_room=1, client_id="c-4"))["seq"] == 4


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_message_on_the_wire_has_a_size(start: Start) -> None:
    scene = await start()
    cliente = await scene.browser("cliente")
    cliente.writes(json.dumps({"event": "list_rooms", "ack": 1, "data": {"x": "á" * 32_768}}))
    assert (await cliente.hears("error"))["code"] == "too_large"
    assert (await cliente.asks("list_rooms"))["rooms"] == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nonsense_twenty_times_in_a_row_ends_the_connection(start: Start) -> None:
    scene = await start()
    cliente = await scene.browser("cliente")
    for n in range(19):
        cliente.writes("nonsense" if n % 2 else '{"event": "dance"}')
    await cliente.asks("list_rooms")
    for _ in range(20):
        cliente.writes("[]")
    assert await cliente.is_closed() == 4400
    assert len(cliente.has_heard("error")) == 39


@pytest.mark.gen_test(timeout=SECONDS)
async def test_typing_belongs_into_a_joined_room(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    assert (await refused(cliente, "typing_start", chat_id=1))["code"] == "not_joined"
    assert (await refused(cliente, "typing_stop", chat_id=1))["code"] == "not_joined"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_one_connection_joins_so_many_rooms_and_no_more(start: Start) -> None:
    scene = await start(rooms_per_connection=2)
    for chat_id in ("1", "2", "3"):
        await scene.room(chat_id)
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    await cliente.asks("join_chat", chat_id=2)
    assert (await refused(cliente, "join_chat", chat_id=3))["code"] == "too_many_rooms"
    await cliente.asks("join_chat", chat_id=2)
    await cliente.asks("leave_chat", chat_id=1)
    await cliente.asks("join_chat", chat_id=3)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_joins_are_limited(start: Start) -> None:
    scene = await start(joins="2 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    await cliente.asks("join_chat", chat_id=1)
    assert (await refused(cliente, "join_chat", chat_id=1))["code"] == "rate_limited"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_person_has_so_many_connections_and_no_more(start: Start) -> None:
    scene = await start(connections_per_person=2)
    tabs = [await scene.browser("cliente") for _ in range(2)]
    third = await Browser.open(scene.url, await scene.logs_in("cliente"))
    assert (await third.hears("error"))["code"] == "rate_limited"
    assert await third.is_closed() == 4429
    await tabs[0].leaves()
    await (await scene.browser("cliente")).asks("list_rooms")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nobody_is_turned_away_at_once_with_a_bad_cookie_and_in_time_with_none(start: Start) -> None:
    scene = await start(hello_seconds=0.3)
    for cookie in ("nonsense", "x" * 32, None):
        browser = await Browser.open(scene.url, cookie)
        assert (await browser.hears("error"))["code"] == "unauthenticated"
        assert await browser.is_closed() == 4401


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_first_message_can_bring_the_session(start: Start) -> None:
    scene = await start()
    browser = await Browser.open(scene.url, None)
    key = await scene.logs_in("cliente")
    browser.writes(json.dumps({"event": "authenticate", "data": {"session_key": key}}))
    assert (await browser.hears("welcome"))["user_id"] == scene.ids["cliente"]
    await browser.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_logout_ends_the_connection(start: Start) -> None:
    scene = await start(revalidate_seconds=0.5)
    browser = await scene.browser("pintura")
    await asyncio.to_thread(end_session, scene.keys.pop("pintura"))
    assert await browser.is_closed() == 4401


async def _room_of_many(scene: Scene) -> None:
    await scene.logs_in("cliente")
    members = [{"user_id": f"m{n}", "name": f"M {n}"} for n in range(60)]
    members.append({"user_id": scene.ids["cliente"], "name": "Ana"})
    await scene.api("PUT", "/rooms/muitos", {"title": "Muitos", "members": members})


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_room_of_many_counts_instead_of_naming(start: Start) -> None:
    scene = await start()
    await _room_of_many(scene)
    cliente = await scene.browser("cliente")
    joined = await cliente.asks("join_chat", chat_id="muitos")
    assert joined["room"]["members"] == 61
    assert joined["online"] == 1
    assert (await cliente.says("Olá a todos", in_room="muitos"))["seq"] == 1
    await cliente.asks("mark_read", chat_id="muitos", seq=1)
    assert (await cliente.hears("cursors"))["read_seq"] == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_whoever_is_taken_out_of_a_room_of_many_says_nothing_more_there(start: Start) -> None:
    scene = await start()
    await _room_of_many(scene)
    cliente, other_tab = await scene.browser("cliente"), await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id="muitos")
    await cliente.says("Olá a todos", in_room="muitos")
    left = [{"user_id": f"m{n}", "name": f"M {n}"} for n in range(60)]
    await scene.api("PUT", "/rooms/muitos", {"title": "Muitos", "members": left})
    assert (await cliente.hears("room_left"))["reason"] == "removed"
    for tab in (cliente, other_tab):
        for event, more in (("send_message", {"conteudo": "Ainda?"}), ("history", {}), ("join_chat", {})):
            assert (await refused(tab, event, chat_id="muitos", **more))["code"] == "not_found"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_known_and_whether_one_may_write_come_before_the_text(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.says("Olá", in_room=1, client_id="c-1")
    for text in ("", "x" * 3000):
        answer = await refused(cliente, "send_message", chat_id=1, conteudo=text, client_id="c-1")
        assert answer["code"] == "conflict"
    await scene.room(can_write=False, reason="Fim.")
    for text in ("", "x" * 3000):
        assert (await refused(cliente, "send_message", chat_id=1, conteudo=text))["code"] == "read_only"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_same_message_sent_at_once_from_many_tabs_is_new_once(start: Start) -> None:
    scene = await start()
    await scene.room()
    tabs = [await scene.browser("cliente") for _ in range(4)]
    acks = await asyncio.gather(*(tab.says("Olá", in_room=1, client_id="c-1") for tab in tabs))
    assert sorted(ack["duplicate"] for ack in acks) == [False, True, True, True]
    assert {ack["seq"] for ack in acks} == {1}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_moment_outside_of_the_calendar_is_malformed(start: Start) -> None:
    scene = await start()
    cliente = await scene.browser("cliente")
    for since in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        answer = await refused(cliente, "list_rooms", since=since)
        assert (answer["code"], answer["field"]) == ("malformed", "since")
    assert (await cliente.asks("list_rooms", limit=None))["more"] is False
