"""A broker without a server, for the workers that live in one process.

One worker alone is served by a bus with nobody else on it; the tests put several on one.
"""

from collections.abc import Callable

Heard = Callable[[bytes], None]
"""What a worker does with a notice of another one. Must not raise."""


class MemoryBus:
    """The wire between the brokers of one process."""

    def __init__(self) -> None:
        self.brokers: list[MemoryBroker] = []


class MemoryBroker:
    """One worker's end of the bus: what it publishes reaches every other worker, never itself."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self._heard: Callable[[bytes], None] | None = None
        self._channels: set[str] = set()
        bus.brokers.append(self)

    def listen(self, heard: Heard) -> None:
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
        for broker in self._bus.brokers:
            if broker is not self and broker._heard is not None and channel in broker._channels:  # noqa: SLF001 - its own class
                broker._heard(notice)  # noqa: SLF001

    def close(self) -> None:
        """Hear and tell nothing more."""
        if self in self._bus.brokers:
            self._bus.brokers.remove(self)
        self._heard = None
