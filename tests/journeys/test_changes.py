"""What somebody takes back or says anew is the same for those who are there, come late or come back."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from tornado.httpclient import HTTPResponse

from tests.browser import Browser, Refused
from tests.journeys.scene import Scene, Start, redis_is
from tests.redis_server import RedisServer

SECONDS = 30


async def refused(browser: Browser, event: str, **data: object) -> str:
    with pytest.raises(Refused) as caught:
        await browser.asks(event, chat_id=1, **data)
    return caught.value.code


async def aged(scene: Scene, seq: int, seconds: float) -> None:
    """The message was sent so long ago."""
    sent_at = datetime.now(UTC) - timedelta(seconds=seconds)
    await scene.worker.database.messages.update_one(
        {"chat_id": "1", "seq": seq}, {"$set": {"sent_at": sent_at}}
    )


def shown(messages: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(m["seq"], m["conteudo"], "edited_at" in m, m.get("deleted", False)) for m in messages]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_both_sides_late_joiners_and_rejoiners_agree(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    joined = await fornecedor.asks("join_chat", chat_id=1)
    await cliente.asks("join_chat", chat_id=1)
    first = await cliente.says("Sexta as 14h", in_room=1)
    await cliente.says("A senha é 1234", in_room=1)
    await fornecedor.says("Combinado", in_room=1)
    edit = await cliente.asks(
        "edit_message", chat_id=1, target=first["id"], conteudo=" Sexta às 15h\r\n", client_id="e-1"
    )
    assert (edit["seq"], edit["client_id"], edit["duplicate"]) == (4, "e-1", False)
    assert (await cliente.asks("delete_message", chat_id=1, target=2, client_id="d-1"))["seq"] == 5
    for browser in (cliente, fornecedor):
        heard = await browser.hears("message_edited")
        assert (heard["seq"], heard["kind"], heard["target"]) == (4, "edit", 1)
        assert (heard["conteudo"], heard["id"], heard["client_id"]) == ("Sexta às 15h", edit["id"], "e-1")
        heard = await browser.hears("message_deleted")
        assert (heard["seq"], heard["kind"], heard["target"], heard["conteudo"]) == (5, "delete", 2, "")

    expected = [(1, "Sexta às 15h", True, False), (2, "", False, True), (3, "Combinado", False, False)]
    late = await scene.browser("reforma")
    fresh = await late.asks("join_chat", chat_id=1)
    assert (fresh["top_seq"], fresh["recovered"]) == (5, False)
    assert shown(fresh["messages"]) == expected
    assert fresh["messages"][0]["edited_at"] == edit["timestamp"]
    assert fresh["messages"][0]["timestamp"] == first["timestamp"]
    assert shown((await late.asks("history", chat_id=1))["messages"]) == expected
    assert shown((await late.asks("history", chat_id=1, before_seq=2))["messages"]) == expected[:1]
    page = await scene.get("/chat/1/historico/", "reforma", Accept="application/json")
    assert shown(json.loads(page.body)["messages"]) == expected

    again = await late.asks("join_chat", chat_id=1, last_seq=2, epoch=joined["epoch"])
    assert (again["recovered"], again["top_seq"]) == (True, 5)
    assert [(m["seq"], m["kind"], m.get("target")) for m in again["messages"]] == [
        (3, "text", None), (4, "edit", 1), (5, "delete", 2),
    ]  # fmt: skip
    await cliente.says("Até lá", in_room=1)
    assert (await late.hears("new_message"))["seq"] == 6


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_was_away_for_too_long_gets_the_newest_page_as_it_is(start: Start) -> None:
    scene = await start(recovery=3, page=2, sends="100 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    joined = await cliente.asks("join_chat", chat_id=1)
    for n in range(3):
        await cliente.says(str(n), in_room=1)
    for n in range(4):
        await cliente.asks("edit_message", chat_id=1, target=2, conteudo=f"um {n}")
    reply = await cliente.asks("join_chat", chat_id=1, last_seq=3, epoch=joined["epoch"])
    assert (reply["recovered"], reply["top_seq"]) == (False, 7)
    assert shown(reply["messages"]) == [(2, "um 3", True, False), (3, "2", False, False)]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_only_ones_own_recent_message_is_changed(start: Start) -> None:
    scene = await start(sends="1000 per 10 seconds")
    await scene.room()
    await scene.room("2")
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    for _ in range(3):
        await cliente.says("Olá", in_room=1)
    there = await cliente.says("Olá", in_room=2)
    await scene.api("POST", "/rooms/1/messages", {"conteudo": "Orçamento aceito", "client_id": "s"})
    await aged(scene, 2, 15 * 60 + 1)
    await aged(scene, 3, 15 * 60 - 30)
    await cliente.asks("edit_message", chat_id=1, target=3, conteudo="A tempo")
    await cliente.asks("delete_message", chat_id=1, target=3)
    before = await scene.log()
    edits = {"conteudo": "Oi"}
    for event, more in (("edit_message", edits), ("delete_message", {})):
        assert await refused(fornecedor, event, target=1, **more) == "forbidden"
        assert await refused(cliente, event, target=4, **more) == "forbidden"
        assert await refused(cliente, event, target=2, **more) == "too_late"
        for nothing in (0, 3, 5, 6, 99, 10**30, "", "nada", there["id"], "0" * 24):
            assert await refused(cliente, event, target=nothing, **more) == "not_found"
        for wrong in (None, -1, 1.5, True, [1], {}):
            assert await refused(cliente, event, target=wrong, **more) == "malformed"
    assert await refused(cliente, "edit_message", target=1, conteudo=" \n") == "empty"
    assert await refused(cliente, "edit_message", target=1, conteudo="x" * 2001) == "too_long"
    assert await scene.log() == before


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_stranger_and_a_closed_room_are_answered_as_for_a_send(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, pintura = await scene.browser("cliente"), await scene.browser("pintura")
    await cliente.says("Olá", in_room=1)
    await scene.room(can_write=False, reason="Finalizado.")
    for event, more in (("edit_message", {"conteudo": "Oi"}), ("delete_message", {})):
        assert await refused(cliente, event, target=1, **more) == "read_only"
        assert await refused(pintura, event, target=1, **more) == "not_found"
    assert len(await scene.log()) == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_same_change_again_is_answered_again_whatever_has_happened_since(start: Start) -> None:
    scene = await start(sends="6 per 60 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    said = await cliente.says("Olá", in_room=1, client_id="c")
    await cliente.says("Outra", in_room=1, client_id="o")
    edits = {"chat_id": 1, "target": 1, "conteudo": "Oi", "client_id": "e"}
    deletes = {"chat_id": 1, "target": said["id"], "client_id": "d"}
    edited = await cliente.asks("edit_message", **edits)
    deleted = await cliente.asks("delete_message", **deletes)
    await aged(scene, 1, 3600)
    await scene.room(can_write=False, reason="Finalizado.")
    for _ in range(5):  # more than the limit: known ones are not counted
        assert await cliente.asks("edit_message", **edits) == {**edited, "duplicate": True}
        assert await cliente.asks("edit_message", **{**edits, "target": said["id"]}) == {
            **edited,
            "duplicate": True,
        }
        assert await cliente.asks("delete_message", **deletes) == {**deleted, "duplicate": True}
    assert (await cliente.says("Olá", in_room=1, client_id="c"))["seq"] == 1
    for event, data in (
        ("edit_message", {**edits, "conteudo": "Outro texto"}),
        ("edit_message", {**edits, "target": 2}),
        ("edit_message", {**edits, "client_id": "c"}),
        ("delete_message", {"chat_id": 1, "target": 1, "client_id": "e"}),
        ("delete_message", {"chat_id": 1, "target": 2, "client_id": "d"}),
        ("send_message", {"chat_id": 1, "conteudo": "Oi", "client_id": "e"}),
    ):
        with pytest.raises(Refused) as caught:
            await cliente.asks(event, **data)
        assert caught.value.code == "conflict", (event, data)
    assert len(await scene.log()) == 4


@pytest.mark.gen_test(timeout=SECONDS)
async def test_changes_count_as_sends_do(start: Start) -> None:
    scene = await start(sends="2 per 60 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.says("Olá", in_room=1)
    await cliente.asks("edit_message", chat_id=1, target=1, conteudo="Oi")
    assert await refused(cliente, "delete_message", target=1) == "rate_limited"
    assert await refused(cliente, "send_message", conteudo="Oi") == "rate_limited"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_change_is_no_news_and_moves_nothing(start: Start) -> None:
    scene = await start()
    await scene.room("2")
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await cliente.says("Primeira", in_room=1)
    await cliente.says("Segunda", in_room=2)
    for seq in (1, 1):
        await fornecedor.hears("new_notification", seq=seq)
    await cliente.asks("edit_message", chat_id=1, target=1, conteudo="Primeira!")
    await cliente.asks("delete_message", chat_id=2, target=1)
    await cliente.says("Terceira", in_room=2)
    assert (await fornecedor.hears("new_notification"))["message_preview"] == "Terceira"
    rows = (await fornecedor.asks("list_rooms"))["rooms"]
    assert [(r["room"]["chat_id"], r["unread"], r["top_seq"], *shown([r["last"]])[0][1:]) for r in rows] == [
        ("2", 2, 3, "Terceira", False, False),
        ("1", 1, 2, "Primeira!", True, False),
    ]
    cursor = await fornecedor.asks("mark_read", chat_id=1, seq=1)
    assert cursor == {"delivered_seq": 1, "read_seq": 1}
    assert (await fornecedor.asks("list_rooms"))["rooms"][1]["unread"] == 0
    await cliente.asks("delete_message", chat_id=1, target=1)
    last = (await fornecedor.asks("list_rooms"))["rooms"][1]["last"]
    assert (last["deleted"], last["conteudo"]) == (True, "")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_changes_that_race_end_alike_for_everybody(start: Start) -> None:
    scene = await start(sends="1000 per 10 seconds")
    await scene.room()
    tabs = [await scene.browser("cliente") for _ in range(3)]
    fornecedor = await scene.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    for n in range(8):
        await tabs[0].says(str(n), in_room=1)
        target = (await fornecedor.hears("new_message"))["seq"]
        changes = [
            tabs[0].asks("edit_message", chat_id=1, target=target, conteudo=f"{n} a"),
            tabs[1].asks("edit_message", chat_id=1, target=target, conteudo=f"{n} b"),
        ]
        if n % 2:
            changes.insert(n % 3, tabs[2].asks("delete_message", chat_id=1, target=target))
        answers = await asyncio.gather(*changes, return_exceptions=True)
        assert {getattr(a, "code", "") for a in answers if isinstance(a, Exception)} <= {"not_found"}
        last = max(answer["seq"] for answer in answers if isinstance(answer, dict))
        await fornecedor._wait(lambda m, top=last: m.get("data", {}).get("seq") == top, start=0)
    heard: dict[int, tuple[object, ...]] = {}
    for message in fornecedor.heard:
        entry = message["data"]
        if message["event"] == "new_message":
            heard[entry["seq"]] = (entry["seq"], entry["conteudo"], False, False)
        elif message["event"] == "message_deleted":
            heard[entry["target"]] = (entry["target"], "", False, True)
        elif message["event"] == "message_edited" and not heard[entry["target"]][3]:
            heard[entry["target"]] = (entry["target"], entry["conteudo"], True, False)
    page = await tabs[0].asks("history", chat_id=1, limit=100)
    assert shown(page["messages"]) == list(heard.values())
    assert [entry[3] for entry in heard.values()] == [n % 2 == 1 for n in range(8)]


@pytest.mark.parametrize("has_redis", [True, False], ids=["redis", "watch"])
@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_other_worker_shows_it_in_its_place(
    start: Start, redis: RedisServer, has_redis: bool
) -> None:
    settings = {"redis_url": redis.url, "watch_seconds": 3600} if has_redis else {"watch_seconds": 0.2}
    one, other = [await start(**settings) for _ in range(2)]
    if has_redis:
        await redis_is("up", one, other)
    await one.room()
    cliente, fornecedor = await one.browser("cliente"), await other.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    for n in range(3):
        seq = (await cliente.says(f"{n}", in_room=1))["seq"]
        await cliente.asks("edit_message", chat_id=1, target=seq, conteudo=f"{n}!")
    await cliente.asks("delete_message", chat_id=1, target=3)
    assert (await fornecedor.hears("message_deleted"))["target"] == 3
    logged = ("new_message", "message_edited", "message_deleted")
    heard = [(m["event"], m["data"]["seq"]) for m in fornecedor.heard if m["event"] in logged]
    assert heard == [*((logged[n % 2], n + 1) for n in range(6)), ("message_deleted", 7)]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_holds_every_version_and_an_erasure_reaches_each(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.says("Rascunho", in_room=1)
    await cliente.asks("edit_message", chat_id=1, target=1, conteudo="Versão final")
    await cliente.says("Engano", in_room=1)
    await cliente.asks("delete_message", chat_id=1, target=3)
    person = f"/people/{scene.ids['cliente']}"
    exported = json.loads((await scene.api("GET", f"{person}/export")).body)
    kept = [(m["kind"], m["target"], m["conteudo"]) for m in exported["rooms"][0]["messages"]]
    assert kept == [
        ("text", None, "Rascunho"),
        ("edit", 1, "Versão final"),
        ("text", None, "Engano"),
        ("delete", 3, ""),
    ]
    page: HTTPResponse = await scene.api("GET", f"{person}/export", accept="text/html")
    assert "nova versão da mensagem 1" in page.body.decode()
    assert "mensagem 3 apagada" in page.body.decode()
    erased = await scene.api("POST", f"{person}/erase", {"texts": "blank"})
    assert json.loads(erased.body) == {"rooms": 1, "messages": 2}
    assert {(entry.author_name, entry.conteudo) for entry in await scene.log()} == {
        ("Pessoa removida", "Mensagem removida"),
        ("Pessoa removida", ""),
    }
