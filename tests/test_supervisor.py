"""``supervisor.conf`` is read by supervisor itself, and stops a worker as a worker wants to be stopped."""

import signal
from pathlib import Path

import pytest
from supervisor.options import ProcessConfig, ServerOptions

import app
from handlers import farewell

ROOT = Path(app.__file__).parent


@pytest.fixture
def workers(tmp_path: Path) -> dict[str, list[ProcessConfig]]:
    """The shipped file in a place of its own; the workers by group."""
    (tmp_path / "log").mkdir()
    text = (ROOT / "supervisor.conf").read_text()
    for shipped, ours in {
        "/run/prosa": tmp_path,
        "/var/log/prosa": tmp_path / "log",
        "%(here)s": ROOT,
    }.items():
        text = text.replace(shipped, str(ours))
    (tmp_path / "supervisor.conf").write_text(text)
    read = ServerOptions()
    read.realize(["-c", str(tmp_path / "supervisor.conf")])
    return {group.name: group.process_configs for group in read.process_group_configs}


def test_three_places_in_each_of_two_colours_one_of_which_starts(
    workers: dict[str, list[ProcessConfig]],
) -> None:
    assert {group: [one.name for one in places] for group, places in workers.items()} == {
        "watchdog": ["watchdog"],
        "prosa-a": ["1", "2", "3"],
        "prosa-b": ["4", "5", "6"],
    }
    assert all(worker.autostart for worker in workers["prosa-a"])
    assert not any(worker.autostart for worker in workers["prosa-b"])


def test_each_worker_has_its_own_name_ports_folder_and_log(workers: dict[str, list[ProcessConfig]]) -> None:
    every = [*workers["prosa-a"], *workers["prosa-b"]]
    for name in ("PROSA_WORKER", "PROSA_PORT", "PROSA_PRIVATE_PORT", "PROSA_SESSIONS_FOLDER"):
        assert len({worker.environment[name] for worker in every}) == len(every)
    assert len({worker.stdout_logfile for worker in every}) == len(every)
    assert [worker.environment["PROSA_PORT"] for worker in every] == [str(9110 + n) for n in range(1, 7)]
    assert [worker.environment["PROSA_PRIVATE_PORT"] for worker in every] == [
        str(9120 + n) for n in range(1, 7)
    ]
    for worker in every:
        assert worker.directory == str(ROOT)
        assert worker.command == f"{ROOT}/.venv/bin/python app.py"
        assert worker.autorestart
        assert worker.redirect_stderr


def test_a_worker_has_the_time_that_its_drain_takes(workers: dict[str, list[ProcessConfig]]) -> None:
    for worker in (*workers["prosa-a"], *workers["prosa-b"]):
        assert worker.stopsignal == signal.SIGTERM
        assert worker.stopwaitsecs > farewell.SPREAD_SECONDS + farewell.PATIENCE_SECONDS + app.WRITES_SECONDS
