"""The demo site on a server of its own, which can be frozen and killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from demo.keys import kept
from tests.ports import free_port
from tests.server import ROOT, new_browser

READY_SECONDS = 30.0
WSGI, ASGI = ("--threads", "4", "demo.wsgi:application"), ("-k", "asgi", "tests.sites.asgi:application")


class ServedSite:
    """gunicorn, with the data in ``data_dir`` (prepared by ``demo.mount``); the port stays the same."""

    def __init__(self, data_dir: Path, folder: Path, kind: tuple[str, ...] = WSGI) -> None:
        self._port = free_port()
        self._kind = kind
        self._log = folder / "site.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PROSA_")},
            "DJANGO_SETTINGS_MODULE": "demo.settings",
            "DEMO_DATA_DIR": str(data_dir),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.token = kept(data_dir / "demo" / "site-token")

    def start(self) -> None:
        """It answers once this returns."""
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self._port}"]
        command += ["--no-control-socket", "--graceful-timeout", "1", *self._kind]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            is_hopeless = self._process.poll() is not None or time.monotonic() > deadline
            assert not is_hopeless, self._log.read_text()[-3000:]
            time.sleep(0.05)

    def send(self, number: int) -> None:
        """Its processes, all of them, have been sent this."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """It has ended."""
        if self._process is not None:
            self.send(number)
            self._process.wait(timeout=20)
            self._process = None

    def _answers(self) -> bool:
        try:
            new_browser()[1].open(f"{self.url}/entrar/", timeout=5).close()
        except OSError:  # not there, or not yet quick enough
            return False
        return True
