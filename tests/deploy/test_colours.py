"""What is known of the workers of a deploy, by a real supervisord that keeps sleepers in their place."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from deploy.colours import PLACES, Colours, DeployError
from tests.deploy.sleepers import PATIENCE, pids, sleepers

ROUNDS = 3


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Colours]:
    """The shipped groups, in which somebody sleeps at each place."""
    command = f"{sys.executable} -S -c 'import time; time.sleep(600)'"
    with sleepers(tmp_path_factory.mktemp("sleepers"), command) as (running, _):
        yield running


def test_a_colour_whose_workers_have_all_just_died_still_runs(colours: Colours) -> None:
    """Supervisor says EXITED of a worker between two lives: a deploy at that moment knew of no colour."""
    between_two_lives = 0
    for _ in range(ROUNDS):
        killed = pids(colours)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert colours.running() == ["a"]
            try:
                alive = [colours.pid("prosa-a", str(place)) for place in PLACES["a"]]
            except DeployError:
                between_two_lives += 1
            else:
                if not set(alive) & set(killed):
                    break
    assert between_two_lives


def test_a_process_that_does_not_run_has_no_id_to_send_a_signal_to(colours: Colours) -> None:
    pids(colours)
    with pytest.raises(DeployError, match="prosa-b:4 does not run"):
        colours.pid("prosa-b", "4")


def test_workers_that_do_not_become_ready_are_stopped_and_the_old_ones_left_alone(
    colours: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.colours.READY_SECONDS", 0.5)
    old, said = pids(colours), []
    with pytest.raises(DeployError, match="worker 4 did not become ready; the others were left alone"):
        colours.roll(said.append)
    assert said == ["starting the workers of b"]
    assert colours.running() == ["a"]
    assert pids(colours) == old
