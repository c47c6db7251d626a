"""Ports of the loopback for what a test starts.

They lie below those that the kernel gives to outgoing connections: otherwise a port that was free a moment
ago, or whose owner is just being started again, may be somebody's by then.
"""

import contextlib
import random
import socket

FIRST, LAST = 20_000, 32_000
TRIES = 200


def free_port() -> int:
    """A port that nobody listens on."""
    return _free(1)


def free_base() -> int:
    """The first of fifty ports in a row that nobody listens on; a multiple of ten, as a cluster's is."""
    return _free(50)


def _free(count: int) -> int:
    for _ in range(TRIES):
        first = random.randrange(FIRST, LAST, 10 if count > 1 else 1)
        with contextlib.suppress(OSError), contextlib.ExitStack() as taken:
            for port in range(first, first + count):
                taken.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError(f"there are no {count} free ports in a row between {FIRST} and {LAST}")
