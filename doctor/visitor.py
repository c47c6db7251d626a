"""A visitor of a deployment: asks as a browser does, each time over a new connection."""

import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

READ_MAX = 4_194_304
"""Bytes of an answer that are looked at."""


class Reply(NamedTuple):
    """An answer that has come to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> dict[str, Any]:
        """The object in the body; empty where there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def header(self, name: str) -> str:
        """A header's text in lower case, empty where it is missing."""
        return str(self.headers.get(name, "")).lower()


class Visitor:
    """Comes to ``url`` (scheme, host, port). No wait for the next bytes is longer than ``seconds``."""

    def __init__(self, url: str, seconds: float = 5.0) -> None:
        self.url: SplitResult = urlsplit(url)
        self.origin = f"{self.url.scheme}://{self.url.netloc}"
        self._seconds = seconds

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """The whole answer. Raises ``OSError``, ``TimeoutError`` among them, where there is none."""
        with self.asked(path, method=method, headers=headers, body=body) as response:
            with _as_os_errors():
                text = response.read(READ_MAX)
            return Reply(response.status, response.headers, text)

    @contextlib.contextmanager
    def asked(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Iterator[http.client.HTTPResponse]:
        """An answer that has begun, to be read as it comes; whatever is open is closed afterwards."""
        with contextlib.closing(self._connection()) as connection:
            with _as_os_errors():
                connection.request(method, path, body, dict(headers or {}))
                response = connection.getresponse()
            with contextlib.closing(response):
                yield response

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self.url.hostname or "", self.url.port
        if self.url.scheme == "https":
            trust = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._seconds, context=trust)
        return http.client.HTTPConnection(host, port, timeout=self._seconds)


@contextlib.contextmanager
def _as_os_errors() -> Iterator[None]:
    """What is no HTTP is an ``OSError`` too."""
    try:
        yield
    except http.client.HTTPException as error:
        raise ConnectionError(f"no HTTP: {type(error).__name__}") from error
