"""Everything that a run writes, searched for all that it must not hold.

The production shape, told to log all it can: talk, credentials in addresses, refusals, headers that are
none, an nginx with complaints, and at last no bus and no store.
"""

import asyncio
import base64
import contextlib
import json
import shutil
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from demo.keys import kept
from deploy.cluster import PUBLIC, Cluster
from doctor.visitor import Visitor
from tests.browser import Browser, Refused
from tests.server import session_key

BASE = 9400
SECONDS = 180
TOKEN_SECRET = "a-key-for-people-of-at-least-32-bytes"
SETTINGS = {
    "PROSA_LOG_LEVEL": "debug",
    "PROSA_ALLOW_SESSION_KEY_IN_URL": "1",
    "PROSA_TOKEN_KEYS": json.dumps({"k": ["HS256", TOKEN_SECRET]}),
    "PROSA_JSONP": "1",
    "PROSA_HTMLFILE": "1",
}
STARTED = [("POST", "xhr_streaming"), ("GET", "eventsource"), ("GET", "htmlfile?c=x")]
WHOLE = [
    ("OPTIONS", "xhr"),
    ("POST", "xhr"),
    ("POST", "xhr"),
    ("POST", "xhr_send"),
    ("GET", "jsonp?c=alert(1)"),
    ("GET", "jsonp?c=%ff"),
    ("POST", "jsonp_send"),
    ("GET", "websocket"),
    ("PUT", "xhr"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Everything runs, on this machine's loopback."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), BASE, SETTINGS)
    try:
        cluster.start(lambda _: None)
        yield cluster
    finally:
        cluster.stop()


class Run:
    """One run, and all of it that is nobody's to read in a log."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.front = Visitor(cluster.url)
        self.worker = Visitor(f"http://127.0.0.1:{BASE + PUBLIC + 1}")
        self.secrets = {"the token's key": TOKEN_SECRET}
        self.key = self.secret("session key", session_key(cluster.url, "cliente"))
        now = int(time.time())
        claims = {"sub": "1", "aud": "prosa", "iat": now, "exp": now + 600}
        self.token = self.signed("token", claims, TOKEN_SECRET, "k")
        api_key = self.secret("service key", kept(cluster.folder / "demo" / "service-key"))
        claims = {"aud": "prosa-api", "iat": now, "exp": now + 600, "scope": "rooms messages exports"}
        self.service_token = self.signed("service token", claims, api_key, "demo")

    def secret(self, what: str, text: str = "") -> str:
        """``text``, or one that nobody else has, which no log may hold from now on."""
        self.secrets[what] = text or f"segredo{uuid.uuid4().hex}"
        return self.secrets[what]

    def signed(self, what: str, claims: dict[str, object], key: str, kid: str) -> str:
        token = jwt.encode(claims, key, algorithm="HS256", headers={"kid": kid})
        self.secrets[f"{what}'s signature"] = token.rpartition(".")[2]
        return token

    async def talks(self) -> Browser:
        """Said on the line, in time and out of it, in the right field and in the wrong one."""
        cliente = await Browser.open(self.cluster.url, self.key)
        await cliente.hears("welcome")
        await cliente.asks("join_chat", chat_id=1)
        await cliente.says(self.secret("message"), in_room=1, client_id="one")
        for wrong in (
            {"conteudo": self.secret("conflict"), "client_id": "one"},
            {"conteudo": self.secret("long message") * 100},
            {"conteudo": [self.secret("text in a list")]},
            {"conteudo": "x", "client_id": self.secret("text as an id") + " "},
        ):
            with contextlib.suppress(Refused):
                await cliente.asks("send_message", chat_id=1, **wrong)
        await self.changes(cliente)
        cliente.writes(f"{{{self.secret('no json')}")
        await cliente.hears("error", code="malformed")
        return cliente

    async def changes(self, cliente: Browser) -> None:
        """What was said is said anew, taken back and looked for, in the right field and in the wrong one."""
        said = await cliente.says(self.secret("mistake"), in_room=1)
        await cliente.asks("edit_message", chat_id=1, target=said["id"], conteudo=self.secret("edit"))
        await cliente.asks("search_messages", q=self.secret("search"), chat_id=1)
        for event, wrong in (
            ("edit_message", {"target": said["id"], "conteudo": {"$set": self.secret("text in an object")}}),
            ("edit_message", {"target": self.secret("text as a target"), "conteudo": "x"}),
            ("edit_message", {"target": 1, "conteudo": self.secret("long edit") * 100}),
            ("search_messages", {"q": [self.secret("search in a list")]}),
            ("search_messages", {"q": "x", "before": self.secret("search as a place")}),
        ):
            with contextlib.suppress(Refused):
                await cliente.asks(event, **{"chat_id": 1, **wrong})
        await cliente.asks("delete_message", chat_id=1, target=said["id"])
        text = self.secret("file").encode()
        name = f"{self.secret('name of a file')}.txt"
        began = await cliente.asks("upload_start", chat_id=1, name=name, size_bytes=len(text))
        chunk = {"offset": 0, "data": base64.b64encode(text).decode()}
        await cliente.asks("upload_chunk", upload_id=began["upload_id"], **chunk)
        brought = await cliente.asks("upload_finish", upload_id=began["upload_id"])
        await cliente.asks("send_message", chat_id=1, conteudo="", attachment_id=brought["attachment"]["id"])
        self.file_url = brought["attachment"]["url"]
        bad = {"chat_id": 1, "name": self.secret("name of no file"), "size_bytes": 0}
        with contextlib.suppress(Refused):
            await cliente.asks("upload_start", **bad)

    def searches(self) -> None:
        """Words in an address, where a page without scripts has to put them."""
        cookie = {"Cookie": f"sessionid={self.key}"}
        for visitor in (self.front, self.worker):
            assert visitor.ask(self.file_url, headers=cookie).status == 200
            assert visitor.ask(self.file_url).status == 404
            for path in ("/chat/buscar/", "/chat/1/buscar/", "/chat/404/buscar/", "/chat/1/historico/"):
                asked = f"{path}?q={self.secret('search ' + uuid.uuid4().hex)}"
                assert visitor.ask(asked, headers=cookie).status in {200, 404}
                visitor.ask(f"{asked}&before=%ff", headers=cookie)

    def presents(self) -> None:
        """A credential in the address of every transport, by nginx and at a worker itself."""
        for credential in (f"session_key={self.key}", f"token={self.token}", f"session%5Fkey={self.key}"):
            for visitor in (self.front, self.worker):
                url = f"/ws/chat/000/{self.secret('SockJS session ' + uuid.uuid4().hex, uuid.uuid4().hex)}/"
                body = json.dumps([json.dumps({"event": "x", "data": self.secret("polled")})]).encode()
                for method, transport in WHOLE:
                    question = "&" if "?" in transport else "?"
                    visitor.ask(f"{url}{transport}{question}{credential}", method=method, body=body)
                for n, (method, transport) in enumerate(STARTED):
                    question = "&" if "?" in transport else "?"
                    path = f"{url[:-1]}{n}/{transport}{question}{credential}"
                    with visitor.asked(path, method=method, body=b"") as answer:
                        assert answer.status == 200
                for path in ("info", "iframe.html", "websocket"):
                    visitor.ask(f"/ws/chat/{path}?{credential}")
                for path in (
                    "/chat/",
                    "/chat/1/",
                    "/prosa/static/x.js",
                    "/prosa/io.js",
                    "/healthz",
                    "/metrics",
                ):
                    visitor.ask(f"{path}?{credential}")
                    visitor.ask(f"{path}?{credential}", method="POST", body=b"x")

    def misspells(self) -> None:
        """Headers that are none, with what a header may hold."""
        for port in (BASE, BASE + PUBLIC + 1):
            for header in (
                f"Cookie: sessionid={self.key}\x01",
                f"Authorization: Bearer {self.service_token}\x7f",
                f"Cookie\x0b: {self.key}",
                f"Host: {self.key}/",
            ):
                for path in ("/chat/1/", f"/ws/chat/000/abc/xhr?token={self.token}"):
                    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                        line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
                        line.shutdown(socket.SHUT_WR)
                        with contextlib.suppress(ConnectionError):
                            while line.recv(65_536):
                                pass

    def tells(self) -> None:
        """What the site says of rooms and people."""
        site = Visitor(self.cluster.api_url)
        room = {
            "title": self.secret("title"),
            "members": [{"user_id": "1", "name": self.secret("e-mail", "ana.segredo@example.com")}],
            "reason": self.secret("reason"),
            "context": {self.secret("label"): self.secret("value")},
        }
        said = {"conteudo": self.secret("the site's words"), "client_id": "s"}
        bearer = {"Authorization": f"Bearer {self.service_token}"}
        for method, path, body in (
            ("PUT", "rooms/x", room),
            ("PUT", "rooms/x", {**room, "context": {self.secret("bad label") + "\0": 2**70}}),
            ("POST", "rooms/x/messages", said),
            ("POST", "rooms/x/messages", {**said, "conteudo": self.secret("other words")}),
            ("GET", "people/1/export", None),
        ):
            sent = None if body is None else json.dumps(body).encode()
            site.ask(f"/chat/api/v1/{path}", method=method, headers=bearer, body=sent)

    def makes_nginx_complain(self) -> None:
        """It cannot put a body anywhere, which it writes down wherever it writes its complaints."""
        shutil.rmtree(self.cluster.run_dir / "body")
        for path in (
            f"/ws/chat/000/{uuid.uuid4().hex}/xhr_send?session_key={self.key}",
            f"/ws/chat/websocket?token={self.token}",
            "/chat/1/enviar/",
        ):
            assert self.front.ask(path, method="POST", body=b"x" * 200_000).status == 500
        assert "/chat/1/enviar/" in (self.cluster.logs / "nginx-error.log").read_text()

    def counts(self) -> None:
        """The numbers of every worker are put where the rest is."""
        for place in (1, 2, 3):
            numbers = Visitor(f"http://127.0.0.1:{BASE + PUBLIC + place}").ask("/metrics").body
            (self.cluster.logs / f"metrics-{place}").write_bytes(numbers)

    async def loses_the_rest(self, cliente: Browser) -> None:
        """No bus and no store: what is said now is said in vain."""
        for program in ("redis", "mongod-1", "mongod-2", "mongod-3"):
            await asyncio.to_thread(self.cluster.colours._call, "stopProcess", program)
        with pytest.raises((Refused, TimeoutError, ConnectionError)):
            await cliente.says(self.secret("said in vain"), in_room=1)
        for event in ("search_messages", "edit_message"):
            with contextlib.suppress(Refused, TimeoutError, ConnectionError):
                lost = self.secret(f"{event} in vain")
                await cliente.asks(event, chat_id=1, q=lost, target=1, conteudo=lost)
        path = f"/ws/chat/000/abc/xhr?session_key={self.key}"
        await asyncio.to_thread(self.front.ask, path, method="POST", body=b"")
        await cliente.drops()

    def written(self) -> Iterator[Path]:
        """What it has written, besides the databases and the site's own keys."""
        kept_data = [self.cluster.folder / name for name in ("mongod-1", "mongod-2", "mongod-3", "demo")]
        for path in self.cluster.folder.rglob("*"):
            if path.is_file() and not any(folder in path.parents for folder in kept_data):
                yield path


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nothing_that_a_run_writes_holds_a_text_a_key_a_token_or_an_address(cluster: Cluster) -> None:
    run = await asyncio.to_thread(Run, cluster)
    cliente = await run.talks()
    for step in (run.searches, run.presents, run.misspells, run.tells, run.makes_nginx_complain, run.counts):
        await asyncio.to_thread(step)
    await run.loses_the_rest(cliente)
    files = {path: path.read_text(errors="replace") for path in run.written()}
    logs = {path.name: text for path, text in files.items() if path.parent == cluster.logs}
    for expected in ("worker-1.log", "nginx-access.log", "nginx-error.log", "mongod-1.log", "metrics-1"):
        assert logs[expected], expected
    everything = "".join(logs.values())
    for line in (
        "path=/ws/chat/000/-/xhr_send",
        " /ws/chat/000/-/xhr_send ",
        "/anexos/",
        "connection_open user_id=1",
    ):
        assert line in everything, line
    found = {
        (what, path.name) for path, text in files.items() for what, s in run.secrets.items() if s in text
    }
    assert not found
