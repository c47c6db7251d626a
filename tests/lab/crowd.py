"""A crowd that writes over every transport while something breaks."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pymongo

from deploy.cluster import ROOT, Cluster
from tests.lab.checker import Kept, Notes
from tests.server import session_key

TRANSPORTS = ("websocket", "xhr-streaming", "eventsource", "xhr-polling")
"""What the real sockjs-client speaks."""
RAW = "raw websocket"
FORM = "form"
"""What our own clients in Python speak."""

ROOMS = {"1": ("cliente", "reforma"), "3": ("reforma", "pintura")}
EVERY_MS = 500
START_SECONDS = 60.0
FINISH_SECONDS = 90.0
SHOW_SECONDS = 20.0


class Guest(msgspec.Struct, kw_only=True, rename="camel"):
    """Somebody who writes in a room, and sees it, if there is a screen.

    Whoever has two lines says everything through two workers at once. All who are ``in_step`` write at the
    same moments, each time in another order.
    """

    name: str
    room: str
    key: str
    transport: str
    every_ms: int = EVERY_MS
    in_step: bool = False
    lines: int = 1
    length: int = 0
    screen: bool = True
    file: str = ""


def regulars(cluster: Cluster) -> list[Guest]:
    """In each of two rooms two people by every transport, one by a form too, and one who says all twice."""
    keys = {name: session_key(cluster.url, name) for members in ROOMS.values() for name in members}
    guests = [
        Guest(name=f"{room}-{name}-{transport}", room=room, key=keys[name], transport=transport)
        for room, members in ROOMS.items()
        for name in members
        for transport in TRANSPORTS
    ]
    forms = [
        Guest(name=f"{room}-{name}-{FORM}", room=room, key=keys[name], transport=FORM)
        for room, (_, name) in ROOMS.items()
    ]
    return guests + forms + twins(keys)


def twins(keys: dict[str, str], *, every_ms: int = EVERY_MS, count: int = 1) -> list[Guest]:
    """So many in each room who say everything twice, through two workers at once; the first has a screen."""
    return [
        Guest(
            name=f"{room}-{members[0]}-twice-{n}", room=room, key=keys[members[0]], transport=RAW, lines=2,
            every_ms=every_ms, screen=n == 0,
        )
        for room, members in ROOMS.items()
        for n in range(count)
    ]  # fmt: skip


class Crowd:
    """These people, who reach nginx by ``url``: one process of Node, one of Python, as many as are needed."""

    def __init__(self, cluster: Cluster, url: str, folder: Path, guests: Sequence[Guest]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._cluster = cluster
        self._url = url
        self._folder = folder
        self._guests = [
            msgspec.structs.replace(
                guest, name=f"{folder.name}-{guest.name}", file=str(folder / f"{guest.name}.jsonl")
            )
            for guest in guests
        ]
        self._notes = {guest.file: Notes(guest.name, guest.room) for guest in self._guests}
        self._idle: set[str] = set()
        self._processes: list[subprocess.Popen[str]] = []
        self._listeners: list[threading.Thread] = []

    def start(self) -> None:
        """They write. The files are there once this returns, and everybody is in their room."""
        node = [str(ROOT / ".venv" / "bin" / "node"), str(Path(__file__).with_name("people.js"))]
        self._run(node, [guest for guest in self._guests if guest.transport in TRANSPORTS])
        python = [sys.executable, "-m", "tests.lab.people"]
        self._run(python, [guest for guest in self._guests if guest.transport not in TRANSPORTS])
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if len(found := self.notes()) == len(self._guests) and all(notes.is_in for notes in found):
                return
            time.sleep(0.2)
        raise AssertionError(f"not everybody came in: {self._folder}")

    def _run(self, program: list[str], guests: Iterable[Guest]) -> None:
        people = msgspec.to_builtins(list(guests))
        if not people:
            return
        plan = self._folder / f"plan-{len(self._processes)}.json"
        plan.write_text(json.dumps({"url": self._url, "people": people}))
        process = subprocess.Popen(
            [*program, str(plan)],
            cwd=ROOT,
            env={**os.environ, "NODE_PATH": str(ROOT / "node_modules")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        listener = threading.Thread(target=self._listen, args=(process,), daemon=True)
        listener.start()
        self._processes.append(process)
        self._listeners.append(listener)

    def quieten(self) -> None:
        """They write nothing new."""
        self._say("finish")

    def finish(self) -> None:
        """They have had the time to be answered and to see the end."""
        deadline = time.monotonic() + FINISH_SECONDS
        while len(self._idle) < len(self._guests) and time.monotonic() < deadline:
            time.sleep(0.1)
        deadline = time.monotonic() + SHOW_SECONDS
        tops = {room: entries[-1].seq for room, entries in self.stored().items()}
        while time.monotonic() < deadline:
            if all(not notes.has_screen or notes.top >= tops[notes.room] for notes in self.notes()):
                break
            time.sleep(0.2)
        self._say("end")
        for process, listener in zip(self._processes, self._listeners, strict=True):
            process.wait(30)
            listener.join(10)
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                pipe.close()

    def notes(self) -> list[Notes]:
        """What everybody wrote down so far, of whom there is a file."""
        found = [(Path(file), notes) for file, notes in self._notes.items() if Path(file).exists()]
        for path, notes in found:
            notes.read_on(path)
        return [notes for _, notes in found]

    def stored(self) -> dict[str, list[Kept]]:
        """The rooms as a majority of the set has them."""
        rooms = sorted({guest.room for guest in self._guests})
        with pymongo.MongoClient[dict[str, object]](
            self._cluster.mongodb_uri, readConcernLevel="majority", serverSelectionTimeoutMS=30_000
        ) as client:
            found: dict[str, list[Kept]] = {room: [] for room in rooms}
            for entry in client["prosa"]["messages"].find({"chat_id": {"$in": rooms}}).sort("seq", 1):
                kept = Kept(int(str(entry["seq"])), str(entry["client_id"]), str(entry["conteudo"]))
                found[str(entry["chat_id"])].append(kept)
            return found

    def _say(self, command: str) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{command}\n")
            process.stdin.flush()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("idle "):
                self._idle.add(line.split()[1])
