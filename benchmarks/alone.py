"""The works of Prosa alone: a storm, its transports, and what grows with what."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from benchmarks import growth, prosa_cluster
from benchmarks.goals import at_least, at_most, ratios
from benchmarks.load import Load, resident_mib
from benchmarks.results import Result
from benchmarks.turns import OUTSTANDING, Turns

REST_SECONDS = 60.0
"""Two heartbeats, and whoever is there is asked after once."""


def storm(turns: Turns) -> Result:
    """Everybody is cut off at once and comes back, while one goes on talking."""
    hall, rounds, said = turns.people.storm, 1 if turns.plan.is_quick else 3, 40
    server = turns.prosa.worker()
    lines = [prosa_cluster.line("storm", key) for key in hall]
    with Load(server, lines, "storm", seconds=4, number=said) as load:
        found = [load.round() for _ in range(rounds)]
        came_in = load.came_in_seconds
    missing = [float(each.said * len(hall) - each.heard) for each in found]
    back = [each.seconds for each in found]
    verdicts = [
        at_most("must", f"s until all of {len(hall):,} are back and in their room", 15).verdict(back),
        at_most("must", "messages that somebody has not got (or, below 0, got twice)", 0).verdict(missing),
        at_least("must", "messages that somebody has not got (or, below 0, got twice)", 0).verdict(missing),
    ]
    figures = {"back after being cut off": back, "coming in at first": [came_in]}
    return Result(name=f"{len(hall):,} connections on one worker, and a storm of them", unit="s",
                  figures=figures, verdicts=verdicts)  # fmt: skip


def crowds(turns: Turns) -> Result:
    """Ten thousand on two workers: what they cost while they rest, and who hears what is said at a third."""
    hall = turns.people.storm
    servers = [turns.prosa.worker(place) for place in (2, 3)]
    before = [resident_mib(server.pid) for server in servers]
    with ExitStack() as stack:
        resting = []
        for server in servers:
            lines = [prosa_cluster.line("storm", key) for key in hall]
            load = Load(server, lines, "idle", seconds=REST_SECONDS, number=0)
            resting.append(stack.enter_context(load))
        line = prosa_cluster.line("storm", hall[0])
        speaks = Load(turns.prosa.worker(1), [line], "rate", seconds=REST_SECONDS / 4, number=1, expected=1)
        speaker = stack.enter_context(speaks)
        with ThreadPoolExecutor(len(resting)) as pool:
            calm = list(pool.map(Load.round, resting))
            held = [resident_mib(server.pid) - mib for server, mib in zip(servers, before, strict=True)]
            hearing = [pool.submit(load.round) for load in resting]
            time.sleep(1)  # a round counts what is said after its own beginning
            said = speaker.round().said
            heard = sum(each.result().heard for each in hearing)
    thousands = len(hall) / 1000
    cost = [each.cpu / REST_SECONDS / thousands * 100 for each in calm]
    missing = [float(said * len(hall) * len(resting) - heard)]
    verdicts = [
        at_most("aim", "% of a core for 1,000 that rest", 2).verdict(cost),
        at_most("aim", "messages that somebody has not got (or, below 0, got twice)", 0).verdict(missing),
        at_least("aim", "messages that somebody has not got (or, below 0, got twice)", 0).verdict(missing),
    ]
    figures = {"% of a core for 1,000": cost, "MiB for 1,000": [mib / thousands for mib in held]}
    return Result(name=f"{len(hall) * 2:,} connections on two workers", unit="as named", figures=figures,
                  verdicts=verdicts)  # fmt: skip


def transports(turns: Turns) -> Result:
    """The same hall over each transport: what a delivery costs, and what a connection holds."""
    hall = turns.people.hall
    figures: dict[str, list[float]] = {}
    for place, transport in enumerate(("websocket", "xhr_streaming", "xhr"), 1):
        server = turns.prosa.worker(place)  # the second and third have held nobody yet
        before = resident_mib(server.pid)
        others = [prosa_cluster.line("hall", key, transport) for key in hall[1:]]
        lines = [prosa_cluster.line("hall", hall[0]), *others]
        with Load(server, lines, "fanout", seconds=turns.plan.seconds, number=1, expected=len(hall)) as load:
            load.round()
            held = (resident_mib(server.pid) - before) * 1000 / len(hall)
            figures[f"{transport}, µs a delivery"] = [
                load.round().cpu_us_per_delivery for _ in range(turns.plan.rounds)
            ]
            if place > 1:  # the first has told at the start ("1,000 idle connections")
                figures[f"{transport}, MiB for 1,000"] = [held]
    return Result(name="Prosa over each transport", unit="as named", figures=figures, verdicts=[])


def history(turns: Turns) -> Result:
    """Rooms with a short past and a long one: what a join and a message take."""
    lengths = (1_000, 10_000, 100_000) if turns.plan.is_quick else (1_000, 10_000, 100_000, 1_000_000)
    figures = growth.measure(turns.prosa, lengths)
    verdicts = [
        at_most("must", f"times as long with {lengths[-1]:,} messages: a {deed}", 1.5).verdict(
            ratios(figures[f"{deed}, {lengths[-1]:,} messages"], figures[f"{deed}, {lengths[0]:,} messages"])
        )
        for deed in ("join", "say")
    ]
    return Result(name="The length of a room's past", unit="ms", figures=figures, verdicts=verdicts)


def rooms(turns: Turns) -> Result:
    """Halls of different sizes: what a delivery costs."""
    figures: dict[str, list[float]] = {}
    for size in (100, 1_000, 5_000):
        keys = turns.people.storm[:size]
        lines = [prosa_cluster.line("storm", key) for key in keys]
        with Load(
            turns.prosa.worker(), lines, "fanout", seconds=turns.plan.seconds, number=1, expected=size
        ) as load:
            load.round()
            figures[f"{size:,} listeners"] = [
                load.round().cpu_us_per_delivery for _ in range(turns.plan.rounds)
            ]
    return Result(name="The size of a room", unit="µs of CPU a delivery", figures=figures, verdicts=[])


def workers(turns: Turns) -> Result:
    """The same talk through one, two and three workers: how many messages a second are accepted."""
    figures: dict[str, list[float]] = {}
    for count in (1, 2, 3):
        with ExitStack() as stack:
            loads = []
            for place in range(1, count + 1):
                pairs = [
                    prosa_cluster.line(f"pair{n}", key)
                    for n, keys in enumerate(turns.people.pairs)
                    if n % count == place - 1
                    for key in keys
                ]
                load = Load(
                    turns.prosa.worker(place),
                    pairs,
                    "outstanding",
                    seconds=turns.plan.seconds,
                    number=OUTSTANDING / count,
                )
                loads.append(stack.enter_context(load))
            with ThreadPoolExecutor(count) as pool:
                for _ in range(turns.plan.rounds):
                    rounds = pool.map(Load.round, loads)
                    figures.setdefault(f"{count} workers", []).append(
                        sum(each.acked_per_second for each in rounds)
                    )
    return Result(name="Workers, 50 outstanding in all", unit="messages a second", figures=figures,
                  verdicts=[])  # fmt: skip
