"""What the site says of a room reaches the open pages at once."""

import asyncio
import json

import jwt
import msgspec
import pytest

from prosa.models.entries import Draft, Stored
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import SMALL_ROOM
from prosa.storage.memberships import Memberships
from tests.browser import Refused
from tests.journeys.scene import Start, redis_is
from tests.redis_server import RedisServer

SECONDS = 30


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_change_is_seen_at_once_and_saying_it_twice_changes_nothing(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    await scene.room(can_write=False, reason="Finalizado.", context={"valor": "R$ 4.850,00"})
    shown = (await cliente.hears("room_updated"))["room"]
    assert (shown["can_write"], shown["reason"], shown["version"]) == (False, "Finalizado.", 2)
    assert shown["context"] == {"valor": "R$ 4.850,00"}
    await scene.room(can_write=False, reason="Finalizado.", context={"valor": "R$ 4.850,00"})
    await scene.room(can_write=True)
    assert (await cliente.hears("room_updated"))["room"]["version"] == 3
    assert len(cliente.has_heard("room_updated")) == 2


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_taken_out_of_a_room_hears_nothing_more_of_it(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    for tab in (cliente, fornecedor):
        await tab.asks("join_chat", chat_id=1)
    await scene.room(members=("cliente",))
    assert (await fornecedor.hears("room_left"))["reason"] == "removed"
    await cliente.says("A sós", in_room=1)
    with pytest.raises(Refused) as refused:
        await fornecedor.says("Posso?", in_room=1)
    assert refused.value.code == "not_found"
    assert not fornecedor.has_heard("new_message")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nor_where_nobody_has_told_its_worker_of_either(start: Start) -> None:
    # Without Redis a worker finds both in the store: the room that has changed, and what was said since.
    one, other = [await start(watch_seconds=3600) for _ in range(2)]
    await one.room()
    removed, stays = await other.browser("reforma"), await other.browser("cliente")
    for tab in (removed, stays):
        await tab.asks("join_chat", chat_id=1)
    await one.room(members=("cliente",))
    said = await (await one.browser("cliente")).says("A sós", in_room=1)
    hub = other.worker.chat.rooms._hub
    live = hub.live("1")
    assert live is not None
    hub.fill(live, found_by="watch")
    await stays.hears("new_message", seq=said["seq"])
    assert (await removed.hears("room_left"))["reason"] == "removed"
    assert not removed.has_heard("new_message")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_taken_out_while_a_message_is_stored_is_not_notified_of_it(
    start: Start, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await one.room()
    await one.room("2")
    cliente, here, away = (
        await one.browser("cliente"),
        await one.browser("reforma"),
        await other.browser("reforma"),
    )
    append = one.worker.stored.append
    is_asked, is_out = asyncio.Event(), asyncio.Event()

    async def held(draft: Draft) -> Stored:
        is_asked.set()
        await is_out.wait()
        return await append(draft)

    monkeypatch.setattr(one.worker.stored, "append", held)
    saying = asyncio.create_task(cliente.says("A sós", in_room=1))
    await is_asked.wait()
    await one.room(members=("cliente",))
    is_out.set()
    await saying
    await cliente.says("Aos dois", in_room=2)
    for tab in (here, away):
        await tab.hears("new_notification", chat_id="2")
        assert not tab.has_heard("new_notification", chat_id="1")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_shown_late_of_a_large_room_opens_none_that_was_closed_meanwhile(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await start(watch_seconds=3600)
    crowd = [{"user_id": f"u{n}", "name": f"U{n}"} for n in range(SMALL_ROOM)]
    await scene.logs_in("cliente")
    members = [{"user_id": scene.ids["cliente"], "name": "Ana"}, *crowd]
    await scene.room(members=())
    await scene.api("PUT", "/rooms/1", {"title": "Obra", "members": members})
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    is_member = Memberships.is_member
    is_asked, is_closed = asyncio.Event(), asyncio.Event()

    async def held(self: Memberships, chat_id: ChatId, user_id: UserId) -> bool:
        monkeypatch.setattr(Memberships, "is_member", is_member)
        is_asked.set()
        await is_closed.wait()
        return await is_member(self, chat_id, user_id)

    monkeypatch.setattr(Memberships, "is_member", held)
    opening = asyncio.create_task(scene.api("PUT", "/rooms/1", {"title": "Outra obra", "members": members}))
    await is_asked.wait()
    await scene.api("PUT", "/rooms/1", {"title": "Obra", "members": members, "can_write": False})
    is_closed.set()
    assert (await opening).code == 200
    with pytest.raises(Refused) as refused:
        await cliente.says("Ainda aberta?", in_room=1)
    assert refused.value.code == "read_only"
    assert [told["room"]["can_write"] for told in cliente.has_heard("room_updated")] == [False]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_deleted_room_is_left_by_all_and_comes_back_under_a_new_epoch(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    epoch = (await cliente.asks("join_chat", chat_id=1))["epoch"]
    await cliente.says("Olá", in_room=1)
    assert (await scene.api("DELETE", "/rooms/1")).code == 204
    assert (await cliente.hears("room_left"))["reason"] == "deleted"
    with pytest.raises(Refused):
        await cliente.asks("join_chat", chat_id=1)
    await scene.room()
    again = await cliente.asks("join_chat", chat_id=1, last_seq=1, epoch=epoch)
    assert again["recovered"] is False
    assert again["epoch"] != epoch


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_site_speaks_once_and_also_where_people_may_not(start: Start) -> None:
    scene = await start()
    await scene.room(can_write=False, reason="Finalizado.")
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    said = {"conteudo": "Serviço finalizado.", "client_id": "status-1"}
    first = await scene.api("POST", "/rooms/1/messages", said)
    again = await scene.api("POST", "/rooms/1/messages", said)
    assert (first.code, again.code) == (201, 200)
    assert msgspec.json.decode(again.body)["duplicate"] is True
    shown = await cliente.hears("new_message")
    assert (shown["kind"], shown["remetente_id"], shown["seq"]) == ("system", "", 1)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_past_is_imported_in_order_once_and_only_before_anybody_spoke(start: Start) -> None:
    scene = await start()
    await scene.room()
    past = [
        {
            "conteudo": text,
            "remetente_id": scene.ids["cliente"],
            "client_id": f"old-{n}",
            "sent_at": f"2026-01-0{n + 1}T12:00:00-03:00",
        }
        for n, text in enumerate(("um", "dois", "x" * 5000))
    ]
    first = await scene.api("POST", "/rooms/1/import", {"messages": past})
    assert msgspec.json.decode(first.body) == {"imported": 3, "duplicates": 0}
    again = await scene.api("POST", "/rooms/1/import", {"messages": past})
    assert msgspec.json.decode(again.body) == {"imported": 0, "duplicates": 3}
    cliente = await scene.browser("cliente")
    page = (await cliente.asks("join_chat", chat_id=1))["messages"]
    assert [m["seq"] for m in page] == [1, 2, 3]
    assert page[0]["data_envio"] == "01/01/2026 12:00"
    assert page[0]["timestamp"] == "2026-01-01T15:00:00.000Z"
    await cliente.says("agora", in_room=1)
    late = [{**past[0], "client_id": "late"}]
    assert (await scene.api("POST", "/rooms/1/import", {"messages": late})).code == 409
    assert (await scene.api("POST", "/rooms/1/import", {"messages": past})).code == 200


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_api_is_for_the_site_alone(start: Start) -> None:
    scene = await start()
    forged = jwt.encode(
        {"aud": "prosa-api"}, "another-key-of-at-least-thirty-two-bytes", headers={"kid": "test"}
    )
    for token in ("nonsense", forged):
        for method, path, body in (
            ("PUT", "/rooms/1", {"title": "t", "members": []}),
            ("DELETE", "/rooms/1", None),
            ("POST", "/rooms/1/messages", {"conteudo": "x", "client_id": "c"}),
        ):
            response = await scene.api(method, path, body, token=token)
            assert response.code == 401, (method, path)
            assert msgspec.json.decode(response.body)["code"] == "unauthenticated"


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": "t", "members": "x"}, "members"),
        ({"title": "t", "members": [{"user_id": "1"}]}, "members"),
        ({"title": "t", "members": [], "can_write": 1}, "can_write"),
        ([], "data"),
    ],
)
async def test_a_body_that_does_not_fit_is_named(start: Start, body: object, field: str) -> None:
    scene = await start()
    response = await scene.api("PUT", "/rooms/1", body)
    assert response.code == 400
    assert msgspec.json.decode(response.body)["code"] == "malformed"
    assert msgspec.json.decode(response.body)["field"] == field


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_unknown_room_cannot_be_spoken_in(start: Start) -> None:
    scene = await start()
    said = {"conteudo": "x", "client_id": "c"}
    assert (await scene.api("POST", "/rooms/nenhuma/messages", said)).code == 404
    assert (await scene.api("POST", "/rooms/nenhuma/import", {"messages": []})).code == 404


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_cannot_be_is_refused_for_good_and_by_name(start: Start) -> None:
    scene = await start()
    await scene.room()
    past = {"conteudo": "x", "client_id": "p", "sent_at": "0001-01-01T00:00:00+14:00"}
    bad = await scene.api("POST", "/rooms/1/import", {"messages": [past]})
    assert (bad.code, json.loads(bad.body)["field"]) == (400, "sent_at")
    assert (await scene.api("PUT", "/rooms/" + "x" * 65, {"title": "T", "members": []})).code == 404
    wrong = await scene.api("GET", "/rooms/1")
    assert (wrong.code, json.loads(wrong.body)["code"]) == (405, "malformed")
