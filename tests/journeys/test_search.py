"""People look for what was said, over the socket and over HTTP, and find what they may read."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser import PATIENCE, Browser, Refused
from tests.journeys.scene import Scene, Start, told

SECONDS = 30
QUICK = {"sends": "1000 per 10 seconds"}


def marked(result: dict[str, Any]) -> str:
    """A result's excerpt, with the hits in brackets."""
    return "".join(f"[{part['text']}]" if part["hit"] else part["text"] for part in result["excerpt"])


async def talk(scene: Scene) -> Browser:
    """Two rooms of the client's, one of them shared with each contractor."""
    await scene.room()
    await scene.room("2", members=("cliente", "pintura"), title="Pintura da sala")
    await scene.room("3", members=("reforma", "pintura"), title="Dos outros")
    cliente = await scene.browser("cliente")
    await cliente.says("Quanto fica o orçamento do banheiro?", in_room=1)
    await (await scene.browser("pintura")).says("Orçamentos só depois da visita", in_room=2)
    await (await scene.browser("reforma")).says("um orçamento entre nós", in_room=3)
    return cliente


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_word_is_found_in_a_room_and_in_all_of_ones_own(start: Start) -> None:
    scene = await start(**QUICK)
    cliente = await talk(scene)
    found = await cliente.asks("search_messages", q="orcamento", chat_id=1)
    assert [(row["chat_id"], row["seq"], row["title"]) for row in found["results"]] == [
        ("1", 1, "Reforma do banheiro")
    ]
    assert marked(found["results"][0]) == "Quanto fica o [orçamento] do banheiro?"
    assert (found["next"], found["whole"]) == (None, True)
    everywhere = await cliente.asks("search_messages", q="orcamento")
    assert [row["chat_id"] for row in everywhere["results"]] == ["2", "1"]
    row = everywhere["results"][0]
    assert (row["remetente_id"], row["title"]) == (scene.ids["pintura"], "Pintura da sala")
    assert row["timestamp"].endswith("Z")
    assert (await cliente.asks("search_messages", q="entre nós"))["results"] == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_room_of_others_is_searched_like_no_room(start: Start) -> None:
    scene = await start(**QUICK)
    cliente = await talk(scene)
    refusals = []
    for chat_id in (3, "nenhuma"):
        with pytest.raises(Refused) as caught:
            await cliente.asks("search_messages", q="orcamento", chat_id=chat_id)
        refusals.append(caught.value.data)
    assert refusals[0] == refusals[1]
    assert refusals[0]["code"] == "not_found"
    pages = [await scene.get(f"/chat/{room}/buscar/?q=orcamento", "cliente") for room in (3, "nenhuma")]
    assert [page.code for page in pages] == [404, 404]
    assert told(pages[0]) == told(pages[1])


@pytest.mark.gen_test(timeout=SECONDS)
async def test_pages_go_on_where_the_one_before_ended(start: Start) -> None:
    scene = await start(**QUICK)
    await scene.room()
    await scene.room("2")
    cliente = await scene.browser("cliente")
    for n in range(5):
        for room in (1, 2):
            await cliente.says(f"azulejo {n}", in_room=room)
    for where in ({"chat_id": 1}, {}):
        seen: list[tuple[str, int]] = []
        before: dict[str, str] = {}
        while True:
            page = await cliente.asks("search_messages", q="azulejo", limit=3, **where, **before)
            seen += [(row["chat_id"], row["seq"]) for row in page["results"]]
            if page["next"] is None:
                break
            before = {"before": page["next"]}
        assert len(seen) == len(set(seen)) == (5 if where else 10)
        assert [place for place in seen if place[0] == "1"] == [("1", seq) for seq in (5, 4, 3, 2, 1)]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_question_that_makes_no_sense_does_no_harm(start: Start) -> None:
    scene = await start(**QUICK)
    cliente = await talk(scene)
    for typed in ("", " ", '"', "$gt", "x" * 10_000, "-nada".join("()[]{}"), "\x00\ud800", ".*"):
        found = await cliente.asks("search_messages", q=typed)
        assert found["whole"] is True
        assert found["results"] == []
    for wrong in (
        {"q": 7},
        {"q": "a", "before": "ontem"},
        {"q": "a", "before": "9" * 40},
        {"q": "a", "chat_id": "$"},
    ):
        with pytest.raises(Refused) as caught:
            await cliente.asks("search_messages", **wrong)
        assert caught.value.code == "malformed"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_person_searches_so_often_in_a_while(start: Start) -> None:
    scene = await start(searches="2 per minute")
    await scene.room()
    cliente = await scene.browser("cliente")
    for _ in range(2):
        await cliente.asks("search_messages", q="azulejo")
    with pytest.raises(Refused) as caught:
        await cliente.asks("search_messages", q="azulejo")
    assert caught.value.code == "rate_limited"
    assert caught.value.data["retry_after_ms"] > 0
    assert (await scene.get("/chat/buscar/?q=azulejo", "cliente")).code == 429


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_page_shows_what_was_found_and_the_way_there(start: Start) -> None:
    scene = await start(**QUICK)
    cliente = await talk(scene)
    await cliente.says("<script>alert(1)</script> orçamento", in_room=1)
    page = (await scene.get("/chat/buscar/?q=or%C3%A7amento", "cliente")).body.decode()
    page = page.replace(' class="result__hit"', "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>orçamento</mark>" in page
    assert 'href="/chat/1/websocket/?em=2#m2"' in page
    assert "Pintura da sala" in page
    assert "entre nós" not in page
    assert page.index("alert(1)") < page.index("Quanto fica o")
    inside = (await scene.get("/chat/2/buscar/?q=orcamento", "cliente")).body.decode()
    assert ">Orçamentos</mark> só depois da visita" in inside
    assert "banheiro?" not in inside
    hostile = (
        await scene.get(f"/chat/buscar/?q={quote(chr(34) + '><script>zebra')}", "cliente")
    ).body.decode()
    assert "<script>" not in hostile.split("<main")[1].split("</main>")[0]
    assert "Nenhuma mensagem" in hostile
    empty = (await scene.get("/chat/buscar/", "cliente")).body.decode()
    assert "Nenhuma mensagem" not in empty


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_program_is_answered_in_json(start: Start) -> None:
    scene = await start(**QUICK)
    cliente = await talk(scene)
    answer = await scene.get("/chat/buscar/?q=orcamento&limit=1", "cliente", Accept="application/json")
    found = json.loads(answer.body)
    assert found == await cliente.asks("search_messages", q="orcamento", limit=1)
    following = f"/chat/buscar/?q=orcamento&before={quote(found['next'])}"
    older = json.loads((await scene.get(following, "cliente", Accept="application/json")).body)
    assert [row["chat_id"] for row in older["results"]] == ["1"]
    assert (await scene.get("/chat/buscar/?q=a&before=x", "cliente", Accept="application/json")).code == 400
    stranger = await scene.get("/chat/buscar/?q=orcamento")
    assert stranger.code == 302


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_said_is_indexed_before_anybody_looks_for_it(start: Start) -> None:
    scene = await start(**QUICK)
    cliente = await talk(scene)
    await cliente.asks("edit_message", chat_id=1, target=1, conteudo="Quanto fica o piso?", client_id="e1")
    texts = scene.worker.database.texts
    async with asyncio.timeout(PATIENCE):
        found: list[dict[str, Any]] = []
        while {(text["chat_id"], text["text_seq"]) for text in found} != {("1", 2), ("2", 1), ("3", 1)}:
            await asyncio.sleep(0.02)
            found = await texts.find().to_list()
    assert [text["stems"] for text in found if text["chat_id"] == "1"] == [["fic", "o", "pis", "quant"]]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_long_past_is_indexed_without_a_pause_after_each_of_its_pieces(start: Start) -> None:
    scene = await start()
    await scene.room()
    past = [
        {
            "conteudo": f"Antiga {n}",
            "remetente_id": "1",
            "remetente": "Ana",
            "client_id": f"antiga-{n}",
            "sent_at": "2025-01-01T12:00:00Z",
        }
        for n in range(500)
    ]
    await scene.api("POST", "/rooms/1/import", {"messages": past})
    texts = scene.worker.database.texts
    async with asyncio.timeout(PATIENCE):
        count = 0
        while count < len(past):
            await asyncio.sleep(0.1)
            count = await texts.count_documents({"chat_id": "1"})


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_latest_text_is_found_and_what_was_deleted_is_not(start: Start) -> None:
    scene = await start(**QUICK)
    await scene.room()
    cliente, reforma = [await scene.browser(name) for name in ("cliente", "reforma")]
    for text in ("piso de madeira", "piso de pedra", "piso frio"):
        await cliente.says(text, in_room=1)
    assert len((await reforma.asks("search_messages", q="piso"))["results"]) == 3
    texts = scene.worker.database.texts
    before = await texts.find().to_list()
    await cliente.asks("edit_message", chat_id=1, target=1, conteudo="piso de cerâmica", client_id="e1")
    await cliente.asks("delete_message", chat_id=1, target=2, client_id="d2")

    async def finds(q: str) -> list[str]:
        return [marked(row) for row in (await reforma.asks("search_messages", q=q))["results"]]

    assert await finds("piso") == ["[piso] frio", "[piso] de cerâmica"]
    assert await finds("ceramica") == ["piso de [cerâmica]"]
    assert await finds("madeira") == await finds("pedra") == []
    for old in before:  # as if an index of long ago had come back
        await texts.replace_one({"_id": old["_id"]}, old)
    assert await finds("piso") == ["[piso] frio", "[piso] de cerâmica"]
    assert await finds("madeira") == await finds("pedra") == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_has_left_a_room_finds_nothing_in_it(start: Start) -> None:
    scene = await start(**QUICK)
    cliente = await talk(scene)
    await scene.room(members=("reforma", "pintura"))
    assert [row["chat_id"] for row in (await cliente.asks("search_messages", q="orcamento"))["results"]] == [
        "2"
    ]
    with pytest.raises(Refused):
        await cliente.asks("search_messages", q="orcamento", chat_id=1)
