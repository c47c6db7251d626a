"""What is old goes, from the bottom, and what is left is a log like any other."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pymongo import monitoring
from tornado.platform.asyncio import AsyncIOLoop

from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.retention import ENTRIES_AT_ONCE, Expired, Retention
from prosa.storage.rooms import Rooms
from tests.prosa.storage.drafts import ALONE, NOON, a_change, a_draft

ROOM = ChatId("7")
BETO = UserId("2")


class Recorder(monitoring.CommandListener):
    """How many documents each ``delete`` has removed."""

    def __init__(self) -> None:
        self.removed: list[int] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        pass

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.command_name == "delete":
            self.removed.append(event.reply["n"])

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        raise AssertionError(event.failure)


class Store:
    """A room with one message a day, the first at noon."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.messages = Messages(database, turn=ALONE)
        self.memberships = Memberships(database)
        self.retention = Retention(database)

    async def filled(self, days: int) -> None:
        both = (Member(UserId("1"), "Ana"), Member(BETO, "Beto"))
        await Rooms(self.database).put(ROOM, RoomDraft(title="Obra", members=both))
        for n in range(days):
            await self.says(n)

    async def says(self, day: int) -> int:
        draft = a_draft(f"dia {day}", at=NOON + timedelta(days=day))
        return (await self.messages.append(draft)).entry.seq

    async def expired(self, day: float) -> list[Expired]:
        return [one async for one in self.retention.expired(moment(day))]

    async def removed(self, day: float) -> None:
        for one in await self.expired(day):
            await self.retention.remove(one)

    async def log(self) -> list[tuple[int, str]]:
        return [(entry.seq, entry.conteudo) for entry in await self.messages.after(ROOM, 0, 10_000)]

    async def floor(self) -> int | None:
        room = await self.database.rooms.find_one({"_id": ROOM})
        assert room is not None
        floor: int | None = room.get("floor")
        return floor


def moment(day: float) -> datetime:
    return NOON + timedelta(days=day)


@pytest.fixture
def store(io_loop: AsyncIOLoop, database: Database) -> Iterator[Store]:
    made: list[Store] = []

    async def build() -> None:
        made.append(Store(database))

    io_loop.run_sync(build)
    yield made[0]
    io_loop.run_sync(made[0].messages.close)


@pytest.mark.gen_test
async def test_what_is_older_goes_and_the_floor_is_where_the_log_begins(store: Store) -> None:
    await store.filled(6)
    assert await store.expired(2.5) == [Expired(chat_id=ROOM, bottom=1, floor=4, blanks=False)]
    assert (len(await store.log()), await store.floor()) == (6, None)
    await store.removed(2.5)
    assert await store.log() == [(4, "dia 3"), (5, "dia 4"), (6, "dia 5")]
    assert await store.floor() == 4
    assert await store.expired(2.5) == []


@pytest.mark.gen_test
async def test_the_newest_entry_stays_without_its_words_and_the_next_one_follows_it(store: Store) -> None:
    await store.filled(3)
    await store.removed(50)
    assert await store.log() == [(3, "Mensagem removida")]
    assert await store.expired(50) == []
    assert await store.says(60) == 4
    await store.removed(55)
    assert await store.log() == [(4, "dia 60")]
    assert await store.floor() == 4


@pytest.mark.gen_test
async def test_a_change_of_what_is_gone_is_shown_nowhere_and_goes_in_its_turn(store: Store) -> None:
    await store.filled(2)
    await store.messages.append(a_change("dia 0!", target=1, at=moment(1.2)))
    await store.messages.append(a_change(None, target=2, at=moment(1.3)))
    await store.removed(0.5)
    page = await store.messages.page_before(ROOM, None, 10)
    assert [(m.seq, m.conteudo, m.is_deleted) for m in page.messages] == [(2, "", True)]
    await store.removed(50)
    assert await store.log() == [(4, "")]
    page = await store.messages.page_before(ROOM, None, 10)
    assert (page.messages, page.more, page.top_seq) == ((), False, 4)
    assert await store.says(60) == 5


@pytest.mark.gen_test
async def test_an_old_entry_above_a_newer_one_waits_for_it(store: Store) -> None:
    await store.filled(0)
    for day in (1, 9, 2, 10):
        await store.says(day)
    await store.removed(5)
    assert [seq for seq, _ in await store.log()] == [2, 3, 4]


@pytest.mark.gen_test
async def test_the_pages_end_where_the_log_begins_and_unread_counts_what_is_there(store: Store) -> None:
    await store.filled(6)
    await store.memberships.advance(ROOM, BETO, delivered_seq=1, read_seq=1)
    assert await store.memberships.unread(ROOM, BETO) == 5
    await store.removed(3.5)
    page = await store.messages.page_before(ROOM, None, 2)
    assert ([e.seq for e in page.messages], page.more, page.top_seq) == ([5, 6], False, 6)
    below = await store.messages.page_before(ROOM, 5, 2)
    assert (below.messages, below.more) == ((), False)
    assert await store.memberships.unread(ROOM, BETO) == 2


@pytest.mark.gen_test(timeout=30)
async def test_one_that_was_killed_has_left_no_hole_and_is_done_by_the_next_one(store: Store) -> None:
    await store.filled(1)
    template = await store.database.messages.find_one({"chat_id": ROOM})
    assert template is not None
    del template["_id"]
    count = 2 * ENTRIES_AT_ONCE + 100
    await store.database.messages.insert_many(
        {**template, "seq": 2 + n, "client_id": f"m-{n}", "sent_at": moment(n / 100)} for n in range(count)
    )
    whole = (await store.expired(10.5))[0]
    assert whole.count == 1051
    await store.retention.remove(Expired(chat_id=ROOM, bottom=1, floor=700, blanks=False))
    assert [seq for seq, _ in await store.log()] == list(range(700, count + 2))
    assert (await store.expired(10.5))[0].count == whole.count - 699
    await store.removed(10.5)
    assert [seq for seq, _ in await store.log()] == list(range(whole.floor, count + 2))


@pytest.mark.gen_test(timeout=30)
async def test_no_command_removes_more_than_it_can_in_time(database: Database, mongod: str) -> None:
    recorder = Recorder()
    watched = await Database.open(mongod, database.messages.database.name, event_listeners=[recorder])
    entries = ({"chat_id": "7", "seq": n, "author_id": "1", "client_id": f"{n}"} for n in range(1, 1301))
    await watched.messages.insert_many(entries)
    await Retention(watched).remove(Expired(chat_id=ROOM, bottom=1, floor=1201, blanks=False))
    await watched.close()
    assert recorder.removed == [500, 500, 200]
