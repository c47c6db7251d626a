"""Turns at crowded rooms, by a baton in Redis that workers wait for in the order in which they came.

A room has a list with at most one element, the baton: its id and the ``seq`` that its holder had reached.
``BLPOP`` serves who has waited longest. It is a courtesy, not a lock: where the holder has died, or Redis
is away, or two hold batons, everybody goes on, and who wins is decided by the store as always. Without
it the winner of a race knows the new top and wins the next one too, and a worker may starve.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from random import Random

from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import MovedError, RedisError

from prosa import metrics
from prosa.broker.link import ANSWER_SECONDS
from prosa.models.turns import Turn

log = logging.getLogger(__name__)

WAIT_SECONDS = 0.15
"""A holder is done long before; who has waited so long makes a baton anew."""

LIFE_MS = 10_000
"""What is left of a room that is crowded no more."""

AWAY_SECONDS = 1.0
"""For so long a Redis that did not answer is not asked again: nobody's message waits for it."""

CONNECTIONS_MAX = 64
"""As many as there are lanes: each waits on a connection of its own."""

ID_BYTES = 8

HAND_ON = """
if redis.call('GET', KEYS[2]) == ARGV[1] then
    redis.call('DEL', KEYS[1])
    redis.call('RPUSH', KEYS[1], ARGV[2])
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
"""
"""Only the newest baton lives: two that waited too long have each made one, and both would be handed on."""


class Batons:
    """One worker's hand in all crowded rooms whose batons one Redis has.

    ``moved`` is told of each slot that turns out to be another node's.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        *,
        moved: Callable[[int], None],
        chance: Random,
        clock: Callable[[], float],
    ) -> None:
        self._redis = Redis.from_pool(pool)
        self._say_on = self._redis.register_script(HAND_ON)
        self._moved = moved
        self._chance = chance
        self._clock = clock
        self._away_until = 0.0
        self._asking = metrics.REDIS_CONNECTIONS.labels("turns")

    @contextlib.asynccontextmanager
    async def turn(self, baton: bytes) -> AsyncIterator[Turn]:
        """It is this worker's turn, or nobody could say whose it is. Handed on at the end."""
        with self._asking.track_inprogress():
            outcome, name, turn = await self._take(baton)
        metrics.TURNS.labels(outcome).inc()
        try:
            yield turn
        finally:
            if name is not None:
                await self._hand_on(baton, name, turn.top)

    async def close(self) -> None:
        """Nothing of it is connected any more."""
        await self._redis.aclose()

    async def _take(self, baton: bytes) -> tuple[str, bytes | None, Turn]:
        """How it was come by, the baton's id and what it says; no id while Redis is away."""
        if self._clock() < self._away_until:
            return "off", None, Turn(None)
        try:
            async with asyncio.timeout(WAIT_SECONDS + ANSWER_SECONDS):
                match await self._redis.blpop([baton], timeout=WAIT_SECONDS):
                    case [_, bytes(said)]:
                        name, _, top = said.partition(b" ")
                        return "given", name, Turn(int(top) if top.isdigit() else None)
                name = self._chance.randbytes(ID_BYTES).hex().encode()
                await self._redis.set(baton + b":id", name, px=LIFE_MS)
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            return "off", None, Turn(None)
        return "taken", name, Turn(None)

    async def _hand_on(self, baton: bytes, name: bytes, top: int | None) -> None:
        said = name if top is None else b"%s %d" % (name, top)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._say_on(keys=[baton, baton + b":id"], args=[name, said, LIFE_MS])
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, MovedError):
            self._moved(error.slot_id)
            return
        self._away_until = self._clock() + AWAY_SECONDS
        log.warning("turns_off seconds=%.0f error=%s", AWAY_SECONDS, type(error).__name__)
