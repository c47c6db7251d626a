"""The proof: ``python -m tests.lab`` lets everything break, and counts what became of every message.

``FAULTS=rolling,worker_killed`` chooses, ``BASE=9700`` takes other ports. Exit code 1 where anything was
lost, doubled, misplaced, left out or never answered.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.cutting import Cutting
from tests.lab.checker import Verdict, judge
from tests.lab.crowd import regulars
from tests.lab.faults import FAULTS
from tests.lab.lab import Lab, Strike, Unproven, memory
from tests.lab.members import LabCluster
from tests.lab.promises import PROMISES

BEFORE_SECONDS = 2.0
AFTER_SECONDS = 3.0
BASE = int(os.environ.get("BASE", "9300"))
SETTINGS = {
    "PROSA_QUEUE_BYTES": "262144",
    "PROSA_COMMANDS": "100000 per 1 second",
    "PROSA_SENDS": "100000 per 1 second",
    "PROSA_JOINS": "100000 per 1 second",
    "PROSA_QUERIES": "100000 per 1 second",
    "PROSA_CONNECTS": "100000 per 1 second",
    "PROSA_CONNECTS_PER_ADDRESS": "100000 per 1 second",
    "PROSA_REQUESTS_PER_ADDRESS": "100000 per 1 second",
    "PROSA_STRANGERS_PER_ADDRESS": "100000",
    "PROSA_CONNECTIONS_PER_PERSON": "10000",
}


def run(
    cluster: LabCluster, name: str, strike: Strike, folder: Path, chance: random.Random
) -> tuple[Verdict, str]:
    """A crowd writes, the fault strikes, all calms down; what became of it all, and what stays unproven."""
    line = Cutting(cluster.url, seed=chance.randrange(2**32))
    line.start()
    lab = Lab(cluster, line, folder / name)
    before = memory(cluster)
    lab.invite("regulars", regulars(cluster))
    time.sleep(BEFORE_SECONDS)
    unproven = ""
    try:
        strike(lab, chance)
    except Unproven as error:
        unproven = str(error)
    time.sleep(AFTER_SECONDS)
    for crowd in lab.crowds:
        crowd.quieten()
    for crowd in lab.crowds:
        crowd.finish()
    growth_mib = max((mib - before[pid] for pid, mib in memory(cluster).items() if pid in before), default=0)
    line.stop()
    notes = [notes for crowd in lab.crowds for notes in crowd.notes()]
    stored = {room: entries for crowd in lab.crowds for room, entries in crowd.stored().items()}
    verdict = judge(notes, stored)._replace(growth_mib=round(growth_mib, 1))
    if not unproven and strike in PROMISES:
        unproven = PROMISES[strike](verdict)
    return verdict, unproven


def row(name: str, cells: tuple[object, ...]) -> str:
    """One line of the table."""
    return f"{name:22}" + "".join(f"{cell!s:>13}" for cell in cells)


def main() -> int:
    """Run the chosen faults against a cluster of their own."""
    chosen = [name for name in os.environ.get("FAULTS", "").split(",") if name] or list(FAULTS)
    unknown = set(chosen) - FAULTS.keys()
    if unknown:
        print(f"there is no fault {min(unknown)}; there are: {', '.join(FAULTS)}")
        return 2
    seed = int(os.environ.get("SEED", "20261123"))
    folder = Path(tempfile.mkdtemp(prefix="prosa-lab-"))
    cluster = LabCluster(folder, BASE, SETTINGS)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing is left running
    is_clean = True
    try:
        cluster.start(lambda step: print(f"  {step}", flush=True))
        print(f"  seed {seed}; notes and logs: {folder}\n\n{row('fault', Verdict._fields)}", flush=True)
        for number, name in enumerate(chosen):
            chance = random.Random(f"{seed} {name}")
            verdict, unproven = run(cluster, name, FAULTS[name], folder / f"notes-{number}", chance)
            is_proven = verdict.is_clean and not unproven
            is_clean = is_clean and is_proven
            print(row(name, verdict) + ("" if is_proven else f"  <<< {unproven}"), flush=True)
    finally:
        cluster.stop()
    if is_clean:
        shutil.rmtree(folder)
    print("\n  nothing lost, doubled, misplaced or left out" if is_clean else "\n  NOT CLEAN")
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
