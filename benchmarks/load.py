"""Load on one server, round by round, and what its process spent on each.

What makes the load is ``native/load.c``; it says of each round what it needed itself.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from benchmarks.peers import KEPT, Line, Running

TICKS = os.sysconf("SC_CLK_TCK")
MOST_BUSY = 0.8
"""A load that needed more of a core than this may have been what was measured: the round does not count."""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Milliseconds from saying to hearing or to being acknowledged; CPU in seconds."""

    said: int
    heard: int
    acked: int
    lost: int
    seconds: float
    load_cpu: float
    p50: float
    p99: float
    most: float
    cpu: float = 0.0

    @property
    def cpu_us_per_delivery(self) -> float:
        """What one delivery cost the server."""
        return self.cpu / self.heard * 1e6

    @property
    def acked_per_second(self) -> float:
        """Messages accepted."""
        return self.acked / self.seconds

    @property
    def load_share(self) -> float:
        """How much of one core the load itself needed."""
        return self.load_cpu / self.seconds


class Load:
    """Connections to one server that stay from round to round."""

    def __init__(
        self,
        server: Running,
        lines: Sequence[Line],
        mode: str,
        *,
        seconds: float,
        number: float,
        expected: int = 0,
    ) -> None:
        self.server = server
        self._lines = lines
        self._arguments = [mode, str(server.port), str(len(lines)), str(seconds), str(number), str(expected)]
        self.came_in_seconds = 0.0

    def __enter__(self) -> Self:
        """Everybody is in. Raises ``RuntimeError``."""
        self._process = subprocess.Popen(  # noqa: S603 - ours
            [str(KEPT / "load"), *self._arguments, self.server.ack],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._write("".join(line.text() for line in self._lines))
        self.came_in_seconds = float(self._read().split()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everybody has left."""
        self._process.kill()
        self._process.communicate()

    def round(self) -> Round:
        """One round. Raises ``RuntimeError``."""
        before = cpu(self.server.pid)
        self._write("go\n")
        answer = self._read()
        spent = cpu(self.server.pid) - before
        return msgspec.structs.replace(msgspec.json.decode(answer, type=Round), cpu=spent)

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.server.name}: {self._process.stderr.read().decode(errors='replace')}")
        return line


def cpu(pid: int) -> float:
    """Seconds of user and system time that the process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid: int) -> float:
    """What the process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
