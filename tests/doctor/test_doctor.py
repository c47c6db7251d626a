"""``python -m doctor`` as somebody types it: what it prints, what it keeps to itself, and how it ends."""

import json
import re
import subprocess
import sys

import pytest

from deploy.cluster import ROOT, Cluster
from doctor.findings import redacted, secrets_of
from tests.server import session_key


def doctor(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "doctor"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_a_healthy_deployment_has_nothing_to_mend_and_no_secret_is_shown(
    cluster: Cluster, environ: dict[str, str]
) -> None:
    session = session_key(cluster.url, "cliente")
    done = doctor({**environ, "SESSION": session})
    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert done.returncode == 0, done.stdout
    slow = [line for line in lines if "majority write took" in line]  # by the disk of this machine
    assert all(line.startswith("ok ") for line in lines[:-2] if line not in slow), done.stdout
    assert re.search(r" ok, [01] to look at, 0 to mend$", lines[-1])
    for about in ("settings", "store", "broker", "site", "workers", "front", "sockjs"):
        assert any(line.startswith(f"ok    {about}: ") for line in lines), about
    for secret in (session, *json.loads(environ["PROSA_API_KEYS"]).values()):
        assert secret not in done.stdout


def test_without_an_address_it_looks_behind_nginx_only(environ: dict[str, str]) -> None:
    done = doctor({name: text for name, text in environ.items() if name != "URL"})
    assert done.returncode == 0
    assert "workers: " in done.stdout
    assert "front: " not in done.stdout


def test_what_fails_is_in_the_exit_code(environ: dict[str, str]) -> None:
    done = doctor({**environ, "PROSA_REDIS_URL": ""})
    assert done.returncode == 1
    assert "FAIL  broker: there are 6 workers and no PROSA_REDIS_URL" in done.stdout
    assert done.stdout.endswith(" 1 to mend\n")


def test_settings_that_stop_every_worker_are_said_once_and_first(environ: dict[str, str]) -> None:
    done = doctor({**environ, "PROSA_PAGE": "1000", "PROSA_MONGO_URI": "mongodb://a:hunter2@b/"})
    assert done.returncode == 1
    assert [line.partition(".")[0] for line in done.stdout.splitlines()[:2]] == [
        "FAIL  settings: PROSA_MONGO_URI is not a setting",
        "FAIL  settings: PROSA_PAGE is wrong: expected `int` <= 100",
    ]
    assert "store: " not in done.stdout
    assert "hunter2" not in done.stdout


@pytest.mark.parametrize("given", [{"URL": "chat.example.com"}, {"SUPERVISOR": "/nowhere/supervisor.conf"}])
def test_what_makes_no_sense_is_told_whoever_typed_it(given: dict[str, str], environ: dict[str, str]) -> None:
    done = doctor({**environ, **given})
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("doctor: ")


def test_a_password_is_hidden_wherever_it_stands() -> None:
    environ = {
        "PROSA_MONGODB_URI": "mongodb://prosa:p%40ss-word@db1,db2/",
        "PROSA_REDIS_URL": "redis://:another-one@r/0",
        "PROSA_API_KEYS": '{"site": "the-key-of-the-site"}',
        "SESSION": "k3v-session",
        "PROSA_SITE_TOKEN": "the-token-of-the-site",
    }
    for text in (
        "p%40ss-word",
        "p@ss-word",
        "another-one",
        "the-key-of-the-site",
        "k3v-session",
        "the-token-of-the-site",
    ):
        assert text not in redacted(f"it said {text} twice: {text}", secrets_of(environ))
    assert "unknown" not in redacted("from mysql://root:unknown@db/", [])
