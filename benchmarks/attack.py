"""How long people wait for each other while somebody attacks: ``python -m benchmarks.attack``.

Starts the cluster as it is shipped (``BASE=10220`` chooses other ports). A thousand people (``PAIRS=500``)
talk by twos through nginx, 60 seconds (``SECONDS=60``) each: in peace, while a flood of ``tests/attacks``
strikes again and again from another address, some with an account, in peace again, and so for each flood.
A row for each: how many messages were heard, how long from saying to hearing, and what the worker that has
grown most holds beyond what it held at first. At the end the p99 under each flood in relation to the peace
on both sides of it, because a shared machine is not the same from minute to minute.

The attacker has the lowest priority: in life it is not on the server, and here two cores are for all.
"""

import asyncio
import itertools
import json
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from deploy.cluster import Cluster
from tests.attacks.floods import FLOODS, Attack, Attacker, guesses, slow_readers
from tests.browser import Browser
from tests.lab.lab import memory

PAIRS = int(os.environ.get("PAIRS", "500"))
PAUSE_SECONDS = 10.0
"""Between two messages of one pair: 50 messages a second, all together."""
ROW_SECONDS = float(os.environ.get("SECONDS", "60"))
"""The store writes its checkpoint once a minute, which everybody notices: each row has one."""
WITH_ACCOUNT = (slow_readers, guesses)
REST_SECONDS = 2.0
"""After a flood, what it has left is worked off."""
OPENING = 20
"""So many tabs open at a time."""

INVITE = f"""
from tests.lab.guests import invite
invite("pair0", 3)
for number in range(1, {PAIRS}):
    invite(f"pair{{number}}", 2)
"""
"""The third in the first room is the attacker, where an attack takes an account."""


class Pair:
    """Two people with a room of their own."""

    def __init__(self, room: str, tabs: list[Browser]) -> None:
        self._room = room
        self._tabs = tabs

    async def talk(self, until: float, waits_ms: list[float], failures: Counter[str]) -> None:
        """One says something now and then, and the other one hears it."""
        await asyncio.sleep(random.random() * PAUSE_SECONDS)  # noqa: S311 - spreads people
        while time.monotonic() < until:
            mine, other = random.sample(self._tabs, 2)
            began = time.monotonic()
            try:
                acked = await mine.says(f"said at {began}", in_room=self._room)
                await other.hears("new_message", seq=acked["seq"])
                waits_ms.append((time.monotonic() - began) * 1000)
            except Exception as error:  # noqa: BLE001 - counted, and shown
                failures[type(error).__name__] += 1
            await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE_SECONDS)  # noqa: S311


def strike_for_ever(flood: Attack, url: str, cookie: str) -> None:
    """The attacker's process: the same flood again and again, with no pause."""
    os.nice(19)

    async def strike() -> None:
        while True:
            attacker = Attacker(url, cookie if flood in WITH_ACCOUNT else "", room="pair0")
            try:
                await flood(attacker)
            except (OSError, EOFError, IndexError):  # cut off, which is what an attacker is for
                await asyncio.sleep(0.1)
            await attacker.leaves()

    asyncio.run(strike())


async def come(url: str, invited: list[dict[str, str]]) -> list[Pair]:
    """Everybody who is invited has opened a tab and joined the room."""
    doors = asyncio.Semaphore(OPENING)

    async def arrive(room: str, key: str) -> Browser:
        async with doors:
            tab = await Browser.open(url, key)
            await tab.asks("join_chat", chat_id=room)
            return tab

    async def pair(keys: dict[str, str]) -> Pair:
        room = next(iter(keys)).rpartition("-")[0]
        two = list(keys.values())[:2]
        return Pair(room, await asyncio.gather(*(arrive(room, key) for key in two)))

    return await asyncio.gather(*map(pair, invited))


async def talk(name: str, pairs: list[Pair]) -> float:
    """Everybody talks; the beginning of a row of figures. The p99 in ms."""
    waits_ms: list[float] = []
    failures = Counter[str]()
    until = time.monotonic() + ROW_SECONDS
    await asyncio.gather(*(pair.talk(until, waits_ms, failures) for pair in pairs))
    p50, p99 = statistics.median(waits_ms), statistics.quantiles(waits_ms, n=100)[98]
    print(f"{name:20}{len(waits_ms):10}{failures.total():10}{p50:10.1f}{p99:10.1f}", end="", flush=True)
    return p99


async def peace(pairs: list[Pair]) -> float:
    """Nobody attacks. The p99 in ms."""
    await asyncio.sleep(REST_SECONDS)
    p99 = await talk("peace", pairs)
    print(flush=True)
    return p99


async def measure(cluster: Cluster, invited: list[dict[str, str]]) -> None:
    """Every flood between two times of peace; then what it comes to."""
    (attackers_key,) = list(invited[0].values())[2:]
    pairs = await come(cluster.url, invited)
    before = memory(cluster)
    print(f"{'':20}{'heard':>10}{'failed':>10}{'p50 ms':>10}{'p99 ms':>10}{'MiB more':>10}")
    quiet, attacked, most = [await peace(pairs)], list[float](), 0.0
    for flood in FLOODS:
        attacker = multiprocessing.get_context("spawn").Process(
            target=strike_for_ever, args=(flood, cluster.url, attackers_key)
        )
        attacker.start()
        try:
            attacked.append(await talk(flood.__name__, pairs))
        finally:
            attacker.terminate()
            attacker.join()
        most = max(most, grown := growth(before, cluster))
        print(f"{grown:10.1f}", flush=True)
        quiet.append(await peace(pairs))
    print("\np99 in relation to the peace before and after:")
    for flood, p99, around in zip(FLOODS, attacked, itertools.pairwise(quiet), strict=True):
        print(f"{flood.__name__:20}{p99 / statistics.mean(around):10.2f}")
    for name, figures in (("quiet", quiet), ("attacked", attacked)):
        low, middle, high = min(figures), statistics.median(figures), max(figures)
        print(f"{name} p99 {low:.1f} to {high:.1f} ms, in the middle {middle:.1f}")
    print(f"memory growth {most:.1f} MiB")


def growth(before: dict[int, float], cluster: Cluster) -> float:
    """The MiB by which the worker that has grown most has grown."""
    return max(mib - before[pid] for pid, mib in memory(cluster).items())


def main() -> int:
    """One cluster, one table."""
    with tempfile.TemporaryDirectory(prefix="prosa-attack-") as folder:
        cluster = Cluster(Path(folder), int(os.environ.get("BASE", "10220")))
        try:
            cluster.start(print)
            told = cluster.manage("shell", "-c", INVITE)
            asyncio.run(measure(cluster, [json.loads(keys) for keys in told.splitlines() if keys[:1] == "{"]))
        finally:
            cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
