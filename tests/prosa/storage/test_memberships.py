"""How far people have got only grows, and a list of rooms costs the same for one room and for fifty."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pymongo import monitoring

from prosa.models.entries import Draft, Entry
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from tests.prosa.storage.drafts import ALONE, a_draft

ROOM = ChatId("7")
ANA = Member(UserId("1"), "Ana", "cliente")
BETO = Member(UserId("2"), "Beto", "fornecedor")
BOTH = RoomDraft(title="Obra", members=(ANA, BETO))
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def says(who: Member, text: str, *, room: ChatId = ROOM, at: datetime = NOON) -> Draft:
    return a_draft(text, room=room, author=who.user_id, name=who.name, at=at)


async def said(database: Database, *drafts: Draft) -> list[Entry]:
    messages = Messages(database, turn=ALONE)
    entries = [(await messages.append(draft)).entry for draft in drafts]
    await messages.close()
    await Memberships(database).note_last(entries)
    return entries


class Commands(monitoring.CommandListener):
    """The commands that a client sends."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@pytest.mark.gen_test
async def test_cursors_only_grow_and_read_implies_delivered(database: Database) -> None:
    memberships = Memberships(database)
    await Rooms(database).put(ROOM, BOTH)
    first = await memberships.advance(ROOM, ANA.user_id, delivered_seq=2, read_seq=4)
    assert first is not None
    assert (first.delivered_seq, first.read_seq) == (4, 4)
    second = await memberships.advance(ROOM, ANA.user_id, delivered_seq=9, read_seq=1)
    assert second is not None
    assert (second.delivered_seq, second.read_seq) == (9, 4)
    assert await memberships.cursor(ROOM, ANA.user_id) == second
    assert second in (await memberships.cursors([ROOM, ChatId("8")]))[ROOM]


@pytest.mark.gen_test
async def test_a_stranger_has_no_cursor(database: Database) -> None:
    memberships = Memberships(database)
    await Rooms(database).put(ROOM, BOTH)
    assert await memberships.advance(ROOM, UserId("9"), delivered_seq=1, read_seq=1) is None
    assert await memberships.cursor(ROOM, UserId("9")) is None
    assert not await memberships.is_member(ROOM, UserId("9"))
    assert await memberships.summaries(UserId("9"), since=None, limit=10) == ((), False)


@pytest.mark.gen_test
async def test_unread_are_the_messages_of_others_after_the_cursor(database: Database) -> None:
    memberships = Memberships(database)
    await Rooms(database).put(ROOM, BOTH)
    entries = await said(database, says(ANA, "a1"), says(BETO, "b1"), says(BETO, "b2"), says(ANA, "a2"))
    asked = ((ROOM, ANA.user_id), (ROOM, BETO.user_id), (ROOM, UserId("9")), (ChatId("8"), ANA.user_id))
    assert await asyncio.gather(*(memberships.unread(*place) for place in asked)) == [2, 2, None, None]
    await memberships.advance(ROOM, ANA.user_id, delivered_seq=2, read_seq=2)
    (summary,), more = await memberships.summaries(ANA.user_id, since=None, limit=10)
    assert (summary.unread, summary.top_seq, summary.last, more) == (1, 4, entries[-1], False)
    assert summary.room.members == (ANA, BETO)


@pytest.mark.gen_test(timeout=20)
async def test_unread_stops_counting_at_ninety_nine(database: Database) -> None:
    await Rooms(database).put(ROOM, BOTH)
    await said(database, *(says(BETO, f"b{number}") for number in range(101)))
    assert await Memberships(database).unread(ROOM, ANA.user_id) == 99


@pytest.mark.gen_test
async def test_what_many_have_not_read_of_many_rooms_is_one_command(database: Database, mongod: str) -> None:
    ids = [ChatId(str(number)) for number in range(50)]
    for chat_id in ids:
        await Rooms(database).put(chat_id, BOTH)
    await said(database, *(says(ANA, "oi", room=chat_id) for chat_id in ids[::2]))
    commands = Commands()
    watched = await Database.open(mongod, database.messages.database.name, event_listeners=[commands])
    memberships = Memberships(watched)
    commands.names.clear()
    unread = await asyncio.gather(*(memberships.unread(chat_id, BETO.user_id) for chat_id in ids))
    assert unread == [1, 0] * 25
    assert commands.names == ["aggregate"]
    await watched.close()


@pytest.mark.gen_test
async def test_the_list_is_newest_first_and_pages_without_missing_a_room(database: Database) -> None:
    rooms, memberships = Rooms(database), Memberships(database)
    ids = [ChatId(str(number)) for number in range(7)]
    for number, chat_id in enumerate(ids):
        await rooms.put(chat_id, BOTH)
        same_moment = NOON + timedelta(minutes=number // 5)
        await said(database, says(ANA, "oi", room=chat_id, at=same_moment))
    seen: list[ChatId] = []
    page, bookmark = await memberships.summaries_after(ANA.user_id, bookmark=None, limit=3)
    seen += [summary.room.chat_id for summary in page]
    while bookmark is not None:
        page, bookmark = await memberships.summaries_after(ANA.user_id, bookmark=bookmark, limit=3)
        assert 1 <= len(page) <= 3
        seen += [summary.room.chat_id for summary in page]
    assert seen == ["5", "6", "0", "1", "2", "3", "4"]
    recent, more = await memberships.summaries(ANA.user_id, since=NOON + timedelta(minutes=1), limit=10)
    assert [summary.room.chat_id for summary in recent] == ["5", "6"]
    assert not more


@pytest.mark.gen_test
async def test_a_list_costs_the_same_number_of_commands_for_one_room_and_for_fifty(
    database: Database, mongod: str
) -> None:
    await Rooms(database).put(ROOM, BOTH)
    many = Member(UserId("3"), "Caio")
    for number in range(50):
        chat_id = ChatId(f"m{number}")
        await Rooms(database).put(chat_id, RoomDraft(title="x", members=(many, BETO)))
    await said(database, says(BETO, "oi"))
    await said(database, *(says(BETO, "oi", room=ChatId(f"m{number}")) for number in range(50)))
    commands = Commands()
    watched = await Database.open(mongod, database.messages.database.name, event_listeners=[commands])
    memberships = Memberships(watched)
    commands.names.clear()
    one, _ = await memberships.summaries(ANA.user_id, since=None, limit=50)
    for_one = sorted(commands.names)
    commands.names.clear()
    fifty, _ = await memberships.summaries(many.user_id, since=None, limit=50)
    assert (len(one), len(fifty)) == (1, 50)
    assert all(summary.unread == 1 and summary.last for summary in fifty)
    assert sorted(commands.names) == for_one == [*["aggregate"] * 4, "find", "find"]
    await watched.close()
