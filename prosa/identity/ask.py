"""The site itself, asked over HTTP: ``POST /prosa/whoami/``, answered by ``prosa_django.middleware``.

The way for production: neither the site's code nor its database nor its keys are here, and the token
opens nothing but this question. What may be an old answer is decided by whoever asks
(``prosa/chat/sessions.py``): here every question reaches the site.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from prosa.models.errors import IdentityUnknownError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person

_logger = logging.getLogger(__name__)

PATH = "/prosa/whoami/"
BATCH_MAX = 50
"""Of one question. The site takes 200, but it looks them up one by one: so it has 40 ms for each, and
not 10, before all of them are unknown."""
SECRET_CHARS = 4096
ANSWER_BYTES = 2_097_152
"""Far more than a batch of people whose long names are written in JSON's escapes."""

Found = Person | IdentityUnknownError | None


class _Somebody(msgspec.Struct):
    user_id: Annotated[str, Meta(min_length=1, max_length=500)]
    name: str
    expires_at: float | None


class _Answer(msgspec.Struct):
    people: list[_Somebody | Literal["unknown"] | None]


class AnswerError(Exception):
    """The site has answered something that is no answer."""


class Ask:
    """Tells whose a credential is, by asking the site at ``url`` with its ``token``.

    One question at a time, on one connection that is kept: whoever asks puts what belongs together into a
    batch. A thread of its own speaks, so that neither a name server nor the site holds the loop up.
    """

    cookie_name = "sessionid"
    login_url = "/accounts/login/"
    """Django's defaults; ``PROSA_SESSION_COOKIE`` and ``PROSA_LOGIN_URL`` name others."""

    def __init__(self, url: str, token: str, *, timeout_seconds: float = 2.0) -> None:
        self._line = _Line(url, token)
        self._timeout_seconds = timeout_seconds
        self._pool = ThreadPoolExecutor(1, "prosa-identity")

    async def identify(self, credentials: Sequence[Credential]) -> list[Found]:
        """For each credential, in order, its person or ``None`` for nobody.

        Raises ``IdentityUnknownError`` for all of them where the site does not answer within
        ``timeout_seconds``, or with anything but an answer.
        """
        askable = [one for one in dict.fromkeys(credentials) if _is_askable(one.secret)]
        found: dict[Credential, Found] = {}
        for at in range(0, len(askable), BATCH_MAX):
            batch = askable[at : at + BATCH_MAX]
            found.update(zip(batch, await self._ask(batch), strict=True))
        return [found.get(one) for one in credentials]

    async def _ask(self, batch: Sequence[Credential]) -> list[Found]:
        body = msgspec.json.encode({"credentials": batch})
        deadline = time.monotonic() + self._timeout_seconds
        try:
            async with asyncio.timeout(self._timeout_seconds):
                job = self._pool.submit(self._line.post, body, deadline)
                answer = await asyncio.wrap_future(job)
            people = msgspec.json.decode(answer, type=_Answer).people
            if len(people) != len(batch):
                raise AnswerError("of another length")  # noqa: TRY301 - one place says what is unknown
        except Exception as error:
            self._line.cut()
            name = type(error).__name__
            _logger.warning("the site does not say who is who: %s", name)
            raise IdentityUnknownError(detail=name) from error
        return [_person(one) for one in people]

    def close(self) -> None:
        """Nothing new is asked; a question under way ends at once, unheard."""
        self._line.cut()
        with contextlib.suppress(RuntimeError):  # closed before
            self._pool.submit(self._line.close)
        self._pool.shutdown(wait=False)


class _Line:
    """A connection to the site, kept alive. Used by one thread at a time, cut by any."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port)
        self._socket: socket.socket | None = None
        self._path = parts.path.rstrip("/") + PATH
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, body: bytes, deadline: float) -> bytes:
        """The body of a 200, whole. Raises ``AnswerError``, ``OSError`` or ``http.client.HTTPException``."""
        was_kept = self._connection.sock is not None
        try:
            return self._post(body, deadline)
        except (ConnectionError, ssl.SSLEOFError):
            if not was_kept:
                raise
            # The site closes what is idle, and asking again changes nothing.
            return self._post(body, deadline)

    def _post(self, body: bytes, deadline: float) -> bytes:
        connection = self._connection
        connection.timeout = deadline - time.monotonic()
        if connection.timeout <= 0:
            raise TimeoutError
        try:
            if connection.sock is None:
                connection.connect()
            self._socket = connection.sock  # the connection forgets it where the site will not keep it
            self._socket.settimeout(connection.timeout)
            connection.request("POST", self._path, body, self._headers)
            with connection.getresponse() as response:
                return _whole(response)
        except BaseException:
            connection.close()
            raise

    def cut(self) -> None:
        """Whoever waits on the connection has an error at once."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """There is no connection. In the thread that uses it."""
        self._connection.close()


def _whole(response: HTTPResponse) -> bytes:
    """Its body. Raises ``AnswerError`` unless it is a 200 of a bearable size; a redirect is not followed."""
    if response.status != HTTPStatus.OK:
        raise AnswerError(response.status)
    body = response.read(ANSWER_BYTES)
    if not response.isclosed() and response.read(1):
        raise AnswerError("without an end")
    return body


def _is_askable(secret: str) -> bool:
    """Whether it can be anybody's: what cannot be makes no batch too long for the others in it."""
    return 0 < len(secret) <= SECRET_CHARS and secret.isascii() and secret.isprintable()


def _person(one: _Somebody | str | None) -> Found:
    if one is None:
        return None
    if isinstance(one, str):
        return IdentityUnknownError(detail="account")
    return Person(user_id=UserId(one.user_id), name=one.name, expires_at=one.expires_at)
