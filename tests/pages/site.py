"""The demo site says something to Prosa's API, besides what it says by itself."""

import json
import time
import urllib.request

import jwt

from tests.server import Server

ANA, RUI = "1", "2"
"""Who the demo's ``cliente`` and ``reforma`` are to the site."""


def tells(server: Server, path: str, body: object, method: str = "POST") -> None:
    """The API has taken ``body`` at ``path``, below ``/chat/api/v1``."""
    key = (server.data_dir / "demo" / "service-key").read_text().strip()
    now = int(time.time())
    claims = {"aud": "prosa-api", "iat": now, "exp": now + 60, "scope": "rooms messages"}
    token = jwt.encode(claims, key, algorithm="HS256", headers={"kid": "demo"})
    request = urllib.request.Request(  # noqa: S310 - http, ours
        f"{server.url}/chat/api/v1{path}",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method=method,
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()


def has_room(server: Server, chat_id: str, other: str = "Rui", **said: object) -> None:
    """There is such a room, of ``cliente`` and ``reforma``, who is called ``other``."""
    members = [
        {"user_id": ANA, "name": "Ana", "role": "cliente"},
        {"user_id": RUI, "name": other, "role": "fornecedor"},
    ]
    tells(server, f"/rooms/{chat_id}", {"title": "Reforma", "members": members, **said}, "PUT")


def has_past(server: Server, chat_id: str, count: int) -> None:
    """As many messages have been said there, in turns, before Prosa."""
    for start in range(0, count, 500):
        messages = [
            {
                "conteudo": f"Antiga {n}",
                "remetente_id": (ANA, RUI)[n % 2],
                "remetente": ("Ana", "Rui")[n % 2],
                "client_id": f"antiga-{n}",
                "sent_at": f"2025-{1 + n // 28 % 12:02}-{1 + n % 28:02}T12:00:00Z",
            }
            for n in range(start, min(start + 500, count))
        ]
        tells(server, f"/rooms/{chat_id}/import", {"messages": messages, "read": {ANA: count, RUI: count}})
