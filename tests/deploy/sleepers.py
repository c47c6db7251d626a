"""A real supervisord that keeps something simple in the workers' places."""

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.colours import PLACES, Colours, DeployError
from tests.ports import free_base
from tests.server import ROOT

PATIENCE = 60.0


@contextlib.contextmanager
def sleepers(folder: Path, command: str) -> Iterator[tuple[Colours, int]]:
    """The shipped groups with ``command`` in each place, as long as a ``with`` block; and their base."""
    base = free_base()
    text = (ROOT / "supervisor.conf").read_text()
    text = re.sub(r"^command = .*$", f"command = {command}", text, flags=re.MULTILINE)
    text = text.replace("911%(", f"{(base + 10) // 10}%(").replace("%(here)s", str(ROOT))
    for shipped in ("/run/prosa", "/var/log/prosa"):
        text = text.replace(shipped, str(folder))
    (folder / "supervisord.conf").write_text(text)
    supervisord = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-c", folder / "supervisord.conf"],
        stdout=subprocess.DEVNULL,
    )
    yield Colours(folder / "supervisor.sock", base), base
    supervisord.terminate()
    supervisord.wait(PATIENCE)


def pids(colours: Colours) -> list[int]:
    """The processes of the first colour, as soon as there are three."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return [colours.pid("prosa-a", str(place)) for place in PLACES["a"]]
        except DeployError:
            time.sleep(0.02)
    raise AssertionError("the places are empty")
