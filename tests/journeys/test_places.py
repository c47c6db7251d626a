"""A room is opened at a message, with what was said before and after it."""

import json

import pytest

from tests.browser import Refused
from tests.journeys.scene import Scene, Start
from tests.journeys.test_pages import page_data

SECONDS = 30


async def long_room(start: Start, count: int = 120) -> Scene:
    """A room in which much has been said."""
    scene = await start()
    await scene.room()
    past = [
        {"conteudo": f"linha {n}", "remetente_id": scene.ids["reforma"], "client_id": f"p{n}",
         "sent_at": "2026-01-05T12:00:00Z"}
        for n in range(1, count + 1)
    ]  # fmt: skip
    brought = await scene.api("POST", "/rooms/1/import", {"messages": past})
    assert brought.code == 200, brought.body
    return scene


@pytest.mark.gen_test(timeout=SECONDS)
async def test_history_is_asked_for_after_and_around_a_place(start: Start) -> None:
    scene = await long_room(start)
    cliente = await scene.browser("cliente")

    async def seqs(**where: int) -> tuple[list[int], bool, bool]:
        page = await cliente.asks("history", chat_id=1, **where)
        assert page["top_seq"] == 120
        return [entry["seq"] for entry in page["messages"]], page["more"], page["newer"]

    assert await seqs(around=60, limit=10) == (list(range(55, 65)), True, True)
    assert await seqs(around=1, limit=10) == (list(range(1, 6)), False, True)
    assert await seqs(after_seq=64, limit=5) == (list(range(65, 70)), True, True)
    assert await seqs(after_seq=115) == (list(range(116, 121)), True, False)
    assert await seqs(after_seq=120) == ([], True, False)
    assert await seqs(before_seq=11, limit=10) == (list(range(1, 11)), False, True)
    assert await seqs(limit=2) == ([119, 120], True, False)
    with pytest.raises(Refused) as caught:
        await seqs(around=3, after_seq=4)
    assert caught.value.data["field"] == "around"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_page_too_heavy_for_a_reply_keeps_what_is_nearest_to_the_place(start: Start) -> None:
    scene = await start(reply_bytes=20_000, sends="1000 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    for n in range(20):
        await cliente.says(f"{n} " + "x" * 1900, in_room=1)
    around = await cliente.asks("history", chat_id=1, around=10)
    seqs = [entry["seq"] for entry in around["messages"]]
    assert seqs == list(range(seqs[0], seqs[-1] + 1))
    assert 1 < seqs[0] < 10 < seqs[-1] < 20
    assert (around["more"], around["newer"]) == (True, True)
    after = await cliente.asks("history", chat_id=1, after_seq=10)
    assert [entry["seq"] for entry in after["messages"]][:2] == [11, 12]
    assert after["newer"] is True


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_page_at_a_message_has_both_sides_and_the_real_top(start: Start) -> None:
    scene = await long_room(start)
    for path in ("/chat/1/websocket/", "/chat/1/"):
        page = await scene.get(f"{path}?em=30", "cliente")
        text = page.body.decode()
        assert "linha 20<" in text
        assert "linha 30<" in text
        assert "linha 40<" in text
        assert "linha 90<" not in text
        assert 'id="m30"' in text
        assert 'href="/chat/1/historico/?before=5"' in text
        assert 'href="/chat/1/historico/?after=54"' in text
        known = page_data(page.body)
        assert (known["top_seq"], known["em"], known["newer"], known["more"]) == (120, 30, True, True)
        assert "Marcar como lidas" not in text
    newest = page_data((await scene.get("/chat/1/websocket/?em=x", "cliente")).body)
    assert (newest["em"], newest["newer"]) == (None, False)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_without_scripts_one_goes_on_in_both_directions(start: Start) -> None:
    scene = await long_room(start)
    page = (await scene.get("/chat/1/historico/?after=54", "cliente")).body.decode()
    assert "linha 55<" in page
    assert "linha 104<" in page
    assert 'href="/chat/1/historico/?after=104"' in page
    assert 'href="/chat/1/historico/?before=55"' in page
    last = (await scene.get("/chat/1/historico/?after=104", "cliente")).body.decode()
    assert 'href="/chat/1/historico/?after=' not in last
    answer = await scene.get("/chat/1/historico/?em=60&limit=4", "cliente", Accept="application/json")
    assert [entry["seq"] for entry in json.loads(answer.body)["messages"]] == [58, 59, 60, 61]
    both = await scene.get("/chat/1/historico/?em=60&after=3", "cliente", Accept="application/json")
    assert both.code == 400
