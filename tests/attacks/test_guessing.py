"""Whoever guesses learns nothing: a foreign room answers as no room does, after as many questions."""

import random
import re
import time
from collections import Counter
from itertools import product

import pytest

from handlers import socket
from prosa.metrics import REGISTRY
from tests.browser import Browser, Refused
from tests.handlers.sockjs.wire import Wire, session_path
from tests.journeys.scene import Scene, Start

SECONDS = 60
TURNS = 120
NOISE = 0.17
"""Four and a half standard deviations of the share, of so many turns each: sqrt((2n + 1) / 12) / n."""
FILE = "/chat/{}/anexos/0123456789abcdef0123456789abcdef/a.pdf"
PAGES = ("/chat/{}/", "/chat/{}/websocket/", "/chat/{}/historico/", "/chat/{}/buscar/?q=azulejo", FILE)
GUESSES = {
    "join_chat": {},
    "send_message": {"conteudo": "Olá", "client_id": "c"},
    "history": {},
    "mark_read": {"seq": 1},
    "mark_delivered": {"seq": 1},
    "edit_message": {"target": 1, "conteudo": "Olá", "client_id": "c"},
    "delete_message": {"target": 1, "client_id": "c"},
    "search_messages": {"q": "azulejo"},
    "upload_start": {"name": "a.pdf", "size_bytes": 9},
}


def questions() -> Counter[str]:
    """How often the store has been asked so far, by command."""
    samples = (sample for metric in REGISTRY.collect() for sample in metric.samples)
    return Counter(
        {s.labels["command"]: int(s.value) for s in samples if s.name == "prosa_mongo_seconds_count"}
    )


async def refusal(browser: Browser, event: str, chat_id: str) -> tuple[dict[str, object], Counter[str]]:
    """What a guess is answered, and what that took: the same twice, for others ask something now and then."""
    took: list[Counter[str]] = []
    while len(took) < 2 or took[-1] != took[-2]:
        before = questions()
        with pytest.raises(Refused) as caught:
            await browser.asks(event, chat_id=chat_id, **GUESSES[event])
        took.append(questions() - before)
    return caught.value.data, took[-1]


async def rooms_of_others(scene: Scene) -> list[str]:
    """Room ids: small and large, asleep and live, and a deleted one."""
    await scene.room("pequena")
    await scene.room("viva")
    await scene.room("apagada")
    await scene.api("DELETE", "/rooms/apagada")
    many = [{"user_id": f"m{n}", "name": f"M {n}"} for n in range(60)]
    for chat_id in ("grande", "grande-viva"):
        members = [*many, {"user_id": scene.ids["cliente"], "name": "Ana"}]
        await scene.api("PUT", f"/rooms/{chat_id}", {"title": "Muitos", "members": members})
    cliente = await scene.browser("cliente")
    for chat_id in ("viva", "grande-viva"):
        await cliente.asks("join_chat", chat_id=chat_id)
    return ["pequena", "viva", "apagada", "grande", "grande-viva"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_foreign_room_and_no_room_are_refused_alike_after_the_same_questions(start: Start) -> None:
    scene = await start(watch_seconds=1000, revalidate_seconds=1000)
    foreign = await rooms_of_others(scene)
    pintura = await scene.browser("pintura")
    await refusal(pintura, "history", "nenhuma")  # whatever her coming in has asked is answered
    for event in GUESSES:
        nothing = await refusal(pintura, event, "nenhuma")
        assert nothing[1].total() >= 1
        for chat_id in foreign:
            assert await refusal(pintura, event, chat_id) == nothing, (event, chat_id)


async def took_longer(browser: Browser, event: str, foreign: str) -> float:
    """The share of pairs of guesses in which the foreign room took longer than no room: 0.5 by chance.

    Asked in turns, in an order that chance decides, so that a busy machine is as busy for both.
    """
    took: dict[str, list[float]] = {foreign: [], "nenhuma": []}
    for chat_id in random.sample([foreign, "nenhuma"] * TURNS, 2 * TURNS):
        began = time.perf_counter()
        with pytest.raises(Refused):
            await browser.asks(event, chat_id=chat_id, **GUESSES[event])
        took[chat_id].append(time.perf_counter() - began)
    pairs = list(product(took[foreign], took["nenhuma"]))
    return sum(there > not_there for there, not_there in pairs) / len(pairs)


@pytest.mark.gen_test(timeout=2 * SECONDS)
async def test_nor_does_the_time_that_it_takes_tell_them_apart(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "REST_SECONDS", 0)
    unlimited = dict.fromkeys(("queries", "sends", "joins", "searches", "uploads"), "1000000 per second")
    scene = await start(watch_seconds=1000, revalidate_seconds=1000, **unlimited)
    await rooms_of_others(scene)
    pintura = await scene.browser("pintura")
    for event, foreign in product(GUESSES, ("pequena", "grande-viva")):
        share = await took_longer(pintura, event, foreign)
        assert abs(share - 0.5) < NOISE, (event, foreign, share)


def shown(body: bytes, chat_id: str) -> bytes:
    """A page without what it was asked for, and without the token that is another one each time."""
    return re.sub(rb'name="_xsrf" value="[^"]+"', b"", body).replace(chat_id.encode(), b"")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_its_pages_and_forms_answer_alike_too(start: Start) -> None:
    scene = await start(watch_seconds=1000, revalidate_seconds=1000)
    foreign = await rooms_of_others(scene)
    await scene.logs_in("pintura")
    for path in PAGES:
        told = set()
        for chat_id in ("nenhuma", *foreign):
            before = questions()
            page = await scene.get(path.format(chat_id), "pintura")
            told.add((page.code, shown(page.body, chat_id), (questions() - before)["find"]))
        assert len(told) == 1
        assert told.pop()[0] == 404


@pytest.mark.gen_test(timeout=SECONDS)
async def test_somebody_elses_session_answers_as_one_that_is_not_there(start: Start) -> None:
    scene = await start()
    wire = Wire(int(scene.url.rsplit(":", 1)[1]))
    url = f"/ws/chat{session_path()}"
    mine = {"Origin": scene.url, "Cookie": f"sessionid={await scene.logs_in('cliente')}"}
    foreign = {"Origin": scene.url, "Cookie": f"sessionid={await scene.logs_in('pintura')}"}
    assert (await wire.post(f"{url}/xhr", headers=mine)).body == "o\n"
    assert "welcome" in (await wire.post(f"{url}/xhr", headers=mine)).body
    theirs = await wire.post(f"{url}/xhr_send", '["x"]', foreign)
    missing = await wire.post(f"/ws/chat{session_path()}/xhr_send", '["x"]', foreign)
    for one in (theirs, missing):
        one.headers.pop("date")
    assert (theirs.status, theirs.body, theirs.headers) == (missing.status, missing.body, missing.headers)
    assert theirs.status == 404
    for path in ("xhr", "xhr_streaming"):
        assert (await wire.post(f"{url}/{path}", headers=foreign)).status == 404
    assert (await wire.get(f"{url}/eventsource", foreign)).status == 404
    assert (await wire.post(f"{url}/xhr_send", '["{}"]', mine)).status == 204
    assert "malformed" in (await wire.post(f"{url}/xhr", headers=mine)).body
    wire.hangs_up()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_session_whose_id_was_laid_out_by_somebody_else_is_theirs_alone(start: Start) -> None:
    scene = await start()
    wire = Wire(int(scene.url.rsplit(":", 1)[1]))
    url = f"/ws/chat{session_path()}"
    attacker = {"Origin": scene.url, "Cookie": f"sessionid={await scene.logs_in('pintura')}"}
    victim = {"Origin": scene.url, "Cookie": f"sessionid={await scene.logs_in('cliente')}"}
    assert (await wire.post(f"{url}/xhr", headers=attacker)).body == "o\n"
    assert (await wire.post(f"{url}/xhr", headers=victim)).status == 404
    welcome = (await wire.post(f"{url}/xhr", headers=attacker)).hears_frame()[0]
    assert f'"user_id":"{scene.ids["pintura"]}"' in welcome
    wire.hangs_up()
