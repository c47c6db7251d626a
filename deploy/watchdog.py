"""Kills a worker that does not answer any more, so that supervisor starts another one.

nginx cannot see one that hangs: its port is open and takes requests. Run under the supervisord that
listens on SOCKET, as ``python -m deploy.watchdog SOCKET BASE``.
"""

import os
import signal
import socket
import sys
import time
from collections import Counter
from pathlib import Path

from deploy.colours import PLACES, PUBLIC, Colours, DeployError

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 1.5
"""The longest that one question may take; the loop of a worker under load answers in milliseconds."""
STRIKES = 2
"""Questions in a row without an answer: a worker that hangs is gone after about 4 s."""

QUESTION = b"GET /healthz HTTP/1.0\r\n\r\n"


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


def look(colours: Colours, base: int, silent: Counter[int]) -> None:
    """Ask every worker once; whoever has been silent ``STRIKES`` times in a row is killed."""
    for colour, places in PLACES.items():
        for place in places:
            silent[place] = silent[place] + 1 if hangs(base + PUBLIC + place) else 0
            if silent[place] < STRIKES:
                continue
            silent[place] = 0
            try:
                os.kill(colours.pid(f"prosa-{colour}", str(place)), signal.SIGKILL)
            except (DeployError, ProcessLookupError) as error:
                print(f"worker={place} hangs and could not be killed: {error}", flush=True)
            else:
                print(f"worker={place} did not answer and was killed", flush=True)


def main() -> int:
    """Look for ever."""
    colours, base = Colours(Path(sys.argv[1]), int(sys.argv[2])), int(sys.argv[2])
    silent = Counter[int]()
    while True:
        look(colours, base, silent)
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
