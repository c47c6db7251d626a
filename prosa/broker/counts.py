"""How often something was done of late, counted in Redis by all workers together.

Asked over a connection of its own, many questions at a time, and never for long: where Redis does not
answer promptly, nobody's message waits for it, and each worker counts for itself (``prosa/chat/limits.py``).
"""

import asyncio
import contextlib
import logging
import math
from collections import deque
from collections.abc import Callable

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import MovedError

from prosa.broker.link import PING_SECONDS, Link, hear, send

log = logging.getLogger(__name__)

WAIT_SECONDS = 0.1
"""An answer that has not come by then is not waited for."""

AWAY_SECONDS = 1.0
"""For so long a Redis that did not answer is not asked again."""

QUEUE_MAX = 10_000
BATCH_MAX = 500

HIT = b"""
local now, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = redis.call('LINDEX', KEYS[1], limit - 1)
if oldest and oldest + window > now then
    return math.min(oldest + window - now, window)
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""
"""The moments of the last ``limit`` hits, newest first: there is room once the oldest is out of the window.

The moments are the workers' clocks', so that what is answered is true by the clock of whoever asked. Redis
forgets the list by its own clock: one that was set back keeps nobody out for longer than the window.
"""

Question = tuple[tuple[bytes, ...], asyncio.Future[object] | None]
PING: Question = ((b"PING",), None)


class Counts:
    """The counts that one Redis has. ``moved`` is told of each slot that turns out to be another node's."""

    def __init__(
        self,
        link: Link,
        *,
        moved: Callable[[int], None],
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self.link = link
        self._moved = moved
        self._clock = clock
        self._now = now
        self._away_until = -math.inf
        self._questions: deque[Question] = deque()
        self._unanswered: list[Question] = []
        self._is_asked = asyncio.Event()

    async def hit(self, key: bytes, *, limit: int, window_ms: int) -> int | None:
        """Count one more: 0, or the milliseconds until there is room for it, and it is not counted.

        None where Redis does not say so promptly.
        """
        if not self.link.is_up or self._clock() < self._away_until or len(self._questions) >= QUEUE_MAX:
            return None
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        numbers = (b"%d" % number for number in (round(self._now() * 1000), limit, window_ms))
        self._questions.append(((b"EVAL", HIT, b"1", key, *numbers), answer))
        self._is_asked.set()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                said = await answer
        except TimeoutError:
            if self._clock() >= self._away_until:
                log.warning("counts_off seconds=%.0f node=%s", AWAY_SECONDS, self.link.node)
            self._away_until = self._clock() + AWAY_SECONDS
            return None
        return said if isinstance(said, int) else None

    async def run(self) -> None:
        """Ask for ever, over one connection after the other."""
        await self.link.run(self._speak, self._ended)

    async def _speak(self, connection: AbstractConnection) -> None:
        """One batch after the other; without one, a question for a sign of life."""
        while True:
            self._unanswered = self._batch() or [PING]
            await send(connection, [command for command, _ in self._unanswered])
            for _, answer in self._unanswered:
                said = await hear(connection)
                self.link.came_up()
                if isinstance(said, MovedError):
                    self._moved(said.slot_id)
                if answer is not None and not answer.done():
                    answer.set_result(said)
            if not self._questions:
                self._is_asked.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PING_SECONDS):
                        await self._is_asked.wait()

    def _batch(self) -> list[Question]:
        """The oldest questions that somebody still waits for."""
        batch: list[Question] = []
        while self._questions and len(batch) < BATCH_MAX:
            command, answer = self._questions.popleft()
            if answer is not None and not answer.done():
                batch.append((command, answer))
        return batch

    def _ended(self) -> None:
        """The connection broke: nobody waits for what was asked over it."""
        for _, answer in (*self._unanswered, *self._questions):
            if answer is not None and not answer.done():
                answer.set_result(None)
        self._unanswered = []
        self._questions.clear()
