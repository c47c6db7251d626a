"""What a worker hears of the others: the channels it wants, and a connection that is subscribed to them."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterator
from itertools import islice

from redis.asyncio.connection import AbstractConnection
from redis.crc import key_slot
from redis.exceptions import MovedError

from prosa.broker.link import PING_SECONDS, Link, hear, send

CHUNK = 500
"""Channels in one command, or commands in one go: Redis serves others between two commands."""

PING = (b"PING",)
PONGS = ([b"pong", b""], b"PONG")
"""Redis answers in two ways: while the connection is subscribed to anything, and while it is not."""


class Incoming:
    """The notices on their way in. Channels may be wanted at any time, also while there is no connection.

    Where it ``is_sharded`` the Redis is a node of a cluster, and ``moved`` is told of each slot that is not
    its own, or no longer.
    """

    def __init__(self, link: Link, *, is_sharded: bool, moved: Callable[[int], None]) -> None:
        self._link = link
        self._is_sharded = is_sharded
        self._moved = moved
        self._wanted: set[bytes] = set()
        self._subscribed: set[bytes] = set()
        self._touched: set[bytes] = set()
        self._changed = asyncio.Event()
        self._is_speaking = False

    @property
    def link(self) -> Link:
        """The connection that they come by."""
        return self._link

    def want(self, channel: bytes) -> None:
        """Subscribe, together with whatever else is wanted in this turn of the loop."""
        self._wanted.add(channel)
        self._touch(channel)

    def unwant(self, channel: bytes) -> None:
        """Unsubscribe; what is still on its way is not heard."""
        self._wanted.discard(channel)
        self._touch(channel)

    def forget(self, channel: bytes) -> None:
        """Another node is asked for it, or this one anew; what is still on its way is not heard."""
        self._wanted.discard(channel)
        self._subscribed.discard(channel)

    def _touch(self, channel: bytes) -> None:
        if self._is_speaking:
            self._touched.add(channel)
            self._changed.set()

    async def run(self, heard: Callable[[bytes, bytes], None], reconnected: Callable[[], None]) -> None:
        """Hear for ever. ``reconnected`` is called when a new connection is subscribed to everything."""

        async def speak(connection: AbstractConnection) -> None:
            self._subscribed = set()
            self._touched = set(self._wanted)
            self._changed.set()
            self._is_speaking = True
            async with asyncio.TaskGroup() as all_three:
                all_three.create_task(self._read(connection, heard, reconnected), name="redis reader")
                all_three.create_task(self._ask(connection), name="redis subscriber")
                all_three.create_task(self._link.silence(), name="redis silence")

        await self._link.run(speak, self._ended)

    def _ended(self) -> None:
        """The connection broke. The next one begins with all that is wanted then."""
        self._is_speaking = False
        self._touched.clear()

    async def _read(
        self,
        connection: AbstractConnection,
        heard: Callable[[bytes, bytes], None],
        reconnected: Callable[[], None],
    ) -> None:
        """Whatever comes, for ever.

        The first pong follows the answers to all that was wanted: from then on nothing is missed.
        """
        while True:
            answers = await hear(connection)
            self._link.is_heard = True
            for answer in answers:
                match answer:
                    case [b"message" | b"smessage", bytes(channel), bytes(notice)]:
                        if channel in self._wanted:
                            heard(channel, notice)
                    case [b"sunsubscribe", bytes(channel), _] if channel in self._wanted:
                        self._moved(key_slot(channel))
                    case MovedError():
                        self._moved(answer.slot_id)
                    case _ if answer in PONGS and not self._link.is_up:
                        self._link.came_up()
                        reconnected()

    async def _ask(self, connection: AbstractConnection) -> None:
        """Bring the subscriptions up to what is wanted, and ask for a sign of life."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            for commands in self._changes():
                await send(connection, commands)
            await send(connection, [PING])

    def _changes(self) -> Iterator[list[tuple[bytes, ...]]]:
        """What to say now: a channel wanted and given up in one turn is not mentioned."""
        touched, self._touched = self._touched, set()
        new = touched & self._wanted - self._subscribed
        old = touched & self._subscribed - self._wanted
        self._subscribed = (self._subscribed | new) - old
        yield from self._said(b"SUBSCRIBE", new)
        yield from self._said(b"UNSUBSCRIBE", old)

    def _said(self, command: bytes, channels: Collection[bytes]) -> Iterator[list[tuple[bytes, ...]]]:
        """A node of a cluster takes several channels in one command only if they are of one slot."""
        left = iter(channels)
        while chunk := tuple(islice(left, CHUNK)):
            if self._is_sharded:
                yield [(b"S" + command, channel) for channel in chunk]
            else:
                yield [(command, *chunk)]
