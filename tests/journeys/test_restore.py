"""A backup that is put back, as docs/operations.md says: all of it is there, and what came later is gone."""

import asyncio
from collections.abc import Callable, Iterator
from uuid import uuid4

import pymongo
import pytest
from bson.raw_bson import RawBSONDocument

from tests.journeys.scene import Scene, Start

SECONDS = 60

Copy = Callable[[], None]


@pytest.fixture
def names(mongod: str) -> Iterator[tuple[str, str]]:
    """A database, and the one into which its backup is put; gone afterwards."""
    names = f"j_{uuid4().hex}", f"j_{uuid4().hex}"
    yield names
    with pymongo.MongoClient[RawBSONDocument](mongod) as client:
        for name in names:
            client.drop_database(name)


def put_back(uri: str, names: tuple[str, str]) -> None:
    """Every document of every collection, as mongodump and mongorestore take it from one to the other."""
    with pymongo.MongoClient[RawBSONDocument](uri, document_class=RawBSONDocument) as client:
        kept, restored = (client[name] for name in names)
        for collection in kept.list_collection_names():
            if documents := list(kept[collection].find()):
                restored[collection].insert_many(documents)


async def begun(start: Start, name: str) -> Scene:
    scene = await start(mongodb_database=name)
    await scene.room()
    return scene


@pytest.mark.gen_test(timeout=SECONDS)
async def test_pages_that_saw_what_the_backup_has_not_read_anew_and_the_room_goes_on(
    start: Start, mongod: str, names: tuple[str, str]
) -> None:
    before = await begun(start, names[0])
    cliente = await before.browser("cliente")
    epoch = (await cliente.asks("join_chat", chat_id=1))["epoch"]
    for n in (1, 2, 3):
        await cliente.says(f"{n}", in_room=1, client_id=f"c-{n}")
    await asyncio.to_thread(put_back, mongod, names)
    for n in (4, 5):
        await cliente.says(f"{n}, and lost with the disk", in_room=1, client_id=f"c-{n}")

    after = await begun(start, names[1])
    await after.api("DELETE", "/rooms/1")
    await after.room()
    reforma, cliente = await after.browser("reforma"), await after.browser("cliente")
    (summary,) = (await reforma.asks("list_rooms"))["rooms"]
    assert (summary["top_seq"], summary["unread"], summary["last"]["conteudo"]) == (3, 3, "3")
    for n in (4, 5, 6):  # as many as to hide that these places had been somebody else's
        await reforma.says(f"{n} anew", in_room=1)
    joined = await cliente.asks("join_chat", chat_id=1, last_seq=5, epoch=epoch)
    assert (joined["recovered"], joined["top_seq"]) == (False, 6)
    assert [entry["conteudo"] for entry in joined["messages"]] == [
        "1",
        "2",
        "3",
        "4 anew",
        "5 anew",
        "6 anew",
    ]
    again = await cliente.says("3", in_room=1, client_id="c-3")
    assert (again["seq"], again["duplicate"]) == (3, True)
    assert (await cliente.says("7", in_room=1))["seq"] == 7
