"""The marketplace of ``market/`` on servers of its own: with what a site installs, and no more of ours."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from doctor.visitor import Reply, Visitor
from tests.ports import free_port
from tests.server import ROOT

READY_SECONDS = 60.0
PASSWORD = "uma-senha-qualquer"
TLS = {"Host": "market.example", "X-Forwarded-Proto": "https", "Referer": "https://market.example/"}
"""What the proxy before the site says."""


def copied(folder: Path) -> Path:
    """The package's own files in ``folder``: building leaves traces where it is done."""
    built = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(ROOT / "prosa_django", folder, ignore=built)
    return folder


class Marketplace:
    """In ``folder``: a copy of the site, and the package, built and installed as ``pip`` does it."""

    def __init__(self, folder: Path, postgres: str, prosa_url: str) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.token, self.key = secrets.token_hex(32), secrets.token_hex(32)
        installed = os.environ.get("PYTHONPATH", "")  # another Django than the tests' own
        self._environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PROSA_", "DJANGO_"))
            },
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(folder / "site"), str(folder / "parts"), installed])
            ),
            "MARKET_POSTGRES": postgres,
            "PROSA_SITE_TOKEN": self.token,
            "PROSA_URL": prosa_url,
            "PROSA_KEY": self.key,
        }

    def start(self) -> None:
        """It has its tables, and answers."""
        shutil.copytree(Path(__file__).parent / "market", self._folder / "site")
        source = copied(self._folder / "source")
        pip = [
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "--target",
            self._folder / "parts",
        ]
        subprocess.run([sys.executable, *pip, source], check=True)
        self.manage("makemigrations", "core", "users", "deals", "chat")
        self.manage("migrate")
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self._port}", "--workers", "2"]
        command += ["--no-control-socket", "--graceful-timeout", "1", "core.wsgi"]
        with (self._folder / "site.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder / "site", env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            is_hopeless = self._process.poll() is not None or time.monotonic() > deadline
            assert not is_hopeless, (self._folder / "site.log").read_text()[-3000:]
            time.sleep(0.05)

    def stop(self) -> None:
        """It has ended."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=20)
            self._process = None

    def manage(self, *words: str, check: bool = True) -> str:
        """What a command of the site says."""
        ended = subprocess.run(
            [sys.executable, "-m", "django", *words],
            cwd=self._folder / "site", env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0 or not check, ended.stderr + ended.stdout
        return ended.stdout + ended.stderr

    def does(self, code: str) -> str:
        """What a line of Python prints, in a process of the site's that ends at once."""
        given = "from users.models import *; from deals.models import *; from chat.models import *\n"
        return self.manage("shell", "-c", given + code)

    def _answers(self) -> bool:
        try:
            return Visitor(self.url).ask("/consentimento/", headers=TLS).status == 200
        except OSError:
            return False


class Visit:
    """Somebody's browser at the marketplace: its cookies, and the pages that it asks for."""

    def __init__(self, site: Marketplace) -> None:
        self._visitor = Visitor(site.url, seconds=20)
        self.cookies = {"consent": "yes"}

    def asks(self, path: str, form: dict[str, str] | None = None) -> Reply:
        """A page, or a form that is sent with the page's token."""
        headers = {**TLS, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            form = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **form}
            body = "&".join(f"{name}={value.replace('@', '%40')}" for name, value in form.items()).encode()
        reply = self._visitor.ask(path, method="GET" if form is None else "POST", headers=headers, body=body)
        for line in reply.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return reply

    def logs_in(self, email: str) -> str:
        """The key of the session."""
        self.asks("/contas/entrar/")
        assert self.asks("/contas/entrar/", {"username": email, "password": PASSWORD}).status == 302
        return self.cookies["indica_session"]

    def logs_out(self) -> None:
        """The session has ended."""
        assert self.asks("/contas/sair/", {}).status == 302

    def tokens(self, email: str) -> dict[str, Any]:
        """What an app is given: ``access`` and ``refresh``."""
        return self.asks("/api/token/", {"email": email, "password": PASSWORD}).json()
