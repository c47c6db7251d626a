"""Everybody reads their own language: pages, refusals on the socket and over HTTP, what a site exports."""

import html
import json
import re
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect

from tests.browser import Browser, Refused
from tests.journeys.scene import Scene, Start

SECONDS = 30

FOREIGN = (
    "https://evil.example/chat/",
    "//evil.example/chat/",
    "/\\evil.example",
    "/chat/\\evil.example",
    "/chat/\t/evil.example",
    "/chat/?x=\r\nSet-Cookie: a=b",
    "/chat/..//evil.example",
    "/admin/",
    "javascript:alert(1)",
    "",
)
"""Where no form of ours leads."""


def field(page: HTTPResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.body.decode())
    assert found is not None, page.body.decode()
    return html.unescape(found[1])


def language_of(page: HTTPResponse) -> str:
    found = re.search(r'<html lang="([^"]*)"', page.body.decode())
    assert found is not None, page.body.decode()
    return found[1]


async def chooses(scene: Scene, code: str, back: str, **headers: str) -> HTTPResponse:
    """Fill in the form of a page, as ``cliente``."""
    page = await scene.get("/chat/", "cliente")
    xsrf = next(each for each in page.headers.get_list("Set-Cookie") if each.startswith("prosa_xsrf="))
    cookie = f"{xsrf.partition(';')[0]}; sessionid={await scene.logs_in('cliente')}"
    return await AsyncHTTPClient().fetch(
        scene.url + "/prosa/idioma/",
        method="POST",
        body=urlencode({"_xsrf": field(page, "_xsrf"), "language": code, "next": back}),
        headers={"Cookie": cookie, **headers},
        follow_redirects=False,
        raise_error=False,
    )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_page_speaks_what_the_browser_asks_for(start: Start) -> None:
    scene = await start()
    await scene.room()
    for asked, code, word in (
        ("en-GB, pt;q=0.5", "en", "All conversations"),
        ("pt-PT", "pt-BR", "Todas as conversas"),
    ):
        page = await scene.get("/chat/1/websocket/", "cliente", **{"Accept-Language": asked})
        assert language_of(page) == page.headers["Content-Language"] == code
        assert word in page.body.decode()
        assert page.headers["Vary"] == "Accept-Language, Cookie"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_asks_for_nothing_gets_what_the_service_is_told(start: Start) -> None:
    scene = await start(language="en")
    assert language_of(await scene.get("/chat/", "cliente")) == "en"
    assert language_of(await scene.get("/chat/", "cliente", **{"Accept-Language": "pt"})) == "pt-BR"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_missing_is_said_in_the_persons_language_on_every_page(start: Start) -> None:
    scene = await start()
    english = {"Accept-Language": "en"}
    for path in ("/chat/nenhuma/websocket/", "/chat/nenhuma/", "/nowhere"):
        page = await scene.get(path, "cliente", **english)
        assert page.code == 404
        assert language_of(page) == "en"
        assert "This conversation does not exist, or is not yours." in page.body.decode()
    answer = await scene.get("/chat/nenhuma/historico/", "cliente", Accept="application/json", **english)
    assert json.loads(answer.body)["message"] == "This conversation does not exist, or is not yours."


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_choice_is_remembered_and_goes_back_to_where_it_was_made(start: Start) -> None:
    scene = await start()
    await scene.room()
    answer = await chooses(scene, "en", "/chat/1/historico/?before=9")
    assert (answer.code, answer.headers["Location"]) == (303, "/chat/1/historico/?before=9")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("prosa_lang=en;")
    for promise in ("HttpOnly", "Max-Age=31536000", "Path=/", "SameSite=Lax"):
        assert promise in cookie
    remembered = f"prosa_lang=en; sessionid={await scene.logs_in('cliente')}"
    page = await scene.get("/chat/1/", Cookie=remembered, **{"Accept-Language": "pt-BR"})
    assert language_of(page) == "en"
    assert field(page, "next") == "/chat/1/"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_choice_leads_out_of_the_chat(start: Start) -> None:
    scene = await start()
    for back in FOREIGN:
        answer = await chooses(scene, "en", back)
        assert (answer.code, answer.headers["Location"]) == (303, "/chat/"), back
        assert len(answer.headers.get_list("Set-Cookie")) == 1, back


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_language_that_we_have_not_and_a_foreign_form_are_refused(start: Start) -> None:
    scene = await start()
    unknown = await chooses(scene, "de", "/chat/")
    foreign = await chooses(scene, "en", "/chat/", Origin="https://evil.example")
    assert (unknown.code, foreign.code) == (400, 403)
    assert "Set-Cookie" not in unknown.headers
    assert "prosa_lang" not in str(foreign.headers.get_list("Set-Cookie"))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_refused_form_says_why_in_the_persons_language_and_offers_no_way_to_lose_its_text(
    start: Start,
) -> None:
    scene = await start()
    answer = await AsyncHTTPClient().fetch(
        scene.url + "/chat/1/enviar/",
        method="POST",
        body=urlencode({"conteudo": "Olá", "client_id": "c", "_xsrf": "x"}),
        headers={"Accept-Language": "en"},
        raise_error=False,
    )
    assert answer.code == 403
    page = answer.body.decode()
    assert "This page has been open for a long time. Send again." in page
    assert "/prosa/idioma/" not in page


async def speaking(scene: Scene, **headers: str) -> Browser:
    """A socket of ``cliente`` whose browser says this."""
    cookie = "; ".join(
        filter(None, [f"sessionid={await scene.logs_in('cliente')}", headers.pop("Cookie", "")])
    )
    url = scene.url.replace("http:", "ws:") + "/ws/chat/websocket"
    browser = Browser(await websocket_connect(HTTPRequest(url, headers={"Cookie": cookie, **headers})))
    await browser.hears("welcome")
    return browser


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_refusal_on_the_socket_is_in_the_language_of_who_opened_it(start: Start) -> None:
    scene = await start()
    portuguese, english = (
        "Esta conversa não existe ou não é sua.",
        "This conversation does not exist, or is not yours.",
    )
    for headers, sentence in (
        ({"Accept-Language": "en"}, english),
        ({"Accept-Language": "en", "Cookie": "prosa_lang=pt-BR"}, portuguese),
        ({}, portuguese),
    ):
        browser = await speaking(scene, **headers)
        with pytest.raises(Refused) as caught:
            await browser.asks("join_chat", chat_id="nenhuma")
        assert caught.value.data["message"] == sentence


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_event_for_everybody_holds_nothing_in_anybodys_language(start: Start) -> None:
    scene = await start()
    await scene.room()
    english, portuguese = await speaking(scene, **{"Accept-Language": "en"}), await scene.browser("reforma")
    for browser in (english, portuguese):
        await browser.asks("join_chat", chat_id="1")
    await portuguese.says("Olá", in_room="1")
    heard = await english.hears("new_message")
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", heard["data_envio"])
    assert heard["conteudo"] == "Olá"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_to_be_read_is_in_the_language_that_the_site_asks_for(start: Start) -> None:
    scene = await start()
    await scene.room()
    path = f"/people/{scene.ids['cliente']}/export"
    for asked, title in (("en", "Your data in the conversations"), ("pt", "Seus dados nas conversas")):
        answer = await scene.api("GET", path, accept="text/html", language=asked)
        assert f"<title>{title}</title>" in answer.body.decode()
