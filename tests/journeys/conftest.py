"""The whole service on a real mongod, with the demo's people, for tests that are journeys."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from tornado.platform.asyncio import AsyncIOLoop

import app
from demo import mount
from environ import load
from prosa.identity.direct import Direct
from prosa.identity.identity import Identity
from prosa.storage.database import Database
from tests.journeys.scene import KEYS, Scene, Start
from tests.ports import free_port


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    """The demo site's people, asked in this process."""
    mount.prepare(data_dir=tmp_path_factory.mktemp("site"), prosa_url="http://127.0.0.1:9", api_keys=KEYS)
    direct = Direct(threads=2)
    yield direct
    direct.close()


@pytest.fixture
def start(io_loop: AsyncIOLoop, mongod: str, identity: Direct) -> Iterator[Start]:
    """How a test starts a worker, and another one on the same database."""
    scenes: list[Scene] = []
    database = f"j_{uuid4().hex}"

    async def begin(uri: str = mongod, identity: Identity = identity, **settings: Any) -> Scene:
        given = {
            "port": free_port(),
            "address": "127.0.0.1",
            "mongodb_database": database,
            "api_keys": json.dumps(KEYS),
            "commands": "100000 per second",
            "joins": "1000 per second",
            "connects": "1000 per second",
            **settings,
        }
        loaded = load({f"PROSA_{name.upper()}": str(value) for name, value in given.items()})
        scenes.append(Scene(await app.start(loaded, uri, identity, []), loaded.port))
        return scenes[-1]

    yield begin

    async def end() -> None:
        for scene in scenes:
            await scene.close()
        opened = await Database.open(mongod, database)
        await opened.drop()
        await opened.close()

    io_loop.run_sync(end)
