"""The works in which Prosa stands beside its peers."""

from collections.abc import Mapping, Sequence

from benchmarks.goals import Goal, Verdict, at_least, at_most, ratios
from benchmarks.load import MOST_BUSY, Load, Round, resident_mib
from benchmarks.results import Result
from benchmarks.turns import INSERT, OUR, OUTSTANDING, Rounds, Turns

LATE_MS, MOST_RATE = 100.0, 20_000.0
TRIES = 3
"""Of a rate, before it counts as too much: a machine that stood still for a moment says nothing of it."""


def accepted(turns: Turns) -> Result:
    """Rooms of two, 50 messages on the way: how many a second are stored and acknowledged."""
    found = turns.compare("outstanding", turns.people.pairs, number=OUTSTANDING, with_inserts=True)
    figures = {
        name: [each.acked_per_second if isinstance(each, Round) else each for each in rounds]
        for name, rounds in found.items()
    }
    verdicts = [
        _times(figures, INSERT, at_least("must", "times one journaled insert a message", 3)),
        _times(figures, INSERT, at_least("aim", "times one journaled insert a message", 5)),
    ]
    verdicts += [
        _times(figures, name, at_least("must", f"times {name} with the same insert", 1))
        for name in figures
        if name not in (OUR, INSERT)
    ]
    return Result(name="Stored and acknowledged, rooms of two, 50 outstanding", unit="messages a second",
                  figures=figures, verdicts=verdicts)  # fmt: skip


def talk(turns: Turns) -> Result:
    """A thousand people by twos, 500 messages a second: how long from saying to hearing."""
    found = turns.compare("rate", turns.people.pairs, number=500, wanted=())
    figures = {name: [each.p99 for each in rounds] for name, rounds in found.items()}
    half = [each.p50 for each in found[OUR]]
    verdicts = [
        at_most("must", "ms from saying to hearing, half of them", 5).verdict(half),
        at_most("must", "ms from saying to hearing, 99 of 100", 25).verdict(figures[OUR]),
    ]
    name = "1,000 connections in rooms of two, 500 messages a second, stored"
    return Result(name=name, unit="p99 in ms", figures=figures, verdicts=verdicts)


def fanout(turns: Turns) -> Result:
    """One says something to a thousand: what each delivery costs."""
    found = turns.compare(
        "fanout", [turns.people.hall], number=1, expected=len(turns.people.hall), floor=True
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
    name = f"Fan-out to {len(turns.people.hall):,}"
    return Result(
        name=name, unit="µs of CPU a delivery", figures=figures, verdicts=verdicts, notes=_busy(found)
    )


def hot(turns: Turns) -> Result:
    """Twenty messages at once to a thousand."""
    hall = turns.people.hall
    found = turns.compare(
        "fanout", [hall], number=20, expected=len(hall), floor=True, wanted=("sockjs-tornado",)
    )
    figures = {name: [each.cpu_us_per_delivery for each in rounds] for name, rounds in found.items()}
    verdicts = []
    if "sockjs-tornado" in figures:
        cheaper = at_least("aim", "times cheaper than sockjs-tornado as it comes", 8)
        verdicts.append(cheaper.verdict(ratios(figures["sockjs-tornado"], figures[OUR])))
    name = f"A hot room: 20 messages at once to {len(hall):,}"
    return Result(
        name=name, unit="µs of CPU a delivery", figures=figures, verdicts=verdicts, notes=_busy(found)
    )


def modest(turns: Turns) -> Result:
    """Five messages a second to a thousand: how long until all have them."""
    found = turns.compare_hall("rate", number=5)
    figures = {name: [each.p99 for each in rounds] for name, rounds in found.items()}
    late = ratios(figures[OUR], figures["floor"])
    verdicts = [at_most("aim", "times the floor's p99", 1.7).verdict(late)]
    name = f"5 messages a second to {len(turns.people.hall):,}"
    return Result(name=name, unit="p99 in ms", figures=figures, verdicts=verdicts)


def idle(turns: Turns) -> Result:
    """A thousand connections that say nothing: what they hold, beyond the process that has none."""
    held: dict[str, list[float]] = {}
    pairs = turns.people.pairs[:500]
    with turns.everybody(pairs, floor=False, wanted=()) as everybody:
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


def most(turns: Turns) -> Result:
    """As many messages a second as are heard within 100 ms, 99 of 100."""
    pairs = turns.people.pairs
    found: dict[str, list[float]] = {}
    with turns.everybody(pairs, floor=False) as everybody:
        for server, lines in everybody:
            rate, held = 250.0, 0.0
            with Load(server, lines, "rate", seconds=turns.plan.seconds, number=rate) as load:
                load.round()  # for warming up
            while rate < MOST_RATE:
                with Load(server, lines, "rate", seconds=turns.plan.seconds, number=rate) as load:
                    if not any(_holds(load.round()) for _ in range(TRIES)):
                        break
                held, rate = rate, rate * 1.25
            found[server.name] = [held]
    return Result(name="The most messages a second with p99 below 100 ms, rooms of two, stored",
                  unit="messages a second", figures=found, verdicts=[])  # fmt: skip


def _holds(each: Round) -> bool:
    return each.p99 <= LATE_MS and each.heard >= 2 * each.said


def _times(figures: Mapping[str, Sequence[float]], other: str, goal: Goal) -> Verdict:
    return goal.verdict(ratios(figures[OUR], figures[other]))


def _busy(found: Rounds) -> str:
    share = max(each.load_share for rounds in found.values() for each in rounds)
    said = f"The load needed {share:.0%} of a core at most"
    return said if share < MOST_BUSY else f"{said}: MORE THAN IT MAY, it was measured itself"
