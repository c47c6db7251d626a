"""Where a worker is reached: in public by whoever is new, in private by whose session is here.

A balancer sends new work to any public listener and a session's requests to its worker's private one;
so a worker that closes the public one gets nothing new and still says goodbye to everybody it has.
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence

import tornado.netutil
import tornado.web

from handlers.arrivals import REQUEST_SECONDS, Bodies, Server

ACCEPT_MAX = 10_000
"""Connections that the kernel may hold for us when the listener closes; its backlog is smaller."""

CUT_SECONDS = 2.0
"""A peer that does not take the end of its answer by then is cut off."""


def bind(port: int, address: str) -> list[socket.socket]:
    """Sockets that listen there; everywhere if ``address`` is empty. Raises ``OSError`` saying what to do."""
    try:
        return tornado.netutil.bind_sockets(port, address or None)
    except OSError as error:
        raise OSError(
            f"it cannot listen on {address or '*'}:{port} ({error.strerror}): PROSA_PORT chooses another."
        ) from None


class Listeners:
    """The worker's HTTP servers: one application, one or two doors.

    Private names of Tornado: ``HTTPServer._sockets``, ``_handle_connection``, to take what the kernel
    has accepted already (with a plain ``stop()`` 16 of 14,464 requests got a reset, so 0 of 13,979), and
    ``_connections``, to know when everybody has been answered.
    """

    def __init__(self, application: tornado.web.Application, *, xheaders: bool, bodies: Bodies) -> None:
        self._public, self._private = (
            Server(
                application,
                xheaders=xheaders,
                idle_connection_timeout=REQUEST_SECONDS,
                body_timeout=REQUEST_SECONDS,
            )
            for _ in range(2)
        )
        self._public.bodies = self._private.bodies = bodies

    def open(self, public: Sequence[socket.socket], private: Sequence[socket.socket]) -> None:
        """Requests are answered from now on."""
        self._private.add_sockets(private)
        self._public.add_sockets(public)

    def close_public(self) -> None:
        """Nobody new comes in; who has knocked already is served."""
        for listener in list(self._public._sockets.values()):  # noqa: SLF001
            listener.listen(0)
            with contextlib.suppress(OSError):  # BlockingIOError: there is nobody left
                for _ in range(ACCEPT_MAX):
                    connection, address = listener.accept()
                    self._public._handle_connection(connection, address)  # noqa: SLF001
        self._public.stop()

    @property
    def is_idle(self) -> bool:
        """No request is being answered: all connections are waiting for one, if there are any."""
        connections = (*self._public._connections, *self._private._connections)  # noqa: SLF001
        return all(connection.stream.reading() for connection in connections)

    async def close(self) -> None:
        """Both doors are closed, and whoever is still there is cut off."""
        for server in (self._public, self._private):
            server.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.close_all_connections(), CUT_SECONDS)
