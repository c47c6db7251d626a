"""Workers and mongod are killed and stopped in the middle of a batch: what was acknowledged is there."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from prosa.models.entries import Stored
from prosa.models.errors import LaterError, OutcomeUnknownError, UnavailableError
from prosa.models.ids import ChatId
from prosa.models.rooms import RoomDraft
from prosa.storage.database import Database
from prosa.storage.embedded import EmbeddedMongod
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from tests.prosa.storage.drafts import ALONE, a_draft

ROOM = ChatId("7")
Acked = dict[str, int]


@pytest.fixture(scope="module")
def own_mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongod]:
    """One that these tests may kill."""
    with EmbeddedMongod(tmp_path_factory.mktemp("own_mongod")) as running:
        yield running


async def the_log(database: Database) -> Acked:
    """What is stored, by client_id; without a hole."""
    log = await database.messages.find({"chat_id": ROOM}, sort=[("seq", 1)]).to_list()
    assert [document["seq"] for document in log] == list(range(1, len(log) + 1))
    found = {document["client_id"]: document["seq"] for document in log}
    assert len(found) == len(log)
    return found


@asynccontextmanager
async def a_writer(uri: str, database: str, name: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.prosa.storage.writer", uri, database, name, "20", stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def acknowledged(process: Process, *, at_least: int) -> Acked:
    """What the writer said until it had said so much."""
    assert process.stdout is not None
    acked: Acked = {}
    while len(acked) < at_least:
        client_id, seq = (await process.stdout.readline()).decode().split()
        acked[client_id] = int(seq)
    return acked


async def last_words(process: Process) -> Acked:
    """What it said before it was killed; the last line may be cut."""
    assert process.stdout is not None
    lines = (await process.stdout.read()).decode().split("\n")[:-1]
    return {client_id: int(seq) for client_id, seq in (line.split() for line in lines)}


@pytest.mark.gen_test(timeout=30)
async def test_a_killed_writer_loses_nothing_that_it_acknowledged_and_leaves_no_hole(
    database: Database, mongod: str
) -> None:
    name = database.messages.database.name
    async with a_writer(mongod, name, "a") as killed, a_writer(mongod, name, "b") as survivor:
        acked = await acknowledged(survivor, at_least=100) | await acknowledged(killed, at_least=300)
        killed.kill()
        acked |= await last_words(killed)
        acked |= await acknowledged(survivor, at_least=200)
        survivor.kill()
        acked |= await last_words(survivor)
    log = await the_log(database)
    assert {client_id: log.get(client_id) for client_id in acked} == acked
    messages = Messages(database, turn=ALONE)
    for author in (f"a{number}" for number in range(20)):
        again = await messages.append(a_draft(f"{author}-1", author=author))
        assert again.duplicate == (f"{author}-1" in log)
    await messages.close()
    await the_log(database)


class Speakers:
    """People who say one thing after another, each again until it is answered."""

    def __init__(self, messages: Messages) -> None:
        self.acked: Acked = {}
        self.unknown = 0
        self._messages = messages
        self._heard = asyncio.Condition()
        self._is_over = False

    async def speak(self, author: str) -> None:
        count = 0
        while not self._is_over:
            count += 1
            stored = await self._insist(f"{author}-{count}", author)
            self.acked[stored.entry.client_id] = stored.entry.seq
            async with self._heard:
                self._heard.notify_all()

    async def _insist(self, text: str, author: str) -> Stored:
        while True:
            try:
                return await self._messages.append(a_draft(text, author=author))
            except LaterError:
                self.unknown += 1

    async def wait_for(self, more: int) -> None:
        goal = len(self.acked) + more
        async with self._heard:
            await self._heard.wait_for(lambda: len(self.acked) >= goal)

    def stop(self) -> None:
        self._is_over = True


@pytest.mark.gen_test(timeout=60)
async def test_a_killed_mongod_comes_back_with_everything_that_was_acknowledged(
    own_mongod: EmbeddedMongod,
) -> None:
    database = await Database.open(own_mongod.uri, "killed")
    messages = Messages(database, turn=ALONE)
    speakers = Speakers(messages)
    tasks = [asyncio.ensure_future(speakers.speak(str(number))) for number in range(40)]
    for _ in range(2):
        await speakers.wait_for(400)
        assert own_mongod._process is not None
        own_mongod._process.kill()
        own_mongod._process.wait()
        own_mongod.start()
    await speakers.wait_for(400)
    speakers.stop()
    await asyncio.gather(*tasks)
    assert await the_log(database) == speakers.acked
    await messages.close()
    await database.close()


@pytest.mark.gen_test(timeout=60)
async def test_a_send_into_a_stopped_store_is_unknown_within_the_deadline_and_stored_once(
    own_mongod: EmbeddedMongod,
) -> None:
    database = await Database.open(own_mongod.uri, "stopped")
    messages = Messages(database, turn=ALONE)
    await messages.append(a_draft("antes"))
    os.kill(own_mongod.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        drafts = [a_draft(f"m{number}") for number in range(30)]
        answers = await asyncio.gather(*map(messages.append, drafts), return_exceptions=True)
        assert time.monotonic() - started < 4.5
    finally:
        os.kill(own_mongod.pid, signal.SIGCONT)
    assert {type(answer) for answer in answers} == {OutcomeUnknownError}
    assert all(isinstance(answer, LaterError) and answer.details["retry_after_ms"] for answer in answers)
    again = await asyncio.gather(*map(messages.append, drafts))
    assert [answer.entry.seq for answer in again] == list(range(2, 32))
    assert len(await the_log(database)) == 31
    await messages.close()
    await database.close()


@pytest.mark.gen_test(timeout=60)
async def test_a_mongod_stopped_in_mid_batch_stores_everything_once(own_mongod: EmbeddedMongod) -> None:
    quick = {"socketTimeoutMS": 400, "wTimeoutMS": 300, "serverSelectionTimeoutMS": 400}
    database = await Database.open(own_mongod.uri, "paused", **quick)
    workers = [Messages(database, turn=ALONE, deadline_seconds=1.0) for _ in range(2)]
    speakers = [Speakers(worker) for worker in workers]
    tasks = [
        asyncio.ensure_future(speaker.speak(f"{index}_{number}"))
        for index, speaker in enumerate(speakers)
        for number in range(20)
    ]
    for _ in range(3):
        await speakers[0].wait_for(100)
        os.kill(own_mongod.pid, signal.SIGSTOP)
        resumed = asyncio.get_running_loop().call_later(0.8, os.kill, own_mongod.pid, signal.SIGCONT)
        await speakers[1].wait_for(100)
        assert resumed.when() < asyncio.get_running_loop().time()
    for speaker in speakers:
        speaker.stop()
    await asyncio.gather(*tasks)
    assert await the_log(database) == speakers[0].acked | speakers[1].acked
    for worker in workers:
        await worker.close()
    await database.close()


@pytest.mark.gen_test(timeout=30)
async def test_what_the_site_says_to_a_store_that_is_away_is_unavailable_and_holds_when_said_again(
    own_mongod: EmbeddedMongod,
) -> None:
    quick = {"socketTimeoutMS": 500, "serverSelectionTimeoutMS": 500, "connectTimeoutMS": 500}
    database = await Database.open(own_mongod.uri, "said", **quick)
    rooms, said = Rooms(database), RoomDraft(title="Obra", members=())
    before = await rooms.put(ROOM, said)
    os.kill(own_mongod.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            await rooms.delete(ROOM)
        assert time.monotonic() - started < 7
    finally:
        os.kill(own_mongod.pid, signal.SIGCONT)
    await rooms.delete(ROOM)
    assert await rooms.get(ROOM) is None
    assert (await rooms.put(ROOM, said)).version == before.version + 2
    await database.close()


@pytest.mark.gen_test(timeout=30)
async def test_reads_of_a_store_that_is_away_are_unavailable(own_mongod: EmbeddedMongod) -> None:
    quick = {"socketTimeoutMS": 300, "serverSelectionTimeoutMS": 300, "connectTimeoutMS": 300}
    database = await Database.open(own_mongod.uri, "away", **quick)
    messages, rooms, memberships = Messages(database, turn=ALONE), Rooms(database), Memberships(database)
    os.kill(own_mongod.pid, signal.SIGSTOP)
    try:
        answers = await asyncio.gather(
            database.ping(),
            messages.known(a_draft("oi")),
            messages.page_before(ROOM, None, 10),
            messages.after(ROOM, 0, 10),
            messages.tops([ROOM]),
            messages.has_live_entries(ROOM),
            rooms.get(ROOM),
            rooms.versions([ROOM]),
            memberships.is_member(ROOM, a_draft("oi").author_id),
            memberships.advance(ROOM, a_draft("oi").author_id, delivered_seq=1, read_seq=1),
            memberships.cursors([ROOM]),
            memberships.summaries(a_draft("oi").author_id, since=None, limit=10),
            memberships.unread(ROOM, a_draft("oi").author_id),
            memberships.rooms_of(a_draft("oi").author_id),
            return_exceptions=True,
        )
    finally:
        os.kill(own_mongod.pid, signal.SIGCONT)
    assert [type(answer) for answer in answers] == [UnavailableError] * len(answers)
    assert all(
        isinstance(answer, LaterError) and answer.details["retry_after_ms"] == 1000 for answer in answers
    )
    await messages.close()
    await database.close()
