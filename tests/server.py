"""Prosa as its users run it: a process of its own with the demo site, which can be killed."""

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "prosa-demo"
READY_SECONDS = 60.0
PATIENCE = 30.0


def new_browser() -> tuple[http.cookiejar.CookieJar, urllib.request.OpenerDirector]:
    """The barest of browsers, and its cookies."""
    jar = http.cookiejar.CookieJar()
    cookies = urllib.request.HTTPCookieProcessor(jar)
    return jar, urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))


def log_in(browser: urllib.request.OpenerDirector, url: str, username: str) -> None:
    """The login form of the demo site at ``url`` is filled and sent."""
    login = f"{url}/entrar/"
    page = browser.open(login, timeout=PATIENCE).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {
        "csrfmiddlewaretoken": token.group(1) if token else "",
        "username": username,
        "password": PASSWORD,
    }
    request = urllib.request.Request(  # noqa: S310 - http, ours
        login, urllib.parse.urlencode(form).encode(), {"Referer": login, "Origin": url}
    )
    browser.open(request, timeout=PATIENCE).read()


def session_key(url: str, username: str) -> str:
    """The key of a new session of ``username``, come by as a browser comes by it."""
    jar, browser = new_browser()
    log_in(browser, url, username)
    return next(cookie.value or "" for cookie in jar if cookie.name == "sessionid")


class Server:
    """One worker with the demo site; port and data stay the same from one start to the next."""

    def __init__(self, folder: Path, *, program: str = "app.py", **settings: str) -> None:
        self._folder = folder
        self._program = program
        self._port = free_port()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.data_dir = folder / "data"
        self.url = f"http://127.0.0.1:{self._port}"

    def also(self, **settings: str) -> None:
        """Further settings, from the next start on."""
        self._settings.update(settings)

    def start(self) -> None:
        """It answers once this returns that it can serve."""
        environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PROSA_", "DJANGO_"))
            },
            "PROSA_DEMO": "1",
            "PROSA_ADDRESS": "127.0.0.1",
            "PROSA_PORT": str(self._port),
            "PROSA_DATA_DIR": str(self.data_dir),
            **self._settings,
        }
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._program.split()], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        self._until(self._is_ready, "it is ready")

    def has_rooms(self) -> None:
        """The demo's rooms can be opened once this returns."""
        self._until(self._shows_rooms, "the demo's rooms can be opened")

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self, number: int = signal.SIGTERM) -> None:
        """The process has ended."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None

    def login(self, username: str) -> str:
        """The key of a new session of ``username``, come by as a browser comes by it."""
        return session_key(self.url, username)

    def _is_ready(self) -> bool:
        try:
            new_browser()[1].open(f"{self.url}/readyz", timeout=5).close()
        except OSError:
            return False
        return True

    def _shows_rooms(self) -> bool:
        _, browser = new_browser()
        try:
            log_in(browser, self.url, "pintura")
            rooms = browser.open(f"{self.url}/chat/", timeout=5).read().decode()
        except OSError:
            return False
        return 'data-chat-id="2"' in rooms and 'data-chat-id="3"' in rooms

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            if holds():
                return
            time.sleep(0.05)
        log = (self._folder / "server.log").read_text(errors="replace")[-3000:]
        raise AssertionError(f"within {READY_SECONDS:.0f} s: {what}\n{log}")
