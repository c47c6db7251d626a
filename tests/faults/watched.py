"""A worker that can be looked into: ``python -m tests.faults.watched`` in place of ``app.py``.

At SIGUSR1 it writes what there is of everything into the file ``watched.json`` of its data folder.
"""

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import sys
from collections import Counter
from pathlib import Path

import app

OURS = ("prosa", "handlers", "sockjs", "tornado")
REPORT = Path(os.environ["PROSA_DATA_DIR"]) / "watched.json"


def peer(descriptor: int) -> str:
    """Whom a socket leads to."""
    with socket.socket(fileno=os.dup(descriptor)) as line:
        try:
            return f"to {line.getpeername()}"
        except OSError:
            return "to nobody"  # it listens, or its peer has gone


def what_is_open() -> Counter[str]:
    """The file descriptors, by what they lead to."""
    found = Counter[str]()
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one by which the folder was read
            target = str(path.readlink())
            found[f"file {peer(int(path.name)) if target.startswith('socket:') else target}"] += 1
    return found


def report(*_: object) -> None:
    """What lives: tasks, timers, and the objects of our own classes and of those under us."""
    gc.collect()
    loop = asyncio.get_running_loop()
    found = Counter[str]()
    for thing in gc.get_objects():
        module = str(type(thing).__module__)
        if module.split(".", maxsplit=1)[0] in OURS:
            found[f"{module}.{type(thing).__name__}"] += 1
    found["tasks"] = len(asyncio.all_tasks(loop))
    timers = loop._scheduled  # type: ignore[attr-defined]
    found["timers"] = sum(not timer.cancelled() for timer in timers)
    found.update(what_is_open())
    writing = REPORT.with_suffix(".new")
    writing.write_text(json.dumps(found))
    writing.replace(REPORT)


if __name__ == "__main__":
    app.uvloop = asyncio  # its loop tells which timers stand
    signal.signal(signal.SIGUSR1, report)
    sys.exit(app.main())
