"""The production shape on one machine: nginx, workers, Redis, three mongods and the demo site.

``python -m deploy.cluster`` runs ``supervisor.conf`` and ``nginx.conf`` as they are shipped, with the ports
and folders of this machine in place of theirs. Everything listens on loopback, on ports from one base.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from demo.keys import kept
from deploy.colours import PUBLIC, Colours, DeployError, answers
from deploy.infrastructure import programs
from prosa.storage.binaries import MongodError

ROOT = Path(__file__).resolve().parent.parent
SHIPPED_BASE = 9100
SHIPPED_PORT = re.compile(r"\b91\d\d\b")
ALREADY_INITIALIZED = 23

HTTP, API, SITE, REDIS, MONGOD = 0, 1, 2, 3, 4
PRIVATE = 20
"""Offsets from the base. MONGOD is the first of three; the workers are on 11–16 (PUBLIC) and 21–26."""

ELECTION = {"electionTimeoutMillis": 2000}
"""A primary that is gone is replaced after 2 s instead of 10: writing waits no longer than that."""


class Cluster:
    """One cluster in ``folder``, its ports from ``base`` up. ``settings`` go to every worker.

    For experiments: ``mongod`` and ``redis`` are where these listen, if something stands between them and
    their addresses; ``worker`` is what runs in place of ``app.py``.
    """

    def __init__(
        self,
        folder: Path,
        base: int,
        settings: dict[str, str] | None = None,
        *,
        mongod: int = MONGOD,
        redis: int = REDIS,
        worker: str = "app.py",
    ) -> None:
        self.folder = folder.absolute()
        self.base = base
        self.url = f"http://127.0.0.1:{base + HTTP}"
        self.api_url = f"http://127.0.0.1:{base + API}"
        members = ",".join(f"127.0.0.1:{base + MONGOD + n}" for n in range(3))
        self.mongodb_uri = f"mongodb://{members}/?replicaSet=prosa"
        self.run_dir = self.folder / "run"
        self.logs = self.folder / "logs"
        self.colours = Colours(self.run_dir / "supervisor.sock", base)
        self._settings = settings or {}
        self._mongod = mongod
        self._redis = redis
        self._worker = worker
        self._supervisord: subprocess.Popen[bytes] | None = None

    def start(self, say: Callable[[str], None]) -> None:
        """Everything runs and the demo's rooms can be opened. Raises ``DeployError``."""
        for offset in (HTTP, API, SITE, self._redis, self._mongod, self._mongod + 1, self._mongod + 2):
            _check_free(self.base + offset)
        for folder in (
            self.run_dir / "sessions",
            self.logs,
            *(self.folder / f"mongod-{n}" for n in (1, 2, 3)),
        ):
            folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.configurations().items():
            (self.folder / name).write_text(text)
        say("starting nginx, Redis and three mongods")
        self._supervisord = subprocess.Popen(  # noqa: S603 - our own configuration
            [sys.executable, "-m", "supervisor.supervisord", "-c", self.folder / "supervisord.conf"],
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._until(self._is_replicated, 60, "the three mongods have a primary")
        say("preparing the demo site")
        self.manage("migrate", "--verbosity=0")
        self.manage("shell", "-c", "from demo.market.seed import sow; sow()")
        say("starting three workers")
        self.colours.start("a")
        self._until(lambda: answers(f"{self.url}/prosa/io.js"), 60, "nginx answers")
        self.manage("shell", "-c", "from demo.market.publishing import publish_all; publish_all()")

    def manage(self, *arguments: str) -> str:
        """What a command of the demo site's ``manage.py`` prints. Raises ``DeployError``."""
        command = [sys.executable, "-m", "django", *arguments, "--settings=demo.settings"]
        done = subprocess.run(  # noqa: S603
            command, env=self._environment(), cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DeployError(f"the demo site: {done.stderr.strip()[-2000:]}")
        return done.stdout

    @contextlib.contextmanager
    def worker(self, place: int, **environment: str) -> Iterator[None]:
        """One more worker, by hand, on a place that is free: ready, and let go of at the end."""
        own = {
            "PROSA_WORKER": str(place),
            "PROSA_ADDRESS": "127.0.0.1",
            "PROSA_PORT": str(self.base + PUBLIC + place),
            "PROSA_PRIVATE_PORT": str(self.base + PRIVATE + place),
            "PROSA_SESSIONS_FOLDER": str(self.run_dir / "sessions" / str(place)),
            "PROSA_TRUST_PROXY": "1",
        }
        with (self.logs / f"worker-{place}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - ours
                [sys.executable, *self._worker.split()],
                cwd=ROOT,
                env={**self._environment(), **own, **environment},
                stdout=log,
                stderr=log,
            )
        try:
            self._until(lambda: self.colours.is_ready(place), 60, f"worker {place} is ready")
            yield
        finally:
            process.terminate()
            process.wait()

    def stop(self) -> None:
        """Nothing of it runs any more; what was said is kept."""
        if self._supervisord is not None:
            self._supervisord.terminate()
            self._supervisord.wait()
            self._supervisord = None

    def wait(self) -> None:
        """Until supervisord has ended."""
        if self._supervisord is not None:
            self._supervisord.wait()

    def configurations(self) -> dict[str, str]:
        """The shipped files with the ports and folders of this cluster, by the names they get."""
        places = {
            "/run/prosa": self.run_dir,
            "/var/log/prosa": self.logs,
            "/srv/prosa": ROOT,
            "%(here)s": ROOT,
        }

        def here(text: str) -> str:
            for shipped, ours in places.items():
                text = text.replace(shipped, str(ours))
            return SHIPPED_PORT.sub(lambda port: str(int(port[0]) - SHIPPED_BASE + self.base), text)

        workers = here((ROOT / "supervisor.conf").read_text())
        # "911%(process_num)d" is a port whose last digit supervisor writes.
        workers = workers.replace("911%(", f"{(self.base + 10) // 10}%(").replace(
            "912%(", f"{(self.base + 20) // 10}%("
        )
        workers = workers.replace("python app.py", f"python {self._worker}")
        workers = workers.replace("autostart = true", "autostart = false", 1)
        nginx = here((ROOT / "deploy" / "nginx.conf").read_text())
        nginx = nginx.replace(f"listen {self.base} ", f"listen 127.0.0.1:{self.base} ")
        others = programs(
            self.folder,
            self.logs,
            mongods=[self.base + self._mongod + n for n in range(3)],
            redis=self.base + self._redis,
            site=self.base + SITE,
        )
        return {"supervisord.conf": workers + others, "nginx.conf": nginx}

    def _environment(self) -> dict[str, str]:
        key, token = (kept(self.folder / "demo" / name) for name in ("service-key", "site-token"))
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PROSA_", "DJANGO_", "DEMO_"))}
        return {
            **clean,
            "PYTHONPATH": str(ROOT),
            "DEMO_DATA_DIR": str(self.folder),
            "DEMO_PROSA_URL": self.api_url,
            "DEMO_PROSA_KEY": key,
            "PROSA_SITE_URL": f"http://127.0.0.1:{self.base + SITE}",
            "PROSA_SITE_TOKEN": token,
            "PROSA_LOGIN_URL": "/entrar/",
            "PROSA_API_KEYS": f'{{"demo": "{key}"}}',
            "PROSA_MONGODB_URI": self.mongodb_uri,
            "PROSA_REDIS_URL": f"redis://127.0.0.1:{self.base + REDIS}/0",
            "PROSA_DATA_DIR": str(self.folder),
            **self._settings,
        }

    def _is_replicated(self) -> bool:
        """Whether the three are one set with a primary; makes them one if they are none yet."""
        uri = f"mongodb://127.0.0.1:{self.base + MONGOD}/?directConnection=true"
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(uri, serverSelectionTimeoutMS=1000)
        members = [{"_id": n, "host": f"127.0.0.1:{self.base + MONGOD + n}"} for n in range(3)]
        with client:
            try:
                hello = client.admin.command("hello")
                if hello.get("isreplicaset"):
                    configuration = {"_id": "prosa", "members": members, "settings": ELECTION}
                    client.admin.command("replSetInitiate", configuration)
            except OperationFailure as error:
                if error.code != ALREADY_INITIALIZED:
                    return False  # the other two are not up yet
            except PyMongoError:
                return False
            else:
                return "primary" in hello
        return False

    def _until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if self._supervisord is not None and self._supervisord.poll() is not None:
                raise DeployError("supervisord has ended; run it by hand to see why")
            if time.monotonic() > deadline:
                raise DeployError(f"not within {seconds:.0f} s: {what}; see {self.logs}")
            time.sleep(0.1)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DeployError(f"port {port}: {error.strerror}; choose others with BASE") from None


def main() -> int:
    """Run it until Ctrl-C, or restart its workers: ``python -m deploy.cluster [rolling]``."""
    folder = Path(os.environ.get("PROSA_DATA_DIR", ".data")) / "cluster"
    cluster = Cluster(folder, int(os.environ.get("BASE", str(SHIPPED_BASE))))
    try:
        if sys.argv[1:] == ["rolling"]:
            cluster.colours.roll(print)
            return 0
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        cluster.start(lambda step: print(f"  {step}", flush=True))
        print(
            f"\n  Prosa is ready:  {cluster.url}/\n  Logs: {cluster.logs}\n  Ctrl-C stops everything.",
            flush=True,
        )
        cluster.wait()
    except KeyboardInterrupt:
        print("\n  stopping", flush=True)
    except (DeployError, MongodError) as error:
        print(f"prosa: {error}", file=sys.stderr)
        return 2
    finally:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
