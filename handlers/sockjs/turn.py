"""What is told in one turn of the loop leaves at its end: to each reader in one send, and then to the next.

A send wakes its reader. Where something else is done before the next one, whoever reads for many (nginx, a
load) has gone to sleep again by then and is woken for each, which takes the processor longer than the send.
And an author's own message and its ack become one. Measured with ``benchmarks`` ("Stored and acknowledged",
in turns with a worker that sends at once), a message costs a worker a tenth less, and one alone is not later.
"""

import asyncio
import logging
from collections.abc import Callable

log = logging.getLogger(__name__)


class Turn:
    """Who has been told something in this turn of the loop."""

    def __init__(self) -> None:
        self._leaving: list[Callable[[], None]] = []

    def at_end(self, leave: Callable[[], None]) -> None:
        """``leave`` is called when what is ready to run by now has run, before the loop waits again."""
        if not self._leaving:
            asyncio.get_running_loop().call_soon(self._end)
        self._leaving.append(leave)

    def _end(self) -> None:
        leaving, self._leaving = self._leaving, []
        for leave in leaving:
            try:
                leave()
            except Exception:
                log.exception("leaving failed")
