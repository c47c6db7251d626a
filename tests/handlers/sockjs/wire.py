"""HTTP as it goes over the wire: every header, every chunk, and when the other end hangs up."""

import asyncio
import itertools
import json
from typing import Any, Self
from urllib.parse import urlencode

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PATIENCE = 15.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_numbers = itertools.count()


def session_path() -> str:
    """The path of a session that no other test has."""
    return f"/000/session-{next(_numbers)}"


class Answer:
    """A response, of which the body may still be coming."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = ""

    async def begin(self) -> Self:
        """Read the status and the headers."""
        async with asyncio.timeout(PATIENCE):
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        return self

    async def rest(self) -> Self:
        """Read the whole body."""
        if self.status in {204, 304}:
            return self
        size = self.headers.get("content-length")
        if size is not None:
            async with asyncio.timeout(PATIENCE):
                self.body = (await self._reader.readexactly(int(size))).decode()
        else:
            while chunk := await self.chunk():
                self.body += chunk
        return self

    async def chunk(self) -> str:
        """One chunk of a body without a length; empty: it has ended."""
        async with asyncio.timeout(PATIENCE):
            size = int(await self._reader.readuntil(b"\r\n"), 16)
            return (await self._reader.readexactly(size + 2)).decode()[:-2]

    async def bytes(self, size: int) -> str:
        """So many bytes of a body that is not chunked."""
        async with asyncio.timeout(PATIENCE):
            return (await self._reader.readexactly(size)).decode()

    async def is_hung_up(self) -> bool:
        """The other end closes the line."""
        async with asyncio.timeout(PATIENCE):
            return await self._reader.read() == b""

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    def hears(self) -> Any:
        """The JSON in the body."""
        return json.loads(self.body)

    def hears_frame(self) -> Any:
        """The messages in an ``a[…]`` frame."""
        assert self.body.startswith("a[")
        return json.loads(self.body[1:])


class Wire:
    """A client of one server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._lines: list[asyncio.StreamWriter | WebSocketClientConnection] = []

    def hangs_up(self) -> None:
        """Close every line that is still open."""
        for line in self._lines:
            line.close()

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._lines.append(writer)
        return reader, writer

    async def opens(
        self,
        method: str,
        path: str,
        body: str = "",
        headers: dict[str, str] | None = None,
        version: str = "1.1",
    ) -> Answer:
        """Send a request and read as far as the body."""
        reader, writer = await self._line()
        data = body.encode(errors="surrogatepass")
        lines = [f"{method} {path} HTTP/{version}", f"Host: 127.0.0.1:{self.port}"]
        if data or method == "POST":
            lines.append(f"Content-Length: {len(data)}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + data)
        return await Answer(reader, writer).begin()

    async def asks(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a request and read the whole answer."""
        answer = await (await self.opens(method, path, body, headers)).rest()
        answer.close()
        return answer

    async def waits(self, method: str, path: str) -> asyncio.StreamWriter:
        """Send a request that the server holds, once it does; the answer is not read."""
        _, writer = await self._line()
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        await self.get("/echo/info")  # asked later on another line, and so read later
        return writer

    async def eventually_posts(self, path: str, body: str) -> bool:
        """The same request is, in the end, answered with ``body``."""
        async with asyncio.timeout(PATIENCE):
            while (await self.post(path)).body != body:  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.01)
        return True

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """GET."""
        return await self.asks("GET", path, headers=headers)

    async def post(self, path: str, body: str = "", headers: dict[str, str] | None = None) -> Answer:
        """POST."""
        return await self.asks("POST", path, body, headers)

    async def options(self, path: str, headers: dict[str, str]) -> Answer:
        """OPTIONS."""
        return await self.asks("OPTIONS", path, headers=headers)

    async def form(self, path: str, **fields: str) -> Answer:
        """POST a form."""
        return await self.post(path, urlencode(fields), FORM)

    async def socket(self, path: str, headers: dict[str, str] | None = None) -> WebSocketClientConnection:
        """Open a WebSocket. Raises ``HTTPClientError`` where it is refused."""
        url = f"ws://127.0.0.1:{self.port}{path}"
        socket = await websocket_connect(HTTPRequest(url, headers=headers or {}, request_timeout=PATIENCE))
        self._lines.append(socket)
        return socket


async def heard(socket: WebSocketClientConnection) -> str | bytes | None:
    """The next message; ``None``: it has been closed."""
    async with asyncio.timeout(PATIENCE):
        return await socket.read_message()
