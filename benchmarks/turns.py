"""Everybody does the same work in turns, so that whatever slows the machine down slows all."""

import contextlib
import itertools
import subprocess
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack

import msgspec

from benchmarks import peers, prosa_cluster
from benchmarks.load import Load, Round
from benchmarks.prosa_cluster import Prosa

FIRST_PORT = 40
"""The peers listen so far above the cluster's base."""
OUTSTANDING = 50
OUR = "Prosa"
INSERT = "one insert a message"

Rounds = dict[str, list[Round]]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much of it: a full run, or a quick one."""

    rounds: int
    seconds: float
    peers: tuple[str, ...]
    is_quick: bool
    crowd: int = 1000
    hall: int = 1000
    storm: int = 5000


class People(msgspec.Struct, frozen=True):
    """The session keys of who is invited: to halls where all are together, and by twos."""

    hall: list[str]
    storm: list[str]
    pairs: list[list[str]]


class Turns:
    """Prosa and its peers, beside each other."""

    def __init__(self, prosa: Prosa, plan: Plan, people: People) -> None:
        self.prosa = prosa
        self.plan = plan
        self.people = people
        self._ports = itertools.count()  # each its own: one that was just left may be in use still

    def compare_hall(self, mode: str, *, number: float) -> Rounds:
        """Connection 0 speaks to all of the hall."""
        hall = self.people.hall
        return self.compare(mode, [hall], number=number, expected=len(hall), floor=True, wanted=())

    def compare(  # noqa: PLR0913 - what a work chooses
        self,
        mode: str,
        rooms: Sequence[Sequence[str]],
        *,
        number: float,
        expected: int = 0,
        floor: bool = False,
        with_inserts: bool = False,
        wanted: Container[str] | None = None,
    ) -> Rounds:
        """Rounds of everybody in turns, so that whatever slows the machine slows all.

        A quick run leaves out whoever is not ``wanted`` for a goal; ``None``: they all are.
        """
        found: Rounds = {}
        with ExitStack() as stack:
            turns: dict[str, Callable[[], Round]] = {}
            everybody = self.everybody(rooms, floor=floor, wanted=wanted)
            for server, lines in stack.enter_context(everybody):
                load = Load(server, lines, mode, seconds=self.plan.seconds, number=number, expected=expected)
                turns[server.name] = stack.enter_context(load).round
            if with_inserts:
                turns[INSERT] = stack.enter_context(self._inserts())  # type: ignore[assignment]
            for turn in turns.values():
                turn()  # the first is for warming up
            for _ in range(self.plan.rounds):
                for name, turn in turns.items():
                    found.setdefault(name, []).append(turn())
        return found

    @contextlib.contextmanager
    def everybody(
        self, rooms: Sequence[Sequence[str]], *, floor: bool, wanted: Container[str] | None = None
    ) -> Iterator[list[tuple[peers.Running, list[peers.Line]]]]:
        """Prosa and the peers that were chosen run, each with the connections of all these rooms."""
        is_for_all = wanted is None or not self.plan.is_quick
        names = [name for name in self.plan.peers if is_for_all or name in wanted]
        with ExitStack() as stack:
            found = [(self.prosa.worker(), self._our_lines(rooms))]
            for peer in peers.PEERS:
                if peer.name in names or (peer.name == "floor" and floor):
                    port = self.prosa.cluster.base + FIRST_PORT + next(self._ports)
                    server = stack.enter_context(peers.started(peer, port, self.prosa.store))
                    found.append((server, peers.lines(peer, rooms)))
            yield found

    def _our_lines(self, rooms: Sequence[Sequence[str]]) -> list[peers.Line]:
        names = ["hall"] if rooms[0] is self.people.hall else [f"pair{n}" for n in range(len(rooms))]
        return [
            prosa_cluster.line(name, key) for name, keys in zip(names, rooms, strict=True) for key in keys
        ]

    @contextlib.contextmanager
    def _inserts(self) -> Iterator[Callable[[], float]]:
        python = str(peers.KEPT / "venv" / "bin" / "python")
        command = [
            python,
            "-m",
            "benchmarks.inserts",
            self.prosa.store,
            str(self.plan.seconds),
            str(OUTSTANDING),
        ]
        with subprocess.Popen(  # noqa: S603 - ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=peers.ROOT
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None

            def turn() -> float:
                process.stdin.write("go\n")
                process.stdin.flush()
                return float(process.stdout.readline())

            try:
                yield turn
            finally:
                process.stdin.close()


def invite(prosa: Prosa, plan: Plan) -> People:
    """The hall and the pairs, with a session of the demo site for everybody."""
    halls = [("hall", plan.hall), ("storm", plan.storm)]
    pairs = [(f"pair{n}", 2) for n in range(plan.crowd // 2)]
    print(f"  inviting {plan.hall + plan.storm + plan.crowd:,} people", flush=True)
    keys = prosa.invite(halls + pairs)
    return People(hall=keys["hall"], storm=keys["storm"], pairs=[keys[name] for name, _ in pairs])
