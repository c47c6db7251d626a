"""Between Django 5.2 and Tornado's ``WSGIContainer``, which do not fit each other as they are."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_logger = logging.getLogger(__name__)


def for_tornado(app: Wsgi) -> Wsgi:
    """``app`` so that Tornado can serve it: every request is answered, and closed where it was opened.

    Measured without this: a response with a cookie never arrives (Django writes the header with a
    leading space, which Tornado refuses); one to HEAD breaks the connection (it brings a body);
    ``close()`` runs on the event loop's thread, so that Django closes the wrong thread's database
    connections; and an exception leaves the browser waiting for ever.
    """

    def wsgi(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            trimmed = [(name, value.strip(" \t")) for name, value in headers]
            return start_response(status, trimmed, exc_info)

        try:
            body = _whole(app(environ, start))
        except Exception:
            _logger.exception("The demo site failed on %s", environ.get("PATH_INFO", ""))
            body = b"Erro interno.\n"
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
            start_response("500 Internal Server Error", headers, None)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return wsgi


def _whole(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
