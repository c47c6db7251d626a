"""The proof: ``python -m tests.lab`` lets everything break, and counts what became of every message.

``FAULTS=rolling,worker_killed`` chooses. Exit code 1 where anything was lost, doubled, misplaced, left out
or never answered.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from deploy.cluster import Cluster
from tests.cutting import Cutting
from tests.lab.checker import Verdict, judge
from tests.lab.crowd import Crowd
from tests.lab.faults import FAULTS, Lab, Strike

BEFORE_SECONDS = 2.0
AFTER_SECONDS = 4.0
BASE = 9300
SETTINGS = {
    "PROSA_SENDS": "100000 per 1 second",
    "PROSA_JOINS": "100000 per 1 second",
    "PROSA_CONNECTIONS_PER_PERSON": "10000",
}


def run(cluster: Cluster, name: str, strike: Strike, folder: Path, chance: random.Random) -> Verdict:
    """A crowd writes, the fault strikes, everything calms down; what became of it all."""
    line = Cutting(cluster.url, seed=chance.randrange(2**32))
    line.start()
    crowd = Crowd(cluster, line.url, folder / name)
    crowd.start()
    time.sleep(BEFORE_SECONDS)
    strike(Lab(cluster, line), chance)
    time.sleep(AFTER_SECONDS)
    crowd.finish()
    line.stop()
    return judge(crowd.notes(), crowd.stored())


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
    cluster = Cluster(folder, BASE, SETTINGS)
    is_clean = True
    try:
        cluster.start(lambda step: print(f"  {step}", flush=True))
        print(f"  seed {seed}; notes and logs: {folder}\n\n{row('fault', Verdict._fields)}", flush=True)
        for name in chosen:
            verdict = run(cluster, name, FAULTS[name], folder / "notes", random.Random(f"{seed} {name}"))
            is_clean = is_clean and verdict.is_clean
            print(row(name, verdict) + ("" if verdict.is_clean else "  <<<"), flush=True)
    finally:
        cluster.stop()
    if is_clean:
        shutil.rmtree(folder)
    print("\n  nothing lost, doubled, misplaced or left out" if is_clean else "\n  NOT CLEAN")
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
