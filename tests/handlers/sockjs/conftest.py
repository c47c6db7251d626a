"""SockJS servers on ports of their own, closed afterwards."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.platform.asyncio import AsyncIOLoop
from tornado.testing import bind_unused_port
from tornado.web import Application

from handlers.sockjs.connection import Connection
from handlers.sockjs.payload import Payload
from handlers.sockjs.server import Config, SockJSServer
from tests.handlers.sockjs.wire import Wire
from tests.sockjs_echo import services


class Recorder(Connection):
    """Says everything back, and keeps what happened to it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.closed = asyncio.Event()

    def on_message(self, text: str) -> None:
        self.texts.append(text)
        self.send(Payload(text))

    def on_close(self) -> None:
        self.closed.set()


class Place:
    """One running server below ``/ws``, and every connection that it ever had."""

    def __init__(self, factory: Callable[[], Connection], config: Config) -> None:
        self.connections: list[Any] = []
        self.deaf: list[Any] = []

        def make() -> Connection:
            self.connections.append(factory())
            return self.connections[-1]

        self.sockjs = SockJSServer("/ws", make, config)
        socket, self.port = bind_unused_port()
        self.http = HTTPServer(Application(self.sockjs.urls))
        self.http.add_socket(socket)
        self.wire = Wire(self.port)
        self.origin = f"http://127.0.0.1:{self.port}"


@pytest.fixture
def place(io_loop: AsyncIOLoop) -> Iterator[Callable[..., Place]]:
    """Starts servers, from inside a test: ``place(queue_messages=10)``."""
    places: list[Place] = []

    def start(factory: Callable[[], Connection] = Recorder, **changes: Any) -> Place:
        places.append(Place(factory, Config(**changes)))
        return places[-1]

    yield start

    async def finish() -> None:
        for one in places:
            one.wire.hangs_up()
            for line in one.deaf:
                line.close()
            one.sockjs.close()
            one.http.stop()
            await one.http.close_all_connections()

    io_loop.run_sync(finish)


@pytest.fixture
def suite(io_loop: AsyncIOLoop) -> Iterator[Wire]:
    """The four services of the public protocol suite."""
    running: list[Any] = []

    async def begin() -> Wire:
        socket, port = bind_unused_port()
        running.extend(services())
        running.append(HTTPServer(Application([url for one in running for url in one.urls])))
        running[-1].add_socket(socket)
        return Wire(port)

    wire = io_loop.run_sync(begin)
    yield wire

    async def finish() -> None:
        *endpoints, http = running
        wire.hangs_up()
        for one in endpoints:
            one.close()
        http.stop()
        await http.close_all_connections()

    io_loop.run_sync(finish)
