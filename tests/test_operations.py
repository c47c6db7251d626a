"""docs/operations.md says what the code does, where it gives numbers."""

import configparser

from prosa.broker import baton, windows
from prosa.identity import ask
from prosa.storage.database import POOL_MAX
from tests.server import ROOT

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
WORKERS = 6


def test_the_pools_are_as_large_as_it_says() -> None:
    turns, counts = baton.CONNECTIONS_MAX, windows.CONNECTIONS_MAX
    for line in (
        f"| MongoDB | {POOL_MAX} to each member",
        f"| Redis, turns in crowded rooms | {turns},",
        f"| Redis, limits | {counts} |",
        f"| the site, where it is asked | 1, with up to {ask.BATCH_MAX} people a question",
        f"MongoDB should take {WORKERS * POOL_MAX} connections",
        f"and Redis {WORKERS * (2 + turns + counts)}\n",
    ):
        assert line in OPERATIONS, line


def test_a_worker_may_open_as_many_files_as_it_says() -> None:
    supervisor = configparser.RawConfigParser(inline_comment_prefixes=(";",))
    supervisor.read(ROOT / "supervisor.conf")
    assert f"{supervisor.getint('supervisord', 'minfds'):,} (`minfds`)" in OPERATIONS
