"""A broker without a server, for the workers that live in one process.

One worker alone is served by a bus with nobody else on it; the tests put several on one.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator

from prosa.broker.broker import Heard, Reconnected
from prosa.models.turns import Turn

log = logging.getLogger(__name__)


class MemoryBus:
    """The wire between the brokers of one process."""

    def __init__(self) -> None:
        self.brokers: list[MemoryBroker] = []
        self.turns: defaultdict[str, _Turns] = defaultdict(_Turns)


class _Turns:
    """Who waits for a turn in one room, how many they are, and what the last one reached."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.people = 0
        self.top: int | None = None


class MemoryBroker:
    """One worker's end of the bus: what it publishes reaches every other worker, never itself."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self._heard: Heard | None = None
        self._channels: set[str] = set()
        bus.brokers.append(self)

    @property
    def is_connected(self) -> bool:
        """Whether it is on the bus."""
        return self in self._bus.brokers

    def listen(self, heard: Heard, _reconnected: Reconnected) -> None:
        """From now on ``heard`` is called with every notice on a subscribed channel."""
        self._heard = heard

    def subscribe(self, channel: str) -> None:
        """Notices on ``channel`` are heard from now on. Twice is once."""
        self._channels.add(channel)

    def unsubscribe(self, channel: str) -> None:
        """Notices on ``channel`` are no longer heard."""
        self._channels.discard(channel)

    def publish(self, channel: str, notice: bytes) -> None:
        """Tell every other worker that is subscribed, once, at most: a notice may get lost."""
        if self.is_connected:
            for broker in tuple(self._bus.brokers):
                if broker is not self:
                    broker._hear(channel, notice)  # noqa: SLF001 - its own class

    @contextlib.asynccontextmanager
    async def turn(self, room: str) -> AsyncIterator[Turn]:
        """While it lasts, the other workers that ask wait for theirs, first come first served."""
        turns = self._bus.turns[room]
        turns.people += 1
        try:
            async with turns.lock:
                turn = Turn(turns.top)
                yield turn
                turns.top = turn.top
        finally:
            turns.people -= 1
            if not turns.people:
                del self._bus.turns[room]

    async def hit(self, _key: str, *, limit: int, window_ms: int) -> int | None:  # noqa: ARG002
        """Nobody counts for all: each worker counts for itself."""
        return None

    def _hear(self, channel: str, notice: bytes) -> None:
        if self._heard is not None and channel in self._channels:
            try:
                self._heard(channel, notice)
            except Exception:
                log.exception("hearing_failed channel=%s", channel)

    async def close(self) -> None:
        """Hear and tell nothing more."""
        if self in self._bus.brokers:
            self._bus.brokers.remove(self)
        self._heard = None
