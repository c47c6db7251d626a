"""One raw WebSocket to Prosa that comes back whenever it breaks, for ``people.py``."""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

ANSWER_SECONDS = 8.0
AGAIN_SECONDS = 0.15
BACKOFF_MAX_SECONDS = 2.0
LATER = ("retry", "unavailable", "rate_limited")

Data = dict[str, Any]


class LostError(Exception):
    """The connection ended before the answer came."""


class RefusedError(Exception):
    """The answer is an ``error``."""

    def __init__(self, data: Data) -> None:
        super().__init__(data["code"])
        self.code = data["code"]
        self.seconds = data.get("retry_after_ms", AGAIN_SECONDS * 1000) / 1000


class Line:
    """One connection that comes back.

    ``entered`` is called when it is welcome, ``heard`` with each entry, ``ended`` with the code, why, and
    whether that was announced.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        entered: Callable[[], Awaitable[None]],
        heard: Callable[[Data], None],
        ended: Callable[[int | None, str, bool], None],
    ) -> None:
        self.worker: object = None
        self.is_open = asyncio.Event()
        self._request = HTTPRequest(
            f"{url.replace('http:', 'ws:')}/ws/chat/websocket",
            headers={"Cookie": f"sessionid={key}"},
            connect_timeout=5,
        )
        self._entered = entered
        self._heard = heard
        self._ended = ended
        self._socket: WebSocketClientConnection | None = None
        self._asked: dict[int, asyncio.Future[Data]] = {}
        self._acks = itertools.count(1)
        self._restart_seconds: float | None = None
        self._gave_up = ""

    async def run(self) -> None:
        """Connect again and again, for ever."""
        tries = 0
        while True:
            self._restart_seconds = None
            self._gave_up = ""
            with contextlib.suppress(OSError, HTTPClientError, WebSocketClosedError):
                self._socket = await websocket_connect(self._request)
                tries = await self._listen(self._socket, tries)
            if self._restart_seconds is not None:
                await asyncio.sleep(self._restart_seconds)
            else:
                tries += 1
                await asyncio.sleep(random.uniform(0, min(0.25 * 2**tries, BACKOFF_MAX_SECONDS)))

    async def _listen(self, socket: WebSocketClientConnection, tries: int) -> int:
        entering: asyncio.Task[None] | None = None
        try:
            while (text := await socket.read_message()) is not None:
                message = json.loads(text)
                if message["event"] == "welcome":
                    self.worker = message["data"]["worker"]
                    entering = asyncio.create_task(self._enter())
                self._take(message)
        finally:
            self._ended(
                socket.close_code,
                self._gave_up or socket.close_reason or "",
                self._restart_seconds is not None,
            )
            tries = 0 if self.is_open.is_set() else tries
            self.worker = None
            self.is_open.clear()
            self._socket = None
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(LostError())
                    asked.exception()  # whoever waits has it; if nobody does any more, that is no fault
            self._asked.clear()
            socket.close()
            if entering is not None:
                entering.cancel()
                await asyncio.gather(entering, return_exceptions=True)
        return tries

    async def _enter(self) -> None:
        with contextlib.suppress(LostError):
            await self._entered()
            self.is_open.set()

    def _take(self, message: Data) -> None:
        asked = self._asked.pop(message.get("ack", 0), None)
        if asked is not None and not asked.done():
            if message["event"] == "error":
                asked.set_exception(RefusedError(message["data"]))
            else:
                asked.set_result(message["data"])
        elif message["event"] == "new_message":
            self._heard(message["data"])
        elif message["event"] == "server_restart":
            self._restart_seconds = message["data"]["retry_after_ms"] / 1000

    def drop(self, why: str = "") -> None:
        """This connection is no use."""
        self._gave_up = why
        if self._socket is not None:
            self._socket.close()

    async def asks(self, event: str, **data: Any) -> Data:
        """The answer. Raises ``RefusedError``, and ``LostError`` where it does not come."""
        if self._socket is None:
            raise LostError
        ack = next(self._acks)
        asked = self._asked[ack] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.write_message(json.dumps({"event": event, "ack": ack, "data": data}))
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asked
        except WebSocketClosedError:
            raise LostError from None
        except TimeoutError:
            self.drop("no answer")
            raise LostError from None

    async def insists(self, event: str, **data: Any) -> Data:
        """The answer, asked for until there is one. Raises ``RefusedError`` where it stays refused."""
        while True:
            await self.is_open.wait()
            try:
                return await self.asks(event, **data)
            except LostError:
                await asyncio.sleep(AGAIN_SECONDS)
            except RefusedError as refused:
                if refused.code not in LATER:
                    raise
                await asyncio.sleep(refused.seconds)
