"""Who stands still is killed soon, and who has too much to do is given time."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import watchdog
from deploy.colours import PLACES, PUBLIC, Colours
from deploy.watchdog import STRIKES, STRIKES_BUSY, Silence, hangs, look
from tests.deploy.sleepers import PATIENCE, pids, sleepers


@pytest.fixture
def colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Colours, int]]:
    """Three that answer; the other colour is not started."""
    monkeypatch.setattr(watchdog, "PATIENCE_SECONDS", 0.5)
    with sleepers(tmp_path, f"{sys.executable} -m tests.deploy.stub") as (running, base):
        deadline = time.monotonic() + PATIENCE
        for place in PLACES["a"]:
            while not answers(base + PUBLIC + place):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield running, base


def answers(port: int) -> bool:
    """Whether somebody is there, and says something."""
    try:
        with watchdog.socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(watchdog.QUESTION)
            return bool(line.recv(1))
    except OSError:
        return False


@pytest.mark.parametrize(
    ("number", "strikes"),
    [(signal.SIGSTOP, STRIKES), (signal.SIGUSR2, STRIKES), (signal.SIGUSR1, STRIKES_BUSY)],
    ids=["frozen", "stuck", "spinning"],
)
def test_one_of_three_that_does_not_answer_is_killed_in_its_time(
    colours: tuple[Colours, int], number: signal.Signals, strikes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    running, base = colours
    silent: dict[int, Silence] = {}
    look(running, base, silent)
    assert silent == {}
    before = pids(running)
    os.kill(before[1], number)
    while not hangs(base + PUBLIC + 2):
        time.sleep(0.05)
    for _ in range(strikes - 1):
        look(running, base, silent)
    assert pids(running) == before
    assert list(silent) == [2]
    look(running, base, silent)
    assert "worker=2 did not answer and was killed" in capsys.readouterr().out
    deadline = time.monotonic() + PATIENCE
    while (after := pids(running)) == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (after[0], after[2]) == (before[0], before[2])


def test_one_that_answers_again_begins_anew(colours: tuple[Colours, int]) -> None:
    running, base = colours
    silent: dict[int, Silence] = {}
    pid = pids(running)[0]
    for _ in range(3):
        os.kill(pid, signal.SIGSTOP)
        look(running, base, silent)
        assert list(silent) == [1]
        os.kill(pid, signal.SIGCONT)
        while hangs(base + PUBLIC + 1):
            time.sleep(0.05)
        look(running, base, silent)
        assert silent == {}
    assert pids(running)[0] == pid
