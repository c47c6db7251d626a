"""A crowd that writes in two rooms over every transport while something breaks."""

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import pymongo

from deploy.cluster import ROOT, Cluster
from tests.lab.checker import Kept, Notes
from tests.server import session_key

PEOPLE = Path(__file__).with_name("people.js")
TRANSPORTS = ("websocket", "xhr-streaming", "xhr-polling")
ROOMS = {"1": ("cliente", "reforma"), "3": ("reforma", "pintura")}
EVERY_MS = 400
FINISH_SECONDS = 60.0
SHOW_SECONDS = 20.0


class Crowd:
    """Two people on each transport in each room, in one process of Node, who reach nginx by ``url``."""

    def __init__(self, cluster: Cluster, url: str, folder: Path) -> None:
        self._cluster = cluster
        self._url = url
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        keys = {name: session_key(cluster.url, name) for members in ROOMS.values() for name in members}
        self._people = [
            {
                "name": f"{folder.name}-{room}-{username}-{transport}",
                "room": room,
                "transport": transport,
                "key": keys[username],
                "file": str(folder / f"{room}-{username}-{transport}.jsonl"),
                "everyMs": EVERY_MS,
            }
            for room, members in ROOMS.items()
            for username in members
            for transport in TRANSPORTS
        ]
        self._idle: set[str] = set()

    def start(self) -> None:
        """They write. The files are there once this returns, and everybody is in their room."""
        plan = self._folder / "plan.json"
        plan.write_text(json.dumps({"url": self._url, "people": self._people}))
        self._process = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "node", PEOPLE, plan],
            env={**os.environ, "NODE_PATH": str(ROOT / "node_modules")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if all(any(shown) for shown in (notes.shown for notes in self._notes())):
                return
            time.sleep(0.2)
        raise AssertionError(f"not everybody came in: {self._folder}")

    def finish(self) -> None:
        """They write nothing new, and have had the time to be answered and to see the end."""
        self._say("finish")
        deadline = time.monotonic() + FINISH_SECONDS
        while len(self._idle) < len(self._people) and time.monotonic() < deadline:
            time.sleep(0.1)
        deadline = time.monotonic() + SHOW_SECONDS
        tops = {room: entries[-1].seq for room, entries in self.stored().items()}
        while time.monotonic() < deadline:
            if all(notes.shown and notes.shown[-1][0] >= tops[notes.room] for notes in self._notes()):
                break
            time.sleep(0.2)
        self._say("end")
        self._process.wait(10)
        self._listener.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def notes(self) -> list[Notes]:
        """What everybody wrote down."""
        return self._notes()

    def stored(self) -> dict[str, list[Kept]]:
        """The rooms as a majority of the set has them."""
        with pymongo.MongoClient[dict[str, object]](
            self._cluster.mongodb_uri, readConcernLevel="majority", serverSelectionTimeoutMS=30_000
        ) as client:
            found: dict[str, list[Kept]] = {room: [] for room in ROOMS}
            for entry in client["prosa"]["messages"].find({"chat_id": {"$in": list(ROOMS)}}).sort("seq", 1):
                kept = Kept(int(str(entry["seq"])), str(entry["client_id"]), str(entry["conteudo"]))
                found[str(entry["chat_id"])].append(kept)
            return found

    def _notes(self) -> list[Notes]:
        return [
            Notes.read(str(person["name"]), str(person["room"]), Path(str(person["file"])))
            for person in self._people
            if Path(str(person["file"])).exists()
        ]

    def _say(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("idle "):
                self._idle.add(line.split()[1])
