"""A pretend browser: one connection that speaks the protocol, for tests that read like a talk.

``await cliente.says("Olá", in_room=1)``; ``await fornecedor.hears("new_message")``.
"""

import asyncio
import itertools
import json
import uuid
from typing import Any, Self
from urllib.parse import urlencode

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

PATIENCE = 20.0
"""Seconds until what was promised counts as missing."""


class Refused(Exception):  # noqa: N818 - reads as the outcome it is
    """An ``error`` in answer to a command."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        self.code = data["code"]
        self.data = data


class Browser:
    """A raw WebSocket to ``/ws/chat/websocket`` and everything it has heard."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        self._acks = itertools.count(1)
        self.heard: list[dict[str, Any]] = []
        self._taken = 0
        self._news = asyncio.Condition()
        self.closed = asyncio.Event()
        self._reader = asyncio.create_task(self._read(), name="pretend browser")

    @classmethod
    async def open(
        cls, base_url: str, cookie: str | None, *, cookie_name: str = "sessionid", **query: str
    ) -> Self:
        """Connect with the site's session cookie, as a native client (no ``Origin``)."""
        headers = {"Cookie": f"{cookie_name}={cookie}"} if cookie else {}
        url = f"{base_url.replace('http:', 'ws:')}/ws/chat/websocket?{urlencode(query)}"
        return cls(await websocket_connect(HTTPRequest(url, headers=headers)))

    async def _read(self) -> None:
        while (text := await self._socket.read_message()) is not None:
            async with self._news:
                self.heard.append(json.loads(text))
                self._news.notify_all()
        self._socket.close()
        self.closed.set()
        async with self._news:
            self._news.notify_all()

    @property
    def close_code(self) -> int | None:
        """Why the other end closed, once ``closed`` is set."""
        return self._socket.close_code

    def writes(self, text: str) -> None:
        """Send any text at all. Raises ``ConnectionError`` where there is no other end."""
        try:
            writing = asyncio.ensure_future(self._socket.write_message(text))
        except WebSocketClosedError:
            raise ConnectionError("closed") from None
        writing.add_done_callback(lambda written: written.cancelled() or written.exception())

    async def asks(self, event: str, **data: Any) -> dict[str, Any]:
        """Send a command and return its ack's data. Raises ``Refused``."""
        ack = next(self._acks)
        self.writes(json.dumps({"event": event, "ack": ack, "data": data}))
        found = await self._wait(lambda message: message.get("ack") == ack, start=0)
        if found["event"] == "error":
            raise Refused(found["data"])
        return dict(found["data"])

    async def says(self, conteudo: str, in_room: object, client_id: str | None = None) -> dict[str, Any]:
        """Send a message and return its ack."""
        return await self.asks(
            "send_message", chat_id=in_room, conteudo=conteudo, client_id=client_id or str(uuid.uuid4())
        )

    async def hears(self, event: str, **matching: Any) -> dict[str, Any]:
        """The data of the next ``event`` not yet taken whose data has ``matching``."""

        def fits(message: dict[str, Any]) -> bool:
            data = message.get("data", {})
            return message["event"] == event and all(data.get(k) == v for k, v in matching.items())

        found = await self._wait(fits, start=self._taken)
        self._taken = next(i for i, message in enumerate(self.heard) if message is found) + 1
        return dict(found["data"])

    def has_heard(self, event: str, **matching: Any) -> list[dict[str, Any]]:
        """The data of every such event so far."""
        return [
            m["data"]
            for m in self.heard
            if m["event"] == event and all(m["data"].get(k) == v for k, v in matching.items())
        ]

    async def _wait(self, fits: Any, *, start: int) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE), self._news:
            while True:
                for message in self.heard[start:]:
                    if fits(message):
                        return message
                if self.closed.is_set():
                    raise ConnectionError(f"closed with {self.close_code}")
                await self._news.wait()

    async def leaves(self) -> None:
        """Close the tab."""
        self._socket.close()
        async with asyncio.timeout(PATIENCE):
            await self.closed.wait()

    async def is_closed(self) -> int | None:
        """Wait until the other end has closed, and say with which code."""
        async with asyncio.timeout(PATIENCE):
            await self.closed.wait()
        return self.close_code

    async def drops(self) -> None:
        """The tab is gone, whether or not there still is another end."""
        self._socket.close()
        if self._socket.protocol is not None and self._socket.protocol.stream is not None:
            self._socket.protocol.stream.close()  # nobody waits for the other end's farewell
        self._reader.cancel()
        await asyncio.wait([self._reader])
