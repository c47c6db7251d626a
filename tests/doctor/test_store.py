"""A MongoDB on which a message could be lost, doubled or never be stored is found."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pymongo
import pytest

from deploy.cluster import MONGOD, Cluster
from doctor import store
from doctor.findings import Finding, redacted, secrets_of
from prosa.storage.binaries import find_mongod
from prosa.storage.database import MEMBERSHIP_INDEXES, MESSAGE_INDEXES
from prosa.storage.embedded import SOCKET
from tests.doctor.lines import only, troubles
from tests.ports import free_port

AGAIN_SECONDS = 60.0


def now() -> datetime:
    return datetime.now(UTC)


def look(uri: str, database: str = "prosa", workers: int = 6) -> list[Finding]:
    return list(store.check(uri, database, workers, now))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + AGAIN_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def hello(cluster: Cluster, member: int) -> dict[str, Any]:
    """What that member says of itself."""
    uri = f"mongodb://127.0.0.1:{cluster.base + MONGOD + member}/?directConnection=true"
    with pymongo.MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=5000) as client:
        return client.admin.command("hello")


def primary(cluster: Cluster) -> int:
    """Which of the three it is."""
    return next(n for n in range(3) if hello(cluster, n)["isWritablePrimary"])


@contextmanager
def frozen(cluster: Cluster, members: list[int]) -> Iterator[None]:
    """These members stand still for a while; afterwards the set is whole again."""
    pids = [cluster.colours.pid(f"mongod-{member + 1}") for member in members]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        until(lambda: troubles(look(cluster.mongodb_uri)) == [])


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast this machine writes is no test's question here: its disk may be busy."""
    monkeypatch.setattr(store, "SLOW_MS", store.WRITE_MS)


@pytest.fixture
def own(cluster: Cluster) -> Iterator[pymongo.database.Database[dict[str, Any]]]:
    """A database of this test's own on the set."""
    with pymongo.MongoClient[dict[str, Any]](cluster.mongodb_uri) as client:
        name = f"t_{uuid4().hex}"
        yield client[name]
        client.drop_database(name)


def test_a_good_one_has_no_trouble_and_nothing_is_left_in_it(cluster: Cluster) -> None:
    with pymongo.MongoClient[dict[str, Any]](cluster.mongodb_uri) as client:
        before = set(client["prosa"].list_collection_names())
        findings = look(cluster.mongodb_uri)
        assert set(client["prosa"].list_collection_names()) == before
    assert troubles(findings) == []
    said = "".join(finding.found for finding in findings)
    for part in (
        "all 3 members",
        "majority write took",
        "electionTimeoutMillis is 2000",
        "connections are free",
    ):
        assert part in said


def test_one_that_is_not_there_is_named_without_its_password() -> None:
    environ = {"PROSA_MONGODB_URI": f"mongodb://prosa:hunter2@127.0.0.1:{free_port()}/?replicaSet=rs0"}
    line = redacted(only(look(environ["PROSA_MONGODB_URI"])), secrets_of(environ))
    assert line.startswith("FAIL")
    assert "none of 127.0.0.1" in line
    assert "hunter2" not in line


def test_an_address_that_makes_no_sense_is_found() -> None:
    assert "PROSA_MONGODB_URI cannot be understood" in only(look("mongo://db1"))


def test_a_wrong_password_is_found_and_not_shown(cluster: Cluster) -> None:
    uri = cluster.mongodb_uri.replace("://", "://prosa:hunter2@")
    line = only(look(uri))
    assert "AuthenticationFailed" in line
    assert "name and password" in line
    assert "hunter2" not in line


def test_a_standalone_is_found(tmp_path: Path) -> None:
    command = [find_mongod(os.environ), "--dbpath", tmp_path, "--bind_ip", tmp_path / SOCKET]
    process = subprocess.Popen([*command, "--unixSocketPrefix", tmp_path], stdout=subprocess.DEVNULL)
    try:
        until((tmp_path / SOCKET).exists)
        line = only(look(f"mongodb://{quote_plus(str(tmp_path / SOCKET))}/"))
    finally:
        process.kill()
        process.wait()
    assert "standalone" in line
    assert "rs.initiate()" in line


def test_a_set_of_one_is_found(mongod: str) -> None:
    lines = troubles(look(mongod, f"t_{uuid4().hex}"))
    assert lines[0].startswith("warn")
    assert "has 1 member (arbiters" in lines[0]


def test_an_address_that_leads_to_one_member_only_is_found(cluster: Cluster) -> None:
    port = cluster.base + MONGOD + primary(cluster)
    assert "without directConnection" in only(look(f"mongodb://127.0.0.1:{port}/?directConnection=true"))


def test_a_member_that_is_down_is_named(cluster: Cluster) -> None:
    down = (primary(cluster) + 1) % 3
    with frozen(cluster, [down]):
        line = only(look(cluster.mongodb_uri))
    assert line.startswith("warn")
    assert f"2 of 3 members are up, without 127.0.0.1:{cluster.base + MONGOD + down}" in line


def test_a_set_without_a_primary_is_found(cluster: Cluster) -> None:
    alone = primary(cluster)
    with frozen(cluster, [n for n in range(3) if n != alone]):
        until(lambda: not hello(cluster, alone)["isWritablePrimary"])
        line = only(look(cluster.mongodb_uri))
    assert line.startswith("FAIL")
    assert "there is no primary" in line
    assert "a majority must be up" in line


def test_a_majority_that_does_not_follow_is_found(cluster: Cluster) -> None:
    """Both others are kept an hour behind, as backups are: they are up, and confirm no write."""
    with pymongo.MongoClient[dict[str, Any]](cluster.mongodb_uri) as client:
        usual = client.admin.command("replSetGetConfig")["config"]
        first = primary(cluster)
        delayed = [
            member if member["_id"] == first else {**member, "priority": 0, "secondaryDelaySecs": 3600}
            for member in usual["members"]
        ]
        bend = {**usual, "members": delayed, "version": usual["version"] + 1}
        client.admin.command("replSetReconfig", bend)
        try:
            lines = troubles(look(cluster.mongodb_uri))
        finally:
            client.admin.command("replSetReconfig", {**usual, "version": usual["version"] + 2}, force=True)
            until(lambda: troubles(look(cluster.mongodb_uri)) == [])
    (line,) = (line for line in lines if line.startswith("FAIL"))
    assert "was not journaled by a majority within 2000 ms" in line


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_is_wrong_is_found(ahead: timedelta, cluster: Cluster) -> None:
    line = only(store.check(cluster.mongodb_uri, "prosa", 6, lambda: now() + ahead))
    assert line.startswith("FAIL")
    seconds = float(line.partition(" s apart")[0].split()[-1])
    assert 3590 < seconds <= 3600
    assert "chrony" in line


def test_a_clock_that_is_a_little_wrong_is_said(cluster: Cluster) -> None:
    line = only(store.check(cluster.mongodb_uri, "prosa", 6, lambda: now() + timedelta(seconds=5)))
    assert line.startswith("warn")


def test_too_few_connections_are_found(cluster: Cluster) -> None:
    assert "net.maxIncomingConnections" in only(look(cluster.mongodb_uri, workers=1_000_000))


def test_an_old_version_is_found(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "OLDEST", (6, 1))
    assert "it is MongoDB 6.0" in only(look(cluster.mongodb_uri))


def test_a_store_that_no_worker_has_seen_is_said(
    cluster: Cluster, own: pymongo.database.Database[dict[str, Any]]
) -> None:
    lines = troubles(look(cluster.mongodb_uri, own.name))
    assert [line.startswith("warn") and "start a worker" in line for line in lines] == [True, True]


@pytest.mark.parametrize("wrong", ["missing", "not unique"])
def test_an_index_that_would_let_something_be_stored_twice_is_found(
    wrong: str, cluster: Cluster, own: pymongo.database.Database[dict[str, Any]]
) -> None:
    own.messages.create_indexes(list(MESSAGE_INDEXES))
    own.memberships.create_indexes(list(MEMBERSHIP_INDEXES))
    assert troubles(look(cluster.mongodb_uri, own.name)) == []
    own.messages.drop_index("order")
    if wrong == "not unique":
        own.messages.create_index([("chat_id", 1), ("seq", 1)], name="order")
    line = only(look(cluster.mongodb_uri, own.name))
    assert line.startswith("FAIL")
    assert "messages lacks the index order, or it is not unique" in line
