"""The broker of workers in many processes: Redis's pub/sub, over two connections to each Redis.

A single Redis is spoken to plainly (``PUBLISH``). Where the one that is named is of a cluster, each notice
goes to the node alone that has its channel's slot (``SPUBLISH``, Redis 7): ``nodes.py``. Redis keeps nothing
of it, and nothing of ours rests on it: while it is away the workers learn of each other from the store.

Turns at crowded rooms take connections of their own (``baton.py``), and so do limits (``counts.py``).
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from random import Random

from prosa.broker.broker import Heard, Reconnected
from prosa.broker.nodes import Nodes
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
        self._nodes = Nodes(
            url, heard=self._hear, reconnected=self._tell_reconnected, chance=chance, clock=clock
        )
        self._prefix = prefix.encode()
        self._head = VERSION + chance.randbytes(NAME_BYTES)
        self._task: asyncio.Task[None] | None = None
        self._heard: Heard | None = None
        self._reconnected: Reconnected | None = None

    @property
    def is_connected(self) -> bool:
        """Whether Redis, or every node of a cluster, has answered on both connections, and lately."""
        return self._nodes.are_up

    @property
    def dropped(self) -> int:
        """How many notices nobody was told of, because there was no connection or too many waited."""
        return self._nodes.dropped

    def listen(self, heard: Heard, reconnected: Reconnected) -> None:
        """From now on it connects, and comes back whenever a connection is lost.

        ``reconnected`` is called after every connecting, the first one too, once Redis has taken every
        subscription: what was published before may have been missed.
        """
        self._heard, self._reconnected = heard, reconnected
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._nodes.run(), name="redis nodes")

    def subscribe(self, channel: str) -> None:
        """Redis is asked in the next turn of the loop, or as soon as it is there. Twice is once."""
        self._nodes.want(self._prefix + channel.encode())

    def unsubscribe(self, channel: str) -> None:
        """Notices on ``channel`` are no longer heard."""
        self._nodes.unwant(self._prefix + channel.encode())

    def publish(self, channel: str, notice: bytes) -> None:
        """Tell every other worker that is subscribed, once, at most: a notice may get lost."""
        name = self._prefix + channel.encode()
        self._nodes.owner(name).outgoing.publish(name, self._head + notice)

    def turn(self, room: str) -> AbstractAsyncContextManager[Turn]:
        """While it lasts, the other workers that ask wait for theirs; without Redis nobody waits."""
        baton = self._prefix + f"baton:{{{room}}}".encode()
        return self._nodes.owner(baton).batons.turn(baton)

    async def hit(self, key: str, *, limit: int, window_ms: int) -> int | None:
        """Count one more in any ``window_ms``: 0, or the milliseconds until there is room for it.

        None while Redis does not say so promptly: nobody waits for it longer than a tenth of a second.
        """
        name = self._prefix + f"limit:{key}".encode()
        return await self._nodes.owner(name).counts.hit(name, limit=limit, window_ms=window_ms)

    async def close(self) -> None:
        """What waits has been written, if Redis takes it within a second; then nothing runs any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._nodes.close()

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
