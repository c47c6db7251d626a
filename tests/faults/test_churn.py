"""Thousands of connections come and go, in every way in which they can, and nothing is left of them.

``PROSA_TEST_CONNECTIONS=10000`` for the whole of it.
"""

import asyncio
import json
import os
import random
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from prosa.broker import baton, windows
from prosa.storage.database import POOL_MAX
from tests.browser import Browser
from tests.redis_server import RedisServer
from tests.server import Server

CONNECTIONS = int(os.environ.get("PROSA_TEST_CONNECTIONS", "800"))
WARM_UP = 400
AT_ONCE = 20
QUIET_SECONDS = 60.0
LOOKS = 6
LOOK_SECONDS = 0.7
GROWTH_KIB = 5 * 1024
MONITORS = 2
"""The driver watches a mongod by this many connections of its own, beside its pool."""
SITE_THREADS = 2 + 4 + 1
"""Each thread that asks the site's database keeps its connection: who is who, pages, what Prosa is told."""
REDIS_MAX = 2 + baton.CONNECTIONS_MAX + windows.CONNECTIONS_MAX
"""One out, one in, and as many as turns and limits have needed at once: a pool keeps what it has opened."""
NO_LINGER = struct.pack("ii", 1, 0)

Visit = Callable[["Visitor"], Awaitable[None]]


class Visitor:
    """Somebody who comes once, in one of the ways of ``WAYS``, and how they speak."""

    def __init__(self, server: Server, cookie: str, chance: random.Random) -> None:
        self.server = server
        self.cookie = cookie
        self.chance = chance
        self.path = f"/ws/chat/{chance.randrange(1000):03}/{chance.randbytes(6).hex()}"

    async def line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self.server.url.removeprefix("http://").split(":")
        return await asyncio.open_connection(host, int(port))

    def request(self, method: str, path: str, body: str = "") -> bytes:
        host = self.server.url.removeprefix("http://")
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            f"Cookie: sessionid={self.cookie}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    async def posts(self, path: str, body: str = "") -> None:
        reader, writer = await self.line()
        writer.write(self.request("POST", self.path + path, body))
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def talks(self, browser: Browser) -> None:
        await browser.asks("join_chat", chat_id=1)
        if self.chance.random() < 0.3:
            browser.writes(json.dumps({"event": "typing_start", "data": {"chat_id": 1}}))
        if self.chance.random() < 0.1:
            await browser.says("Olá", in_room=1)


async def leaves_politely(visitor: Visitor) -> None:
    browser = await Browser.open(visitor.server.url, visitor.cookie)
    await visitor.talks(browser)
    await browser.leaves()


async def is_cut(visitor: Visitor) -> None:
    browser = await Browser.open(visitor.server.url, visitor.cookie)
    await visitor.talks(browser)
    stream = browser._socket.protocol.stream  # type: ignore[union-attr]
    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    stream.close()
    await browser.drops()


async def says_nothing(visitor: Visitor) -> None:
    _, writer = await visitor.line()
    if visitor.chance.random() < 0.5:
        writer.write(b"GET /ws/chat/websocket HTTP/1.1\r\nHost: loc")
    await asyncio.sleep(visitor.chance.uniform(0, 0.1))
    writer.transport.abort()


async def breaks_off_in_a_frame(visitor: Visitor) -> None:
    reader, writer = await visitor.line()
    writer.write(
        b"GET /ws/chat/websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Cookie: sessionid=" + visitor.cookie.encode() + b"\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\xfe\x01\x00\x00\x00\x00\x00{")
    await writer.drain()
    writer.transport.abort()


async def is_refused(visitor: Visitor) -> None:
    url = visitor.server.url.replace("http:", "ws:") + "/ws/chat/websocket"
    with pytest.raises(HTTPClientError):
        await websocket_connect(HTTPRequest(url, headers={"Origin": "https://elsewhere.example"}))


async def is_nobody(visitor: Visitor) -> None:
    browser = await Browser.open(visitor.server.url, "nobody-has-this-session")
    await browser.is_closed()


def streams(way: str, method: str) -> Visit:
    async def visit(visitor: Visitor) -> None:
        reader, writer = await visitor.line()
        writer.write(visitor.request(method, visitor.path + way))
        await reader.readuntil(b"welcome")
        join = json.dumps([json.dumps({"event": "join_chat", "ack": 1, "data": {"chat_id": 1}})])
        await visitor.posts("/xhr_send", join)
        await reader.readuntil(b"top_seq")
        writer.transport.abort()

    visit.__name__ = way.strip("/")
    return visit


async def polls_and_never_comes_back(visitor: Visitor) -> None:
    for _ in range(visitor.chance.randrange(1, 4)):
        await visitor.posts("/xhr")


WAYS: tuple[Visit, ...] = (
    leaves_politely,
    is_cut,
    says_nothing,
    breaks_off_in_a_frame,
    is_refused,
    is_nobody,
    streams("/xhr_streaming", "POST"),
    streams("/eventsource", "GET"),
    polls_and_never_comes_back,
)


async def churn(server: Server, cookies: list[str], count: int, chance: random.Random) -> None:
    """So many come, a few at a time, and go."""
    left = iter(range(count))

    async def one_after_the_other() -> None:
        for number in left:
            visitor = Visitor(server, chance.choice(cookies), chance)
            async with asyncio.timeout(30):
                await WAYS[number % len(WAYS)](visitor)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


def look(server: Server) -> Counter[str]:
    """What there is of everything in the worker."""
    path = server.data_dir / "watched.json"
    path.unlink(missing_ok=True)
    os.kill(server.pid, signal.SIGUSR1)
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return Counter(json.loads(path.read_text()))


def memory_kib(server: Server) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def quiet(server: Server, redis: RedisServer) -> tuple[Counter[str], Counter[str]]:
    """The least and the most there is of everything, over ``LOOKS``, once nobody is there any more."""
    deadline = time.monotonic() + QUIET_SECONDS
    while is_anybody_there(look(server)) or redis.says("PUBSUB CHANNELS") != "*1":
        assert time.monotonic() < deadline, look(server)
        time.sleep(1)
    looks = []
    for _ in range(LOOKS):
        time.sleep(LOOK_SECONDS)
        looks.append(look(server))
    names = set().union(*looks)
    least = Counter({name: min(found[name] for found in looks) for name in names})
    most = Counter({name: max(found[name] for found in looks) for name in names})
    return least, most


def is_anybody_there(found: Counter[str]) -> bool:
    return any(name.endswith((".Connection", ".LiveRoom", "Session")) for name in found)


def test_nothing_is_left_of_those_who_came_and_went(tmp_path: Path, redis: RedisServer) -> None:
    server = Server(
        tmp_path, program="-m tests.faults.watched", PROSA_REDIS_URL=redis.url,
        PROSA_SENDS="1000 per 1 second", PROSA_JOINS="10000 per 1 second", PROSA_TYPING="1000 per 1 second",
        PROSA_COMMANDS="100000 per 1 second", PROSA_CONNECTIONS_PER_PERSON="1000",
        PROSA_CONNECTS="100000 per 1 second", PROSA_CONNECTS_PER_ADDRESS="100000 per 1 second",
        PROSA_SESSIONS_FOLDER=str(tmp_path / "sessions"),
    )  # fmt: skip
    server.start()
    try:
        server.has_rooms()
        cookies = [server.login(name) for name in ("cliente", "reforma")]
        chance = random.Random(20261123)
        asyncio.run(churn(server, cookies, WARM_UP, chance))
        (_, before), kib = quiet(server, redis), memory_kib(server)
        asyncio.run(churn(server, cookies, CONNECTIONS, chance))
        (after, _), grown_kib = quiet(server, redis), memory_kib(server) - kib
        pools = {name: after.pop(name) for name in [*after] if "mongodb" in name}
        redises = {name: after.pop(name) for name in [*after] if "redis.sock" in name}
        sites = {name: after.pop(name) for name in [*after] if "site.sqlite3" in name}
        more = {name: (before[name], n) for name, n in after.items() if n > before[name]}
        print(f"{CONNECTIONS} connections: {grown_kib} KiB, {more}")  # noqa: T201 - what was seen
        assert more == {}
        assert all(n <= POOL_MAX + MONITORS for n in pools.values())
        assert all(n <= REDIS_MAX for n in redises.values())
        assert all(n <= SITE_THREADS for n in sites.values())
        assert grown_kib <= GROWTH_KIB
        assert list((tmp_path / "sessions").iterdir()) == []
        assert redis.says("PUBSUB CHANNELS") == "*1"
    finally:
        server.stop()
