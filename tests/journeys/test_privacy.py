"""A person's own data, and a person's end: what the site gets, and what the others see of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from handlers.api.shapes import ExportAnswer
from prosa.chat.wire import moment
from prosa.models.ids import ChatId, UserId
from prosa.storage.embedded import EmbeddedMongod
from prosa.storage.retention import Retention
from prosa.storage.sightings import Sightings
from prosa.storage.traces import Traces
from tests.journeys.scene import Scene, Start, redis_is
from tests.redis_server import RedisServer

SECONDS = 60
MANY = 30_000
SEEN = datetime(2099, 1, 1, 12, tzinfo=UTC)
"""Later than whatever the worker notes."""


async def export(scene: Scene, username: str, **headers: str) -> HTTPResponse:
    answer = await scene.api("GET", f"/people/{scene.ids[username]}/export", **headers)
    assert answer.code == 200, answer.body
    return answer


async def a_talk(scene: Scene) -> None:
    """Two rooms of the same two people, one of which the cliente has left."""
    for room in ("1", "2"):
        await scene.room(room)
        cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
        await cliente.says(f"Olá, <b>sala</b> {room}", in_room=room)
        await fornecedor.says("Um segredo meu", in_room=room)
        await cliente.says("Até\nlogo", in_room=room)
        await cliente.asks("mark_read", chat_id=room, seq=2)
    await scene.room("2", members=("reforma",))


async def many_words(scene: Scene, count: int) -> None:
    """The cliente has said so much in room 1."""
    said = {"chat_id": "1", "kind": "text", "author_id": scene.ids["cliente"], "author_name": "Ana"}
    said |= {"conteudo": "x" * 100, "digest": b"d", "sent_at": datetime.now(UTC)}
    for start in range(1, count + 1, 1_000):
        await scene.worker.database.messages.insert_many(
            [{**said, "seq": seq, "client_id": f"c-{seq}"} for seq in range(start, start + 1_000)],
            ordered=False,
        )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_is_everything_of_one_person_and_nothing_of_another(start: Start) -> None:
    scene = await start()
    await a_talk(scene)
    await Sightings(scene.worker.database).note({UserId(scene.ids["cliente"]): SEEN})
    answer = await export(scene, "cliente")
    assert answer.headers["Content-Type"] == "application/json"
    found = msgspec.json.decode(answer.body, type=ExportAnswer, strict=True)
    assert found.user_id == scene.ids["cliente"]
    assert found.last_seen == moment(SEEN)
    assert [(room.chat_id, room.is_member, room.name, room.read_seq) for room in found.rooms] == [
        ("1", True, "Cliente", 2),
        ("2", False, "", 0),
    ]
    for room in found.rooms:
        assert [(m.seq, m.conteudo) for m in room.messages] == [
            (1, f"Olá, <b>sala</b> {room.chat_id}"),
            (3, "Até\nlogo"),
        ]
    assert b"segredo" not in answer.body
    nobody = await scene.api("GET", "/people/nobody/export")
    assert json.loads(nobody.body)["rooms"] == []
    assert (await scene.api("GET", "/people/1/export", scope="rooms")).code == 403


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_for_people_can_be_read(start: Start) -> None:
    scene = await start()
    await a_talk(scene)
    await Sightings(scene.worker.database).note({UserId(scene.ids["cliente"]): SEEN})
    answer = await export(scene, "cliente", accept="text/html")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    page = answer.body.decode()
    assert re.findall(r"<h2>(.*)</h2>", page) == ["Reforma do banheiro"] * 2
    assert re.findall(r"<pre>([^<]*)</pre>", page) == [
        text for room in (1, 2) for text in (f"Olá, &lt;b&gt;sala&lt;/b&gt; {room}", "Até\nlogo")
    ]
    assert "Sua última visita de que há registro: 01/01/2099 às 09:00." in page
    assert "segredo" not in page
    assert page.rstrip().endswith("</html>")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_many_thousand_messages_are_sent_a_part_at_a_time(start: Start) -> None:
    scene = await start()
    await scene.room()
    await many_words(scene, MANY)
    for accept, said in (("application/json", b'"conteudo":'), ("text/html", b"<article>")):
        pieces: list[bytes] = []
        answer = await scene.api(
            "GET",
            f"/people/{scene.ids['cliente']}/export",
            accept=accept,
            streaming_callback=pieces.append,
            request_timeout=SECONDS,
        )
        assert answer.code == 200
        whole = b"".join(pieces)
        assert whole.count(said) == MANY
        assert max(map(len, pieces)) < len(whole) / 50


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_that_fails_is_never_taken_for_a_whole_one(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await start()
    await scene.room()
    await many_words(scene, 10_000)
    words = Traces.words

    async def some_words(*args: Any) -> Any:
        parts = words(*args)
        for _ in range(5):
            yield await anext(parts)
        await parts.aclose()
        raise ZeroDivisionError

    monkeypatch.setattr(Traces, "words", some_words)
    with pytest.raises(HTTPClientError, match="Connection closed"):
        await scene.api(
            "GET",
            f"/people/{scene.ids['cliente']}/export",
            streaming_callback=lambda _: None,
            raise_error=True,
        )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_store_that_is_away_has_an_answer_of_its_own(
    start: Start, own_mongod: EmbeddedMongod
) -> None:
    scene = await start(uri=own_mongod.uri)
    await scene.room()
    own_mongod.stop()
    answer = await scene.api("GET", f"/people/{scene.ids['cliente']}/export")
    assert (answer.code, json.loads(answer.body)["code"]) == (503, "unavailable")
    own_mongod.start()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_erased_is_gone_from_open_pages_and_the_other_keeps_the_talk(
    start: Start, redis: RedisServer
) -> None:
    one, other = [await start(watch_seconds=3600, redis_url=redis.url) for _ in range(2)]
    await redis_is("up", one, other)
    await a_talk(one)
    cliente, fornecedor = await other.browser("cliente"), await other.browser("reforma")
    for tab in (cliente, fornecedor):
        epoch = (await tab.asks("join_chat", chat_id=1))["epoch"]
    answer = await one.api("POST", f"/people/{one.ids['cliente']}/erase", {})
    assert (answer.code, json.loads(answer.body)) == (200, {"rooms": 2, "messages": 4})
    shown = (await fornecedor.hears("room_updated"))["room"]["members"]
    assert [member["name"] for member in shown] == ["Pessoa removida", "Reforma"]
    assert (await cliente.hears("room_left"))["chat_id"] == "1"
    again = await fornecedor.asks("join_chat", chat_id=1, last_seq=3, epoch=epoch)
    assert (again["recovered"], again["epoch"] != epoch) == (False, True)
    assert [(m["remetente"], m["conteudo"]) for m in again["messages"]] == [
        ("Pessoa removida", "Olá, <b>sala</b> 1"),
        ("Reforma Já", "Um segredo meu"),
        ("Pessoa removida", "Até\nlogo"),
    ]
    assert one.ids["cliente"] not in {cursor["user_id"] for cursor in again["cursors"]}
    assert (await fornecedor.says("Alguém aí?", in_room=1))["seq"] == 4
    once_more = await one.api("POST", f"/people/{one.ids['cliente']}/erase", {"texts": "blank"})
    assert json.loads(once_more.body) == {"rooms": 0, "messages": 0}
    assert json.loads((await export(one, "cliente")).body)["rooms"] == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_without_redis_the_watch_finds_who_is_erased(start: Start) -> None:
    one, other = [await start(watch_seconds=0.2) for _ in range(2)]
    await one.room()
    fornecedor = await other.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    await one.api("POST", f"/people/{one.ids['cliente']}/erase", {})
    shown = (await fornecedor.hears("room_updated"))["room"]["members"]
    assert [member["name"] for member in shown] == ["Pessoa removida", "Reforma"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_comes_back_below_the_floor_is_told_so_and_reads_what_there_is(start: Start) -> None:
    scene = await start(sends="1000 per second")
    await scene.room()
    cliente = await scene.browser("cliente")
    epoch = (await cliente.asks("join_chat", chat_id=1))["epoch"]
    for n in range(1, 9):
        await cliente.says(f"{n}", in_room=1)
    long_ago = datetime.now(UTC) - timedelta(days=400)
    await scene.worker.database.messages.update_many(
        {"chat_id": "1", "seq": {"$lte": 5}}, {"$set": {"sent_at": long_ago}}
    )
    retention = Retention(scene.worker.database)
    async for expired in retention.expired(long_ago + timedelta(days=1)):
        await retention.remove(expired)
    for last_seq, recovered, seqs in ((3, False, [6, 7, 8]), (4, False, [6, 7, 8]), (5, True, [6, 7, 8])):
        tab = await scene.browser("reforma")
        joined = await tab.asks("join_chat", chat_id=1, last_seq=last_seq, epoch=epoch)
        assert (joined["recovered"], [m["seq"] for m in joined["messages"]]) == (recovered, seqs), last_seq
        assert (joined["top_seq"], joined["epoch"]) == (8, epoch)
    below = await cliente.asks("history", chat_id=1, before_seq=6)
    assert (below["messages"], below["more"]) == ([], False)
    assert (await cliente.says("9", in_room=1))["seq"] == 9


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_page_that_is_open_on_a_log_whose_bottom_went_away_comes_back(start: Start) -> None:
    scene = await start(watch_seconds=3600)
    await scene.room()
    cliente = await scene.browser("cliente")
    await cliente.asks("join_chat", chat_id=1)
    await many_words(scene, 3_000)
    await scene.worker.database.messages.delete_many({"chat_id": ChatId("1"), "seq": {"$lt": 2_990}})
    fornecedor = await scene.browser("reforma")
    assert (await fornecedor.says("Olá", in_room=1))["seq"] == 3_001
    assert await cliente.is_closed() == 4009
    assert len((await fornecedor.asks("join_chat", chat_id=1))["messages"]) == 12
