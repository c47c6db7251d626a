"""The demo site, served by this process: every URL that is nobody else's goes to its WSGI application.

For trying Prosa out. Requests and answers are held in memory whole; a real site has its own server.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.web import FallbackHandler
from tornado.wsgi import WSGIContainer

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

THREADS = 4

log = logging.getLogger("prosa.requests")


class DjangoHandler(FallbackHandler):
    """Passes a request on as it came; Django's own CSRF check decides about its forms."""

    def check_xsrf_cookie(self) -> None:
        """Not ours to check."""


class Container(WSGIContainer):
    """Runs the application in a few threads of its own, and logs a request without its query string."""

    def __init__(self, wsgi: Wsgi) -> None:
        super().__init__(wsgi, ThreadPoolExecutor(THREADS, "demo-site"))

    def _log(self, status_code: int, request: HTTPServerRequest) -> None:
        level = logging.INFO if status_code < HTTPStatus.INTERNAL_SERVER_ERROR else logging.ERROR
        log.log(level, "site method=%s path=%s status=%d", request.method, request.path, status_code)


def routes_of(wsgi: Wsgi) -> list[Any]:
    """The last routes of an application: ``wsgi`` gets every path that no other has taken."""
    return [(r"/.*", DjangoHandler, {"fallback": Container(wsgi)})]
