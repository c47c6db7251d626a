"""A listener in a site's place, which answers as a test says."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from prosa.identity.ask import Ask
from prosa.models.people import Credential

TOKEN = "t" * 32
ANA = {"user_id": "1", "name": "Ana", "expires_at": 12.5}
SECONDS = 15

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def people(*found: Any) -> bytes:
    return http(json.dumps({"people": found}).encode())


class Site:
    """A listener in a site's place, which answers as the test says and writes down what it is asked."""

    def __init__(self) -> None:
        self.answers: list[bytes | Answer] = []
        self.asked: list[list[dict[str, str]]] = []
        self.heads: list[str] = []
        self.connections = 0
        self.serving: set[asyncio.Task[None] | None] = set()
        self.ended = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        self.serving.add(asyncio.current_task())
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.heads.append(head)
                length = int(head.lower().partition("content-length:")[2].split()[0])
                self.asked.append(json.loads(await reader.readexactly(length))["credentials"])
                answer = self.answers.pop(0) if self.answers else people(*[None] * len(self.asked[-1]))
                if not isinstance(answer, bytes):
                    await answer(reader, writer)
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended.set()
        finally:
            writer.close()


@pytest.fixture
def site(io_loop: Any) -> Iterator[Site]:
    listening = Site()
    server = io_loop.run_sync(lambda: asyncio.start_server(listening.serve, "127.0.0.1", 0))
    listening.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield listening
    server.close()
    io_loop.run_sync(lambda: asyncio.gather(*filter(None, listening.serving)))


def keys(*secrets: str) -> list[Credential]:
    return [Credential("session", secret) for secret in secrets]


async def works(ask: Ask, site: Site) -> None:
    """The next question has its answer."""
    site.answers = [people(ANA)]
    assert (await ask.identify(keys("a")))[0] is not None
