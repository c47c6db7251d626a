"""What strikes have to do with: a cluster, its crowd, and the line between them."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from deploy.cluster import Cluster
from deploy.colours import PLACES, PUBLIC, DeployError
from tests.cutting import Cutting
from tests.lab.crowd import Crowd, Guest
from tests.lab.members import LabCluster

PATIENCE_SECONDS = 30.0


class Unproven(Exception):  # noqa: N818 - what a row says in the end
    """What should have happened under the fault did not: the row proves nothing, or shows a fault."""


class Lab:
    """What can be struck: a cluster, and the line between its people and its nginx."""

    def __init__(self, cluster: LabCluster, line: Cutting, folder: Path) -> None:
        self.cluster = cluster
        self.line = line
        self.crowds: list[Crowd] = []
        self._folder = folder

    def invite(self, name: str, guests: Sequence[Guest]) -> Crowd:
        """They are in their rooms and write, until everybody is told to finish."""
        crowd = Crowd(self.cluster, self.line.url, self._folder / name, guests)
        self.crowds.append(crowd)
        crowd.start()
        return crowd


Strike = Callable[[Lab, Random], None]
"""Raises ``Unproven``. What a row promises beyond its zeros: ``promises.py``."""


def process(cluster: Cluster, group: str, name: str | None = None) -> int:
    """The process that runs there. One between two lives is waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return cluster.colours.pid(group, name)
        except DeployError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def worker_pids(cluster: Cluster) -> list[int]:
    """The processes of the workers."""
    return [process(cluster, *worker(cluster, place)) for place in places(cluster)]


def memory(cluster: Cluster) -> dict[int, float]:
    """The MiB that each worker's process holds in memory."""
    held = {}
    for pid in worker_pids(cluster):
        with contextlib.suppress(FileNotFoundError):  # it has just died
            _, is_alive, rest = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")
            if is_alive:
                held[pid] = int(rest.split()[0]) / 1024
    return held


def readiness(cluster: Cluster) -> list[dict[str, object]]:
    """What each worker says at ``/readyz``; of one that does not answer, or is not ready, nothing."""
    said: list[dict[str, object]] = []
    for place in places(cluster):
        url = f"http://127.0.0.1:{cluster.base + PUBLIC + place}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                said.append(json.load(answer))
        except urllib.error.HTTPError as refusal:
            refusal.close()
            said.append({})
        except OSError:
            said.append({})
    return said


def places(cluster: Cluster) -> tuple[int, ...]:
    """The places of the workers that work."""
    return PLACES[cluster.colours.running()[0]]


def worker(cluster: Cluster, place: int) -> tuple[str, str]:
    """What supervisor calls the worker of this place: its group and its name."""
    return f"prosa-{'a' if place in PLACES['a'] else 'b'}", str(place)
