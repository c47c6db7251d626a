"""A mongod of our own, for development and tests: one node of a replica set, on a unix socket.

A replica set even alone: on a standalone, readers see entries that a crash then takes back.
Nothing listens on TCP and no other user can reach the socket, for mongod asks nobody who they are.
Production has its own three members and names them in ``PROSA_MONGODB_URI``.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote_plus

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from prosa.storage.binaries import MongodError, find_mongod

SOCKET = "mongodb-27017.sock"
SOCKET_PATH_BYTES = 107
"""What ``sockaddr_un`` holds, without its NUL."""
NEVER_SLOW = 2_147_483_647
"""Milliseconds. Of a slow command, mongod's log has all values: what was said, and by whom."""
START_SECONDS = 30.0
STOP_SECONDS = 10.0
ALREADY_INITIALIZED = 23
"""It has a configuration, and is still reading it."""
PR_SET_PDEATHSIG = 1


class EmbeddedMongod:
    """A mongod that lives while its owner does. Synchronous: started before there is a loop.

    Start it from the main thread: it gets SIGTERM when the *thread* that started it ends, which is
    how it dies with a process that was killed.
    """

    def __init__(self, data_dir: Path, *, environment: Mapping[str, str] = os.environ) -> None:
        self._data_dir = data_dir.absolute()
        self._environment = environment
        self._log = self._data_dir / "mongod.log"
        self._lock: int | None = None
        self._socket_dir: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        """Where it listens, from the first start to the stop."""
        return f"mongodb://{quote_plus(str(self._socket))}/?directConnection=true"

    @property
    def pid(self) -> int:
        """The running mongod's process id."""
        return self._running.pid

    def start(self) -> Self:
        """Return when it accepts majority writes. After a crash, starts it again on the same socket.

        Raises ``MongodError`` where no mongod runs here, another process uses the data directory, or
        mongod gives up (with the end of its log).
        """
        if self._process is not None and self._process.poll() is None:
            return self
        mongod = find_mongod(self._environment)
        try:
            self._take_data_dir()
            if self._log.exists():
                self._log.replace(self._log.with_suffix(".log.1"))
            self._process = self._spawn(mongod)
            self._wait_until_writable(time.monotonic() + START_SECONDS)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End mongod in good order, and give the data directory and the socket back."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)
                self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._socket_dir is not None:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        """Start it for the length of a block."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise MongodError("mongod has not been started")
        return self._process

    @property
    def _socket(self) -> Path:
        if self._socket_dir is None:
            raise MongodError("mongod has not been started")
        return self._socket_dir / SOCKET

    def _take_data_dir(self) -> None:
        """Hold the lock of the data directory, and a fresh socket directory named in it.

        mongod inherits the lock, so that it is free only when both have ended: a mongod whose owner
        was killed still needs a second to finish, and is waited for.
        """
        if self._lock is not None:
            return
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._data_dir / "prosa.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            previous = _take(lock, time.monotonic() + STOP_SECONDS)
        except BlockingIOError:
            os.close(lock)
            message = f"Another Prosa is using {self._data_dir}: stop it, or choose another data directory"
            raise MongodError(message) from None
        self._lock = lock
        if previous is not None:
            shutil.rmtree(previous, ignore_errors=True)
        self._socket_dir = _make_socket_dir(self._environment)
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps({"pid": os.getpid(), "socket_dir": str(self._socket_dir)}).encode(), 0)

    def _spawn(self, mongod: Path) -> subprocess.Popen[bytes]:
        setpriv = shutil.which("setpriv")
        die_with_us = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
        return subprocess.Popen(  # noqa: S603 - found by binaries.py, told nothing from outside
            [
                *die_with_us, mongod,
                "--dbpath", self._data_dir, "--replSet", "prosa",
                "--bind_ip", self._socket,
                "--unixSocketPrefix", self._socket.parent, "--filePermissions", "0600",
                "--wiredTigerCacheSizeGB", "0.25", "--networkMessageCompressors", "disabled",
                "--setParameter", "diagnosticDataCollectionEnabled=false",
                "--slowms", str(NEVER_SLOW), "--logpath", self._log,
            ],
            cwd=self._socket.parent,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[] if self._lock is None else [self._lock],
            start_new_session=True,
            preexec_fn=None if setpriv else _die_with_parent,  # noqa: PLW1509 - there is no thread yet
        )  # fmt: skip

    def _wait_until_writable(self, deadline: float) -> None:
        while not _accepts(self._socket):
            self._check(deadline)
        while not self._is_writable():
            self._check(deadline)

    def _is_writable(self) -> bool:
        """Whether it is primary; makes it a replica set if it is none yet.

        The member's host is the socket *relative to mongod's working directory*, so that the stored
        configuration still names this node when the socket lies elsewhere at the next start. A fresh
        client each time: one that has seen the node before it was a replica set knows no sessions.
        """
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
            self.uri, serverSelectionTimeoutMS=2000, connectTimeoutMS=2000, socketTimeoutMS=5000
        )
        with client:
            try:
                hello = client.admin.command("hello")
                if hello.get("isreplicaset"):
                    member = {"_id": 0, "host": f"./{SOCKET}"}
                    client.admin.command("replSetInitiate", {"_id": "prosa", "members": [member]})
            except OperationFailure as error:
                if error.code != ALREADY_INITIALIZED:
                    raise MongodError(self._last_words()) from error
                return False
            except PyMongoError:
                return False
            return bool(hello.get("isWritablePrimary"))

    def _check(self, deadline: float) -> None:
        if self._running.poll() is not None or time.monotonic() > deadline:
            raise MongodError(self._last_words())
        time.sleep(0.01)

    def _last_words(self) -> str:
        state = (
            "did not come up" if self._running.poll() is None else f"ended with {self._running.returncode}"
        )
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join([f"mongod {state}; the end of {self._log}:", *lines[-15:]])


def _take(lock: int, deadline: float) -> Path | None:
    """Hold ``lock``; the socket directory its last holder left behind, if any. BlockingIOError if held."""
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(lock).get("pid")
            if (holder and Path(f"/proc/{holder}").exists()) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            left = Path(_read(lock).get("socket_dir", "/"))
            ours = left.name.startswith("prosa-") and left.is_dir() and left.stat().st_uid == os.getuid()
            return left if ours else None


def _read(lock: int) -> dict[str, Any]:
    try:
        found = json.loads(os.pread(lock, 4096, 0))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _make_socket_dir(environment: Mapping[str, str]) -> Path:
    """A new directory of our own (0700) whose path leaves room for the socket's name."""
    for parent in (environment.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108
        if parent and os.access(parent, os.W_OK) and len(os.fsencode(parent)) < SOCKET_PATH_BYTES - 40:
            return Path(tempfile.mkdtemp(prefix="prosa-", dir=parent))
    message = "No directory for mongod's socket: neither XDG_RUNTIME_DIR nor /tmp can be written"
    raise MongodError(message)


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends; runs in the child, where setpriv is missing."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
