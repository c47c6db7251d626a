"""Prosa itself: the first worker of a cluster as it is shipped, with real sessions, asked without nginx.

Its settings are those of a fresh install but for the limits on one person and one address: here few say much.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers import TEXT, Line, Running
from deploy.cluster import Cluster
from deploy.colours import PUBLIC

UNLIMITED = {
    "PROSA_COMMANDS": "1000000 per 10 seconds",
    "PROSA_SENDS": "1000000 per 10 seconds",
    "PROSA_JOINS": "1000000 per 10 seconds",
    "PROSA_CONNECTS_PER_ADDRESS": "1000000 per 10 seconds",
    "PROSA_STRANGERS_PER_ADDRESS": "100000",
}

INVITE = """
from django.db import transaction
from tests.lab.guests import invite
with transaction.atomic():
    for name, count in {rooms}:
        invite(name, count)
"""


class Prosa:
    """A cluster that runs."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.store = cluster.mongodb_uri

    def invite(self, rooms: Sequence[tuple[str, int]]) -> dict[str, list[str]]:
        """The session keys of so many people in each of these rooms."""
        said = self.cluster.manage("shell", "-c", INVITE.format(rooms=list(rooms)))
        found = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        return {name: list(keys.values()) for (name, _), keys in zip(rooms, found, strict=True)}

    def worker(self, place: int = 1) -> Running:
        """The worker of this place as the load reaches it."""
        return Running(
            name="Prosa",
            port=self.cluster.base + PUBLIC + place,
            pid=self.cluster.colours.pid("prosa-a", str(place)),
            ack=r"\"event\":\"ack\"",
        )


def line(room: str, key: str, transport: str = "websocket") -> Line:
    """A connection over one of SockJS's transports that has joined the room."""
    join = _message("join_chat", {"chat_id": room})
    says = _message("send_message", {"chat_id": room, "conteudo": TEXT, "client_id": "%C"})
    path = f"/ws/chat/000/{os.urandom(8).hex()}/{transport}"
    return Line(path, f"sessionid={key}", says, ("welcome", join, r"\"event\":\"ack\""))


@contextmanager
def running(base: int) -> Iterator[Prosa]:
    """A cluster of its own; gone afterwards, with all that was said."""
    with tempfile.TemporaryDirectory(prefix="prosa-bench-") as folder:
        cluster = Cluster(Path(folder), base, UNLIMITED)
        try:
            cluster.start(lambda step: print(f"  {step}", flush=True))
            yield Prosa(cluster)
        finally:
            cluster.stop()


def _message(event: str, data: dict[str, str]) -> str:
    inner = json.dumps({"event": event, "ack": 1, "data": data}, ensure_ascii=False, separators=(",", ":"))
    return json.dumps([inner], ensure_ascii=False)
