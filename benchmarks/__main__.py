"""Prosa beside its peers, measured in one run: ``make bench``; with ``BENCH=quick`` in minutes.

Only ratios within one run are compared: everybody works on the same machine, in turns, and every figure
is the median of the rounds, with the least and the most beside it. Ends with 1 where a goal that must hold
is missed.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks import alone, beside, peers, prosa_cluster
from benchmarks.plots import svg
from benchmarks.results import Result
from benchmarks.turns import Plan, Turns, invite

RESULTS = Path(__file__).resolve().parent / "results"

IN_MINUTES = ("sockjs-tornado", "python-socketio", "socket.io")
QUICK = Plan(rounds=3, seconds=1.2, peers=IN_MINUTES, is_quick=True, storm=1000)
ALL = tuple(peer.name for peer in peers.PEERS if peer.name != "floor")
FULL = Plan(rounds=7, seconds=3.0, peers=ALL, is_quick=False)

WORKS = (
    beside.idle,
    beside.accepted,
    beside.talk,
    beside.fanout,
    beside.hot,
    beside.modest,
    alone.storm,
    alone.history,
)
MORE = (beside.most, alone.transports, alone.rooms, alone.workers, alone.crowds)


def machine() -> dict[str, object]:
    """Where it ran, and with what."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "",
    )
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "versions": peers.versions(),
    }


def keep(name: str, found: object, plotted: Sequence[Result]) -> None:
    """A whole run's results, and a plot of each of these."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    for work in plotted:
        (RESULTS / f"{work.slug}.svg").write_text(svg(work))


def main() -> int:
    """One cluster, its peers, all works, a table, a file."""
    is_quick = os.environ.get("BENCH") == "quick"
    plan = QUICK if is_quick else FULL
    chosen = [name for name in os.environ.get("WORKS", "").split(",") if name]
    if chosen and not {"storm", "crowds", "rooms"} & set(chosen):
        plan = msgspec.structs.replace(plan, storm=2)
    began = time.monotonic()
    peers.bring()
    results: list[Result] = []
    with prosa_cluster.running(int(os.environ.get("BASE", "10420"))) as prosa:
        turns = Turns(prosa, plan, invite(prosa, plan))
        for work in WORKS if is_quick else WORKS + MORE:
            if not chosen or work.__name__ in chosen:
                results.append(work(turns))
                print("\n".join(results[-1].lines()), flush=True)
    where = machine()
    if not chosen:
        kept = {"machine": where, "plan": msgspec.to_builtins(plan), "results": msgspec.to_builtins(results)}
        keep("quick" if is_quick else "full", kept, () if is_quick else results)
    missed = [verdict for result in results for verdict in result.verdicts if not verdict.holds]
    print(f"\n{where['cores']} cores, {where['processor']}; {time.monotonic() - began:.0f} s")
    for kind in ("must", "aim"):
        of_kind = [verdict for verdict in missed if verdict.kind == kind]
        print(f"{kind}: " + ("every one holds" if not of_kind else f"{len(of_kind)} missed"))
        for verdict in of_kind:
            print(verdict.line())
    return int(any(verdict.kind == "must" for verdict in missed))


if __name__ == "__main__":
    sys.exit(main())
