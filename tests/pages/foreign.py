"""Pages of other origins, and what they try with somebody's cookie.

Every name below ``localhost`` is this machine, and Chromium sends a ``Secure`` cookie there without TLS, so
the cookie can be ``SameSite=None``: the site has left all to us.
"""

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Response

from tests.server import Server

HOST = "chat.localhost"
"""Where the person talks."""

BLANK = '<!doctype html><meta charset="utf-8"><title>Outra página</title><p>Nada'
SANDBOX = BLANK + '<iframe sandbox="allow-scripts allow-forms" srcdoc="<!doctype html><p>Nada"></iframe>'

ASK = """
async ([base, session]) => {
  const got = {};
  const sockjs = base + '/ws/chat/000/' + session;
  const credentials = 'include';
  const within = (promise) => Promise.race([
    promise.catch(() => 'refused'), new Promise(done => setTimeout(done, 10000, 'silence'))
  ]);
  const socket = (path) => new Promise((done, fail) => {
    const line = new WebSocket(base.replace('http', 'ws') + path);
    line.onmessage = event => { done(event.data); line.close(); };
    line.onerror = fail;
  });
  const element = (tag, url) => new Promise((done, fail) => {
    const made = document.createElement(tag);
    window.heard = done;
    made.onerror = fail;
    made.src = url;
    document.documentElement.appendChild(made);
  });
  const reads = (path, options) => fetch(base + path, {credentials, ...options})
    .then(answer => answer.text());
  got.raw = await within(socket('/ws/chat/websocket'));
  got.websocket = await within(socket('/ws/chat/000/' + session + 'w/websocket'));
  for (const way of ['xhr', 'xhr_streaming']) {
    got[way] = await within(fetch(sockjs + way + '/' + way, {method: 'POST', credentials})
      .then(answer => answer.body.getReader().read()).then(chunk => new TextDecoder().decode(chunk.value)));
  }
  got.eventsource = await within(new Promise((done, fail) => {
    const source = new EventSource(sockjs + 'e/eventsource', {withCredentials: true});
    source.onmessage = event => { done(event.data); source.close(); };
    source.onerror = fail;
  }));
  got.jsonp = await within(element('script', sockjs + 'j/jsonp?c=heard'));
  got.rooms = await within(reads('/chat/'));
  got.room = await within(reads('/chat/1/'));
  got.history = await within(reads('/chat/1/historico/', {headers: {Accept: 'application/json'}}));
  got.unread = await within(reads('/prosa/unread'));
  return got;
}
"""
"""Opens, polls and reads by every way there is; says what each has brought."""

BLIND = """
([url, body]) => fetch(url, {
  method: 'POST', mode: 'no-cors', credentials: 'include', headers: {'Content-Type': 'text/plain'}, body
}).then(answer => answer.type, () => 'failed')
"""
"""Sends without wanting to read the answer: the browser asks nobody whether it may."""

FRAME = """
url => { const made = document.createElement('iframe'); made.src = url; document.body.append(made); }
"""

FORM = """
([action, enctype, fields, policy]) => {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = action;
  form.enctype = enctype;
  if (policy) {
    const meta = document.createElement('meta');
    meta.name = 'referrer';
    meta.content = policy;
    document.head.appendChild(meta);
  }
  for (const [name, value] of fields) {
    const field = document.createElement('textarea');
    field.name = name;
    field.value = value;
    form.appendChild(field);
  }
  document.body.appendChild(form);
  form.submit();
}
"""


POLL = "url => fetch(url, {method: 'POST'}).then(answer => answer.text())"

_sessions = (f"cross-{number}" for number in count())


def a_session() -> str:
    """The id of a SockJS session that there is not yet."""
    return next(_sessions)


class Victim:
    """A person who is logged in, in a browser, and what the server has answered it."""

    def __init__(self, server: Server, context: BrowserContext, key: str) -> None:
        self.base = f"http://{HOST}:{urlsplit(server.url).port}"
        self.answers: list[tuple[str, int]] = []
        self._url, self._context, self._key = server.url, context, key
        context.on("response", self._note)

    def _note(self, answer: Response) -> None:
        if answer.url.startswith(self.base):
            self.answers.append((urlsplit(answer.url).path, answer.status))

    def leaves(self) -> None:
        """Every page is closed."""
        self._context.remove_listener("response", self._note)
        for page in self._context.pages[1:]:
            page.close()

    def page(self, url: str) -> Page:
        """One more page of theirs."""
        page = self._context.new_page()
        page.goto(url)
        return page

    def opens(self) -> str:
        """The path of a session over polling that they have open, and whose id is known to all."""
        path = f"/ws/chat/000/{a_session()}"
        page = self.page(f"{self.base}/chat/")
        assert page.evaluate(POLL, f"{self.base}{path}/xhr") == "o\n"
        assert "welcome" in page.evaluate(POLL, f"{self.base}{path}/xhr")
        self.answers.clear()
        return path

    def status(self, path: str) -> int:
        """What has been answered to ``path``, or will be."""
        if not any(found == path for found, _ in self.answers):
            self._context.wait_for_event("response", lambda answer: urlsplit(answer.url).path == path)
        return next(status for found, status in self.answers if found == path)

    def has_said(self, text: str) -> bool:
        """Whether that is in the room."""
        request = urllib.request.Request(  # noqa: S310 - http, ours
            f"{self._url}/chat/1/historico/?limit=100",
            headers={"Cookie": f"sessionid={self._key}", "Accept": "application/json"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return any(message["conteudo"] == text for message in json.load(answer)["messages"])


class Foreign(BaseHTTPRequestHandler):
    """The same page at every address; ``/sandbox`` has a sandboxed frame in it."""

    def do_GET(self) -> None:
        page = (SANDBOX if self.path == "/sandbox" else BLANK).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=UTF-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args: object) -> None:
        """Nothing is written."""


@contextmanager
def foreign_pages() -> Iterator[int]:
    """The port of a server of such pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as pages:
        thread = threading.Thread(target=pages.serve_forever)
        thread.start()
        yield pages.server_port
        pages.shutdown()
        thread.join()
