"""What strikes, one after another. Each returns when it has struck and what it struck is back."""

import os
import signal
import time
from collections.abc import Callable
from random import Random

import pymongo
from pymongo.errors import PyMongoError

from deploy.cluster import MONGOD, Cluster
from deploy.colours import PLACES

Strike = Callable[[Cluster, Random], None]

FROZEN_SECONDS = 10.0


def nothing(cluster: Cluster, chance: Random) -> None:
    """Ten quiet seconds, to compare with."""
    time.sleep(10)


def worker_killed(cluster: Cluster, chance: Random) -> None:
    """SIGKILL of one worker, in the middle of whatever it does; supervisor brings it back."""
    _kill(cluster, [chance.choice(_places(cluster))])


def two_workers_killed(cluster: Cluster, chance: Random) -> None:
    """SIGKILL of two of the three at the same moment."""
    _kill(cluster, chance.sample(_places(cluster), 2))


def rolling(cluster: Cluster, chance: Random) -> None:
    """A deploy at noon."""
    cluster.colours.roll(lambda _: None)


def redis_killed(cluster: Cluster, chance: Random) -> None:
    """SIGKILL of Redis, back a moment later without memory."""
    os.kill(cluster.colours.pid("redis"), signal.SIGKILL)


def redis_frozen(cluster: Cluster, chance: Random) -> None:
    """SIGSTOP of Redis for ten seconds: connected, and silent."""
    _freeze(cluster.colours.pid("redis"))


def primary_killed(cluster: Cluster, chance: Random) -> None:
    """SIGKILL of the primary mongod; the others elect another one."""
    os.kill(cluster.colours.pid(_primary(cluster)), signal.SIGKILL)


def primary_frozen(cluster: Cluster, chance: Random) -> None:
    """SIGSTOP of the primary mongod for ten seconds; it comes back to find another one in its place."""
    _freeze(cluster.colours.pid(_primary(cluster)))


def primary_steps_down(cluster: Cluster, chance: Random) -> None:
    """An orderly change of primary."""
    port = cluster.base + MONGOD + int(_primary(cluster)[-1]) - 1
    with pymongo.MongoClient[dict[str, object]](
        f"mongodb://127.0.0.1:{port}/?directConnection=true"
    ) as client:
        client.admin.command("replSetStepDown", 10, force=True)


def mongods_restarted(cluster: Cluster, chance: Random) -> None:
    """All three mongods killed at once."""
    for n in (1, 2, 3):
        os.kill(cluster.colours.pid(f"mongod-{n}"), signal.SIGKILL)


def nginx_reloaded(cluster: Cluster, chance: Random) -> None:
    """SIGHUP: new nginx processes, the old ones keep their connections."""
    os.kill(cluster.colours.pid("nginx"), signal.SIGHUP)


def nginx_killed(cluster: Cluster, chance: Random) -> None:
    """SIGKILL of nginx's master and of its processes."""
    master = cluster.colours.pid("nginx")
    for pid in (master, *_children(master)):
        os.kill(pid, signal.SIGKILL)


def worker_frozen(cluster: Cluster, chance: Random) -> None:
    """SIGSTOP of a worker for ten seconds: its people wait, unless somebody notices."""
    _freeze(cluster.colours.pid(*_worker(cluster, chance.choice(_places(cluster)))))


FAULTS: dict[str, Strike] = {
    strike.__name__: strike
    for strike in (
        nothing,
        worker_killed,
        two_workers_killed,
        rolling,
        redis_killed,
        redis_frozen,
        primary_killed,
        primary_frozen,
        primary_steps_down,
        mongods_restarted,
        nginx_reloaded,
        nginx_killed,
        worker_frozen,
    )
}


def _places(cluster: Cluster) -> tuple[int, ...]:
    return PLACES[cluster.colours.running()[0]]


def _worker(cluster: Cluster, place: int) -> tuple[str, str]:
    return f"prosa-{'a' if place in PLACES['a'] else 'b'}", str(place)


def _kill(cluster: Cluster, places: list[int]) -> None:
    for pid in [cluster.colours.pid(*_worker(cluster, place)) for place in places]:
        os.kill(pid, signal.SIGKILL)


def _freeze(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    time.sleep(FROZEN_SECONDS)
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:  # somebody has noticed
        return


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as children:  # noqa: PTH123 - the kernel's
        return [int(child) for child in children.read().split()]


def _primary(cluster: Cluster) -> str:
    for n in range(3):
        uri = f"mongodb://127.0.0.1:{cluster.base + MONGOD + n}/?directConnection=true"
        with pymongo.MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=1000) as client:
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return f"mongod-{n + 1}"
            except PyMongoError:
                continue
    raise AssertionError("there is no primary")
