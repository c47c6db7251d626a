"""How the entries of one room reach its seats: at once, or in a hot room a few milliseconds' worth together.

A send is a system call, and what it costs hardly grows with its bytes: measured with a thousand seats, twenty
entries told in two sends cost a tenth of what they cost in twenty (``benchmarks``, "A hot room"). And while
nobody comes or goes, all are at the same place: it is kept once, and they are told as one.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from prosa.chat.connections import Connection, FanOut
from prosa.chat.events import Event, together
from prosa.chat.seats import Seat

HOT_SECONDS = 0.005
"""After an entry was told, those that follow within this time are told together at its end."""

FEW = 8
"""Up to so many seats a timer costs more than it saves, and so does telling them as one."""


class Crowd:
    """Whoever sits in one room, and what they are about to hear."""

    __slots__ = ("_fan_out", "_position", "_run", "_seats", "_tell_all", "_timer")

    def __init__(self, seats: Mapping[Connection, Seat], fan_out: FanOut) -> None:
        self._seats = seats  # the hub's, which fills and empties it
        self._fan_out = fan_out
        self._tell_all: Callable[[Event], None] | None = None  # while everybody is at ``_position``
        self._position = -1
        self._run: list[tuple[int, Event]] = []
        self._timer: asyncio.TimerHandle | None = None

    def changes(self) -> None:
        """Somebody comes or has gone: to be called before the first and after the second."""
        if self._tell_all is not None:
            self._tell_all = None
            for seat in self._seats.values():
                seat.position = self._position

    def hear(self, seq: int, event: Event) -> None:
        """The next entry: told now if the room was quiet, soon if it is hot."""
        if self._timer is not None:
            if self._run and seq != self._run[-1][0] + 1:
                self.flush()  # what is told together has no hole in it
            self._run.append((seq, event))
            return
        self._tell([(seq, event)], event)
        if len(self._seats) > FEW:
            self._timer = asyncio.get_running_loop().call_later(HOT_SECONDS, self._flush)

    def flush(self) -> None:
        """What waits is told now, before anything else is."""
        run, self._run = self._run, []
        if run:
            self._tell(run, together([event for _, event in run]))

    def _tell(self, run: Sequence[tuple[int, Event]], joined: Event) -> None:
        """To all as one, if each has got everything before it; else each by their own place."""
        last = run[-1][0]
        if self._tell_all is not None and run[0][0] == self._position + 1:
            try:
                self._tell_all(joined)
            except BaseException:
                self.changes()  # nobody knows who was told: all have a hole at the next one, and come back
                raise
            self._position = last
            return
        self.changes()
        for seat in tuple(self._seats.values()):
            seat.hear_run(run, joined)
        if len(self._seats) > FEW and all(seat.is_at(last) for seat in self._seats.values()):
            self._position = last
            self._tell_all = self._fan_out([seat.connection.pass_on for seat in self._seats.values()])

    def _flush(self) -> None:
        """As long as the room is hot, the next ones wait as long again."""
        self._timer = None
        if self._run:
            self.flush()
            self._timer = asyncio.get_running_loop().call_later(HOT_SECONDS, self._flush)
