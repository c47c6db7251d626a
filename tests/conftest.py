"""The parts that every test may ask for. All are real: a mongod, a loop, a database of its own."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tornado.platform.asyncio import AsyncIOLoop

from prosa.storage.database import Database
from prosa.storage.embedded import EmbeddedMongod
from tests.redis_server import RedisServer


@pytest.fixture(scope="session")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a mongod that all tests share. To stop or kill one, start an ``EmbeddedMongod``."""
    with EmbeddedMongod(tmp_path_factory.mktemp("mongod")) as running:
        yield running.uri


@pytest.fixture
def own_mongod(tmp_path: Path) -> Iterator[EmbeddedMongod]:
    """A mongod that this test may stop and kill."""
    with EmbeddedMongod(tmp_path / "mongodb") as running:
        yield running


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis of this test's own, which it may stop and kill."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing: apt-get install redis-server")
    with RedisServer() as running:
        yield running


@pytest.fixture
def io_loop() -> Iterator[AsyncIOLoop]:
    """A fresh loop, and nothing left running on it: pytest-tornado's own, without its deprecated calls."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    io = AsyncIOLoop(asyncio_loop=loop, make_current=False)
    yield io
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    io.close(all_fds=True)
    asyncio.set_event_loop(None)


@pytest.fixture
def database(io_loop: AsyncIOLoop, mongod: str) -> Iterator[Database]:
    """A database that nobody else uses, with its indexes; gone afterwards."""
    opened: Database = io_loop.run_sync(lambda: Database.open(mongod, f"t_{uuid4().hex}"))
    yield opened
    io_loop.run_sync(opened.drop)
    io_loop.run_sync(opened.close)
