"""What is said moves its room in the lists, now or later; a room of thousands now and then."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from prosa.chat.lists import LARGE_EVERY_SECONDS, Lists
from prosa.models.entries import Entry
from prosa.models.errors import UnavailableError
from prosa.models.ids import ChatId, ClientId, UserId
from prosa.models.rooms import SMALL_ROOM, Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.memberships import Memberships
from prosa.storage.rooms import Rooms
from tests.prosa.chat.clock import Clock

ANA = Member(UserId("0"), "Ana")
HALL, PAIR = ChatId("7"), ChatId("8")
CROWD = RoomDraft(title="Feira", members=tuple(Member(UserId(str(n)), "P") for n in range(SMALL_ROOM + 1)))
TWO = RoomDraft(title="Obra", members=(ANA, Member(UserId("1"), "Beto")))


def entry(room: ChatId, seq: int) -> Entry:
    return Entry(
        id=f"{room}-{seq}", chat_id=room, seq=seq, kind="text", client_id=ClientId(f"c{seq}"), conteudo="oi",
        author_id=ANA.user_id, author_name=ANA.name, sent_at=datetime.now(UTC) + timedelta(days=seq),
    )  # fmt: skip


class AwayAtFirst(Memberships):
    """The store cannot be reached the first time."""

    asked = 0

    async def note_last(self, entries: Sequence[Entry]) -> None:
        self.asked += 1
        if self.asked == 1:
            raise UnavailableError(retry_after_ms=1)
        await super().note_last(entries)


@asynccontextmanager
async def running(lists: Lists) -> AsyncIterator[None]:
    task = asyncio.get_running_loop().create_task(lists.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def order(memberships: Memberships, *, is_soon: tuple[ChatId, ...]) -> None:
    async with asyncio.timeout(5):
        while await memberships.rooms_of(ANA.user_id) != is_soon:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_a_large_room_moves_in_its_members_lists_once_a_minute(database: Database) -> None:
    rooms, memberships, clock = Rooms(database), Memberships(database), Clock()
    lists = Lists(memberships, clock=clock.time)
    hall, pair = await rooms.put(HALL, CROWD), await rooms.put(PAIR, TWO)
    async with running(lists):
        lists.note(hall, entry(HALL, 1))
        await order(memberships, is_soon=(HALL, PAIR))
        lists.note(pair, entry(PAIR, 2))
        await order(memberships, is_soon=(PAIR, HALL))
        clock.now += LARGE_EVERY_SECONDS - 1
        lists.note(hall, entry(HALL, 3))
        lists.note(pair, entry(PAIR, 4))
        lists.note(pair, entry(PAIR, 3))
        clock.now += 1
        lists.note(hall, entry(HALL, 5))
        await order(memberships, is_soon=(HALL, PAIR))
    moved = {one["chat_id"]: one["last_seq"] async for one in database.memberships.find({"user_id": "0"})}
    assert moved == {HALL: 5, PAIR: 4}


@pytest.mark.gen_test
async def test_what_could_not_be_moved_is_moved_when_the_store_is_back(database: Database) -> None:
    rooms, memberships = Rooms(database), AwayAtFirst(database)
    lists = Lists(memberships, clock=Clock().time)
    pair, other = await rooms.put(PAIR, TWO), await rooms.put(HALL, TWO)
    async with running(lists):
        lists.note(other, entry(HALL, 1))
        lists.note(pair, entry(PAIR, 2))
        await order(memberships, is_soon=(PAIR, HALL))
    assert memberships.asked > 1
