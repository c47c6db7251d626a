"""What a page of another origin reaches, in a real browser, with the person's cookie: nothing.

The same attempts from a page of our own succeed, so each of them is one that works.
"""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame

from tests.pages.conftest import ARGUMENTS, CHROMIUM
from tests.pages.foreign import ASK, BLIND, FORM, FRAME, HOST, POLL, Victim, a_session, foreign_pages
from tests.server import Server

PLACES = {
    "another site": "http://evil.localhost:{port}/",
    "a subdomain": f"http://sibling.{HOST}:{{port}}/",
    "another port": f"http://{HOST}:{{port}}/",
    "a sandboxed frame": "http://evil.localhost:{port}/sandbox",
    "a sandboxed frame of another port": f"http://{HOST}:{{port}}/sandbox",
}
WINDOWS = ["another site", "a subdomain", "another port"]
WAYS = {
    "raw",
    "websocket",
    "xhr",
    "xhr_streaming",
    "eventsource",
    "jsonp",
    "rooms",
    "room",
    "history",
    "unread",
}
ALLOWS_COOKIES = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}

FORGED = "palavras alheias"
SAID = json.dumps({"event": "send_message", "ack": 1, "data": {"chat_id": 1, "conteudo": FORGED}})
URLENCODED = "application/x-www-form-urlencoded"
FORMS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("/chat/1/enviar/", URLENCODED, [("conteudo", FORGED), ("client_id", "f")]),
    ("/chat/1/enviar/", URLENCODED, [("_xsrf", "tossed"), ("conteudo", FORGED), ("client_id", "f")]),
    ("/chat/1/enviar/", "text/plain", [(f'{{"conteudo":"{FORGED}","a":"', '"}')]),
    ("/chat/1/lida/", URLENCODED, [("_xsrf", "tossed"), ("seq", "1")]),
    ("{session}/xhr_send", "text/plain", [(f'[{json.dumps(SAID)}, "', '"]')]),
    ("{session}/jsonp_send", URLENCODED, [("d", json.dumps([SAID]))]),
    ("{session}/jsonp_send", "text/plain", [(f'[{json.dumps(SAID)}, "', '"]')]),
    ("{session}/xhr", "text/plain", [("a", "b")]),
    ("/ws/chat/000/laid-out/xhr", URLENCODED, []),
]
"""Where to, as what, and the fields; JSON is between a field's name and its value, around the ``=``."""

Go = Callable[[str], Frame]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo with every transport switched on."""
    server = Server(tmp_path_factory.mktemp("server"), PROSA_JSONP="1", PROSA_HTMLFILE="1")
    try:
        server.start()
        server.has_rooms()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the foreign pages are."""
    with foreign_pages() as port:
        yield port


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """The session key of the person who is attacked."""
    return server.login("cliente")


@pytest.fixture(scope="module")
def profile(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, key: str
) -> Iterator[BrowserContext]:
    """The person's browser, whose cookie goes wherever any page asks: they have told it to block none."""
    folder = tmp_path_factory.mktemp("profile")
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps(ALLOWS_COOKIES))
    context = chromium.browser_type.launch_persistent_context(
        folder, executable_path=CHROMIUM, args=ARGUMENTS
    )
    context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": key,
                "domain": HOST,
                "path": "/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "None",
            }
        ]
    )
    yield context
    context.close()


@pytest.fixture
def victim(server: Server, profile: BrowserContext, key: str) -> Iterator[Victim]:
    """The person who is attacked."""
    victim = Victim(server, profile, key)
    yield victim
    victim.leaves()


@pytest.fixture
def go(victim: Victim, port: int) -> Go:
    """``go(place)``: the frame of a foreign page that they have open."""
    return lambda place: victim.page(PLACES[place].format(port=port)).frames[-1]


def test_every_attempt_succeeds_from_a_page_of_our_own(victim: Victim) -> None:
    got = victim.page(f"{victim.base}/chat/").evaluate(ASK, [victim.base, a_session()])
    assert set(got) == WAYS
    assert {way: text for way, text in got.items() if text in {"refused", "silence"}} == {}
    assert "welcome" in got["raw"]
    assert "Ana" in got["room"]


def test_a_blind_send_succeeds_from_a_page_of_our_own(victim: Victim) -> None:
    session, page = victim.opens(), victim.page(f"{victim.base}/chat/")
    page.evaluate(BLIND, [f"{victim.base}{session}/xhr_send", json.dumps([SAID.replace(FORGED, "minhas")])])
    page.evaluate(POLL, f"{victim.base}{session}/xhr")
    assert victim.has_said("minhas")


@pytest.mark.parametrize("place", PLACES)
def test_the_cookie_comes_with_whatever_a_foreign_page_asks(go: Go, victim: Victim, place: str) -> None:
    asks = "url => fetch(url, {credentials: 'include', mode: 'no-cors'})"
    go(place).evaluate(asks, f"{victim.base}/chat/1/")
    assert victim.answers == [("/chat/1/", 200)]


@pytest.mark.parametrize("place", PLACES)
def test_a_foreign_page_opens_polls_and_reads_nothing(go: Go, victim: Victim, place: str) -> None:
    got = go(place).evaluate(ASK, [victim.base, a_session()])
    assert got == dict.fromkeys(WAYS, "refused")


@pytest.mark.parametrize("place", PLACES)
def test_it_sends_nothing_blindly_even_where_it_knows_the_session(go: Go, victim: Victim, place: str) -> None:
    session, frame = victim.opens(), go(place)
    for way in ("xhr_send", "jsonp_send", "xhr", "xhr_streaming"):
        frame.evaluate(BLIND, [f"{victim.base}{session}/{way}", json.dumps([SAID])])
        assert victim.status(f"{session}/{way}") == 403
    frame.evaluate(BLIND, [f"{victim.base}/chat/1/enviar/", json.dumps({"conteudo": FORGED})])
    assert victim.status("/chat/1/enviar/") == 403
    assert not victim.has_said(FORGED)


@pytest.mark.parametrize(
    ("place", "policy"), [*((place, "") for place in PLACES), ("another port", "no-referrer")]
)
def test_no_form_of_a_foreign_page_sends_anything(go: Go, victim: Victim, place: str, policy: str) -> None:
    session = victim.opens()
    for action, enctype, fields in FORMS:
        frame, path = go(place), action.format(session=session)
        if "sandbox" not in place:  # a subdomain can set a cookie of the whole domain
            frame.evaluate(f"document.cookie = 'prosa_xsrf=tossed; path=/; domain={HOST}'")
        victim.answers.clear()
        frame.evaluate(FORM, [victim.base + path, enctype, fields, policy])
        assert victim.status(path) == 403
        frame.page.close()
    assert not victim.has_said(FORGED)


@pytest.mark.parametrize(
    "path", ["/chat/", "/chat/1/", "/ws/chat/iframe.html", "/ws/chat/000/framed/htmlfile?c=x"]
)
@pytest.mark.parametrize("place", WINDOWS)
def test_a_foreign_page_frames_none_of_ours(go: Go, victim: Victim, place: str, path: str) -> None:
    frame = go(place)
    with frame.page.expect_event("framenavigated"):
        frame.evaluate(FRAME, victim.base + path)
    assert frame.page.frames[-1].url == "chrome-error://chromewebdata/"


@pytest.mark.parametrize("place", WINDOWS)
def test_a_foreign_page_holds_no_window_of_ours(go: Go, victim: Victim, place: str) -> None:
    frame = go(place)
    with frame.page.expect_popup() as caught:
        frame.evaluate("url => { window.other = window.open(url); }", f"{victim.base}/chat/1/")
    caught.value.wait_for_load_state()
    assert caught.value.evaluate("window.opener") is None
    assert frame.evaluate("other.closed")
