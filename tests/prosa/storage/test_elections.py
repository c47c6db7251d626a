"""A primary that does not know yet what a majority holds, as every new one after an election."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pymongo
import pytest
from pymongo import WriteConcern

from prosa.models.errors import UnavailableError
from prosa.models.ids import ChatId
from prosa.storage.binaries import find_mongod
from prosa.storage.database import Database
from prosa.storage.messages import Messages
from tests.ports import free_base
from tests.prosa.storage.drafts import ALONE, a_draft

ROOM = ChatId("7")


class Pair:
    """Two mongods, of which the second follows; while it is stopped, no majority holds anything new."""

    def __init__(self, folder: Path) -> None:
        base = free_base()
        hosts = [f"127.0.0.1:{base + n}" for n in range(2)]
        self.uri = f"mongodb://{','.join(hosts)}/?replicaSet=pair"
        self._processes = []
        for n in range(2):
            (folder / str(n)).mkdir()
            command = [
                find_mongod(os.environ), "--dbpath", folder / str(n), "--port", str(base + n),
                "--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", "pair",
                "--wiredTigerCacheSizeGB", "0.25", "--logpath", folder / f"{n}.log",
            ]  # fmt: skip
            self._processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        with pymongo.MongoClient[dict[str, object]](f"mongodb://{hosts[0]}/?directConnection=true") as client:
            members = [{"_id": n, "host": host, "priority": 1 - n} for n, host in enumerate(hosts)]
            client.admin.command("replSetInitiate", {"_id": "pair", "members": members})
            while not client.admin.command("hello")["isWritablePrimary"]:
                time.sleep(0.1)

    def stop_second(self) -> None:
        self._processes[1].send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._processes[1].send_signal(signal.SIGCONT)

    def end(self) -> None:
        self.go_on()
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    running = Pair(tmp_path)
    yield running
    running.end()


@pytest.mark.gen_test(timeout=90)
async def test_who_was_told_more_than_the_primary_knows_waits_until_it_does(pair: Pair) -> None:
    database = await Database.open(pair.uri, f"t_{uuid4().hex}")
    messages = Messages(database, turn=ALONE)
    await messages.append(a_draft("a"))
    (first,) = await messages.after(ROOM, 0, 10)
    here = database.messages.with_options(write_concern=WriteConcern(1))
    pair.stop_second()
    document = await database.messages.find_one({"chat_id": ROOM})
    assert document is not None
    await here.insert_one({**document, "_id": 2, "seq": 2, "client_id": "b"})
    assert await messages.tops([ROOM]) == {ROOM: first.seq}  # what a majority is known to hold
    assert await messages.top(ROOM, at_least=1) == 1
    told = asyncio.create_task(messages.top(ROOM, at_least=2))
    await asyncio.sleep(0.5)
    assert not told.done()
    pair.go_on()
    assert await told == 2
    assert await messages.tops([ROOM]) == {ROOM: 2}
    assert await messages.top(ROOM, at_least=3) == 2  # whoever says so was told by somebody else
    pair.stop_second()
    with pytest.raises(UnavailableError):
        await messages.top(ROOM, at_least=3)
    pair.go_on()
    await messages.close()
    await database.close()
