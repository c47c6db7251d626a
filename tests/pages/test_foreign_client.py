"""The browser's SockJS from another host: run while it is what is meant, and our own where it is not."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.pages.room import is_live
from tests.server import ROOT, Server

URL = "https://cdn.example/sockjs.min.js"
CLIENT = (ROOT / "static" / "vendor" / "sockjs.min.js").read_bytes()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    digest = base64.b64encode(hashlib.sha384(CLIENT).digest()).decode()
    server = Server(
        Path(tmp_path_factory.mktemp("server")),
        PROSA_SOCKJS_URL=URL,
        PROSA_SOCKJS_INTEGRITY=f"sha384-{digest}",
    )
    try:
        server.start()
        server.has_rooms()
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize(("body", "own"), [(CLIENT, 0), (CLIENT + b"window.EVIL = 1;", 1), (None, 1)])
def test_the_page_is_live_with_the_other_hosts_script_or_else_with_our_own(
    server: Server, contexts: Callable[..., BrowserContext], body: bytes | None, own: int
) -> None:
    context = contexts()
    context.add_cookies([{"name": "sessionid", "value": server.login("cliente"), "url": server.url}])
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route(
        URL,
        lambda route: (
            route.abort()
            if body is None
            else route.fulfill(
                body=body,
                content_type="text/javascript",
                headers={"Access-Control-Allow-Origin": "*"},
            )
        ),
    )
    page.goto(server.url + "/chat/1/websocket/")
    is_live(page)
    assert asked.count(URL) == 1
    assert len([url for url in asked if "/prosa/joined/sockjs." in url]) == own
    assert page.evaluate("window.EVIL") is None
