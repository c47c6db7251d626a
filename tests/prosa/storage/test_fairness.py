"""Three workers in one crowded room: nobody's messages wait for the others' without end."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from statistics import median

import pytest

from prosa.models.ids import ChatId
from prosa.storage.database import Database
from prosa.storage.messages import Messages
from tests.prosa.storage.drafts import ALONE
from tests.redis_server import RedisServer

AUTHORS = {"a": 100, "b": 10, "c": 1}
MESSAGES = 6_000
TIMES = 3
"""All speak again once they are answered: who speaks a third as often has waited three times as long."""


async def spoken(
    writer: str, uri: str, database: str, redis: RedisServer, enough: asyncio.Event
) -> Counter[str]:
    """How often each of the writer's authors has been answered, until it is ``enough``."""
    counts = Counter({f"{writer}{number}": 0 for number in range(AUTHORS[writer])})
    command = [sys.executable, "-m", "tests.prosa.storage.writer", uri, database, writer]
    process = await asyncio.create_subprocess_exec(*command, str(AUTHORS[writer]), redis.url, stdout=PIPE)
    assert process.stdout is not None
    started = await process.stdout.readline()
    counts[started.decode().split("-")[0]] += 1
    while not enough.is_set():
        counts[(await process.stdout.readline()).decode().split("-")[0]] += 1
        if counts.total() > MESSAGES:
            enough.set()
    process.kill()
    await process.communicate()
    return counts


@pytest.mark.gen_test(timeout=60)
async def test_nobody_waits_more_than_three_times_the_median(
    database: Database, mongod: str, redis: RedisServer
) -> None:
    enough = asyncio.Event()
    name = database.messages.database.name
    counters = await asyncio.gather(*(spoken(writer, mongod, name, redis, enough) for writer in AUTHORS))
    counts = sum(counters, Counter())
    assert min(counts.values()) * TIMES >= median(counts.values())
    messages = Messages(database, turn=ALONE)
    log = await messages.after(ChatId("7"), 0, 100_000)
    await messages.close()
    assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
    assert len({entry.client_id for entry in log}) == len(log)
