"""Kills a worker that does not answer any more, so that supervisor starts another one.

nginx cannot see one that hangs: its port is open and takes requests. Run under the supervisord that
listens on SOCKET, as ``python -m deploy.watchdog SOCKET BASE``.
"""

import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NamedTuple

from deploy.colours import PLACES, PUBLIC, Colours, DeployError

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 1.5
"""The longest that one question may take; the loop of a worker under load answers in milliseconds."""
STRIKES = 2
"""Questions in a row without an answer: a worker that stands still is gone after about 4 s."""
STRIKES_BUSY = 10
"""The same of one that is at work, or would be if the machine let it: to kill that one at once makes an
overloaded machine slower, and its people come back to where they were. After 20 s it is of use to nobody."""
BUSY = 0.1
"""The part of the time in which a worker that does not stand still wants the processor."""

QUESTION = b"GET /healthz HTTP/1.0\r\n\r\n"


class Silence(NamedTuple):
    """How long one worker has not answered."""

    pid: int
    strikes: int
    since: float
    wanted: float
    """The processor time that it had wanted until then."""

    def is_over(self, now: float, wanted: float) -> bool:
        """Whether there is nothing to be hoped for any more."""
        is_busy = wanted - self.wanted > BUSY * (now - self.since)
        return self.strikes >= (STRIKES_BUSY if is_busy else STRIKES)


def hangs(port: int) -> bool:
    """Whether somebody listens there and does not answer. Nobody there is not a worker that hangs."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as line:
            line.sendall(QUESTION)
            line.recv(1)
    except TimeoutError:
        return True
    except OSError:
        return False
    return False


def look(colours: Colours, base: int, silent: dict[int, Silence]) -> None:
    """Ask every worker once; whoever has been ``silent`` for too long is killed."""
    for colour, places in PLACES.items():
        for place in places:
            if not hangs(base + PUBLIC + place):
                silent.pop(place, None)
                continue
            try:
                pid = colours.pid(f"prosa-{colour}", str(place))
                _strike(place, pid, silent)
            except (DeployError, ProcessLookupError) as error:
                print(f"worker={place} hangs and could not be killed: {error}", flush=True)


def _strike(place: int, pid: int, silent: dict[int, Silence]) -> None:
    now, wanted = time.monotonic(), _wanted_seconds(pid)
    known = silent.get(place)
    if known is None or known.pid != pid:
        silent[place] = Silence(pid, 1, now, wanted)
        return
    silent[place] = known = known._replace(strikes=known.strikes + 1)
    if known.is_over(now, wanted):
        del silent[place]
        os.kill(pid, signal.SIGKILL)
        print(f"worker={place} did not answer and was killed", flush=True)


def _wanted_seconds(pid: int) -> float:
    """How long its main thread, where its loop turns, has run or waited for the processor.

    0.0 where it is gone, or the kernel does not say: then it stands still.
    """
    try:
        ran, waited, _ = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()
    except FileNotFoundError:
        return 0.0
    return (int(ran) + int(waited)) / 1e9


def main() -> int:
    """Look for ever."""
    colours, base = Colours(Path(sys.argv[1]), int(sys.argv[2])), int(sys.argv[2])
    silent: dict[int, Silence] = {}
    while True:
        look(colours, base, silent)
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
