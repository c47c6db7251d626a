"""A database is ready to be written before anybody may write."""

import asyncio
import os
from pathlib import Path
from urllib.parse import quote_plus
from uuid import uuid4

import pytest

from prosa.models.errors import UnavailableError
from prosa.storage.binaries import find_mongod
from prosa.storage.database import AddressError, Database, StandaloneError
from prosa.storage.embedded import SOCKET


@pytest.mark.gen_test
async def test_the_indexes_exist_once_it_is_open_and_once_comes_before_order(database: Database) -> None:
    names = list(await database.messages.index_information())
    assert names[:3] == ["_id_", "once", "order"]
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


@pytest.mark.parametrize("uri", ["mongo://:secret@x/", "mongodb://a:b:secret@x", "mongodb://x:port/", ""])
@pytest.mark.gen_test
async def test_an_address_that_is_none_is_refused_without_its_password(uri: str) -> None:
    with pytest.raises(AddressError, match="PROSA_MONGODB_URI") as refusal:
        await Database.open(uri, "nowhere")
    assert "secret" not in str(refusal.value)


@pytest.mark.gen_test(timeout=40)
async def test_a_standalone_is_refused(tmp_path: Path) -> None:
    mongod = find_mongod(os.environ)
    process = await asyncio.create_subprocess_exec(
        *(mongod, "--dbpath", tmp_path, "--bind_ip", tmp_path / SOCKET, "--unixSocketPrefix", tmp_path),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        with pytest.raises(StandaloneError, match="replica set"):
            await Database.open(
                f"mongodb://{quote_plus(str(tmp_path / SOCKET))}/", "x", serverSelectionTimeoutMS=30_000
            )
    finally:
        process.kill()
        await process.wait()
