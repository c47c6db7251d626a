"""What somebody who means harm does to a worker, from an address of their own."""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

ADDRESS = "127.0.0.2"
AT_ONCE = 100
SLOW_READERS = 15
NO_LINGER = struct.pack("ii", 1, 0)
PATIENCE = 60.0
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
)
KEY = "AAAAAAAAAAAAAAAAAAAAAA=="
MASK = b"\0\0\0\0"
GUESSES = (
    b'{"event":"send_message","data":{"chat_id":"x","conteudo":"x","client_id":"x"}}',
    b'{"event":"search_messages","data":{"q":"azulejo","chat_id":"x"}}',
    b'{"event":"edit_message","data":{"chat_id":"x","target":1,"conteudo":"x"}}',
    b'{"event":"join_chat","data":{"chat_id":"x"}}',
)
GUESSING_LINES = 15
GUESSING_SECONDS = 5.0

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Attacker:
    """Lines to one worker, or to what is before it, and a count of what came back.

    With a ``cookie`` they are somebody with an account, who is in ``room``.
    """

    def __init__(self, url: str, cookie: str = "", room: str = "1") -> None:
        self._url = url
        self.cookie = cookie
        self.room = room
        self.host, self.port = url.removeprefix("http://").split(":")
        self.answers = Counter[str]()
        self._lines: list[asyncio.StreamWriter] = []

    async def line(self, window: int = 0) -> Line:
        """A fresh line; behind a small window, if so asked."""
        raw = socket.socket()
        raw.setblocking(False)
        if window:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        raw.bind((ADDRESS, 0))
        await asyncio.get_running_loop().sock_connect(raw, (self.host, int(self.port)))
        reader, writer = await asyncio.open_connection(sock=raw, limit=window or 2**16)
        self._lines.append(writer)
        return reader, writer

    def request(self, method: str, path: str, more: str = "", body: str = "") -> bytes:
        """A request with this attacker's cookie."""
        cookie = f"Cookie: sessionid={self.cookie}\r\n" if self.cookie else ""
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Origin: {self._url}\r\n{cookie}"
            f"{more}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    async def posts(self, paths: Iterable[str]) -> None:
        """One request after the other on one line; their statuses are counted."""
        reader, writer = await self.line()
        async with asyncio.timeout(PATIENCE):
            for path in paths:
                writer.write(self.request("POST", path))
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                self.answers[head.split()[1].decode()] += 1
                await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
        self.cuts(writer)

    async def shakes_hands(self, window: int = 0) -> Line:
        """A WebSocket, right below the prefix."""
        reader, writer = await self.line(window)
        writer.write(self.request("GET", "/ws/chat/websocket", UPGRADE.format(key=KEY)))
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
        self.answers[head.split()[1].decode()] += 1
        return reader, writer

    def cuts(self, writer: asyncio.StreamWriter) -> None:
        """The line is gone at once, and the worker sees a reset."""
        with contextlib.suppress(OSError, AttributeError):
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        writer.transport.abort()
        self._lines.remove(writer)

    async def leaves(self) -> None:
        """No line is left."""
        for writer in tuple(self._lines):
            self.cuts(writer)
        await asyncio.sleep(0.1)


def frame(text: bytes) -> bytes:
    """A short message as a browser frames it."""
    return b"\x81" + bytes([0x80 | len(text)]) + MASK + text


Attack = Callable[[Attacker], Awaitable[None]]


async def many(count: int, do: Callable[[], Awaitable[object]]) -> None:
    """So often, some at a time."""
    left = iter(range(count))

    async def one_after_the_other() -> None:
        for _ in left:
            await do()

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def dribbled(attacker: Attacker, opening: bytes, count: int) -> None:
    """So many requests begin, and go on with a byte now and then."""
    lines: list[Line] = []

    async def begin() -> None:
        reader, writer = await attacker.line()
        writer.write(opening)
        lines.append((reader, writer))

    await many(count, begin)
    for _ in range(10):
        for _, writer in lines:
            with contextlib.suppress(OSError):
                writer.write(b"x")
        await asyncio.sleep(0.1)


async def slow_handshakes(attacker: Attacker) -> None:
    """400 handshakes whose headers never end."""
    await dribbled(attacker, b"GET /ws/chat/websocket HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", 400)


async def slow_bodies(attacker: Attacker) -> None:
    """400 bodies of 200 KB, a byte at a time."""
    head = attacker.request("POST", "/ws/chat/0/slow/xhr_send").replace(
        b"Content-Length: 0", b"Content-Length: 200000"
    )
    await dribbled(attacker, head, 400)


async def slow_readers(attacker: Attacker) -> None:
    """Tabs of a member that join the room, and read nothing of what is said in it."""

    async def come() -> None:
        _, writer = await attacker.shakes_hands(window=4096)
        writer.write(frame(b'{"event":"join_chat","data":{"chat_id":"%s"}}' % attacker.room.encode()))
        writer.transport.pause_reading()  # type: ignore[attr-defined]

    await asyncio.gather(*(come() for _ in range(SLOW_READERS)))
    await asyncio.sleep(2)


async def guesses(attacker: Attacker) -> None:
    """One account, over many lines, asks for rooms that it is not in as fast as it is answered."""
    burst = b"".join(map(frame, GUESSES)) * 10

    async def guess() -> None:
        reader, writer = await attacker.shakes_hands()
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(GUESSING_SECONDS):
                while not reader.at_eof():
                    writer.write(burst)
                    await writer.drain()
                    answered = await reader.read(2**16)
                    for code in (b"not_found", b"rate_limited"):
                        attacker.answers[code.decode()] += answered.count(code)

    await asyncio.gather(*(guess() for _ in range(GUESSING_LINES)))


async def open_and_leave(attacker: Attacker) -> None:
    """1,000 handshakes, each of which is cut once it is answered."""

    async def visit() -> None:
        _, writer = await attacker.shakes_hands()
        attacker.cuts(writer)

    await many(1_000, visit)


async def ten_thousand_ids(attacker: Attacker) -> None:
    """10,000 polling sessions, none of which is come back to."""
    ids = iter(range(10_000))
    await many(AT_ONCE, lambda: attacker.posts(f"/ws/chat/0/id-{number}/xhr" for number in ids))


async def polls_with_one_id(attacker: Attacker) -> None:
    """3,000 polls of one session, a hundred at a time."""
    left = iter(range(3_000))
    await many(AT_ONCE, lambda: attacker.posts("/ws/chat/0/one/xhr" for _ in left))


async def reconnect_storm(attacker: Attacker) -> None:
    """1,000 tabs are cut at one moment, and all of them come back at the next."""
    for _ in range(2):
        lines: list[Line] = []

        async def come(lines: list[Line] = lines) -> None:
            lines.append(await attacker.shakes_hands())

        await many(1_000, come)
        for _, writer in lines:
            attacker.cuts(writer)


FLOODS: tuple[Attack, ...] = (
    slow_handshakes,
    slow_bodies,
    slow_readers,
    guesses,
    open_and_leave,
    polls_with_one_id,
    reconnect_storm,
    ten_thousand_ids,
)
