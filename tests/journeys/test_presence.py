"""Who is here, who is writing, and how far everybody has got."""

import pytest

from tests.journeys.scene import Start

SECONDS = 30


@pytest.mark.gen_test(timeout=SECONDS)
async def test_comings_and_goings_are_told_once_per_person(start: Start) -> None:
    scene = await start(grace_seconds=0.2)
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    tabs = [await scene.browser("reforma") for _ in range(2)]
    assert (await cliente.hears("presence"))["online"] is True
    for tab in tabs:
        joined = await tab.asks("join_chat", chat_id=1)
        assert set(joined["online"]) == {scene.ids["cliente"], scene.ids["reforma"]}
    await cliente.hears("user_joined", user_id=scene.ids["reforma"])
    await tabs[0].leaves()
    await tabs[1].asks("leave_chat", chat_id=1)
    await cliente.hears("user_left", user_id=scene.ids["reforma"])
    assert not cliente.has_heard("presence", online=False)
    await tabs[1].leaves()
    gone = await cliente.hears("presence", online=False)
    assert gone["last_seen"].endswith("Z")
    assert len(cliente.has_heard("user_joined")) == 1
    assert len(cliente.has_heard("user_left")) == 1
    assert len(cliente.has_heard("presence")) == 2


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_change_of_page_is_no_goodbye(start: Start) -> None:
    scene = await start(grace_seconds=0.5)
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    fornecedor = await scene.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    await fornecedor.leaves()
    fornecedor = await scene.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    await fornecedor.asks("leave_chat", chat_id=1)
    await cliente.hears("user_left")
    assert len(cliente.has_heard("user_joined")) == 1
    assert len(cliente.has_heard("user_left")) == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_typing_is_shown_to_the_other_and_ends_with_the_send(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, outra_aba = await scene.browser("cliente"), await scene.browser("cliente")
    fornecedor = await scene.browser("reforma")
    for tab in (cliente, outra_aba, fornecedor):
        await tab.asks("join_chat", chat_id=1)
    cliente.writes('{"event": "typing_start", "data": {"chat_id": 1}}')
    shown = await fornecedor.hears("user_typing")
    assert shown == {
        "chat_id": "1",
        "user": shown["user"],
        "user_id": scene.ids["cliente"],
        "is_typing": True,
    }
    await cliente.says("Olá", in_room=1)
    assert (await fornecedor.hears("user_typing"))["is_typing"] is False
    assert not cliente.has_heard("user_typing")
    assert not outra_aba.has_heard("user_typing")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_typing_ends_by_itself_by_a_stop_and_by_going_away(start: Start) -> None:
    scene = await start(typing_seconds=0.3, typing="1000 per second")
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await fornecedor.asks("join_chat", chat_id=1)
    for ending in ("time", "stop", "leave"):
        cliente.writes('{"event": "typing_start", "data": {"chat_id": 1}}')
        assert (await fornecedor.hears("user_typing"))["is_typing"] is True, ending
        if ending == "stop":
            cliente.writes('{"event": "typing_stop", "data": {"chat_id": 1}}')
        if ending == "leave":
            await cliente.leaves()
        assert (await fornecedor.hears("user_typing"))["is_typing"] is False, ending


@pytest.mark.gen_test(timeout=SECONDS)
async def test_cursors_only_grow_and_are_told_to_the_room(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    for tab in (cliente, fornecedor):
        await tab.asks("join_chat", chat_id=1)
    for text in ("um", "dois", "três"):
        await cliente.says(text, in_room=1)
    assert await fornecedor.asks("mark_delivered", chat_id=1, seq=2) == {"delivered_seq": 2, "read_seq": 0}
    assert await fornecedor.asks("mark_read", chat_id=1, seq=1) == {"delivered_seq": 2, "read_seq": 1}
    assert await fornecedor.asks("mark_read", chat_id=1, seq=99) == {"delivered_seq": 3, "read_seq": 3}
    assert await fornecedor.asks("mark_read", chat_id=1, seq=-5) == {"delivered_seq": 3, "read_seq": 3}
    await cliente.hears("cursors", user_id=scene.ids["reforma"], delivered_seq=3, read_seq=3)
    assert len(cliente.has_heard("cursors")) == 3
    joined = await cliente.asks("join_chat", chat_id=1)
    mine = {c["user_id"]: (c["delivered_seq"], c["read_seq"]) for c in joined["cursors"]}
    assert mine[scene.ids["reforma"]] == (3, 3)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_elsewhere_is_notified_with_what_is_unread(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await cliente.asks("join_chat", chat_id=1)
    await cliente.says("Olá, " + "tudo bem? " * 10, in_room=1)
    notice = await fornecedor.hears("new_notification")
    assert notice["type"] == "chat_message"
    assert (notice["chat_id"], notice["seq"], notice["unread"]) == ("1", 1, 1)
    assert len(notice["message_preview"]) <= 50
    assert not cliente.has_heard("new_notification")
    rows = (await fornecedor.asks("list_rooms"))["rooms"]
    assert [(row["room"]["chat_id"], row["top_seq"], row["unread"]) for row in rows] == [("1", 1, 1)]
    await fornecedor.asks("mark_read", chat_id=1, seq=1)
    assert (await fornecedor.asks("list_rooms"))["rooms"][0]["unread"] == 0
    assert (await cliente.asks("list_rooms"))["rooms"][0]["unread"] == 0


@pytest.mark.gen_test(timeout=SECONDS)
async def test_when_somebody_was_last_here_is_known_on_the_first_paint_and_after_a_restart(
    start: Start,
) -> None:
    scene = await start(grace_seconds=0.1)
    await scene.room()
    assert ">offline<" in (await scene.get("/chat/1/websocket/", "cliente")).body.decode()
    fornecedor = await scene.browser("reforma")
    assert ">online<" in (await scene.get("/chat/1/websocket/", "cliente")).body.decode()
    cliente = await scene.browser("cliente")
    rows = (await cliente.asks("list_rooms"))["rooms"]
    assert set(rows[0]["online"]) == {scene.ids["cliente"], scene.ids["reforma"]}
    await fornecedor.leaves()
    gone = await cliente.hears("presence", online=False)
    joined = await cliente.asks("join_chat", chat_id=1)
    assert joined["last_seen"] == {scene.ids["reforma"]: gone["last_seen"]}
    assert ">visto por último às " in (await scene.get("/chat/1/websocket/", "cliente")).body.decode()
    while not await scene.worker.database.sightings.find_one({"_id": scene.ids["reforma"]}):
        pass  # written with the next beat
    later = await start()
    later.ids, later.keys = scene.ids, scene.keys
    joined = await (await later.browser("cliente")).asks("join_chat", chat_id=1)
    assert joined["last_seen"] == {scene.ids["reforma"]: gone["last_seen"]}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_site_that_does_without_it_keeps_no_moment_of_anybody(start: Start) -> None:
    scene = await start(grace_seconds=0.1, last_seen="false")
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await fornecedor.leaves()
    gone = await cliente.hears("presence", online=False)
    assert "last_seen" not in gone
    assert (await cliente.asks("join_chat", chat_id=1))["last_seen"] == {}
    assert await scene.worker.database.sightings.count_documents({}) == 0
