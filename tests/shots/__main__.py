"""``make shots``: a picture of every state, at three widths, light and dark, from a demo of its own.

``SHOTS=folder`` says where they go, ``STATES=sala,lista`` which are taken, by the beginning of their names.
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

from tests.pages.conftest import ARGUMENTS, CHROMIUM
from tests.pages.stage import Stage, furnish
from tests.pages.states import STATES
from tests.server import Server

WIDTHS = {320: 640, 768: 1024, 1280: 800}
"""And the heights that go with them."""
THEMES = ("light", "dark")
SETTLE_MS = 250
"""For what moves to have moved: under 200 ms."""


def main() -> None:
    """The pictures are in the folder."""
    folder = Path(os.environ.get("SHOTS") or ".data/shots").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = tuple(os.environ.get("STATES", "").split(","))
    if CHROMIUM is None:
        sys.exit("shots: chromium is missing: apt-get install chromium fonts-noto-color-emoji")
    expect.set_options(timeout=15_000)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = Server(Path(data))
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        stage = Stage(server, chromium)
        try:
            server.start()
            server.has_rooms()
            furnish(server)
            taken = {name: _take(stage, name, folder) for name in STATES if name.startswith(wanted)}
        finally:
            stage.clear()
            chromium.close()
            server.stop()
    print(f"{folder}: look at them, one by one")  # noqa: T201 - to whoever typed the command
    sys.exit(not all(taken.values()))


def _take(stage: Stage, name: str, folder: Path) -> bool:
    """Whether the state was brought about; the others are taken in any case."""
    try:
        page = STATES[name](stage)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            for width, height in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(SETTLE_MS)
                page.screenshot(path=str(folder / f"{name}-{width}-{theme}.png"))
    except (AssertionError, PlaywrightError) as error:
        print(f"    {name}: not reached: {error}", flush=True)  # noqa: T201 - to whoever typed the command
        return False
    finally:
        stage.clear()
    print(f"    {name}", flush=True)  # noqa: T201 - to whoever typed the command
    return True


if __name__ == "__main__":
    main()
