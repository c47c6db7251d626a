"""One connection's place in one room: what keeps its entries whole and in order."""

from collections.abc import Sequence

from prosa.chat.connections import Connection
from prosa.chat.events import Event

HELD_MAX = 1_000
"""What may happen in a room while one join reads the store; the outbound queue has the same bound."""

STATE_LOST = 4009


class Seat:
    """From ``release(position)`` on its connection gets ``position + 1``, ``+ 2`` … and no other entry.

    Until then, while the join reads the store, everything that happens in the room is held. ``position`` is
    kept by the crowd while the whole room is told as one.
    """

    __slots__ = ("_deliver", "_held", "connection", "position")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._deliver = connection.deliver
        self.position = -1
        self._held: list[tuple[int | None, Event]] | None = []

    def release(self, position: int) -> None:
        """The join is answered with everything up to ``position``: pass on what came meanwhile."""
        held, self._held, self.position = self._held or [], None, position
        for seq, event in held:
            if seq is None:
                self._deliver(event)
            else:
                self.hear(seq, event)

    def hear(self, seq: int, event: Event) -> None:
        """An entry: delivered if it is the next one, dropped if known. A hole ends the connection."""
        if self._held is not None:
            self._hold(seq, event)
        elif seq == self.position + 1:
            self.position = seq
            self._deliver(event)
        elif seq > self.position:
            self.connection.end(STATE_LOST, "state lost")

    def hear_run(self, run: Sequence[tuple[int, Event]], joined: Event) -> None:
        """Entries that follow each other, with all their events joined in one.

        Whoever is not right before the first of them hears them one by one.
        """
        if self._held is None and run[0][0] == self.position + 1:
            self.position = run[-1][0]
            self._deliver(joined)
        else:
            for seq, event in run:
                self.hear(seq, event)

    def is_at(self, position: int) -> bool:
        """It has got everything up to ``position``, and is held back no more."""
        return self._held is None and self.position == position

    def tell(self, event: Event) -> None:
        """Anything else that happens in the room."""
        if self._held is not None:
            self._hold(None, event)
        else:
            self._deliver(event)

    def _hold(self, seq: int | None, event: Event) -> None:
        held = self._held
        if held is not None and len(held) < HELD_MAX:
            held.append((seq, event))
        else:
            self.connection.end(STATE_LOST, "state lost")
