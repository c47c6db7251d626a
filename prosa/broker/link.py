"""One connection to Redis: it comes back by itself, and a Redis that stands still is noticed within 2 s.

What is said over it is its owner's: ``outgoing.py`` or ``incoming.py``. Of redis-py only the connection
is used (addresses, TLS, passwords, parsing): its client and its ``PubSub`` reconnect within a call and do
not say so, and then whatever was missed meanwhile would be known to nobody.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from random import Random

from hiredis import pack_command
from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import MovedError, RedisError

from prosa import metrics

log = logging.getLogger(__name__)

ANSWER_SECONDS = 1.0
"""Redis answers by then, or it is taken to be gone. Together with ``PING_SECONDS``, below 2 s."""

PING_SECONDS = 0.75
"""How often a connection that has nothing to say asks whether anybody is there."""

LOOK_SECONDS = 0.25
"""How often it is looked whether Redis has said anything: reading its answers with a timer for each took a
busy worker as long as storing what was said (measured)."""

BACKOFF_SECONDS = 0.05
BACKOFF_MAX_SECONDS = 2.0

Make = Callable[[], AbstractConnection]
"""How a connection is come by that is not connected yet."""

Speak = Callable[[AbstractConnection], Awaitable[None]]
"""What is done over a fresh connection until it breaks: returns never, raises when it does."""


class Link:
    """A connection that is there again soon after it broke. ``node`` is the Redis's name in the log."""

    def __init__(
        self, way: str, make: Make, *, node: str, chance: Random, clock: Callable[[], float]
    ) -> None:
        self.is_up = False
        self.is_heard = False
        """Redis has said something lately; set by whoever listens."""
        self._way = way
        self._node = node
        self._shown = metrics.REDIS_CONNECTIONS.labels(way)
        self._make = make
        self._chance = chance
        self._clock = clock
        self._up_since = 0.0
        self._is_known_down = False
        self._is_over = False

    async def run(self, speak: Speak, ended: Callable[[], None]) -> None:
        """Speak over one connection after the other, until it is to end; ``ended`` is called after each."""
        failures = 0
        while not self._is_over:
            try:
                async with connected(self._make) as connection:
                    await speak(connection)
            except* Exception as group:  # noqa: BLE001 - whatever it was, the next connection may be better
                self._log_down(group.exceptions[0])
            finally:
                if self.is_up:
                    self.is_up = False
                    self._shown.dec()
                    if self._clock() - self._up_since > BACKOFF_MAX_SECONDS:
                        failures = 0
                ended()
            await asyncio.sleep(self._delay(failures))
            failures += 1

    async def silence(self) -> None:
        """Raises ``TimeoutError`` after a silence that only a Redis that is gone keeps.

        For it is asked for a sign of life every ``PING_SECONDS``.
        """
        silent_seconds = 0.0
        while silent_seconds < PING_SECONDS + ANSWER_SECONDS:
            self.is_heard = False
            await asyncio.sleep(LOOK_SECONDS)
            silent_seconds = 0.0 if self.is_heard else silent_seconds + LOOK_SECONDS
        raise TimeoutError("it does not answer")

    def end(self) -> None:
        """Make no further connection. Whoever runs this cancels it then.

        Both are needed: a ``TaskGroup`` with an error to tell does not tell that it was cancelled too.
        """
        self._is_over = True

    def came_up(self) -> None:
        """Redis has answered over this connection."""
        if not self.is_up:
            self.is_up = True
            self._shown.inc()
            self._up_since = self._clock()
            self._is_known_down = False
            log.info("redis_up way=%s node=%s", self._way, self._node)

    def _delay(self, failures: int) -> float:
        """Twice as long as before, and never the same for two workers."""
        longest = min(BACKOFF_MAX_SECONDS, BACKOFF_SECONDS * 2.0 ** min(failures, 10))
        return longest * self._chance.uniform(0.5, 1.0)

    def _log_down(self, error: Exception) -> None:
        """Once for each outage, however often it is tried again; a fault of ours with its traceback."""
        is_expected = isinstance(error, RedisError | OSError)
        if not self._is_known_down or not is_expected:
            trace = None if is_expected else error
            log.warning(
                "redis_down way=%s node=%s error=%s %s",
                self._way,
                self._node,
                type(error).__name__,
                error,
                exc_info=trace,
            )
        self._is_known_down = True


@contextlib.asynccontextmanager
async def connected(make: Make) -> AsyncIterator[AbstractConnection]:
    """A fresh connection; afterwards nothing of it is left, not even what was not sent yet.

    A private name of redis-py: ``_writer``. Its ``disconnect`` keeps the socket until everything
    is written, and to a Redis that stands still nothing ever is.
    """
    connection = make()
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await connection.connect()
        writer = connection._writer  # noqa: SLF001
        yield connection
    finally:
        if writer is not None:
            writer.transport.abort()
        await connection.disconnect(nowait=True)
        if writer is not None:
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def send(connection: AbstractConnection, commands: Sequence[tuple[bytes, ...]]) -> None:
    """The commands are on their way. Raises ``TimeoutError`` where that takes more than a second.

    Packed by hiredis: redis-py's asyncio does it in Python, a twentieth of all that a message costs.
    """
    packed = b"".join(map(pack_command, commands))  # type: ignore[arg-type] # its stub: tuples of one
    async with asyncio.timeout(ANSWER_SECONDS):
        await connection.send_packed_command(packed, check_health=False)


async def hear(connection: AbstractConnection) -> list[object]:
    """All that Redis has said by now, or the next thing that it says, whenever that is.

    That a slot is another node's is a ``MovedError`` among it; any other refusal is raised.

    Private names of redis-py: ``_parser._reader``, which is hiredis's. Its own way from one answer to the
    next, of which a message needs four, took a fifteenth of all that a message costs (measured).
    """
    try:
        said: list[object] = [await connection.read_response(timeout=math.inf)]
    except MovedError as moved:
        said = [moved]
    next_one = connection._parser._reader.gets  # type: ignore[attr-defined]  # noqa: SLF001
    while (answer := next_one()) is not NOT_ENOUGH_DATA:
        if isinstance(answer, RedisError) and not isinstance(answer, MovedError):
            raise answer
        said.append(answer)
    return said
