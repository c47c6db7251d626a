"""What a worker tells the others: queued, bounded, and written many at a time by one task."""

import asyncio
import contextlib
import logging
import math
from collections import deque
from collections.abc import Callable

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import MovedError

from prosa import metrics
from prosa.broker.link import PING_SECONDS, Link, hear, send

log = logging.getLogger(__name__)

QUEUE_MAX = 10_000
QUEUE_BYTES = 8 * 1024 * 1024
"""What may wait for a slow Redis. The oldest are dropped: a newer one leads to the older in the store."""

BATCH_MAX = 500
LOG_SECONDS = 1.0

PING = (b"PING",)


class Outgoing:
    """The notices on their way out. While there is no connection they are dropped, and counted.

    They are told by ``command``: ``PUBLISH``, or ``SPUBLISH`` to a node of a cluster. One that is refused
    is lost, and ``moved`` is told of its slot.
    """

    def __init__(
        self, link: Link, *, command: bytes, moved: Callable[[int], None], clock: Callable[[], float]
    ) -> None:
        self.dropped = 0
        self._link = link
        self._command = command
        self._moved = moved
        self._clock = clock
        self._queue: deque[tuple[bytes, bytes]] = deque()
        self._size_bytes = 0
        self._waiting = asyncio.Event()
        self._is_told = asyncio.Event()
        self._is_told.set()
        self._unanswered = 0
        self._is_answered = asyncio.Event()
        self._unlogged = 0
        self._logged_at = -math.inf

    @property
    def link(self) -> Link:
        """The connection that they leave by."""
        return self._link

    def publish(self, channel: bytes, notice: bytes) -> None:
        """To be written in the next turn of the loop, after what was published before."""
        if not self._link.is_up:
            self._drop(1)
            return
        self._queue.append((channel, notice))
        self._size_bytes += len(notice)
        while len(self._queue) > QUEUE_MAX or self._size_bytes > QUEUE_BYTES:
            self._size_bytes -= len(self._queue.popleft()[1])
            self._drop(1)
        self._waiting.set()
        self._is_told.clear()

    async def told(self, seconds: float) -> None:
        """Everything published so far has been written or dropped, or ``seconds`` have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_told.wait()

    async def run(self) -> None:
        """Write for ever, over one connection after the other."""
        await self._link.run(self._speak, self._ended)

    async def _speak(self, connection: AbstractConnection) -> None:
        async with asyncio.TaskGroup() as all_three:
            all_three.create_task(self._read(connection), name="redis answers")
            all_three.create_task(self._write(connection), name="redis publisher")
            all_three.create_task(self._link.silence(), name="redis silence")

    async def _read(self, connection: AbstractConnection) -> None:
        """Read also while nothing is written: so an end is noticed before the next notice is lost in it."""
        while True:
            answers = await hear(connection)
            self._link.is_heard = True
            for moved in (each for each in answers if isinstance(each, MovedError)):
                self._drop(1)
                self._moved(moved.slot_id)
            self._link.came_up()
            self._unanswered -= len(answers)
            if not self._unanswered:
                self._is_answered.set()

    async def _write(self, connection: AbstractConnection) -> None:
        """One batch after the other; without one, a question for a sign of life."""
        batch: list[tuple[bytes, ...]] = [PING]
        while True:
            self._is_answered.clear()
            self._unanswered = len(batch)
            began = self._clock()
            await send(connection, batch)
            await self._is_answered.wait()
            metrics.REDIS.observe(self._clock() - began)
            self._log_dropped()
            if not self._queue:
                self._waiting.clear()
                self._is_told.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    await self._waiting.wait()
            batch = self._batch() or [PING]

    def _batch(self) -> list[tuple[bytes, ...]]:
        """The oldest notices as commands."""
        batch: list[tuple[bytes, ...]] = []
        while self._queue and len(batch) < BATCH_MAX:
            channel, notice = self._queue.popleft()
            self._size_bytes -= len(notice)
            batch.append((self._command, channel, notice))
        return batch

    def _ended(self) -> None:
        """The connection broke. What waited is old by the time there is another one."""
        self._drop(len(self._queue))
        self._queue.clear()
        self._size_bytes = 0
        self._waiting.clear()
        self._is_told.set()

    def _drop(self, count: int) -> None:
        self.dropped += count
        self._unlogged += count
        self._log_dropped()

    def _log_dropped(self) -> None:
        """Say how many, at most once a second."""
        if self._unlogged and self._clock() - self._logged_at >= LOG_SECONDS:
            log.warning("notices_untold count=%d", self._unlogged)
            self._unlogged, self._logged_at = 0, self._clock()
