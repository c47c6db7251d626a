"""Prosa's API as a site calls it: over HTTP, with a token that the site signs itself."""

import json
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

import jwt
from django.conf import settings

TOKEN_SECONDS = 60
TIMEOUT_SECONDS = 4.0
IMPORT_SECONDS = 30.0
"""Nobody waits for an import at a page of the site."""
SCOPES = "rooms messages hints"
ANSWER_MAX = 1024 * 1024


class ProsaCallError(Exception):
    """Prosa refused (``status``, ``code``) or could not be reached (``status`` is 0)."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"Prosa answered {status} {code}")
        self.status = status
        self.code = code


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: a redirect is an answer that refuses, and takes no token along."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


class Prosa:
    """Prosa's API at ``url``. Every call may be repeated; each raises ``ProsaCallError``."""

    def __init__(self, url: str, *, kid: str, key: str) -> None:
        self._base = url.rstrip("/") + "/chat/api/v1/"
        self._kid = kid
        self._key = key
        self._opener = build_opener(ProxyHandler({}), _Stay())  # a neighbour, whatever HTTP_PROXY says

    def put_room(self, chat_id: str, room: dict[str, Any]) -> None:
        """The room is as ``room`` says: title, members, can_write, reason, context."""
        self._call("PUT", _room(chat_id), room)

    def delete_room(self, chat_id: str) -> None:
        """Nobody reaches the room any more."""
        self._call("DELETE", _room(chat_id))

    def say(self, chat_id: str, conteudo: str, *, client_id: str) -> None:
        """The site's own words are in the room, once for each ``client_id``."""
        body = {"conteudo": conteudo, "client_id": client_id}
        self._call("POST", _room(chat_id) + "/messages", body)

    def import_past(
        self, chat_id: str, messages: Sequence[dict[str, Any]], *, read: Mapping[str, int] | None = None
    ) -> dict[str, int]:
        """Old messages are in the room: conteudo, remetente_id, client_id and sent_at (ISO 8601) of each.

        ``read`` says how many of the imported messages a person has read, from the first on. Returns
        ``{"imported": n, "duplicates": n}``.
        """
        body = {"messages": list(messages), "read": dict(read or {})}
        counts: dict[str, int] = self._call(
            "POST", _room(chat_id) + "/import", body, timeout_seconds=IMPORT_SECONDS
        )
        return counts

    def bring_file(
        self, chat_id: str, file: BinaryIO, *, size_bytes: int, name: str, client_id: str, remetente_id: str
    ) -> str:
        """The file of an old message is in Prosa: its ``attachment_id``, for the message to be imported with.

        It is sent while it is read. Refused with 415 where it is none of the types that Prosa takes.
        """
        query = urlencode({"client_id": client_id, "name": name, "remetente_id": remetente_id})
        answer = self._call(
            "POST",
            f"{_room(chat_id)}/attachments?{query}",
            file=file,
            size_bytes=size_bytes,
            timeout_seconds=IMPORT_SECONDS,
        )
        return str(answer["attachment"]["id"])

    def past(self, chat_id: str) -> dict[str, Any]:
        """``{"count": n, "digest": "…"}`` of what has been imported into the room."""
        found: dict[str, Any] = self._call("GET", _room(chat_id) + "/import")
        return found

    def hint(self, user_ids: Sequence[str]) -> None:
        """These people may have logged out or lost a right: Prosa asks about them again, at once."""
        self._call("POST", "hints", {"user_ids": list(user_ids)})

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        file: BinaryIO | None = None,
        size_bytes: int = 0,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        if file is not None:
            headers |= {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
        request = Request(  # noqa: S310 - the URL is the site's own setting
            self._base + path,
            method=method,
            data=file if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        try:
            with self._opener.open(request, timeout=timeout_seconds) as response:
                answer = response.read(ANSWER_MAX)
            return json.loads(answer) if answer else None
        except HTTPError as error:
            with error:
                raise ProsaCallError(error.code, _code(error.read(ANSWER_MAX))) from error
        except (OSError, HTTPException) as error:
            raise ProsaCallError(0, "unreachable") from error
        except ValueError as error:
            raise ProsaCallError(HTTPStatus.OK, "nonsense") from error

    def _token(self) -> str:
        now = int(time.time())
        claims = {"aud": "prosa-api", "scope": SCOPES, "iat": now, "exp": now + TOKEN_SECONDS}
        return jwt.encode(claims, self._key, algorithm="HS256", headers={"kid": self._kid})


def prosa() -> Prosa:
    """The API as the site's settings name it."""
    return Prosa(settings.PROSA_URL, kid=settings.PROSA_KID, key=settings.PROSA_KEY)


def _room(chat_id: str) -> str:
    return "rooms/" + quote(chat_id, safe="")


def _code(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["code"])
    except (ValueError, KeyError, TypeError):
        return "unknown"
