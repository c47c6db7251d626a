"""A deploy: the workers of the idle colour start, and when they are ready the others are let go.

Everybody moves once, to a worker that stays, and nobody sees a close that was not announced. Where a new
worker does not become ready, the old ones are left alone.
"""

import http.client
import socket
import time
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path

PLACES = {"a": (1, 2, 3), "b": (4, 5, 6)}
PUBLIC = 10
"""Where the workers' public ports begin, above the base."""
READY_SECONDS = 60.0
ALIVE = {"STARTING", "RUNNING", "BACKOFF", "EXITED"}
"""Supervisor's names for a worker that it keeps alive; the others it has let go of, or never started."""


class DeployError(Exception):
    """Something has to be put right first; the text says what, in one sentence."""


def answers(url: str) -> bool:
    """Whether 200 is what comes back within 2 s."""
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - ours
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False
    except OSError:
        return False
    return True


class Colours:
    """The two colours of workers under the supervisord that listens on ``path``."""

    def __init__(self, path: Path, base: int) -> None:
        self._path = path
        self._base = base

    def running(self) -> list[str]:
        """The colours of which a worker runs, or is about to: one that died is between two lives."""
        states = self._call("getAllProcessInfo")
        return sorted(
            {
                process["group"].removeprefix("prosa-")
                for process in states
                if process["group"].startswith("prosa-") and process["statename"] in ALIVE
            }
        )

    def start(self, colour: str) -> None:
        """Its workers are ready. Raises ``DeployError`` where one is not, and stops them all."""
        self._call("startProcessGroup", f"prosa-{colour}", False)
        deadline = time.monotonic() + READY_SECONDS
        for place in PLACES[colour]:
            while not self.is_ready(place):
                if time.monotonic() > deadline:
                    self.stop(colour)
                    raise DeployError(f"worker {place} did not become ready; the others were left alone")
                time.sleep(0.1)

    def stop(self, colour: str) -> None:
        """Its workers have let everybody go and have ended."""
        self._call("stopProcessGroup", f"prosa-{colour}", True)

    def pid(self, group: str, name: str | None = None) -> int:
        """The process id of what runs there. Raises ``DeployError`` where nothing does just now."""
        (found,) = [
            process
            for process in self._call("getAllProcessInfo")
            if process["group"] == group and process["name"] == (name or group)
        ]
        if not (pid := int(found["pid"])):  # a signal to process 0 is one to everybody in our own group
            raise DeployError(f"{group}:{name or group} does not run")
        return pid

    def roll(self, say: Callable[[str], None]) -> None:
        """Every worker is a new one. Raises ``DeployError``."""
        running = self.running()
        if len(running) != 1:
            raise DeployError(f"one colour should be running, but {' and '.join(running) or 'none'} is")
        (old,) = running
        new = "b" if old == "a" else "a"
        say(f"starting the workers of {new}")
        self.start(new)
        say(f"they are ready; letting go of {old}")
        self.stop(old)
        say("done")

    def is_ready(self, place: int) -> bool:
        """Whether the worker of this place takes new work."""
        return answers(f"http://127.0.0.1:{self._base + PUBLIC + place}/readyz")

    def _call(self, method: str, *arguments: object) -> list[dict[str, str]]:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                with xmlrpc.client.ServerProxy("http://supervisor", transport=_Local(self._path)) as proxy:
                    answer: list[dict[str, str]] = getattr(proxy.supervisor, method)(*arguments)
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise DeployError(f"supervisord does not listen on {self._path}") from None
                time.sleep(0.1)
            except xmlrpc.client.Fault as fault:
                raise DeployError(f"supervisor: {fault.faultString}") from None
            else:
                return answer


class _Local(xmlrpc.client.Transport):
    """XML-RPC over supervisord's unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._socket_path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:  # noqa: ARG002
        """A connection to the socket, whatever the host."""
        connection = _LocalConnection(self._socket_path)
        self._connection = "supervisor", connection  # what close() closes
        return connection


class _LocalConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.connect(str(self._path))
        except OSError:
            self.close()
            raise
