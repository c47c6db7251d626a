"""How the entries of one room reach its seats: at once, or in a hot room a few milliseconds' worth together.

A send is a system call, and what it costs hardly grows with its bytes: measured with a thousand seats, twenty
entries told in two sends cost a tenth of what they cost in twenty (``benchmarks``, "A hot room").
"""

import asyncio
from collections.abc import Mapping

from prosa.chat.connections import Connection
from prosa.chat.events import Event, together
from prosa.chat.seats import Seat

HOT_SECONDS = 0.005
"""After an entry was told, those that follow within this time are told together at its end."""

FEW = 8
"""Up to so many seats a timer costs more than it saves: everything is told at once."""


class Crowd:
    """Whoever sits in one room, and what they are about to hear."""

    __slots__ = ("_run", "_seats", "_timer")

    def __init__(self, seats: Mapping[Connection, Seat]) -> None:
        self._seats = seats  # the hub's, which fills and empties it
        self._run: list[tuple[int, Event]] = []
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, seq: int, event: Event) -> None:
        """The next entry: told now if the room was quiet, soon if it is hot."""
        if self._timer is not None:
            self._run.append((seq, event))
            return
        for seat in tuple(self._seats.values()):
            seat.hear(seq, event)
        if len(self._seats) > FEW:
            self._timer = asyncio.get_running_loop().call_later(HOT_SECONDS, self._flush)

    def flush(self) -> None:
        """What waits is told now, before anything else is."""
        run, self._run = self._run, []
        if run:
            joined = together([event for _, event in run])
            for seat in tuple(self._seats.values()):
                seat.hear_run(run, joined)

    def _flush(self) -> None:
        """As long as the room is hot, the next ones wait as long again."""
        self._timer = None
        if self._run:
            self.flush()
            self._timer = asyncio.get_running_loop().call_later(HOT_SECONDS, self._flush)
