"""Gives every message the next place in its room, many messages at a time, without a lock.

A worker guesses the next ``seq`` from the highest one it knows and inserts; the unique index decides
between workers. Rooms with a message or a few waiting share one command (*ordered* where a room has more
than one; what a refusal leaves of that goes on in two), and a room with many, or one where this worker
keeps losing the race, has a lane of its own. How one command ends is in ``attempts.py``, what waits is in
``waiting.py``.

Why there is never a hole: (room, n) is sent only if n-1 is known to be held by a majority, or comes
before it in the same ordered command, which stops at the first refusal. Why nothing is there twice:
every attempt carries the same (room, author, client_id), which is unique for ever.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from bson import ObjectId

from prosa.models.entries import Draft, Stored
from prosa.models.errors import ConflictError, TooLargeError, UnavailableError
from prosa.models.ids import ChatId
from prosa.storage.attempts import LANE_BATCH, Attempts, TakeTurn
from prosa.storage.log import Key, Log
from prosa.storage.translation import RETRY_AFTER_MS
from prosa.storage.waiting import BATCH_BYTES, LANE_MESSAGES, Line, Waiting

log = logging.getLogger(__name__)

BATCH_MESSAGES = 1000
"""The driver throws away what it knows of a batch's first part when it must split it: it never must."""
MESSAGE_BYTES = 2**20
LANES = 64
LINES = 10_000
"""Rooms whose top is remembered, at some 400 bytes; those silent for longest are forgotten, and cost
one indexed read when somebody writes there again."""


class Committer:
    """One per worker. ``append`` is all that others need; ``heard`` saves lost races."""

    def __init__(  # noqa: PLR0913 - its bounds, and what the composition root has built
        self,
        store: Log,
        *,
        turn: TakeTurn,
        crowded: Callable[[ChatId], None],
        clock: Callable[[], float],
        deadline_seconds: float,
        queue_messages: int,
        room_messages: int,
        new_id: Callable[[], object] = ObjectId,
    ) -> None:
        self._clock = clock
        self._deadline_seconds = deadline_seconds
        self._queue_messages = queue_messages
        self._room_messages = room_messages
        self._attempts = Attempts(store, turn=turn, crowded=crowded, clock=clock, new_id=new_id)
        self._pending: dict[Key, Waiting] = {}
        self._arrivals: deque[Waiting] = deque()
        self._lines: OrderedDict[ChatId, Line] = OrderedDict()
        self._ready: OrderedDict[ChatId, Line] = OrderedDict()
        self._wanting_lane: OrderedDict[ChatId, Line] = OrderedDict()
        self._calm: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._is_woken = False
        self._is_closing = False

    async def append(self, draft: Draft) -> Stored:
        """``draft`` is in the log. Raises as ``Messages.append`` promises.

        The same key sent again while it is on its way waits for the same answer, as a duplicate. A
        caller that is cancelled takes nothing back.
        """
        message = Waiting(draft, self._clock() + self._deadline_seconds, self._settled)
        pending = self._pending.get(message.key)
        if pending is None:
            self._queue(message)
            return await message.ask()
        if pending.digest != message.digest:
            raise ConflictError
        return msgspec.structs.replace(await pending.ask(), duplicate=True)

    def heard(self, chat_id: ChatId, seq: int) -> None:
        """Another worker's acknowledged write: the next guess starts above it."""
        line = self._lines.get(chat_id)
        if line is not None:
            line.heard(seq, self._clock())

    def crowd(self, chat_id: ChatId) -> None:
        """Another worker keeps losing the race in this room: take turns with it."""
        line = self._lines.get(chat_id)
        if line is not None:
            line.crowd(self._clock())
            self._is_ready(line)
            self._wake()

    async def close(self) -> None:
        """Everything that waits has had its answer, and nothing runs any more. Refuses what comes."""
        self._is_closing = True
        while self._pending:
            asked = [message.ask() for message in self._pending.values()]
            await asyncio.gather(*asked, return_exceptions=True)
        if self._alarm is not None:
            self._alarm.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _queue(self, message: Waiting) -> None:
        line = self._line(message.key.chat_id)
        is_full = len(self._pending) >= self._queue_messages or len(line.waiting) >= self._room_messages
        if self._is_closing or is_full:
            raise UnavailableError(retry_after_ms=RETRY_AFTER_MS)
        if message.size_bytes > MESSAGE_BYTES:
            raise TooLargeError(limit=MESSAGE_BYTES)
        self._pending[message.key] = message
        self._arrivals.append(message)
        line.waiting.append(message)
        self._is_ready(line)
        self._wake()

    def _line(self, chat_id: ChatId) -> Line:
        line = self._lines.get(chat_id)
        if line is None:
            line = self._lines[chat_id] = Line(chat_id)
            self._forget_silent_rooms()
        self._lines.move_to_end(chat_id)
        return line

    def _forget_silent_rooms(self) -> None:
        while len(self._lines) > LINES:
            _, oldest = self._lines.popitem(last=False)
            if oldest.is_busy or oldest.waiting:
                self._lines[oldest.chat_id] = oldest
                return

    def _settled(self, message: Waiting) -> None:
        if self._pending.get(message.key) is message:
            del self._pending[message.key]

    def _is_ready(self, line: Line) -> None:
        self._ready.pop(line.chat_id, None)
        self._wanting_lane.pop(line.chat_id, None)
        if line.waiting and not line.is_busy:
            lines = self._wanting_lane if line.needs_lane(self._clock()) else self._ready
            lines[line.chat_id] = line

    def _wake(self) -> None:
        """Look again at the end of this turn of the loop, when all who speak in it have queued."""
        if not self._is_woken:
            self._is_woken = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._is_woken = False
        self._expire(self._clock())
        while self._wanting_lane and len(self._tasks) <= LANES:
            _, line = self._wanting_lane.popitem(last=False)
            if line.waiting:
                line.is_busy = True
                taken = line.take(LANE_BATCH, BATCH_BYTES)
                self._start(self._attempts.lane(line, taken), [(line, taken)])
        if self._calm is None and (batch := self._calm_batch()):
            self._calm = self._start(self._attempts.calm(batch), batch)

    def _calm_batch(self) -> list[tuple[Line, list[Waiting]]]:
        batch: list[tuple[Line, list[Waiting]]] = []
        messages, size_bytes = BATCH_MESSAGES, BATCH_BYTES
        while self._ready and messages >= LANE_MESSAGES and size_bytes >= MESSAGE_BYTES:
            _, line = self._ready.popitem(last=False)
            if line.waiting:
                line.is_busy = True
                taken = line.take(messages, size_bytes)
                batch.append((line, taken))
                messages -= len(taken)
                size_bytes -= sum(message.size_bytes for message in taken)
        return batch

    def _start(
        self, work: Coroutine[Any, Any, None], batch: list[tuple[Line, list[Waiting]]]
    ) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, batch))
        return task

    def _ended(self, task: asyncio.Task[None], batch: list[tuple[Line, list[Waiting]]]) -> None:
        """Its rooms are free again. A bug in an attempt costs its messages a retry, never their order."""
        self._tasks.discard(task)
        if task is self._calm:
            self._calm = None
        if task.cancelled() or task.exception() is not None:
            if not task.cancelled():
                log.error("commit_failed rooms=%d", len(batch), exc_info=task.exception())
            for line, taken in batch:
                line.top = None
                for message in taken:
                    if not message.is_settled:
                        line.expire(message)
        for line, _ in batch:
            line.is_busy = False
            self._is_ready(line)
        self._wake()

    def _expire(self, now: float) -> None:
        while self._arrivals and (self._arrivals[0].is_settled or self._arrivals[0].deadline <= now):
            message = self._arrivals.popleft()
            if not message.is_settled:
                self._line(message.key.chat_id).expire(message)
        if self._arrivals and self._alarm is None:
            seconds = max(0.001, self._arrivals[0].deadline - now)
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._wake()
