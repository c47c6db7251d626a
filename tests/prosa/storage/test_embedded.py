"""A mongod of our own: up in a moment, gone with its owner, and it keeps what it was given."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote_plus

import pymongo
import pytest

from prosa.storage.binaries import MongodError, find_mongod
from prosa.storage.embedded import EmbeddedMongod

OWNER = """
import sys, time
from pathlib import Path
from prosa.storage.embedded import EmbeddedMongod
mongod = EmbeddedMongod(Path(sys.argv[1])).start()
print(mongod.pid, mongod.uri, flush=True)
time.sleep(600)
"""


def socket_of(uri: str) -> Path:
    return Path(unquote_plus(uri.removeprefix("mongodb://").split("/?")[0]))


def write(uri: str) -> int:
    """One more document; how many there are."""
    client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(uri, w="majority", journal=True)
    with client:
        client["test"]["kept"].insert_one({})
        return client["test"]["kept"].count_documents({})


def test_what_it_was_given_is_there_after_a_stop_and_after_everything_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pid, uri = owner.stdout.readline().split()
        assert write(uri) == 1
        os.kill(int(pid), signal.SIGKILL)
        owner.kill()
    left = socket_of(uri).parent
    started = time.monotonic()
    with EmbeddedMongod(tmp_path) as again:
        assert time.monotonic() - started < 10  # 1.4 on an idle machine
        assert again.uri != uri
        assert not left.exists()
        assert write(again.uri) == 2


def test_it_ends_with_an_owner_who_was_killed_and_its_successor_waits_for_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        _, uri = owner.stdout.readline().split()
        assert write(uri) == 1
        owner.kill()
    with EmbeddedMongod(tmp_path) as again:
        assert write(again.uri) == 2


def test_nobody_else_can_reach_it_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    with EmbeddedMongod(tmp_path) as running:
        path = socket_of(running.uri)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout
        assert f"pid={running.pid}," not in listening
    assert not path.parent.exists()


def test_a_data_directory_is_one_owners_at_a_time(tmp_path: Path) -> None:
    with EmbeddedMongod(tmp_path) as running, pytest.raises(MongodError, match="Another Prosa is using"):
        EmbeddedMongod(tmp_path).start()
    assert running is not None


def test_where_there_is_no_mongod_the_three_ways_to_have_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(MongodError) as refusal:
        find_mongod({"MONGOD": str(tmp_path / "missing")})
    for way in ("PROSA_MONGODB_URI", "$MONGOD", "pip install", "glibc 2.34", "libcurl4", "missing"):
        assert way in str(refusal.value)


def test_a_mongod_on_the_path_comes_before_the_wheel_unless_it_does_not_run(tmp_path: Path) -> None:
    wheel = find_mongod({"PATH": ""})
    on_path = tmp_path / "mongod"
    on_path.write_text('#!/bin/sh\necho "error while loading shared libraries" >&2; exit 127\n')
    on_path.chmod(0o700)
    assert find_mongod({"PATH": str(tmp_path)}) == wheel
    on_path.write_text(f'#!/bin/sh\nexec {wheel} "$@"\n')
    assert find_mongod({"PATH": str(tmp_path)}) == on_path
    assert find_mongod({"PATH": "", "MONGOD": str(on_path)}) == on_path


def test_a_mongod_that_gives_up_leaves_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "WiredTiger").write_text("no such thing")
    (tmp_path / "WiredTiger.turtle").write_text("no such thing")
    with pytest.raises(MongodError, match="WiredTiger"):
        EmbeddedMongod(tmp_path).start()


def test_its_log_does_not_quote_what_was_slow(tmp_path: Path) -> None:
    with EmbeddedMongod(tmp_path / "data") as mongod:
        client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(mongod.uri)
        with client:
            kept = client["test"]["kept"]
            kept.insert_one({"conteudo": "segredo"})
            slow = {"conteudo": "segredo", "$where": "sleep(200); return true"}
            assert kept.update_one(slow, {"$set": {"conteudo": "outro segredo"}}).modified_count == 1
    log = (tmp_path / "data" / "mongod.log").read_text()
    assert "Shutting down" in log
    assert "segredo" not in log
