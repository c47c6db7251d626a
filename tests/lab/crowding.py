"""What people do to it, all at once."""

import contextlib
import json
import os
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from random import Random

from deploy.colours import PUBLIC
from tests.lab.checker import unevenness
from tests.lab.crowd import RAW, Guest, twins
from tests.lab.lab import Lab, Unproven, places
from tests.server import session_key

TWINS = 12
"""In each room: so many that a worker stores several messages at once, some of which are there already."""

TWINS_SECONDS = 8.0

THRONG = "9001"
THRONG_PEOPLE = 200
THRONG_MS = 5000
THRONG_ROUNDS = 5
"""So many, for one stall of the machine to be no rule."""
UNEVEN_MAX = 3.0
"""Whoever comes last in a round waits longest: which is why that is somebody else each time."""

SLEEPERS = 2
"""At each worker."""

FLOODERS = 6
FLOOD_LENGTH = 2000
"""Of a character of three bytes each."""

FLOOD_MESSAGES = 1200
"""6 KB each: well over the kernel's buffers (2 to 4 MiB, seen) and the lab's queue for a connection."""

FLOOD_SECONDS = 90.0
WINDOW_BYTES = 4096
PATIENCE_SECONDS = 10.0


def said_twice(lab: Lab, chance: Random) -> None:
    """Everything twice, through two workers at the same moment, as fast as it is answered."""
    keys = {name: session_key(lab.cluster.url, name) for name in ("cliente", "reforma")}
    crowd = lab.invite("twins", twins(keys, every_ms=0, count=TWINS))
    time.sleep(TWINS_SECONDS)
    answered = [workers for notes in crowd.notes() for workers in notes.workers.values()]
    through = [workers for workers in answered if len(workers) > 1]
    by_two = sum(len(set(workers)) > 1 for workers in through)
    if not through or by_two < 0.5 * len(through):
        raise Unproven(f"only {by_two} of {len(through)} went through two workers")


def throng(lab: Lab, chance: Random) -> None:
    """Two hundred people in one room, at all workers, who write at the same moment, again and again."""
    invite = f"from tests.lab.guests import invite; invite({THRONG!r}, {THRONG_PEOPLE})"
    keys: dict[str, str] = json.loads(lab.cluster.manage("shell", "-c", invite).splitlines()[-1])
    crowd = lab.invite(
        "throng",
        [
            Guest(name=name, room=THRONG, key=key, transport=RAW, every_ms=THRONG_MS, in_step=True)
            for name, key in keys.items()
        ],
    )
    time.sleep(THRONG_ROUNDS * THRONG_MS / 1000)
    if (uneven := unevenness(crowd.notes())) > UNEVEN_MAX:
        raise Unproven(f"somebody waited {uneven:.1f} times as long as the median")


def readers_asleep(lab: Lab, chance: Random) -> None:
    """Some at each worker stop reading while long messages flood their room: they are let go of."""
    key = session_key(lab.cluster.url, "reforma")
    with contextlib.ExitStack() as opened:
        lines = [
            opened.enter_context(_asleep(lab.cluster.base + PUBLIC + place, key))
            for place in places(lab.cluster) * SLEEPERS
        ]
        flood = [
            Guest(
                name=f"{n}", room="3", key=key, transport=RAW, every_ms=0, length=FLOOD_LENGTH, screen=False
            )
            for n in range(FLOODERS)
        ]
        crowd = lab.invite("flood", flood)
        deadline = time.monotonic() + FLOOD_SECONDS
        while sum(len(notes.acknowledged) for notes in crowd.notes()) < FLOOD_MESSAGES:
            if time.monotonic() > deadline:
                raise Unproven("there was no flood")
            time.sleep(1)
        held = sum(not _is_over(line) for line in lines)
    if held:
        raise Unproven(f"{held} of {len(lines)} who do not read are still there")


@contextlib.contextmanager
def _asleep(port: int, key: str) -> Iterator[socket.socket]:
    """A line that has joined room 3, of which nothing more is read."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
        line.settimeout(PATIENCE_SECONDS)
        line.connect(("127.0.0.1", port))
        line.sendall(
            f"GET /ws/chat/websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={key}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}\r\n\r\n".encode()
        )
        command = b'{"event":"join_chat","ack":1,"data":{"chat_id":"3"}}'
        line.sendall(bytes([0x81, 0x80 | len(command), 0, 0, 0, 0]) + command)
        heard = b""
        while b'"ack":1' not in heard:
            heard += line.recv(WINDOW_BYTES)
        yield line


def _is_over(line: socket.socket) -> bool:
    """Whether the other end has hung up, whatever is still to be read before."""
    line.settimeout(2)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline:
            if not line.recv(2**20):
                return True
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True
    return False
