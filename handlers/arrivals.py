"""What is settled of a request by its headers alone, before any of its body is read."""

import re
from collections.abc import Awaitable
from typing import cast

import msgspec
from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from handlers.api.door import BODY_MAX

API = "/chat/api/"
UPLOAD = re.compile(r"/chat/[A-Za-z0-9_-]{1,64}/(anexos|enviar)/")

NOT_BELIEVED = ("X-Real-Ip", "X-Scheme")
"""Tornado takes a proxy's word from these before ``X-Forwarded-…``, and a proxy that does not know them
lets pass what the client has written there."""

ROOM_FOR_A_REFUSAL = 4
"""What is a little too large is read and refused by name; what is so many times too large is not read."""


REQUEST_SECONDS = 60.0
"""For the headers of a request, and again for its body. A silent line is closed by then."""


class Bodies(msgspec.Struct, frozen=True):
    """What a request's body may be, unless it is the site's."""

    frame_bytes: int
    upload_bytes: int
    """Of a file. It is stored while it comes."""
    upload_seconds: float
    """For all of it, over however slow a line."""


class Server(HTTPServer):
    """Tornado's, with a limit on bodies that depends on what is asked for."""

    bodies: Bodies

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """A request begins."""
        following = super().start_request(server_conn, request_conn)
        return _Arrival(following, cast("HTTP1Connection", request_conn), self.bodies)


class _Arrival(HTTPMessageDelegate):
    """Between the connection and whoever answers the request."""

    def __init__(self, following: HTTPMessageDelegate, connection: HTTP1Connection, bodies: Bodies) -> None:
        self._following = following
        self._connection = connection
        self._bodies = bodies

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        for name in NOT_BELIEVED:
            headers.pop(name, None)
        path = start_line.path if isinstance(start_line, RequestStartLine) else ""
        size_bytes, seconds = self._bodies.frame_bytes * ROOM_FOR_A_REFUSAL, REQUEST_SECONDS
        if path.startswith(API):
            size_bytes = BODY_MAX
        if _is_upload(path, headers):
            size_bytes = self._bodies.upload_bytes * ROOM_FOR_A_REFUSAL
            seconds = self._bodies.upload_seconds
        self._connection.set_max_body_size(size_bytes)
        self._connection.set_body_timeout(seconds)
        return self._following.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._following.data_received(chunk)

    def finish(self) -> None:
        self._following.finish()

    def on_connection_close(self) -> None:
        self._following.on_connection_close()


def _is_upload(path: str, headers: HTTPHeaders) -> bool:
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if path.startswith(API):
        return path.partition("?")[0].endswith("/attachments")
    return kind == "multipart/form-data" and UPLOAD.fullmatch(path.partition("?")[0]) is not None
