"""One Redis as a worker sees it: a connection out, one in, one that counts, and those that wait for batons.

It is the only one there is, or a node of a cluster. Which channels are its own: ``nodes.py``.
"""

import asyncio
import time
from collections.abc import Callable
from random import Random

from redis.asyncio.connection import AbstractConnection

from prosa.broker.baton import CONNECTIONS_MAX, Batons
from prosa.broker.counts import Counts
from prosa.broker.incoming import Incoming
from prosa.broker.link import ANSWER_SECONDS, Link
from prosa.broker.outgoing import Outgoing
from prosa.broker.server import Server


class Node:
    """All that goes to one Redis and comes from it. Notices do so from ``start`` to ``close``.

    ``moved`` is told of each slot that is another node's; of a Redis on its own, never.
    """

    def __init__(
        self,
        server: Server,
        *,
        is_sharded: bool,
        moved: Callable[[int], None],
        chance: Random,
        clock: Callable[[], float],
    ) -> None:
        # A timeout would be kept by wait_for, which in Python 3.11 swallows a cancellation.
        pool = server.pool(socket_timeout=None, driver_info=None)

        def make() -> AbstractConnection:
            made: AbstractConnection = pool.make_connection()
            return made

        self.make = make
        self.name = server.name
        ways = ("out", "in", "limits")
        out, into, asking = (Link(way, make, node=self.name, chance=chance, clock=clock) for way in ways)
        command = b"SPUBLISH" if is_sharded else b"PUBLISH"
        self.outgoing = Outgoing(out, command=command, moved=moved, clock=clock)
        self.incoming = Incoming(into, is_sharded=is_sharded, moved=moved)
        self.counts = Counts(asking, moved=moved, clock=clock, now=time.time)
        self.batons = Batons(
            server.pool(max_connections=CONNECTIONS_MAX), moved=moved, chance=chance, clock=clock
        )
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_up(self) -> bool:
        """Whether notices go out and come in: it has answered on both connections, and lately."""
        return self.outgoing.link.is_up and self.incoming.link.is_up

    def start(self, heard: Callable[[bytes, bytes], None], reconnected: Callable[[], None]) -> None:
        """From now on it connects, and comes back whenever a connection is lost."""
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self.outgoing.run(), name="redis out"),
            loop.create_task(self.incoming.run(heard, reconnected), name="redis in"),
            loop.create_task(self.counts.run(), name="redis limits"),
        ]

    async def close(self) -> None:
        """What waits has been written, if Redis takes it within a second; then nothing runs any more."""
        if self._tasks:
            await self.outgoing.told(ANSWER_SECONDS)
        tasks, self._tasks = self._tasks, []
        for link in (self.outgoing.link, self.incoming.link, self.counts.link):
            link.end()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.batons.close()
