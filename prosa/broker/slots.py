"""Which node of a Redis cluster has which slots, as one of them says. What follows from it: ``nodes.py``."""

import asyncio

from redis.exceptions import ResponseError

from prosa.broker.link import ANSWER_SECONDS, Make, connected, hear, send
from prosa.broker.server import Address

Slots = list[tuple[int, int, Address]]
"""First and last slot of a range, and where the node is that has it."""

ASK = (b"CLUSTER", b"SLOTS")

BUSY = "BUSY "
"""So begins what a Redis says while somebody's script runs for too long."""


async def slots(make: Make) -> Slots | None:
    """Who has which slots; ``None`` where the Redis is of no cluster, or may not be asked.

    Raises ``RedisError`` or ``OSError`` (a ``TimeoutError`` is one) where it cannot be said now.
    """
    async with connected(make) as connection:
        asked_at = getattr(connection, "host", "localhost")
        await send(connection, [ASK])
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                said = (await hear(connection))[0]
        except ResponseError as error:
            if str(error).startswith(BUSY):
                raise
            return None
    if not isinstance(said, list):
        raise ResponseError(f"no answer to CLUSTER SLOTS: {said!r:.100}")
    return [_range(part, asked_at) for part in said]


def _range(part: object, asked_at: str) -> tuple[int, int, Address]:
    """A node that does not know its own address is where it was asked."""
    match part:
        case [int(first), int(last), [bytes(host), int(port), *_], *_] if host:
            return first, last, (host.decode(errors="replace"), port)
        case [int(first), int(last), [_, int(port), *_], *_]:
            return first, last, (asked_at, port)
    raise ResponseError(f"no answer to CLUSTER SLOTS: {part!r:.100}")
