"""What strikes, one after another. Each returns when it has struck and what it struck is back."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pymongo
from pymongo.errors import PyMongoError

from deploy.cluster import MONGOD, REDIS, Cluster
from deploy.colours import DeployError
from tests.lab.crowding import readers_asleep, said_twice, throng
from tests.lab.lab import Lab, Strike, Unproven, places, process, readiness, worker

FROZEN_SECONDS = 10.0

NOTICED_SECONDS = 3.0
"""Workers know within 2 s that Redis is silent, and are asked over HTTP."""

BACK_SECONDS = 10.0

ELECTED_SECONDS = 30.0

READ_ANEW = 4
READ_ANEW_SECONDS = 0.7
"""All four together last longer than a primary takes to notice that nobody hears it (``deploy.cluster``)."""

CUTS = 3
ROLL_BACK_SECONDS = 15.0
ROLLED_BACK = "Rollback summary"
"""What a mongod logs when it has taken back what only it had."""


def nothing(lab: Lab, chance: Random) -> None:
    """Ten quiet seconds, to compare with."""
    time.sleep(10)


def worker_killed(lab: Lab, chance: Random) -> None:
    """SIGKILL of one worker, in the middle of whatever it does; supervisor brings it back."""
    _kill(lab.cluster, [chance.choice(places(lab.cluster))])


def two_workers_killed(lab: Lab, chance: Random) -> None:
    """SIGKILL of two of the three at the same moment."""
    _kill(lab.cluster, chance.sample(places(lab.cluster), 2))


def rolling(lab: Lab, chance: Random) -> None:
    """A deploy at noon."""
    lab.cluster.colours.roll(lambda _: None)


def redis_killed(lab: Lab, chance: Random) -> None:
    """SIGKILL of Redis, back a moment later without memory."""
    os.kill(process(lab.cluster, "redis"), signal.SIGKILL)
    time.sleep(NOTICED_SECONDS)
    _until_workers_say(lab.cluster, "up", BACK_SECONDS)


def redis_frozen(lab: Lab, chance: Random) -> None:
    """SIGSTOP of Redis for ten seconds: connected, and silent."""
    pid = process(lab.cluster, "redis")
    with _ten_seconds():
        os.kill(pid, signal.SIGSTOP)
        _until_workers_say(lab.cluster, "down", NOTICED_SECONDS)
    os.kill(pid, signal.SIGCONT)
    _until_workers_say(lab.cluster, "up", BACK_SECONDS)


def redis_parted(lab: Lab, chance: Random) -> None:
    """For ten seconds nothing passes between the workers and Redis, either way, and nobody is told."""
    with _ten_seconds():
        lab.cluster.network.part()
        _until_workers_say(lab.cluster, "down", NOTICED_SECONDS)
    lab.cluster.network.heal()
    _until_workers_say(lab.cluster, "up", BACK_SECONDS)


def primary_killed(lab: Lab, chance: Random) -> None:
    """SIGKILL of the primary mongod; the others elect another one."""
    os.kill(process(lab.cluster, _primary(lab.cluster)), signal.SIGKILL)


def primary_frozen(lab: Lab, chance: Random) -> None:
    """SIGSTOP of the primary mongod for ten seconds; it comes back to find another one in its place."""
    _freeze(process(lab.cluster, _primary(lab.cluster)))


def primary_steps_down(lab: Lab, chance: Random) -> None:
    """An orderly change of primary."""
    port = lab.cluster.base + MONGOD + int(_primary(lab.cluster)[-1]) - 1
    with pymongo.MongoClient[dict[str, object]](
        f"mongodb://127.0.0.1:{port}/?directConnection=true"
    ) as client:
        client.admin.command("replSetStepDown", 10, force=True)


def primary_cut_off(lab: Lab, chance: Random) -> None:
    """For ten seconds the primary neither hears nor is heard by the others, but by everybody else.

    It takes writes until it notices, which nobody holds but itself: they are rolled back. Meanwhile everybody
    comes in anew, again and again, and reads. Where all that it had written had just arrived at the others,
    it is cut off once more.
    """
    before = _rolled_back(lab.cluster)
    for _ in range(CUTS):
        _cut_off_primary(lab)
        deadline = time.monotonic() + ROLL_BACK_SECONDS
        while time.monotonic() < deadline:
            if _rolled_back(lab.cluster) > before:
                return
            time.sleep(0.5)
    raise Unproven("nothing was rolled back")


def mongods_restarted(lab: Lab, chance: Random) -> None:
    """All three mongods killed at once."""
    for n in (1, 2, 3):
        os.kill(process(lab.cluster, f"mongod-{n}"), signal.SIGKILL)


def nginx_reloaded(lab: Lab, chance: Random) -> None:
    """SIGHUP: new nginx processes, the old ones keep their connections."""
    os.kill(process(lab.cluster, "nginx"), signal.SIGHUP)


def nginx_killed(lab: Lab, chance: Random) -> None:
    """SIGKILL of nginx's master and of its processes."""
    master = process(lab.cluster, "nginx")
    for pid in (master, *_children(master)):
        os.kill(pid, signal.SIGKILL)


def worker_frozen(lab: Lab, chance: Random) -> None:
    """SIGSTOP of a worker for ten seconds: its people wait, unless somebody notices."""
    _freeze(process(lab.cluster, *worker(lab.cluster, chance.choice(places(lab.cluster)))))


def redis_flushed(lab: Lab, chance: Random) -> None:
    """FLUSHALL: Redis forgets everything it knew."""
    assert _tell_redis(lab.cluster, b"FLUSHALL") == b"+OK"


def publishers_cut(lab: Lab, chance: Random) -> None:
    """The lines by which workers publish are cut again and again; those by which they hear are not."""
    for _ in range(20):
        assert _tell_redis(lab.cluster, b"CLIENT KILL TYPE normal").startswith(b":")
        time.sleep(chance.uniform(0.2, 0.6))


def secondaries_frozen(lab: Lab, chance: Random) -> None:
    """SIGSTOP of both other mongods: for ten seconds no majority can be had."""
    primary = _primary(lab.cluster)
    pids = [process(lab.cluster, f"mongod-{n}") for n in (1, 2, 3) if f"mongod-{n}" != primary]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(FROZEN_SECONDS)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def lines_cut(lab: Lab, chance: Random) -> None:
    """For twelve seconds every connection lives a few seconds, and is cut wherever it is, also in a frame."""
    lab.line.is_storm = True
    time.sleep(12)
    lab.line.is_storm = False


def clock_wrong(lab: Lab, chance: Random) -> None:
    """A fourth worker joins whose clock is an hour ahead; people move to it, and later away from it."""
    with lab.cluster.worker(6, LD_PRELOAD=str(_libfaketime()), FAKETIME="+1h"):
        worker_killed(lab, chance)
        time.sleep(6)


FAULTS: dict[str, Strike] = {
    strike.__name__: strike
    for strike in (
        nothing,
        worker_killed,
        two_workers_killed,
        rolling,
        redis_killed,
        redis_frozen,
        redis_parted,
        redis_flushed,
        publishers_cut,
        primary_killed,
        primary_frozen,
        primary_steps_down,
        primary_cut_off,
        secondaries_frozen,
        mongods_restarted,
        nginx_reloaded,
        nginx_killed,
        worker_frozen,
        lines_cut,
        said_twice,
        throng,
        readers_asleep,
        clock_wrong,
    )
}


def _tell_redis(cluster: Cluster, command: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", cluster.base + REDIS), 5) as line:
        line.sendall(command + b"\r\n")
        return line.recv(100).strip()


def _until_workers_say(cluster: Cluster, redis: str, seconds: float) -> None:
    """Each worker says so of Redis at ``/readyz``, and is ready all the same."""
    deadline = time.monotonic() + seconds
    while any(said.get("redis") != redis for said in readiness(cluster)):
        if time.monotonic() > deadline:
            raise Unproven(f"after {seconds:.0f} s not every worker says that Redis is {redis}")
        time.sleep(0.1)


@contextlib.contextmanager
def _ten_seconds() -> Iterator[None]:
    """It lasts ``FROZEN_SECONDS``, whatever is done in them."""
    ended_at = time.monotonic() + FROZEN_SECONDS
    yield
    time.sleep(max(0.0, ended_at - time.monotonic()))


def _kill(cluster: Cluster, places: list[int]) -> None:
    for pid in [process(cluster, *worker(cluster, place)) for place in places]:
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


def _cut_off_primary(lab: Lab) -> None:
    lab.cluster.members.cut_off(int(_primary(lab.cluster)[-1]) - 1)
    with _ten_seconds():
        for _ in range(READ_ANEW):
            time.sleep(READ_ANEW_SECONDS)
            lab.line.cut()
    lab.cluster.members.heal()


def _rolled_back(cluster: Cluster) -> int:
    """How often a mongod has taken back what only it had."""
    logs = [cluster.logs / f"mongod-{n}.log" for n in (1, 2, 3)]
    return sum(log.read_text().count(ROLLED_BACK) for log in logs)


def _primary(cluster: Cluster) -> str:
    """Who is the primary, once there is one: the fault before may have struck it."""
    deadline = time.monotonic() + ELECTED_SECONDS
    while time.monotonic() < deadline:
        for n in range(3):
            uri = f"mongodb://127.0.0.1:{cluster.base + MONGOD + n}/?directConnection=true"
            with pymongo.MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=1000) as client:
                try:
                    if client.admin.command("hello").get("isWritablePrimary"):
                        return f"mongod-{n + 1}"
                except PyMongoError:
                    continue
        time.sleep(0.2)
    raise Unproven(f"there was no primary for {ELECTED_SECONDS:.0f} s")


def _libfaketime() -> Path:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        raise DeployError("libfaketime is missing: apt-get install libfaketime")
    return library
