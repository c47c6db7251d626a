"""Prosa as its users run it: a process of its own, which can be killed."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPResponse

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``python app.py`` with the demo site, on a port and a data folder of its own."""

    def __init__(self, data_dir: Path, port: int | None = None, **settings: str) -> None:
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = data_dir / "prosa.log"
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PROSA_")},
            "PROSA_DEMO": "1",
            "PROSA_PORT": str(self.port),
            "PROSA_DATA_DIR": str(data_dir),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Run it; ``ready`` says when it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(ROOT / "app.py")], cwd=ROOT, env=self._environ, stdout=log, stderr=log
            )
        return self

    async def ready(self) -> None:
        """It answers that it can serve."""
        async with asyncio.timeout(PATIENCE):
            while True:
                assert self._process is not None
                assert self._process.poll() is None, self.log.read_text()
                with contextlib.suppress(OSError, HTTPError):
                    await AsyncHTTPClient().fetch(f"{self.url}/readyz")
                    return
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM: it drains. Its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(timeout=PATIENCE)

    async def login(self, username: str) -> str:
        """Log in at the demo site as a browser does; the session's key."""
        page = await self._fetch("/entrar/")
        token = _cookie(page, "csrftoken")
        field = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body.decode())
        assert field is not None
        body = f"username={username}&password=prosa-demo&csrfmiddlewaretoken={field[1]}"
        came = await self._fetch(
            "/entrar/", method="POST", body=body, headers={"Cookie": f"csrftoken={token}"}
        )
        assert came.code == 302, came.body
        return _cookie(came, "sessionid")

    async def _fetch(self, path: str, **how: object) -> HTTPResponse:
        return await AsyncHTTPClient().fetch(
            self.url + path, follow_redirects=False, raise_error=False, request_timeout=20, **how
        )


def _cookie(response: HTTPResponse, name: str) -> str:
    for header in response.headers.get_list("Set-Cookie"):
        found = re.match(rf"\s*{name}=([^;]+)", header)
        if found is not None:
            return found[1]
    raise AssertionError(f"no cookie {name}")
