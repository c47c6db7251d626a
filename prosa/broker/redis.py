"""The broker of workers in many processes: Redis's pub/sub, over two connections.

Turns at crowded rooms take connections of their own (``baton.py``).

Plain pub/sub, not sharded: in a cluster every node hears every notice. Redis keeps nothing of it, and
nothing of ours rests on it: while it is away the workers learn of each other from the store.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from random import Random

from redis.asyncio.connection import AbstractConnection, ConnectionPool

from prosa.broker.baton import Batons
from prosa.broker.broker import Heard, Reconnected
from prosa.broker.incoming import Incoming
from prosa.broker.link import ANSWER_SECONDS, Link
from prosa.broker.outgoing import Outgoing
from prosa.models.turns import Turn

log = logging.getLogger(__name__)

VERSION = b"\x01"
NAME_BYTES = 8
HEAD_BYTES = len(VERSION) + NAME_BYTES


class RedisBroker:
    """One worker's end of a Redis. Every notice carries the random name of whoever published it.

    Channels are named under ``prefix``: workers that share a Redis and a prefix must share a store.
    Raises ``ValueError`` where ``url`` is none of ``redis://``, ``rediss://`` and ``unix://``.
    """

    def __init__(self, url: str, *, prefix: str, chance: Random, clock: Callable[[], float]) -> None:
        pool = ConnectionPool.from_url(
            url,
            socket_timeout=None,  # it would be kept by wait_for, which in Python 3.11 swallows a cancellation
            socket_connect_timeout=ANSWER_SECONDS,
            protocol=2,
            driver_info=None,
        )

        def make() -> AbstractConnection:
            made: AbstractConnection = pool.make_connection()
            return made

        self._prefix = prefix.encode()
        self._head = VERSION + chance.randbytes(NAME_BYTES)
        self._outgoing = Outgoing(Link("out", make, chance=chance, clock=clock), clock)
        self._incoming = Incoming(Link("in", make, chance=chance, clock=clock))
        self._batons = Batons(url, prefix=prefix, chance=chance, clock=clock)
        self._tasks: list[asyncio.Task[None]] = []
        self._heard: Heard | None = None
        self._reconnected: Reconnected | None = None

    @property
    def is_connected(self) -> bool:
        """Whether Redis has answered on both connections, and lately."""
        return self._outgoing.link.is_up and self._incoming.link.is_up

    @property
    def dropped(self) -> int:
        """How many notices nobody was told of, because there was no connection or too many waited."""
        return self._outgoing.dropped

    def listen(self, heard: Heard, reconnected: Reconnected) -> None:
        """From now on it connects, and comes back whenever the connection is lost.

        ``reconnected`` is called after every connecting, the first one too, once Redis has taken every
        subscription: what was published before may have been missed.
        """
        self._heard, self._reconnected = heard, reconnected
        if not self._tasks:
            self._start("redis out", self._outgoing.run())
            self._start("redis in", self._incoming.run(self._hear, self._tell_reconnected))

    def _start(self, name: str, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work, name=name))

    def subscribe(self, channel: str) -> None:
        """Redis is asked in the next turn of the loop, or as soon as it is there. Twice is once."""
        self._incoming.want(self._prefix + channel.encode())

    def unsubscribe(self, channel: str) -> None:
        """Notices on ``channel`` are no longer heard."""
        self._incoming.unwant(self._prefix + channel.encode())

    def publish(self, channel: str, notice: bytes) -> None:
        """Tell every other worker that is subscribed, once, at most: a notice may get lost."""
        self._outgoing.publish(self._prefix + channel.encode(), self._head + notice)

    def turn(self, room: str) -> AbstractAsyncContextManager[Turn]:
        """While it lasts, the other workers that ask wait for theirs; without Redis nobody waits."""
        return self._batons.turn(room)

    async def close(self) -> None:
        """What waits has been written, if Redis takes it within a second; then nothing runs any more."""
        if self._tasks:
            await self._outgoing.told(ANSWER_SECONDS)
        tasks, self._tasks = self._tasks, []
        for link in (self._outgoing.link, self._incoming.link):
            link.end()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._batons.close()

    def _hear(self, channel: bytes, notice: bytes) -> None:
        """One of the others said this. Whatever it is and does to the listener, hearing goes on."""
        if notice.startswith(self._head):
            return
        name = channel.removeprefix(self._prefix).decode()
        if len(notice) < HEAD_BYTES or not notice.startswith(VERSION):
            log.warning("notice_refused channel=%s error=not of a worker", name)
            return
        try:
            if self._heard is not None:
                self._heard(name, notice[HEAD_BYTES:])
        except Exception:
            log.exception("hearing_failed channel=%s", name)

    def _tell_reconnected(self) -> None:
        try:
            if self._reconnected is not None:
                self._reconnected()
        except Exception:
            log.exception("reconnecting_failed")
