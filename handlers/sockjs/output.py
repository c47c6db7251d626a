"""What one WebSocket still has to send, and whether its reader keeps up.

Tornado's ``write_message`` makes a task for every message, and its stream keeps whatever it is given:
a peer that stops reading would cost one task and one buffer a message, without end. Here a frame goes
straight to the kernel while nothing waits, and into the stream's buffer otherwise, which is measured.
Measured beside ``write_message``, a fan-out written so takes a quarter of the processor time.

Private names of Tornado's IOStream: ``_total_write_index`` and ``_total_write_done_index``, the bytes
it has accepted and those that the kernel has taken from it.
"""

from collections import deque

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError


def untaken_bytes(stream: IOStream) -> int:
    """What ``stream`` has been given and the kernel has not taken from it yet."""
    return stream._total_write_index - stream._total_write_done_index  # noqa: SLF001


class Output:
    """One WebSocket's way out. A frame is sent whole and in order, or the stream is closed."""

    __slots__ = ("_bytes_max", "_ends", "_is_direct", "_messages_max", "_stream")

    def __init__(self, stream: IOStream, *, bytes_max: int, messages_max: int) -> None:
        self._stream = stream
        self._bytes_max = bytes_max
        self._messages_max = messages_max
        self._is_direct = not isinstance(stream, SSLIOStream)
        self._ends: deque[int] | None = None  # where each frame in the stream's buffer ends

    def send(self, frame: bytes) -> bool:
        """Send or queue ``frame``; false where more than allowed is waiting behind the one being written."""
        stream = self._stream
        if stream.closed():
            return True
        try:
            if self._is_direct and not stream.writing():
                sent = self._hand_over(frame)
                if sent == len(frame):
                    return True
                frame = frame[sent:]
            stream.write(frame)
        except StreamClosedError:
            return True
        return self._is_keeping_up()

    @property
    def queued_bytes(self) -> int:
        """What the kernel has not taken yet."""
        return untaken_bytes(self._stream)

    def _hand_over(self, frame: bytes) -> int:
        try:
            return self._stream.socket.send(frame)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._stream.close((type(error), error, error.__traceback__))
            raise StreamClosedError(real_error=error) from None

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
        return len(ends) - 1 <= self._messages_max and total - ends[0] <= self._bytes_max
