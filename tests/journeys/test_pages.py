"""The pages, as HTML: who sees them, and what is on them before any script runs."""

import gzip
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.journeys.scene import Start, told

SECONDS = 30
LIGHT_BYTES = 60_000
"""Of a room page's scripts and sheet, on the line."""


def page_data(body: bytes) -> dict[str, Any]:
    found = re.search(
        r'<script type="application/json" id="page-data">(.*?)</script>', body.decode(), re.DOTALL
    )
    assert found is not None
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_stranger_is_sent_to_the_login_and_finds_the_way_back(start: Start) -> None:
    scene = await start()
    await scene.room()
    sent = await scene.get("/chat/1/websocket/")
    assert sent.code == 302
    assert sent.headers["Location"] == "/entrar/?next=%2Fchat%2F1%2Fwebsocket%2F"
    way_back = sent.headers["Set-Cookie"].split(";")[0]
    key = await scene.logs_in("cliente")
    came = await scene.get("/chat/", Cookie=f"sessionid={key}; {way_back}")
    assert (came.code, came.headers["Location"]) == (302, "/chat/1/websocket/")
    foreign = await scene.get("/chat/", Cookie=f"sessionid={key}; prosa_next=//evil.example/")
    assert foreign.code == 200


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/chat/1/websocket/?em=12", "/chat/1/websocket/?em=12"),
        ("/chat/1/?x=1&em=12&next=//evil.example/", "/chat/1/?em=12"),
        ("/chat/1/historico/?before=40", "/chat/1/historico/?before=40"),
        ("/chat/1/editar/?mensagem=3", "/chat/1/editar/?mensagem=3"),
        ("/chat/1/buscar/?q=meu+segredo", "/chat/1/buscar/"),
        ("/chat/1/?em=12//evil.example", "/chat/1/"),
        ("/chat/1/?em=%D9%A1", "/chat/1/"),
        ("/chat/1/?em=1%0d%0aX:1", "/chat/1/"),
        ("/chat/1/?em=%ff", "/chat/1/"),
    ],
)
async def test_the_way_back_leads_to_the_place_on_the_page_and_holds_nothing_else(
    start: Start, path: str, kept: str
) -> None:
    scene = await start()
    await scene.room()
    sent = await scene.get(path)
    assert sent.code == 302
    assert parse_qs(urlsplit(sent.headers["Location"]).query) == {"next": [kept]}
    cookie = sent.headers["Set-Cookie"].split(";")[0]
    key = await scene.logs_in("cliente")
    came = await scene.get("/chat/", Cookie=f"sessionid={key}; {cookie}")
    assert (came.code, came.headers.get("Location")) == (302, kept)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_first_paint_holds_the_newest_page_and_its_top(start: Start) -> None:
    scene = await start(sends="100 per 10 seconds")
    await scene.room()
    cliente = await scene.browser("cliente")
    for n in range(3):
        await cliente.says(f"mensagem {n} <b>&amp;</b>", in_room=1)
    page = await scene.get("/chat/1/websocket/", "reforma")
    assert page.code == 200
    text = page.body.decode()
    assert "mensagem 2 &lt;b&gt;&amp;amp;&lt;/b&gt;" in text
    log = text.partition('data-part="messages"')[2]
    assert 0 < log.index("mensagem 0") < log.index("mensagem 2")
    known = page_data(page.body)
    assert (known["chat_id"], known["top_seq"], known["user_id"]) == ("1", 3, scene.ids["reforma"])
    fornecedor = await scene.browser("reforma")
    joined = await fornecedor.asks("join_chat", chat_id=1, last_seq=known["top_seq"], epoch=known["epoch"])
    assert joined["recovered"] is True
    assert joined["messages"] == []


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nothing_a_person_says_can_leave_its_place_in_the_page(start: Start) -> None:
    scene = await start()
    await scene.room(title="</script><script>alert(1)</script>", context={"x": "</script>"})
    cliente = await scene.browser("cliente")
    await cliente.says("</script><script>alert(2)</script>", in_room=1)
    for path in ("/chat/", "/chat/1/websocket/"):
        body = (await scene.get(path, "cliente")).body.decode()
        assert "<script>alert" not in body


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_room_of_others_looks_like_no_room(start: Start) -> None:
    scene = await start()
    await scene.room()
    foreign = await scene.get("/chat/1/websocket/", "pintura")
    missing = await scene.get("/chat/nenhuma/websocket/", "pintura")
    assert foreign.code == missing.code == 404
    assert told(foreign) == told(missing)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_page_forbids_what_it_does_not_need(start: Start) -> None:
    scene = await start()
    await scene.room()
    for path in ("/chat/", "/chat/1/websocket/", "/chat/nenhuma/websocket/", "/nowhere"):
        page = await scene.get(path, "cliente")
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(
            r"<script(?![^>]*(src=|application/json))|<style|\son\w+=|\sstyle=", page.body.decode()
        )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_list_shows_the_newest_room_first(start: Start) -> None:
    scene = await start()
    await scene.room("1", title="Primeira sala")
    await scene.room("2", title="Segunda sala")
    cliente = await scene.browser("cliente")
    await cliente.says("Olá", in_room=1)
    fornecedor = await scene.browser("reforma")
    while (await fornecedor.asks("list_rooms"))["rooms"][0]["room"]["chat_id"] != "1":
        pass  # the order of the list is a cache, brought up to date right after the ack
    text = (await scene.get("/chat/", "reforma")).body.decode()
    assert text.index("Primeira sala") < text.index("Segunda sala")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_worker_says_that_it_is_well_and_ready(start: Start) -> None:
    scene = await start()
    assert (await scene.get("/healthz")).code == 200
    assert (await scene.get("/readyz")).code == 200
    scene.worker.is_draining = True
    assert (await scene.get("/readyz")).code == 503
    assert (await scene.get("/healthz")).code == 200


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_list_goes_on_to_the_last_room_where_nobody_has_spoken(start: Start) -> None:
    scene = await start()
    for n in range(33):
        await scene.room(str(n), title=f"Sala número {n}.")
    seen: set[str] = set()
    path: str | None = "/chat/"
    while path is not None:
        text = (await scene.get(path, "cliente")).body.decode()
        seen |= set(re.findall(r"Sala número \d+\.", text))
        older = re.search(r'href="(/chat/\?antes=[^"]+)"', text)
        path = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == 33


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_file_is_kept_for_good_under_the_name_that_tells_its_content(start: Start) -> None:
    scene = await start()
    await scene.room()
    page = (await scene.get("/chat/1/websocket/", "cliente")).body.decode()
    sheet = re.search(r'href="(/prosa/joined/[^"]+css)"', page)
    assert sheet
    in_the_sheet = (await scene.get(sheet[1])).body.decode()
    urls = re.findall(r'(?:src|href|data-sound)="(/prosa/[^"]+)"', page)
    urls += re.findall(r'url\("?(/prosa/static/[^")]+)', in_the_sheet)
    assert len(urls) >= 5
    for url in urls:
        name, version, ending = url.rsplit(".", 2)
        assert re.fullmatch("[0-9a-f]{16}", version), url
        kept = await scene.get(url)
        assert kept.code == 200, url
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert kept.headers["X-Content-Type-Options"] == "nosniff"
        of_another_version = await scene.get(f"{name}.{'0' * 16}.{ending}")
        assert of_another_version.headers["Cache-Control"] == "no-store"
        assert kept.body == of_another_version.body
        if url.startswith("/prosa/static/"):
            by_its_own_name = await scene.get(f"{name}.{ending}")
            assert by_its_own_name.headers["Cache-Control"] == "public, max-age=3600"
            assert kept.body == by_its_own_name.body
    assert (await scene.get("/prosa/static/js/nothing.0123456789abcdef.js")).code == 404


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_room_page_is_light(start: Start) -> None:
    scene = await start()
    await scene.room()
    page = (await scene.get("/chat/1/websocket/", "cliente")).body.decode()
    sizes = {}
    for url in re.findall(r'(?:src|href)="(/prosa/[^"]+\.(?:js|css))"', page):
        packed = await fetch_packed(scene.url + url, "gzip, deflate, br")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == "Accept-Encoding"
        plain = await fetch_packed(scene.url + url, "br, gzip;q=0")
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(packed.body) == plain.body
        sizes[url] = len(packed.body)
    assert len(sizes) == 3
    assert sum(sizes.values()) <= LIGHT_BYTES, sizes


async def fetch_packed(url: str, accepted: str) -> HTTPResponse:
    """The answer as it comes over the line."""
    return await AsyncHTTPClient().fetch(
        url, headers={"Accept-Encoding": accepted}, decompress_response=False
    )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_sockjs_comes_from_another_host_where_the_settings_say_so(start: Start) -> None:
    scene = await start(
        sockjs_url="https://cdn.example/sockjs.min.js?a=1&b", sockjs_integrity="sha384-" + "A" * 64
    )
    await scene.room()
    for path in ("/chat/", "/chat/1/", "/chat/1/websocket/"):
        page = await scene.get(path, "cliente")
        assert (
            f'<script src="https://cdn.example/sockjs.min.js?a=1&amp;b" integrity="sha384-{"A" * 64}"'
            ' crossorigin="anonymous"'
        ) in page.body.decode()
        policy = page.headers["Content-Security-Policy"]
        assert "script-src 'self' https://cdn.example;" in policy
        assert policy.count("cdn.example") == 1
    stranger = await scene.get("/chat/nenhuma/", "cliente")
    assert "<script" not in stranger.body.decode()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_badge_counts_what_waits_in_all_rooms_and_nothing_for_a_stranger(start: Start) -> None:
    scene = await start(sends="1000 per second")
    await scene.room()
    await scene.room("2")
    cliente = await scene.browser("cliente")
    for room in (1, 2, 2):
        await cliente.says("Olá", in_room=room)
    answer = await scene.get("/prosa/unread", "reforma")
    assert (answer.code, json.loads(answer.body)) == (200, {"unread": 3, "label": "3 mensagens não lidas"})
    assert answer.headers["Cache-Control"] == "no-store"
    reforma = await scene.browser("reforma")
    await reforma.asks("mark_read", chat_id=2, seq=2)
    assert json.loads((await scene.get("/prosa/unread", "reforma")).body)["unread"] == 1
    assert json.loads((await scene.get("/prosa/unread", "cliente")).body)["unread"] == 0
    assert json.loads((await scene.get("/prosa/unread")).body)["unread"] == 0
    for n in range(120):
        await cliente.says(f"{n}", in_room=1)
    many = {"unread": 99, "label": "mais de 98 mensagens não lidas"}
    assert json.loads((await scene.get("/prosa/unread", "reforma")).body) == many
    script = await scene.get("/prosa/badge.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
