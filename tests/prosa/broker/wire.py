"""Workers that tell each other, for tests that hold for every broker."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable

from prosa.broker.broker import Broker
from prosa.broker.redis import RedisBroker
from tests.waiting import until

PATIENCE = 10.0


def redis_broker(url: str, prefix: str = "test:") -> RedisBroker:
    """A worker's broker on this Redis, not yet connected."""
    return RedisBroker(url, prefix=prefix, chance=random.Random(), clock=time.monotonic)


class End:
    """One worker's end of the wire, and what it has heard."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.heard: list[tuple[str, bytes]] = []
        self.reconnected = 0
        self._numbers = itertools.count()
        broker.listen(self._hear, self._reconnect)

    def _hear(self, channel: str, notice: bytes) -> None:
        self.heard.append((channel, notice))

    def _reconnect(self) -> None:
        self.reconnected += 1

    async def is_up(self) -> None:
        await until(lambda: self.broker.is_connected)

    async def hears(self, other: "End", channel: str) -> None:
        """``other`` is heard on this channel: said until it is, for a subscription takes its time."""
        probe = b"probe %d" % next(self._numbers)
        async with asyncio.timeout(PATIENCE):
            while (channel, probe) not in self.heard:
                other.broker.publish(channel, probe)
                await asyncio.sleep(0.01)
        other.broker.publish(channel, b"end of " + probe)
        await until(lambda: (channel, b"end of " + probe) in self.heard)
        self.heard.clear()

    async def hears_all(self, other: "End") -> None:
        """Every channel wanted so far is heard: Redis takes one subscription after the other.

        In a cluster each node does: of these channels every third of the slots has some.
        """
        for turn in ("this turn's", "the next one's"):
            for third in ("{a}", "{b}", "{c}"):
                self.broker.subscribe(f"{turn} {third}")
                await self.hears(other, f"{turn} {third}")


More = Callable[[], End]
