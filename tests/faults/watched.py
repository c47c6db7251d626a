"""A worker that can be looked into: ``python -m tests.faults.watched`` in place of ``app.py``.

At SIGUSR1 it writes what there is of everything into the file ``watched.json`` of its data folder.
"""

import asyncio
import gc
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import app

OURS = ("prosa", "handlers", "sockjs", "tornado")
REPORT = Path(os.environ["PROSA_DATA_DIR"]) / "watched.json"


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
    found["files"] = len(list(Path("/proc/self/fd").iterdir()))
    writing = REPORT.with_suffix(".new")
    writing.write_text(json.dumps(found))
    writing.replace(REPORT)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, report)
    sys.exit(app.main())
