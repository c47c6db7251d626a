"""The works: what is asked of everybody, in turns, and which figure of it counts."""

import contextlib
import statistics
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import msgspec

from benchmarks import peers, prosa_cluster
from benchmarks.goals import Goal, Verdict, at_least, at_most, ratios
from benchmarks.load import MOST_BUSY, Load, Round, resident_mib
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


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One work: a row of figures for everybody, and what was to be reached."""

    name: str
    unit: str
    figures: dict[str, list[float]]
    verdicts: list[Verdict]
    notes: str = ""

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"\n{self.name} ({self.unit})"
        for name, values in sorted(self.figures.items(), key=lambda row: statistics.median(row[1])):
            yield f"  {name:24}{statistics.median(values):12.2f}   ({min(values):.2f} to {max(values):.2f})"
        yield from (verdict.line() for verdict in self.verdicts)
        if self.notes:
            yield f"  {self.notes}"


class People(msgspec.Struct, frozen=True):
    """The session keys of who is invited: to halls where all are together, and by twos."""

    hall: list[str]
    storm: list[str]
    pairs: list[list[str]]


class Bench:
    """Everybody runs, beside each other, for the whole of it."""

    def __init__(self, prosa: Prosa, plan: Plan, people: People) -> None:
        self.prosa = prosa
        self.plan = plan
        self.people = people

    def accepted(self) -> Result:
        """Rooms of two, 50 messages on the way: how many a second are stored and acknowledged."""
        found = self._compare("outstanding", self.people.pairs, number=OUTSTANDING, with_inserts=True)
        figures = {
            name: [each.acked_per_second if isinstance(each, Round) else each for each in rounds]
            for name, rounds in found.items()
        }
        verdicts = [
            self._times(figures, INSERT, at_least("must", "times one journaled insert a message", 3)),
            self._times(figures, INSERT, at_least("aim", "times one journaled insert a message", 5)),
        ]
        verdicts += [
            self._times(figures, name, at_least("must", f"times {name} with the same insert", 1))
            for name in figures
            if name not in (OUR, INSERT)
        ]
        return Result(name="Stored and acknowledged, rooms of two, 50 outstanding", unit="messages a second",
                      figures=figures, verdicts=verdicts)  # fmt: skip

    def talk(self) -> Result:
        """A thousand people by twos, 500 messages a second: how long from saying to hearing."""
        found = self._compare("rate", self.people.pairs, number=500)
        figures = {name: [each.p99 for each in rounds] for name, rounds in found.items()}
        half = [each.p50 for each in found[OUR]]
        verdicts = [
            at_most("must", "ms from saying to hearing, half of them", 5).verdict(half),
            at_most("must", "ms from saying to hearing, 99 of 100", 25).verdict(figures[OUR]),
        ]
        name = "1,000 connections in rooms of two, 500 messages a second, stored"
        return Result(name=name, unit="p99 in ms", figures=figures, verdicts=verdicts)

    def fanout(self) -> Result:
        """One says something to a thousand: what each delivery costs."""
        found = self._compare(
            "fanout", [self.people.hall], number=1, expected=len(self.people.hall), floor=True
        )
        figures = {name: [each.cpu_us_per_delivery for each in rounds] for name, rounds in found.items()}
        ours = figures[OUR]
        floor = ratios(ours, figures["floor"])
        verdicts = [
            at_most("must", "times the floor", 1.8).verdict(floor),
            at_most("aim", "times the floor", 1.5).verdict(floor),
        ]
        for name, kind, bound in (
            ("socket.io", "must", 1.0), ("socket.io", "aim", 1.6), ("sockjs-tornado", "aim", 4.0),
            ("python-socketio", "aim", 9.0),
        ):  # fmt: skip
            if name in figures:
                cheaper = at_least(kind, f"times cheaper than {name}", bound)  # type: ignore[arg-type]
                verdicts.append(cheaper.verdict(ratios(figures[name], ours)))
        name = f"Fan-out to {len(self.people.hall):,}"
        return Result(
            name=name, unit="µs of CPU a delivery", figures=figures, verdicts=verdicts, notes=_busy(found)
        )

    def hot(self) -> Result:
        """Twenty messages at once to a thousand."""
        found = self._compare(
            "fanout", [self.people.hall], number=20, expected=len(self.people.hall), floor=True
        )
        figures = {name: [each.cpu_us_per_delivery for each in rounds] for name, rounds in found.items()}
        verdicts = []
        if "sockjs-tornado" in figures:
            cheaper = at_least("aim", "times cheaper than sockjs-tornado as it comes", 8)
            verdicts.append(cheaper.verdict(ratios(figures["sockjs-tornado"], figures[OUR])))
        name = f"A hot room: 20 messages at once to {len(self.people.hall):,}"
        return Result(
            name=name, unit="µs of CPU a delivery", figures=figures, verdicts=verdicts, notes=_busy(found)
        )

    def modest(self) -> Result:
        """Five messages a second to a thousand: how long until all have them."""
        found = self._compare_hall("rate", number=5)
        figures = {name: [each.p99 for each in rounds] for name, rounds in found.items()}
        late = ratios(figures[OUR], figures["floor"])
        verdicts = [at_most("aim", "times the floor's p99", 1.7).verdict(late)]
        name = f"5 messages a second to {len(self.people.hall):,}"
        return Result(name=name, unit="p99 in ms", figures=figures, verdicts=verdicts)

    def idle(self) -> Result:
        """A thousand connections that say nothing: what they hold, beyond the process that has none."""
        held: dict[str, list[float]] = {}
        pairs = self.people.pairs[:500]
        with self._everybody(pairs, floor=False) as everybody:
            for server, lines in everybody:
                before = resident_mib(server.pid)
                with Load(server, lines, "idle", seconds=2, number=0) as load:
                    load.round()
                    held[server.name] = [(resident_mib(server.pid) - before) * 1000 / len(lines)]
        verdicts = [
            at_most("must", "MiB for 1,000 connections over WebSocket", 30).verdict(held[OUR]),
            at_most("aim", "MiB for 1,000 connections over WebSocket", 25).verdict(held[OUR]),
        ]
        name = "1,000 idle connections over WebSocket"
        return Result(name=name, unit="MiB", figures=held, verdicts=verdicts)

    def storm(self) -> Result:
        """Everybody is cut off at once and comes back, while one goes on talking."""
        hall, rounds, said = self.people.storm, 1 if self.plan.is_quick else 3, 40
        server = self.prosa.worker()
        lines = [prosa_cluster.line("storm", key) for key in hall]
        with Load(server, lines, "storm", seconds=4, number=said) as load:
            found = [load.round() for _ in range(rounds)]
            came_in = load.came_in_seconds
        missing = [float(each.said * len(hall) - each.heard) for each in found]
        back = [each.seconds for each in found]
        verdicts = [
            at_most("must", f"s until all of {len(hall):,} are back and in their room", 15).verdict(back),
            at_most("must", "messages that somebody has not got (or, below 0, got twice)", 0).verdict(
                missing
            ),
            at_least("must", "messages that somebody has not got (or, below 0, got twice)", 0).verdict(
                missing
            ),
        ]
        figures = {"back after being cut off": back, "coming in at first": [came_in]}
        return Result(name=f"{len(hall):,} connections on one worker, and a storm of them", unit="s",
                      figures=figures, verdicts=verdicts)  # fmt: skip

    def _compare_hall(self, mode: str, *, number: float) -> Rounds:
        """Connection 0 speaks to all of the hall."""
        hall = self.people.hall
        return self._compare(mode, [hall], number=number, expected=len(hall), floor=True)

    def _compare(
        self,
        mode: str,
        rooms: Sequence[Sequence[str]],
        *,
        number: float,
        expected: int = 0,
        floor: bool = False,
        with_inserts: bool = False,
    ) -> Rounds:
        """Rounds of everybody in turns, so that whatever slows the machine slows all."""
        found: Rounds = {}
        with ExitStack() as stack:
            turns: dict[str, Callable[[], Round]] = {}
            for server, lines in stack.enter_context(self._everybody(rooms, floor=floor)):
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
    def _everybody(
        self, rooms: Sequence[Sequence[str]], *, floor: bool
    ) -> Iterator[list[tuple[peers.Running, list[peers.Line]]]]:
        with ExitStack() as stack:
            found = [(self.prosa.worker(), self._our_lines(rooms))]
            for n, peer in enumerate(peers.PEERS):
                if peer.name in self.plan.peers or (peer.name == "floor" and floor):
                    store = "" if peer.name == "floor" else self.prosa.store
                    port = self.prosa.cluster.base + FIRST_PORT + n
                    server = stack.enter_context(peers.started(peer, port, store))
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

    def _times(self, figures: Mapping[str, Sequence[float]], other: str, goal: Goal) -> Verdict:
        return goal.verdict(ratios(figures[OUR], figures[other]))


def _busy(found: Rounds) -> str:
    share = max(each.load_share for rounds in found.values() for each in rounds)
    said = f"The load needed {share:.0%} of a core at most"
    return said if share < MOST_BUSY else f"{said}: MORE THAN IT MAY, it was measured itself"


def invite(prosa: Prosa, plan: Plan) -> People:
    """The hall and the pairs, with a session of the demo site for everybody."""
    halls = [("hall", plan.hall), ("storm", plan.storm)]
    pairs = [(f"pair{n}", 2) for n in range(plan.crowd // 2)]
    print(f"  inviting {plan.hall + plan.storm + plan.crowd:,} people", flush=True)
    keys = prosa.invite(halls + pairs)
    return People(hall=keys["hall"], storm=keys["storm"], pairs=[keys[name] for name, _ in pairs])
