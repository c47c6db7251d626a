"""A real PostgreSQL of a test's own, on a unix socket, as long as a ``with`` block."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian has its programs, which are not on the ``PATH``."""
USER = "postgres"
"""Whom Debian's package makes: it does not run as root."""


def program(name: str) -> str | None:
    """Where one of PostgreSQL's programs is; ``None`` where there is none."""
    return shutil.which(name) or next(map(str, sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)), None)


class Postgres:
    """A server that keeps nothing; ``host`` is its socket's folder, and its user is ``owner``."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.host = str(self._folder)

    def _runs(self, name: str, *arguments: str) -> None:
        found = program(name)
        assert found is not None
        as_whom = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        with (self._folder / "log").open("ab") as log:
            ended = subprocess.run(
                [*as_whom, found, *arguments], cwd=self._folder, stdout=log, stderr=log, check=False
            )
        assert ended.returncode == 0, (self._folder / "log").read_text()

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._folder, USER)
        data = f"{self.host}/data"
        self._runs(
            "initdb", "-D", data, "-U", self._owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        options = f"-c listen_addresses= -c unix_socket_directories={self.host} -c fsync=off"
        self._runs("pg_ctl", "start", "-w", "-D", data, "-o", options, "-l", f"{self.host}/server.log")
        return self

    def __exit__(self, *_: object) -> None:
        self._runs("pg_ctl", "stop", "-w", "-D", f"{self.host}/data", "-m", "immediate")
        shutil.rmtree(self._folder)
