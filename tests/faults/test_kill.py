"""Everything acknowledged is there, once, in order, without a hole, after any number of SIGKILLs."""

import asyncio
import contextlib
import random
import signal
import uuid
from pathlib import Path

import pytest
from tornado.platform.asyncio import AsyncIOLoop

from prosa.models.entries import Entry
from prosa.models.ids import ChatId
from prosa.storage.database import Database
from prosa.storage.embedded import EmbeddedMongod
from prosa.storage.messages import Messages
from tests.browser import Browser, Refused
from tests.prosa.storage.drafts import ALONE
from tests.server import Server

ROUNDS = 20
TABS = 6
NETWORK = (OSError, ConnectionError, TimeoutError)


class Writer:
    """A tab that sends numbered messages, each until it is acknowledged, over whatever connection."""

    def __init__(self, server: Server, cookie: str, name: str) -> None:
        self._server = server
        self._cookie = cookie
        self._name = name
        self.sent: list[str] = []
        self.acknowledged: dict[str, int] = {}
        self.shown: list[int] = []
        self.is_stopping = False

    async def writes(self) -> None:
        epoch: str | None = None
        text = ""
        while not self.is_stopping or text:
            with contextlib.suppress(*NETWORK):
                browser = await Browser.open(self._server.url, self._cookie)
                try:
                    joined = await browser.asks(
                        "join_chat", chat_id=1, last_seq=self.shown[-1] if self.shown else 20, epoch=epoch
                    )
                    epoch = joined["epoch"]
                    if joined["recovered"]:
                        self.shown += [m["seq"] for m in joined["messages"]]
                    else:
                        self.shown.append(joined["top_seq"])
                    while not self.is_stopping or text:
                        if not text:
                            text = f"{self._name} {len(self.sent)} {uuid.uuid4()}"
                            self.sent.append(text)
                        with contextlib.suppress(Refused):
                            ack = await browser.says(text, in_room=1, client_id=text.split()[-1])
                            self.acknowledged[text] = ack["seq"]
                            text = ""
                finally:
                    self.shown += [m["seq"] for m in browser.has_heard("new_message")]
                    await browser.drops()
            await asyncio.sleep(0.05)


def check(entries: tuple[Entry, ...], writers: list[Writer]) -> None:
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)), "a hole, or out of order"
    found: dict[str, list[int]] = {}
    for entry in entries:
        found.setdefault(entry.conteudo, []).append(entry.seq)
    for writer in writers:
        for text, seq in writer.acknowledged.items():
            assert found.get(text) == [seq], f"lost, moved or doubled: {text}"
        places = [found[text][0] for text in writer.sent if text in found]
        assert places == sorted(places), "an author's order"
        assert len(writer.acknowledged) == len(writer.sent)
        first = writer.shown[0]
        assert writer.shown == list(range(first, first + len(writer.shown))), "shown twice, or not at all"


async def stored(uri: str) -> tuple[Entry, ...]:
    database = await Database.open(uri, "prosa")
    messages = Messages(database, turn=ALONE)
    try:
        return await messages.after(ChatId("1"), 0, 1_000_000)
    finally:
        await messages.close()
        await database.close()


@pytest.mark.gen_test(timeout=300)
async def test_a_worker_killed_twenty_times_loses_and_doubles_nothing(
    io_loop: AsyncIOLoop, own_mongod: EmbeddedMongod, tmp_path: Path
) -> None:
    chance = random.Random(20)
    server = Server(
        tmp_path,
        PROSA_MONGODB_URI=own_mongod.uri,
        PROSA_COMMANDS="100000 per 1 second",
        PROSA_SENDS="100000 per 1 second",
        PROSA_JOINS="1000 per 1 second",
        PROSA_CONNECTS="1000 per 1 second",
    )
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.has_rooms)
    people = [await asyncio.to_thread(server.login, name) for name in ("cliente", "reforma")]
    writers = [Writer(server, people[n % 2], f"tab{n}") for n in range(TABS)]
    writing = [asyncio.create_task(writer.writes()) for writer in writers]
    for done in range(ROUNDS):
        while sum(len(writer.sent) for writer in writers) <= done * TABS:  # noqa: ASYNC110 - they tell nobody
            await asyncio.sleep(0.02)
        await asyncio.sleep(chance.uniform(0.05, 0.5))
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        await asyncio.to_thread(server.start)
    for writer in writers:
        writer.is_stopping = True
    await asyncio.gather(*writing)
    await asyncio.to_thread(server.stop)
    check(await stored(own_mongod.uri), writers)
    assert sum(len(writer.sent) for writer in writers) > (ROUNDS - 1) * TABS
