"""The four services that the public SockJS protocol suite asks for: ``python -m tests.sockjs_echo PORT``."""

import asyncio
import sys
from typing import Any

from tornado.web import Application

from handlers.sockjs.connection import Connection
from handlers.sockjs.payload import Payload
from handlers.sockjs.server import Config, SockJSServer

PORT = 8081
"""Where the suite looks unless ``SOCKJS_URL`` says otherwise."""


class Echo(Connection):
    """Says everything back."""

    def on_message(self, text: str) -> None:
        self.send(Payload(text))


class Closer(Connection):
    """Goes away at once."""

    def on_open(self) -> None:
        self.close(3000, "Go away!")


def services(**changes: Any) -> list[SockJSServer]:
    """The suite's services with its limits: a streaming response ends after 4 KiB."""

    def config(**more: Any) -> Config:
        given = {"check_origins": False, "jsonp": True, "htmlfile": True, "response_bytes": 4096}
        return Config(**{**given, **changes, **more})

    return [
        SockJSServer("/echo", Echo, config()),
        SockJSServer("/disabled_websocket_echo", Echo, config(websocket=False)),
        SockJSServer("/cookie_needed_echo", Echo, config(cookie_needed=True)),
        SockJSServer("/close", Closer, config()),
    ]


async def serve(port: int) -> None:
    """Serve until interrupted."""
    Application([url for service in services() for url in service.urls]).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else PORT))
