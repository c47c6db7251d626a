"""What is settled of a request by its headers alone, before any of its body is read."""

from collections.abc import Awaitable
from typing import cast

from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from handlers.api import BODY_MAX

API = "/chat/api/"

NOT_BELIEVED = ("X-Real-Ip", "X-Scheme")
"""Tornado takes a proxy's word from these before ``X-Forwarded-…``, and a proxy that does not know them
lets pass what the client has written there."""

ROOM_FOR_A_REFUSAL = 4
"""What is a little too large is read and refused by name; what is so many times too large is not read."""


class Server(HTTPServer):
    """Tornado's, with a limit on bodies that depends on what is asked for."""

    frame_bytes: int
    """The largest body that anybody but the site may send."""

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """A request begins."""
        following = super().start_request(server_conn, request_conn)
        return _Arrival(following, cast("HTTP1Connection", request_conn), self.frame_bytes)


class _Arrival(HTTPMessageDelegate):
    """Between the connection and whoever answers the request."""

    def __init__(self, following: HTTPMessageDelegate, connection: HTTP1Connection, frame_bytes: int) -> None:
        self._following = following
        self._connection = connection
        self._frame_bytes = frame_bytes

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        for name in NOT_BELIEVED:
            headers.pop(name, None)
        is_api = isinstance(start_line, RequestStartLine) and start_line.path.startswith(API)
        self._connection.set_max_body_size(BODY_MAX if is_api else self._frame_bytes * ROOM_FOR_A_REFUSAL)
        return self._following.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._following.data_received(chunk)

    def finish(self) -> None:
        self._following.finish()

    def on_connection_close(self) -> None:
        self._following.on_connection_close()
