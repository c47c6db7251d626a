"""``make lighthouse``: what Lighthouse says of the demo's list and room. It fails below 95 in any category.

The reports are in ``.data/lighthouse``. Lighthouse comes into ``tests/lighthouse/node_modules`` at the first
call; nothing else needs it. As a phone it is on a slow line and a slow processor of its own making: on a busy
machine the performance is the machine's.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.pages.conftest import CHROMIUM
from tests.server import ROOT, Server

HERE = Path(__file__).resolve().parent
PAGES = {"lista": "/chat/", "sala": "/chat/1/websocket/"}
LEAST = 95
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"


def main() -> None:
    """The scores are printed; the exit code is 1 where one is too low."""
    folder = ROOT / ".data" / "lighthouse"
    folder.mkdir(parents=True, exist_ok=True)
    if CHROMIUM is None:
        sys.exit("lighthouse: chromium is missing: apt-get install chromium")
    if not (HERE / "node_modules").is_dir():
        npm = ["npm", "ci", "--ignore-scripts", "--loglevel=error"]
        subprocess.run(npm, cwd=HERE, env=_environment(), check=True)
    is_low = False
    with tempfile.TemporaryDirectory() as data:
        server = Server(Path(data))
        try:
            server.start()
            server.has_rooms()
            for name, path in PAGES.items():
                for form in ("mobile", "desktop"):
                    scores = _look(server, path, form, folder / f"{name}-{form}.json")
                    is_low = is_low or min(scores.values()) < LEAST
                    print(f"    {name:8}{form:9}", scores, flush=True)  # noqa: T201 - to whoever asked
        finally:
            server.stop()
    sys.exit(is_low)


def _look(server: Server, path: str, form: str, report: Path) -> dict[str, int]:
    """The score of each category, of a hundred."""
    headers = json.dumps({"Cookie": f"sessionid={server.login('cliente')}"})
    command = [
        HERE / "node_modules" / ".bin" / "lighthouse",
        server.url + path,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--extra-headers={headers}",
        f"--chrome-flags={FLAGS}",
        *(["--preset=desktop"] if form == "desktop" else []),
    ]
    # It gives up where Chromium takes long to start: then once more, and that is the answer.
    if subprocess.run(command, env=_environment(), check=False).returncode:
        subprocess.run(command, env=_environment(), check=True)
    categories = json.loads(report.read_text())["categories"]
    return {name: round(100 * each["score"]) for name, each in categories.items()}


def _environment() -> dict[str, str]:
    """Node is in the virtual environment."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "CHROME_PATH": str(CHROMIUM)}


if __name__ == "__main__":
    main()
