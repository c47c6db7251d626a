"""A database is ready to be written before anybody may write."""

import asyncio
from uuid import uuid4

import pytest

from prosa.models.errors import UnavailableError
from prosa.storage.database import Database


@pytest.mark.gen_test
async def test_the_indexes_exist_once_it_is_open_and_once_comes_before_order(database: Database) -> None:
    names = list(await database.messages.index_information())
    assert names == ["_id_", "once", "order"]
    assert set(await database.memberships.index_information()) == {"_id_", "member", "newest"}
    await database.ping()


@pytest.mark.gen_test
async def test_workers_that_start_together_open_the_same_database(mongod: str) -> None:
    name = f"t_{uuid4().hex}"
    opened = await asyncio.gather(*(Database.open(mongod, name) for _ in range(4)))
    await opened[0].drop()
    for database in opened:
        await database.close()


@pytest.mark.gen_test
async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        await Database.open("mongodb://127.0.0.1:1/", "nowhere", serverSelectionTimeoutMS=200)
