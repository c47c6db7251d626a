"""Workers with a defect are found out by the very faults that workers without it pass."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pymongo
import pytest

from tests.lab.__main__ import SETTINGS, run
from tests.lab.faults import FAULTS
from tests.lab.lab import places, worker_pids
from tests.lab.members import LabCluster
from tests.lab.planted import DEFECTS
from tests.ports import free_base

PATIENCE = 90.0
ATTEMPTS = 3
"""A defect shows where two moments meet, and on a slow machine they may miss each other."""

FOUND_BY = {
    "acknowledged_before_it_is_stored": "mongods_restarted",
    "batch_goes_on_after_a_refusal": "said_twice",
    "hole_is_not_read": "publishers_cut",
    "read_before_a_majority_has_it": "primary_cut_off",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabCluster]:
    """Everything runs; what the workers are to do wrong, their next start will show."""
    folder = tmp_path_factory.mktemp("planted")
    cluster = LabCluster(
        folder, free_base(), {**SETTINGS, "PROSA_WATCH_SECONDS": "0.2"}, worker="-m tests.lab.planted"
    )
    try:
        cluster.start(lambda _: None)
        yield cluster
    finally:
        cluster.stop()


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_turns_the_lab_red(cluster: LabCluster, defect: str, tmp_path: Path) -> None:
    (cluster.folder / "planted").write_text(defect)
    killed = worker_pids(cluster)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    with pymongo.MongoClient[dict[str, object]](cluster.mongodb_uri) as client:
        client["prosa"]["messages"].delete_many({})  # what an earlier defect has left
    deadline = time.monotonic() + PATIENCE
    while set(killed) & set(worker_pids(cluster)) or not all(map(cluster.colours.is_ready, places(cluster))):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    name = FOUND_BY[defect]
    chance = random.Random(defect)
    found = []
    for attempt in range(ATTEMPTS):
        verdict, unproven = run(cluster, f"{defect}-{name}-{attempt}", FAULTS[name], tmp_path, chance)
        if not unproven and not verdict.is_clean:
            return
        found.append((verdict, unproven))
    pytest.fail(f"{defect} was not found: {found}")
