"""A browser that shows text and runs no script: lynx, with keys pressed from a file."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server import PASSWORD

PATIENCE = 60
NAMED = ("Down Arrow", "Up Arrow", "End", "Home", "^J")
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\([A-Z0-9]|[=>78])|\r")
FIND = ("/",)

LOGIN = (
    "Down Arrow",
    "Down Arrow",
    "Down Arrow",
    "{username}",
    "Down Arrow",
    "{password}",
    "Down Arrow",
    "^J",
)
"""On the site's login page: past the three links above the form, and through its fields."""


def as_person(username: str) -> list[str]:
    """The keys that log in, on the site's login page."""
    return [key.format(username=username, password=PASSWORD) for key in LOGIN]


def find(text: str) -> tuple[str, ...]:
    """The keys that go to the line of a link or button that says ``text``, and there to the first one."""
    return (*FIND, text, "^J")


def browse(folder: Path, url: str, *pressed: str) -> str:
    """Open ``url``, press the keys (names of ``NAMED``, or texts to type); all that was on the screen."""
    lynx = shutil.which("lynx")
    if lynx is None:
        pytest.skip("lynx is missing: apt-get install lynx")
    script = folder / "keys"
    script.write_text("".join(f"key {key}\n" for each in (*pressed, "q", "y") for key in _keys(each)))
    config = folder / "lynx.cfg"
    config.write_text("PREFERRED_LANGUAGE:pt-BR\n")
    environ = {**os.environ, "TERM": "xterm", "LINES": "400", "COLUMNS": "120", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [
            lynx,
            "-delay=0",
            f"-cfg={config}",
            "-accept_all_cookies",
            "-display_charset=utf-8",
            f"-cmd_script={script}",
            url,
        ],
        env=environ,
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    return ESCAPES.sub("\n", done.stdout.decode(errors="replace"))


def _keys(pressed: str) -> list[str]:
    if pressed in NAMED:
        return [pressed]
    return ["<space>" if letter == " " else letter for letter in pressed]
