"""A real Redis that a test may stop, kill and start again, on a unix socket and on the loopback."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.ports import free_port

START_SECONDS = 10.0


class RedisServer:
    """A ``redis-server`` that keeps nothing, as long as a ``with`` block. It comes back at the same place."""

    def __init__(self, *arguments: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"unix://{self._folder}/redis.sock"
        self.tcp_url = f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """It answers when this returns."""
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        command += ["--unixsocket", f"{self._folder}/redis.sock", "--appendonly", "no"]
        command += ["--dir", str(self._folder), "--logfile", "redis.log", *self._arguments]
        self._process = subprocess.Popen(command)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if self.says("PING") == "+PONG":
                    return
            except OSError:
                pass
            assert self._process.poll() is None, (self._folder / "redis.log").read_text()
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)

    def says(self, command: str) -> str:
        """The first line of Redis's answer to a command."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(START_SECONDS)
            line.connect(f"{self._folder}/redis.sock")
            line.sendall(command.encode() + b"\r\n")
            return line.makefile().readline().strip()

    def kill(self) -> None:
        """End it by SIGKILL, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stand_still(self) -> None:
        """It takes connections, by the kernel's hand, and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder)
