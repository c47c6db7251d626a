"""Who is measured beside Prosa: brought by the benchmark into a folder of its own, never by the product.

Each does the same work: a room, a message told to its members in Prosa's shape, an acknowledgement, and with
``STORE`` the same journaled insert before. Where a peer drops who is silent for a while, that is turned off.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
KEPT = ROOT / ".cache" / "benchmarks"

PYTHON = [
    "channels==4.3.2",
    "motor==3.7.1",
    "pymongo==4.20.0",
    "python-socketio==5.18.1",
    "setuptools<82",
    "sockjs-tornado==1.0.7",
    "tornado==6.6.1",
    "uvicorn==0.54.0",
    "uvloop==0.23.0",  # uvicorn takes it where it is there
    "websockets==17.4",
]

TEXT = "Bom dia! Amanhã às oito estamos na obra com o azulejo e o rejunte. %T"


class Line(msgspec.Struct, frozen=True):
    """One connection of the load: ``native/load.c`` says what its fields are."""

    path: str
    cookie: str
    says: str
    steps: tuple[str, ...]

    def text(self) -> str:
        """The line that it reads."""
        return "\t".join((self.path, self.cookie, self.says, *self.steps)) + "\n"


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """One that can be started. ``dialect``: how it is spoken to."""

    name: str
    command: tuple[str, ...]
    dialect: str


PEERS = (
    Peer(name="sockjs-tornado", command=("python", "-m", "benchmarks.servers.stock"), dialect="sockjs"),
    Peer(
        name="python-socketio",
        command=("python", "-m", "benchmarks.servers.socketio_uvicorn", "websockets-sansio"),
        dialect="socket.io",
    ),
    Peer(name="Channels", command=("python", "-m", "benchmarks.servers.channels_uvicorn"), dialect="json"),
    Peer(name="socket.io", command=("node", "socketio.js"), dialect="socket.io"),
    Peer(name="sockjs-node", command=("node", "sockjs.js"), dialect="sockjs"),
    Peer(name="ws", command=("node", "ws.js"), dialect="json"),
    Peer(name="floor", command=("floor",), dialect="floor"),
)

ACKS = {"sockjs": r"\"event\": \"ack\"", "json": '"event": "ack"', "socket.io": '["stored"]', "floor": ""}
NODE_ACKS = {"sockjs": r"\"event\":\"ack\"", "json": '"event":"ack"', "socket.io": '["stored"]'}


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """One that runs: where it listens, its process, and what its acknowledgements contain."""

    name: str
    port: int
    pid: int
    ack: str


def line(peer: Peer, room: str, number: int) -> Line:
    """A connection that is in the room."""
    if peer.dialect == "floor":
        return Line("/", "", f'{{"conteudo":"{TEXT}","client_id":"%C","e":"{"x" * 130}"}}', ("joined",))
    if peer.dialect == "socket.io":
        steps = ("0{", "40", "40{", f'420["join","{room}"]', '["joined"]')
        says = json.dumps(["say", {"conteudo": TEXT, "client_id": "%C"}], ensure_ascii=False)
        return Line("/socket.io/?EIO=4&transport=websocket", "", f"421{says}", steps)
    join = json.dumps({"event": "join", "room": room})
    says = json.dumps({"event": "say", "ack": 1, "conteudo": TEXT, "client_id": "%C"}, ensure_ascii=False)
    if peer.dialect == "json":
        return Line("/", "", says, ("", join, "joined"))
    path = f"/chat/000/{os.urandom(6).hex()}{number:05}/websocket"
    return Line(path, "", json.dumps([says], ensure_ascii=False), ("o", json.dumps([join]), "joined"))


def bring() -> None:
    """Everybody is installed, and the load is compiled. Raises ``CalledProcessError``."""
    KEPT.mkdir(parents=True, exist_ok=True)
    venv = KEPT / "venv"
    wanted = "\n".join(PYTHON) + (HERE / "servers" / "node" / "package.json").read_text()
    stamp = KEPT / "brought"
    for program in ("load", "floor"):
        source = HERE / "native" / f"{program}.c"
        _run("cc", "-O2", "-o", str(KEPT / program), str(source))
    for script in (HERE / "servers" / "node").iterdir():
        shutil.copy(script, KEPT / script.name)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("bringing the peers", flush=True)
    _run(sys.executable, "-m", "venv", "--clear", str(venv))
    pip = (str(venv / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check")
    _run(*pip, "setuptools<82", "wheel")
    _run(*pip, "--no-build-isolation", *PYTHON)
    _run("npm", "install", "--ignore-scripts", "--loglevel=error", folder=KEPT)
    stamp.write_text(wanted)


@contextmanager
def started(peer: Peer, port: int, store: str) -> Iterator[Running]:
    """It listens, and is gone afterwards. ``store``: the URI of where it stores what is said."""
    program, *arguments = peer.command
    python = KEPT / "venv" / "bin" / "python"
    found = {"python": python, "floor": KEPT / "floor"}.get(program) or _node()
    arguments = [*arguments[:2], str(port), *arguments[2:]]
    if program == "floor":
        arguments += [str(python), "-m", "benchmarks.inserts", store, "0", "1"]
    with (KEPT / f"{peer.name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - ours
            [found, *arguments],
            cwd=ROOT if program == "python" else KEPT,
            env={**_environment(), "STORE": store},
            stdout=log,
            stderr=log,
        )
    try:
        _until_it_listens(process, port)
        acks = NODE_ACKS if program == "node" else ACKS
        yield Running(name=peer.name, port=port, pid=process.pid, ack=acks[peer.dialect])
    finally:
        process.kill()
        process.wait()


def versions() -> dict[str, str]:
    """Which versions were measured."""
    package = json.loads((HERE / "servers" / "node" / "package.json").read_text())
    python = dict(pin.split("==") for pin in PYTHON if "==" in pin)
    return {"python": sys.version.split()[0], **python, **package["dependencies"]}


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def _node() -> Path:
    """Node itself: what is called so on the PATH may be a script, and not what spends the CPU."""
    asked = ["node", "-p", "process.execPath"]
    said = subprocess.run(asked, check=True, capture_output=True, text=True, env=_environment())  # noqa: S603
    return Path(said.stdout.strip())


def _run(*command: str, folder: Path = ROOT) -> None:
    subprocess.run(command, check=True, cwd=folder, env=_environment())  # noqa: S603 - ours


def _until_it_listens(process: subprocess.Popen[bytes], port: int, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    wanted = f":{port:04X} "
    while True:
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        if any(wanted in each.split(":", 1)[1][:16] and " 0A " in each for each in lines):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"what should listen on {port} does not: see {KEPT}")
        time.sleep(0.05)


def lines(peer: Peer, rooms: Sequence[Sequence[str]]) -> list[Line]:
    """Everybody of every room; the names of people mean nothing here."""
    return [line(peer, f"r{n}", i) for n, room in enumerate(rooms) for i, _ in enumerate(room)]
