"""What one WebSocket still has to send, and whether its reader keeps up.

Tornado's ``write_message`` makes a task for every message, and its stream keeps whatever it is given:
a peer that stops reading would cost one task and one buffer a message, without end. Here a frame goes
straight to the kernel while nothing waits, and into the stream's buffer otherwise, which is measured.
Measured beside ``write_message``, a fan-out written so takes a quarter of the processor time.

In a room of a thousand the processor's caches have lost by each delivery what they held at the one before:
what is looked at on the way is what a delivery costs. So it leads past the session and the handler, and here
one function is kept at hand that takes the next frame: the socket's ``send``, as long as nothing waits in the
stream. Whatever is written to the stream (here, and by Tornado: ``framing.py`` tells) is followed by a look
at what waits there now. To many at once ``fanout.py`` leads; what one is told leaves at the end of the loop's
turn (``turn.py``), or before anything else is written.

Private names of Tornado's IOStream: ``_total_write_index`` and ``_total_write_done_index``, the bytes
it has accepted and those that the kernel has taken from it; ``_write_buffer``, and its ``_size``.
"""

import socket
from collections import deque
from collections.abc import Callable

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from handlers.sockjs.config import Config
from handlers.sockjs.payload import Payload
from handlers.sockjs.turn import Turn

HandOver = Callable[[bytes], int]
"""Takes as much as fits, and says how much."""

MORE_THAN_FITS = 16 * 2**20
"""Into a socket's buffer."""


def untaken_bytes(stream: IOStream) -> int:
    """What ``stream`` has been given and the kernel has not taken from it yet."""
    return stream._total_write_index - stream._total_write_done_index  # noqa: SLF001


def forget_way(stream: IOStream) -> None:
    """The way of the error that ended ``stream`` led through it: neither keeps the other in memory."""
    if stream.error is not None:
        stream.error.__traceback__ = None


def can_send_past() -> bool:
    """Whether this Tornado's stream says what waits in it where we look. Tried at the start, on two sockets.

    Where it does not, every frame goes through the stream, at twice the cost.
    """
    here, there = socket.socketpair()
    here.setblocking(False)
    with there:
        stream = IOStream(here)
        try:
            if stream._write_buffer._size:  # noqa: SLF001
                return False
            stream.write(bytes(MORE_THAN_FITS))
            return 0 < stream._write_buffer._size == untaken_bytes(stream) < MORE_THAN_FITS  # noqa: SLF001
        except AttributeError:
            return False
        finally:
            stream.close()


class Output:
    """One WebSocket's way out. A frame is sent whole and in order, or the stream is closed.

    ``form`` names which of a payload's frames it takes; ``hand_over`` takes the next frame, or a part of it.
    ``too_slow`` is called where more than allowed is waiting behind the frame that is being written.
    """

    __slots__ = (
        "_config", "_ends", "_is_direct", "_stream", "_told", "_too_slow", "_turn", "form", "hand_over",
    )  # fmt: skip

    def __init__(
        self,
        stream: IOStream,
        turn: Turn,
        *,
        is_direct: bool,
        form: str,
        config: Config,
        too_slow: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._turn = turn
        self._is_direct = is_direct and not isinstance(stream, SSLIOStream)
        self._config = config
        self._too_slow: Callable[[], None] | None = too_slow  # None: it is over
        self._told: list[bytes] | None = None  # in this turn of the loop
        self._ends: deque[int] | None = None  # where each frame in the stream's buffer ends
        self.form = form
        self.hand_over: HandOver = self._behind

    def deliver(self, payload: Payload) -> None:
        """It leaves at the end of this turn of the loop, with whatever else is delivered in it."""
        if self._told is None:
            if self._too_slow is None:
                return
            self._told = []
            self.hand_over = self._keep
            self._turn.at_end(self.leave)
        self._told.append(getattr(payload, self.form))

    def leave(self) -> None:
        """What has been delivered leaves now, in one system call."""
        frames, self._told = self._told, None
        if frames is None:
            return
        frame = frames[0] if len(frames) == 1 else b"".join(frames)
        self.hand_over = self._behind
        try:
            sent = self.hand_over(frame)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self.fail(error)
            return
        if sent != len(frame):
            self.send(frame[sent:])

    def _keep(self, frame: bytes) -> int:
        """Takes a frame while others wait for the end of the turn."""
        if self._told is not None:
            self._told.append(frame)
        return len(frame)

    def fail(self, error: OSError) -> None:
        """The socket takes nothing any more; also where it was closed just now."""
        self._stream.close((type(error), error, error.__traceback__))

    def _behind(self, frame: bytes) -> int:
        """Takes a frame while something may wait in the stream; where nothing does, the socket takes over."""
        if self._is_direct and self._has_nothing_waiting():
            self.hand_over = self._stream.socket.send
            return self.hand_over(frame)
        self.send(frame)
        return len(frame)

    def send(self, frame: bytes) -> None:
        """Send or queue ``frame`` now; without effect where the goodbye has been said, or nobody is there."""
        self.leave()
        if self._too_slow is None:
            return
        try:
            self._stream.write(frame)
        except StreamClosedError:
            return
        self.written()
        if not self._is_keeping_up():
            self._too_slow()

    def written(self) -> None:
        """Something was written to the stream: what comes now goes behind it, if it waits there."""
        if self._told is None and self._too_slow is not None and not self._has_nothing_waiting():
            self.hand_over = self._behind

    def _has_nothing_waiting(self) -> bool:
        """The stream is open, and has given the kernel all that it had."""
        return not self._stream.closed() and not self._stream._write_buffer._size  # noqa: SLF001

    def end(self) -> None:
        """Nothing is sent any more; what waits still is. Whoever had it made is not held any longer."""
        self.leave()
        self._too_slow = None
        self.hand_over = len  # takes it whole, and does nothing with it

    @property
    def queued_bytes(self) -> int:
        """What the kernel has not taken yet."""
        return untaken_bytes(self._stream) + sum(map(len, self._told or ()))

    def _is_keeping_up(self) -> bool:
        total, done = self._stream._total_write_index, self._stream._total_write_done_index  # noqa: SLF001
        if self._ends is None:
            self._ends = deque()
        ends = self._ends
        ends.append(total)
        while ends and ends[0] <= done:
            ends.popleft()
        if not ends:
            self._ends = None
            return True
        most = self._config
        return len(ends) - 1 <= most.queue_messages and total - ends[0] <= most.queue_bytes
