"""What stands around the workers of a cluster on one machine, as programs of its supervisord.

Three mongods, Redis, nginx and the demo site; in production these are somebody's already.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.colours import DeployError
from prosa.storage.binaries import find_mongod
from prosa.storage.embedded import NEVER_SLOW

ROOT = Path(__file__).resolve().parent.parent

PROGRAM = """
[program:{name}]
command = {command}
directory = {root}
priority = 10
autorestart = true
startsecs = 0
stopwaitsecs = 20
stdout_logfile = {logs}/{name}.log
redirect_stderr = true
"""


def programs(folder: Path, logs: Path, *, mongods: Sequence[int], redis: int, site: int) -> str:
    """Their part of supervisord's file: they listen on these ports of the loopback, and keep to ``folder``.

    Raises ``DeployError`` or ``MongodError`` where this machine lacks one of them.
    """
    mongod = find_mongod(os.environ)
    user = " user root;" if os.geteuid() == 0 else ""
    commands = {
        f"mongod-{n}": f"{mongod} --dbpath {folder}/mongod-{n} --replSet prosa --bind_ip 127.0.0.1"
        f" --port {port} --nounixsocket --wiredTigerCacheSizeGB 0.25"
        f" --setParameter diagnosticDataCollectionEnabled=false --slowms {NEVER_SLOW}"
        " --setParameter shutdownTimeoutMillisForSignaledShutdown=100"
        for n, port in enumerate(mongods, 1)
    }
    commands["redis"] = f'{found("redis-server")} --bind 127.0.0.1 --port {redis} --save "" --appendonly no'
    commands["nginx"] = f'{found("nginx")} -c {folder}/nginx.conf -g "daemon off;{user}"'
    commands["site"] = (
        f"{sys.executable} -m gunicorn demo.wsgi:application --bind 127.0.0.1:{site}"
        " --env DJANGO_SETTINGS_MODULE=demo.settings"  # the workers ask it, and know nothing of Django
        " --workers 2 --threads 4 --forwarded-allow-ips 127.0.0.1"
    )
    return "".join(
        PROGRAM.format(name=name, command=command, root=ROOT, logs=logs) for name, command in commands.items()
    )


def found(program: str) -> str:
    """The program's path. Raises ``DeployError`` where this machine lacks it."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None:
        raise DeployError(f"{program} is missing: apt-get install nginx-light redis-server")
    return path
