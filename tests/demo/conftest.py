"""The demo site, and a listener in Prosa's place that writes down what it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings

from prosa.identity.tokens import ServiceTokens
from tests.sites.site import KEYS, people, site

__all__ = ["site"]

SETTLES_SECONDS = 20.0


class Listener:
    """Says yes to every call with a good token, and keeps them; ``status`` makes it say something else."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.hints: list[str] = []
        self.status = 200
        self.refused: set[str] = set()
        """Rooms that are refused with 400, whatever ``status`` is."""
        self.unsaid: dict[str, int] = {}
        """Words that are refused, and with which status."""
        self.during: Callable[[], None] = lambda: None
        """Happens while a call is answered."""
        self.after_calls: int | None = None
        """``status`` counts only after so many calls."""
        self._tokens = ServiceTokens(KEYS)

    def hear(self, method: str, path: str, token: str, body: bytes) -> int:
        """One call; what it is answered with."""
        if path.endswith("/hints"):
            self._tokens.verify(token, "hints")
            self.hints += json.loads(body)["user_ids"]
            return 200
        self._tokens.verify(token, "rooms" if path.rsplit("/", 1)[0].endswith("rooms") else "messages")
        if self.status != 200 and (self.after_calls is None or len(self.calls) >= self.after_calls):
            return self.status
        path = path.removeprefix("/chat/api/v1/rooms/")
        if path.split("/")[0] in self.refused:
            return 400
        told = json.loads(body) if body else None
        if path.endswith("/messages") and told["conteudo"] in self.unsaid:
            return self.unsaid[told["conteudo"]]
        self.calls.append((method, path, told))
        self.during()
        return 200


@pytest.fixture
def prosa(site: None) -> Iterator[Listener]:
    """What the site tells Prosa, with nothing told yet and nothing pending of an earlier test."""
    from prosa_django import sender  # noqa: PLC0415 - only once Django is set up
    from prosa_django.models import PendingMessage, PendingRoom  # noqa: PLC0415

    assert sender.settles(SETTLES_SECONDS)
    PendingMessage.objects.all().delete()
    PendingRoom.objects.all().delete()
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = self.headers["Authorization"].removeprefix("Bearer ")
            self.send_response(listener.hear(self.command, self.path, token, body))
            answer = b'{"code": "unavailable", "imported": 0, "duplicates": 0}'
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    kid, key = next(iter(KEYS.items()))
    url = f"http://127.0.0.1:{server.server_port}"
    with override_settings(PROSA_URL=url, PROSA_KID=kid, PROSA_KEY=key):
        yield listener
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def deal(site: None) -> Iterator[Any]:
    """A conversation of ``cliente`` and ``reforma`` about a need in service; gone afterwards."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - only once Django is set up
    from django.utils import timezone  # noqa: PLC0415

    from demo.market.models import Conversa, Necessidade, Orcamento  # noqa: PLC0415

    users = get_user_model().objects
    need = Necessidade.objects.create(
        cliente=users.get(username="cliente"),
        titulo="Telhado <novo>",
        descricao="Trocar 40 telhas.",
        cidade="Campinas, SP",
        status="em_atendimento",
        criada_em=timezone.now(),
    )
    quote = Orcamento.objects.create(
        necessidade=need, fornecedor=users.get(username="reforma"), valor="1234567.8", prazo="3 dias"
    )
    yield Conversa.objects.create(orcamento=quote, criada_em=timezone.now())
    need.delete()


@pytest.fixture
def stranger(site: None) -> Iterator[Any]:
    """Somebody of the site who has no part in anything."""
    yield from people()


@pytest.fixture
def logged_in(site: None) -> Callable[[str], Client]:
    """A browser of a person, logged in."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - only once Django is set up

    def log_in(username: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=username))
        return client

    return log_in
