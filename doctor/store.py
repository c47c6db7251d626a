"""MongoDB as the workers need it: a replica set that journals by majority, with the unique indexes.

Writes one document into a collection of its own, ``doctor_…``, and takes the collection away again.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pymongo
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError, WTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from doctor.findings import Findings, fail, first_line, grade, ok, warn
from prosa.storage.database import MEMBERSHIP_INDEXES, MESSAGE_INDEXES, POOL_MAX, WRITE_MS, StandaloneError

Document = dict[str, Any]
Client = pymongo.MongoClient[Document]

OLDEST = (6, 0)
"""The oldest MongoDB that Prosa is tested with."""

PATIENCE_MS = 3_000
MEMBERS_SECONDS = 2.0
"""For the members that are up to have answered the driver."""

SLOW_MS = 500.0
CLOCK_WARN_SECONDS, CLOCK_FAIL_SECONDS = 1.0, 10.0
"""A service token is good for 10 s beyond its time: a clock that is further away refuses the site."""

THREE = 3
"""Members of which one may be lost."""


def check(uri: str, database: str, workers: int, now: Callable[[], datetime]) -> Findings:
    """``now``: this machine's clock. ``workers``: how many there are, each with a pool of its own."""
    try:
        client: Client = pymongo.MongoClient(
            uri,
            serverSelectionTimeoutMS=PATIENCE_MS,
            connectTimeoutMS=1000,
            socketTimeoutMS=PATIENCE_MS,
            heartbeatFrequencyMS=500,
            appname="prosa-doctor",
        )
    except (ConfigurationError, ValueError) as error:
        yield fail(
            "store",
            f"PROSA_MONGODB_URI cannot be understood ({type(error).__name__})",
            "write it as mongodb://host,host,host/?replicaSet=name.",
        )
        return
    with client:
        try:
            began = now()
            hello = client.admin.command("hello")
            clock = began + (now() - began) / 2
        except OperationFailure as error:
            yield _refused("reachable", error, "set the name and password of PROSA_MONGODB_URI right.")
            return
        except PyMongoError as error:
            yield _unreachable(client, error)
            return
        if not hello.get("setName") and hello.get("msg") != "isdbgrid":
            yield fail("store", "it is a standalone mongod", f"{StandaloneError()}.")
            return
        yield from _clock(hello, clock)
        for look in (_members, _version, _election, _connections):
            yield from look(client, hello, workers)
        yield from _write(client, database)
        yield from _indexes(client, database)


def _refused(what: str, error: OperationFailure, mend: str) -> Any:
    return fail(
        "store", f"{what}: refused with {error.code} {error.details and error.details.get('codeName')}", mend
    )


def _unreachable(client: Client, error: PyMongoError) -> Any:
    servers = client.topology_description.server_descriptions()
    known = {
        f"{host}:{port}" if port else str(host): one.server_type_name for (host, port), one in servers.items()
    }
    up = [name for name, kind in known.items() if kind != "Unknown"]
    if up:
        return fail(
            "store",
            f"there is no primary: of {len(known)} members {', '.join(up)} can be reached",
            "bring the other members of the replica set back: a majority must be up.",
        )
    return fail(
        "store",
        f"none of {', '.join(known)} can be reached ({type(error).__name__})",
        "start MongoDB, or set the hosts and replicaSet of PROSA_MONGODB_URI right.",
    )


def _members(client: Client, hello: Document, _: int) -> Findings:
    """How many of the set are up, and how many may still be lost."""
    hosts = [*hello.get("hosts", []), *hello.get("passives", [])]
    if hello.get("msg") == "isdbgrid":
        yield ok("store", "a sharded cluster, through mongos")
        return
    if len(hosts) < THREE:
        yield warn(
            "store",
            f"the set {hello['setName']} has {len(hosts)} member{'s' * (len(hosts) != 1)}"
            " (arbiters, hidden and delayed ones do not count): one that is lost stops all writing",
            "add members until there are three (rs.add).",
        )
        return
    if client.topology_description.topology_type_name == "Single":
        yield fail(
            "store",
            "PROSA_MONGODB_URI leads to one member only, and not to the next primary",
            "name all members and replicaSet in it, without directConnection.",
        )
        return
    up = _up(client, hosts)
    down = sorted(set(hosts) - up)
    if down:
        yield warn(
            "store",
            f"{len(up)} of {len(hosts)} members are up, without {', '.join(down)}",
            "bring them back: one more, and nothing may be written.",
        )
    else:
        yield ok(
            "store",
            f"all {len(hosts)} members of {hello['setName']} are up, {hello.get('primary')} is primary",
        )


def _up(client: Client, hosts: list[str]) -> set[str]:
    """Which members the driver has heard of; those that are down have ``MEMBERS_SECONDS`` to answer."""
    deadline = time.monotonic() + MEMBERS_SECONDS
    while True:
        servers = client.topology_description.server_descriptions()
        up = {
            f"{host}:{port}" for (host, port), one in servers.items() if one.server_type_name.startswith("RS")
        }
        if up >= set(hosts) or time.monotonic() > deadline:
            return up & set(hosts)
        time.sleep(0.05)


def _clock(hello: Document, clock: datetime) -> Findings:
    apart = abs((hello["localTime"].replace(tzinfo=UTC) - clock).total_seconds())
    found = f"this machine's clock and the primary's are {apart:.1f} s apart"
    mend = "let both machines keep their time (chrony, systemd-timesyncd)."
    if CLOCK_WARN_SECONDS < apart <= CLOCK_FAIL_SECONDS:
        yield warn("store", found, mend)
    else:
        yield grade(apart <= CLOCK_WARN_SECONDS, "store", found, mend)


def _version(client: Client, _: Document, __: int) -> Findings:
    version = client.server_info()
    if tuple(version["versionArray"][:2]) < OLDEST:
        yield warn(
            "store", f"it is MongoDB {version['version']}", "take 6.0 or newer: no older one is tested."
        )
    else:
        yield ok("store", f"it is MongoDB {version['version']}")


def _election(client: Client, _: Document, __: int) -> Findings:
    try:
        settings = client.admin.command("replSetGetConfig")["config"]["settings"]
    except OperationFailure:
        yield ok("store", "electionTimeoutMillis: this user may not ask (the role clusterMonitor may)")
        return
    yield ok(
        "store",
        f"electionTimeoutMillis is {settings['electionTimeoutMillis']} (with 2000, writing rests 3 s)",
    )


def _connections(client: Client, _: Document, workers: int) -> Findings:
    try:
        free = client.admin.command("serverStatus")["connections"]["available"]
    except OperationFailure:
        yield ok("store", "free connections: this user may not ask (the role clusterMonitor may)")
        return
    need = workers * POOL_MAX
    yield grade(
        free >= need,
        "store",
        f"{free} connections are free, and {workers} workers may take {need}",
        "raise mongod's net.maxIncomingConnections and its limit of open files.",
    )


def _write(client: Client, name: str) -> Findings:
    """A document goes in as a message does, is read as a majority has it, and goes out."""
    concern = WriteConcern(w="majority", j=True, wtimeout=WRITE_MS)
    collection = client[name].get_collection(
        f"doctor_{secrets.token_hex(8)}", write_concern=concern, read_concern=ReadConcern("majority")
    )
    mark = secrets.token_hex(8)
    try:
        began = time.monotonic()
        collection.insert_one({"_id": mark})
        took_ms = (time.monotonic() - began) * 1000
        seen = collection.find_one({"_id": mark})
    except WTimeoutError:
        yield fail(
            "store",
            f"a write was not journaled by a majority within {WRITE_MS} ms",
            "look at rs.status(): members are down, or far behind.",
        )
        return
    except OperationFailure as error:
        yield _refused(
            "a journaled majority write",
            error,
            "let PROSA_MONGODB_URI's user read and write there.",
        )
        return
    except PyMongoError as error:
        yield fail(
            "store",
            f"a journaled majority write: {type(error).__name__}",
            "look at the set's members (rs.status()).",
        )
        return
    finally:
        _take_away(client, name, collection.name)
    found = f"a journaled majority write took {took_ms:.0f} ms"
    if took_ms > SLOW_MS:
        yield warn("store", found, "look at the members' disks and at the network between them.")
    else:
        yield ok("store", found)
    if seen is None:
        yield fail("store", "what was written is not read with read concern majority", "look at rs.status().")
    else:
        yield ok("store", "what was written is read with read concern majority")


def _take_away(client: Client, name: str, collection: str) -> None:
    try:
        client[name].drop_collection(collection)
    except PyMongoError:
        return


def _indexes(client: Client, name: str) -> Findings:
    """What guarantees that nothing is stored twice or out of order is there."""
    for collection, wanted in (("messages", MESSAGE_INDEXES), ("memberships", MEMBERSHIP_INDEXES)):
        try:
            there = {
                tuple(one["key"].items()): one.get("unique", False)
                for one in client[name][collection].list_indexes()
            }
        except PyMongoError as error:
            yield fail(
                "store", f"the indexes of {collection}: {first_line(error)}", "let the user read them."
            )
            continue
        if not there:
            yield warn("store", f"there are no {collection} in {name} yet", "start a worker: it makes them.")
            continue
        wrong = [
            index.document["name"]
            for index in wanted
            if there.get(tuple(index.document["key"].items())) != index.document.get("unique", False)
        ]
        yield grade(
            not wrong,
            "store",
            f"{collection} lacks the index {' and '.join(wrong)}, or it is not unique"
            if wrong
            else f"{collection} has its indexes, unique where they must be",
            "drop one of the same keys, remove what is double, and start a worker anew: it makes them.",
        )
