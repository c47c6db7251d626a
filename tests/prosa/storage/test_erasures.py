"""Who is erased is nowhere any more, and the conversation of the others is whole."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from bson import json_util
from tornado.platform.asyncio import AsyncIOLoop

from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.erasures import MESSAGES_AT_ONCE, Erasures
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from prosa.storage.traces import Traces
from tests.prosa.storage.drafts import ALONE, a_draft

ANA, BETO = UserId("ana-71"), UserId("2")
BOTH = (Member(ANA, "Ana Souza", "cliente"), Member(BETO, "Beto"))
LEFT, HERE = ChatId("left"), ChatId("here")


class Store:
    """A database in which Ana has talked in a room where she is, and in one that she left."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.messages = Messages(database, turn=ALONE)
        self.rooms = Rooms(database)
        self.memberships = Memberships(database)

    async def filled(self) -> None:
        for room in (LEFT, HERE):
            await self.rooms.put(room, RoomDraft(title="Obra", members=BOTH))
            for n in range(6):
                author = ANA if n % 2 else BETO
                await self.messages.append(a_draft(f"{room} {n}", room=room, author=author))
        await self.rooms.put(LEFT, RoomDraft(title="Obra", members=BOTH[1:]))
        await self.memberships.advance(HERE, ANA, delivered_seq=5, read_seq=4)
        await self.rooms.put(ChatId("other"), RoomDraft(title="Outra", members=BOTH[1:]))

    async def everything(self) -> str:
        """The whole database, as one text."""
        found: list[Any] = []
        for collection in ("rooms", "memberships", "messages", "erasures"):
            found += await getattr(self.database, collection).find({}).to_list()
        return str(json_util.dumps(found))

    async def erased(self, *, blanks: bool = False) -> dict[str, int]:
        return {room: count async for room, count in Erasures(self.database).erase(ANA, blanks=blanks)}


@pytest.fixture
def store(io_loop: AsyncIOLoop, database: Database) -> Iterator[Store]:
    made: list[Store] = []

    async def build() -> None:
        made.append(Store(database))
        await made[0].filled()

    io_loop.run_sync(build)
    yield made[0]
    io_loop.run_sync(made[0].messages.close)


@pytest.mark.gen_test
async def test_nothing_says_who_it_was_and_everything_else_stays(store: Store) -> None:
    before = await store.messages.after(HERE, 0, 100)
    assert "ana-71" in await store.everything()
    assert await store.erased() == {HERE: 3, LEFT: 3}
    left = await store.everything()
    assert "ana-71" not in left
    assert "Ana Souza" not in left
    after = await store.messages.after(HERE, 0, 100)
    assert [(e.seq, e.conteudo, e.sent_at) for e in after] == [(e.seq, e.conteudo, e.sent_at) for e in before]
    assert [e for e in after if e.author_id == BETO] == [e for e in before if e.author_id == BETO]
    hers = [e for e in (*after, *await store.messages.after(LEFT, 0, 100)) if e.author_id != BETO]
    assert {e.author_name for e in hers} == {"Pessoa removida"}
    assert len({e.author_id for e in hers}) == 1
    assert not {e.client_id for e in hers} & {e.client_id for e in before}


@pytest.mark.gen_test
async def test_her_place_and_how_far_she_had_read_are_those_of_nobody_known(store: Store) -> None:
    room = await store.rooms.get(HERE)
    await store.erased()
    after = await store.rooms.get(HERE)
    assert room is not None
    assert after is not None
    assert after.members is not None
    assert [(m.name, m.role) for m in after.members] == [("Pessoa removida", "cliente"), ("Beto", "")]
    cursors = (await store.memberships.cursors([HERE]))[HERE]
    pseudonym = after.members[0].user_id
    assert {c.user_id: (c.delivered_seq, c.read_seq) for c in cursors}[pseudonym] == (5, 4)
    assert (after.epoch != room.epoch, after.version > room.version) == (True, True)
    assert await store.memberships.unread(HERE, BETO) == 3


@pytest.mark.gen_test
async def test_a_room_of_others_is_not_touched(store: Store) -> None:
    before = await store.rooms.get(ChatId("other"))
    await store.erased()
    assert await store.rooms.get(ChatId("other")) == before


@pytest.mark.gen_test
async def test_a_room_is_still_as_the_site_says_it_is(store: Store) -> None:
    await store.erased()
    again = await store.rooms.put(HERE, RoomDraft(title="Obra", members=BOTH))
    assert again.name_of(ANA) == "Ana Souza"
    assert await store.memberships.is_member(HERE, ANA)


@pytest.mark.gen_test
async def test_what_she_said_is_blanked_where_that_is_asked_for(store: Store) -> None:
    await store.erased(blanks=True)
    log = await store.messages.after(HERE, 0, 100)
    assert [e.conteudo for e in log] == [
        text for n in (0, 2, 4) for text in (f"here {n}", "Mensagem removida")
    ]
    digests = [m["digest"] async for m in store.database.messages.find({"author_id": {"$ne": BETO}})]
    assert digests == [b""] * 6


@pytest.mark.gen_test
async def test_one_that_was_stopped_goes_on_under_the_same_name(store: Store) -> None:
    begun = Erasures(store.database).erase(ANA, blanks=False)
    assert await anext(begun) == (HERE, 3)
    await begun.aclose()
    assert "ana-71" in await store.everything()
    assert await store.erased() == {LEFT: 3}
    authors = {m["author_id"] async for m in store.database.messages.find({"author_id": {"$ne": BETO}})}
    assert len(authors) == 1
    assert "ana-71" not in await store.everything()
    assert await store.erased() == {}


@pytest.mark.gen_test
async def test_one_that_died_inside_a_room_finds_that_room_again(store: Store) -> None:
    erasures = Erasures(store.database)
    pseudonym = await erasures._pseudonym(ANA)
    await erasures._in_log(HERE, ANA, pseudonym, blanks=False)
    await store.database.memberships.update_one(
        {"chat_id": HERE, "user_id": ANA}, {"$set": {"user_id": pseudonym}}
    )
    assert await store.erased() == {HERE: 0, LEFT: 3}
    assert "ana-71" not in await store.everything()
    room = await store.rooms.get(HERE)
    assert room is not None
    assert room.name_of(pseudonym) == "Pessoa removida"


@pytest.mark.gen_test(timeout=30)
async def test_more_messages_than_one_command_takes_are_all_found(store: Store) -> None:
    many = MESSAGES_AT_ONCE * 2 + 7
    template = await store.database.messages.find_one({"author_id": ANA, "chat_id": HERE})
    assert template is not None
    del template["_id"]
    await store.database.messages.insert_many(
        {**template, "seq": 7 + n, "client_id": f"m-{n}"} for n in range(many)
    )
    traces = Traces(store.database)
    words = [entry async for part in traces.words(HERE, ANA) for entry in part]
    assert [e.seq for e in words] == [2, 4, 6, *range(7, 7 + many)]
    assert (await store.erased())[HERE] == many + 3


@pytest.mark.gen_test
async def test_a_room_that_she_left_is_named_and_she_is_not_in_it(store: Store) -> None:
    traces = Traces(store.database)
    assert [room async for room in traces.rooms_of(ANA)] == [HERE, LEFT]
    here, left = [msgspec.structs.asdict(await traces.of(room, ANA)) for room in (HERE, LEFT)]
    assert (here["name"], here["role"], here["is_member"], here["read_seq"]) == (
        "Ana Souza",
        "cliente",
        True,
        4,
    )
    assert (left["title"], left["is_member"], left["name"]) == ("Obra", False, "")
