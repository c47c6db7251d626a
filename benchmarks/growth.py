"""What grows with what: the cost of a message and of a join beside the length of a room's past.

A past is put into the store as it lies there; then somebody joins again and again, and says something.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime

import pymongo

from benchmarks.prosa_cluster import Prosa
from deploy.colours import PUBLIC
from tests.browser import Browser

JOINS = 40
BATCH = 10_000


def with_past(prosa: Prosa, room: str, length: int) -> str:
    """A room with so many messages in it; the session key of one of its people."""
    key = prosa.invite([(room, 2)])[room][0]
    with pymongo.MongoClient[dict[str, object]](prosa.store) as client:
        messages = client["prosa"]["messages"]
        for first in range(1, length + 1, BATCH):
            messages.insert_many(
                [
                    {
                        "chat_id": room,
                        "seq": seq,
                        "kind": "text",
                        "author_id": "1",
                        "author_name": "convidado",
                        "client_id": f"past-{seq}",
                        "conteudo": f"Mensagem {seq} de um passado longo, com alguma coisa dentro.",
                        "digest": b"",
                        "sent_at": datetime.now(UTC),
                    }
                    for seq in range(first, min(first + BATCH, length + 1))
                ]
            )
    return key


async def costs(prosa: Prosa, room: str, key: str) -> tuple[list[float], list[float]]:
    """Milliseconds of each join, and of each message from its sending to its acknowledgement."""
    joins, sends = [], []
    tab = await Browser.open(f"http://127.0.0.1:{prosa.cluster.base + PUBLIC + 1}", key)
    for number in range(JOINS):
        began = time.perf_counter()
        await tab.asks("join_chat", chat_id=room)
        joined = time.perf_counter()
        await tab.says(f"said {number}", in_room=room)
        joins.append((joined - began) * 1000)
        sends.append((time.perf_counter() - joined) * 1000)
    await tab.leaves()
    return joins, sends


def measure(prosa: Prosa, lengths: tuple[int, ...]) -> dict[str, list[float]]:
    """The medians of three goes for every length: of a join, and of a message."""
    found: dict[str, list[float]] = {}
    for length in lengths:
        room = f"past{length}"
        key = with_past(prosa, room, length)
        for _ in range(3):
            joins, sends = asyncio.run(costs(prosa, room, key))
            found.setdefault(f"join, {length:,} messages", []).append(statistics.median(joins))
            found.setdefault(f"say, {length:,} messages", []).append(statistics.median(sends))
    return found
