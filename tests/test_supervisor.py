"""``supervisor.conf`` is read by supervisor itself, and stops a worker as a worker wants to be stopped."""

import signal
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

import app

ROOT = Path(app.__file__).parent


@pytest.fixture
def options(tmp_path: Path) -> ServerOptions:
    read = ServerOptions()
    read.realize(["-c", str(ROOT / "supervisor.conf")])
    return read


def test_it_runs_one_worker_from_the_projects_own_folder(options: ServerOptions) -> None:
    (group,) = options.process_group_configs
    (program,) = group.process_configs
    assert program.name == "prosa"
    assert program.directory == str(ROOT)
    assert program.command == f"{ROOT}/.venv/bin/python app.py"
    assert program.autorestart
    assert program.redirect_stderr


def test_a_worker_has_the_time_that_its_drain_takes(options: ServerOptions) -> None:
    (program,) = options.process_group_configs[0].process_configs
    assert program.stopsignal == signal.SIGTERM
    assert program.stopwaitsecs > 2 * app.DRAIN_SECONDS
