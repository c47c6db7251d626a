"""Rooms are what the site says they are, however often it says so."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from prosa.models.entries import Entry
from prosa.models.ids import ChatId, ClientId, UserId
from prosa.models.rooms import SMALL_ROOM, Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from tests.prosa.storage.drafts import ALONE, a_change, a_draft

ROOM = ChatId("7")
ANA = Member(UserId("1"), "Ana", "cliente")
BETO = Member(UserId("2"), "Beto", "fornecedor")
CAIO = Member(UserId("3"), "Caio", "fornecedor")


def asks(*members: Member, title: str = "Obra", can_write: bool = True) -> RoomDraft:
    return RoomDraft(title=title, members=members, can_write=can_write, context={"valor": "10"})


def entry(seq: int, sent_at: datetime, room: ChatId = ROOM) -> Entry:
    return Entry(
        id=str(seq), chat_id=room, seq=seq, kind="text", client_id=ClientId(f"c{seq}"), conteudo="oi",
        author_id=ANA.user_id, author_name=ANA.name, sent_at=sent_at,
    )  # fmt: skip


@pytest.mark.gen_test
async def test_a_room_is_read_as_it_was_put(database: Database) -> None:
    rooms = Rooms(database)
    put = await rooms.put(ROOM, asks(BETO, ANA))
    assert put == await rooms.get(ROOM)
    assert put.members == (BETO, ANA)
    assert (put.version, put.title, put.can_write, put.context) == (1, "Obra", True, {"valor": "10"})
    assert await rooms.get(ChatId("8")) is None


@pytest.mark.gen_test
async def test_asking_twice_changes_nothing_and_asking_otherwise_grows_the_version(
    database: Database,
) -> None:
    rooms = Rooms(database)
    first = await rooms.put(ROOM, asks(ANA, BETO))
    assert await rooms.put(ROOM, asks(ANA, BETO)) == first
    closed = await rooms.put(ROOM, asks(ANA, BETO, can_write=False))
    assert (closed.version, closed.epoch, closed.can_write) == (2, first.epoch, False)
    assert await rooms.versions([ROOM, ChatId("8")]) == {ROOM: 2}


@pytest.mark.gen_test
async def test_who_stays_keeps_the_cursor_and_who_left_is_no_member(database: Database) -> None:
    rooms, memberships = Rooms(database), Memberships(database)
    await rooms.put(ROOM, asks(ANA, BETO))
    kept = await memberships.advance(ROOM, ANA.user_id, delivered_seq=5, read_seq=3)
    renamed = Member(ANA.user_id, "Ana Maria", "cliente")
    room = await rooms.put(ROOM, asks(renamed, CAIO))
    assert room.members == (renamed, CAIO)
    assert await memberships.cursor(ROOM, ANA.user_id) == kept
    assert not await memberships.is_member(ROOM, BETO.user_id)
    assert await memberships.is_member(ROOM, CAIO.user_id)


@pytest.mark.gen_test
async def test_a_deleted_room_is_nobodys_and_comes_back_under_a_new_epoch(database: Database) -> None:
    rooms, memberships = Rooms(database), Memberships(database)
    first = await rooms.put(ROOM, asks(ANA, BETO))
    await memberships.advance(ROOM, ANA.user_id, delivered_seq=5, read_seq=5)
    assert await rooms.delete(ROOM)
    assert not await rooms.delete(ROOM)
    assert not await rooms.delete(ChatId("8"))
    assert await rooms.get(ROOM) is None
    assert await rooms.versions([ROOM]) == {}
    assert await memberships.cursors([ROOM]) == {}
    revived = await rooms.put(ROOM, asks(ANA, BETO))
    assert revived.epoch != first.epoch
    assert revived.version == first.version + 2
    cursor = await memberships.cursor(ROOM, ANA.user_id)
    assert cursor is not None
    assert cursor.read_seq == 0


@pytest.mark.gen_test(timeout=20)
async def test_when_the_site_says_two_things_at_once_the_room_is_one_of_them(database: Database) -> None:
    rooms = Rooms(database)
    said = [
        asks(ANA, title="a"),
        asks(BETO, title="b"),
        asks(CAIO, title="c"),
        asks(ANA, BETO, CAIO, title="d"),
    ]
    for _ in range(5):
        await asyncio.gather(*(rooms.put(ROOM, draft) for draft in said * 2))
        room = await rooms.get(ROOM)
        assert room is not None
        assert (room.title, room.members) in [(draft.title, draft.members) for draft in said]
        assert room.members is not None
        inside = (await Memberships(database).cursors([ROOM]))[ROOM]
        assert {cursor.user_id for cursor in inside} == {member.user_id for member in room.members}


@pytest.mark.gen_test
async def test_a_put_that_died_half_way_is_finished_by_the_next_one(database: Database) -> None:
    rooms, memberships = Rooms(database), Memberships(database)
    first = await rooms.put(ROOM, asks(ANA, BETO))
    await database.memberships.delete_one({"user_id": BETO.user_id})
    await database.rooms.update_one({"_id": ROOM}, {"$unset": {"matched_version": True}})
    assert await rooms.put(ROOM, asks(ANA, BETO)) == first
    assert await memberships.is_member(ROOM, BETO.user_id)


@pytest.mark.gen_test
async def test_a_large_room_shows_a_number_in_place_of_its_members(database: Database) -> None:
    rooms, memberships = Rooms(database), Memberships(database)
    crowd = [Member(UserId(str(number)), f"P{number}") for number in range(SMALL_ROOM + 1)]
    room = await rooms.put(ROOM, asks(*crowd))
    assert (room.members, room.member_count) == (None, SMALL_ROOM + 1)
    assert room == await rooms.get(ROOM)
    assert await memberships.is_member(ROOM, UserId(str(SMALL_ROOM)))
    small = await rooms.put(ROOM, asks(*crowd[1:]))
    assert small.members == tuple(crowd[1:])


@pytest.mark.gen_test
async def test_the_last_entry_moves_a_room_up_and_an_older_one_never_down(database: Database) -> None:
    rooms, memberships = Rooms(database), Memberships(database)
    other, soon = ChatId("8"), datetime.now(UTC) + timedelta(minutes=1)
    await rooms.put(ROOM, asks(ANA))
    await rooms.put(other, asks(ANA))
    assert await memberships.rooms_of(ANA.user_id) == (other, ROOM)
    await memberships.note_last([entry(1, soon), entry(2, soon + timedelta(minutes=1))])
    assert await memberships.rooms_of(ANA.user_id) == (ROOM, other)
    await memberships.note_last([entry(1, soon - timedelta(days=9))])
    await memberships.note_last([])
    assert await memberships.rooms_of(ANA.user_id) == (ROOM, other)


@pytest.mark.gen_test
async def test_a_member_who_comes_later_finds_the_room_where_the_others_have_it(database: Database) -> None:
    rooms, memberships, messages = Rooms(database), Memberships(database), Messages(database, turn=ALONE)
    other, soon = ChatId("8"), datetime.now(UTC) + timedelta(minutes=1)
    await rooms.put(ROOM, asks(ANA))
    await messages.append(a_draft("oi", at=soon))
    later = await messages.append(a_change("olá", target=1, at=soon + timedelta(minutes=1)))
    await rooms.put(other, asks(CAIO))
    await rooms.put(ROOM, asks(ANA, CAIO))
    assert await memberships.rooms_of(CAIO.user_id) == (ROOM, other)
    await memberships.note_last([entry(later.entry.seq, soon - timedelta(days=9), room=other)])
    await memberships.note_last([entry(1, soon - timedelta(days=9))])
    assert await memberships.rooms_of(CAIO.user_id) == (ROOM, other)
    await messages.close()


@pytest.mark.gen_test
async def test_a_room_in_which_nothing_was_said_stands_where_it_was_made(database: Database) -> None:
    rooms, memberships = Rooms(database), Memberships(database)
    first, second = ChatId("8"), ChatId("9")
    await rooms.put(first, asks(ANA))
    await asyncio.sleep(0.01)
    await rooms.put(second, asks(ANA, BETO))
    await asyncio.sleep(0.01)
    await rooms.put(first, asks(ANA, BETO))
    assert await memberships.rooms_of(BETO.user_id) == (second, first)
