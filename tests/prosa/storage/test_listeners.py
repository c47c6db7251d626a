"""What the driver does is measured, and nothing of it is left when the client is closed."""

from uuid import uuid4

import pytest
from pymongo.errors import OperationFailure

from prosa.storage.database import Database
from tests.numbers import counted, risen

OPEN = 'prosa_mongo_pool_connections{state="open"}'


@pytest.mark.gen_test
async def test_every_command_is_measured_once(database: Database) -> None:
    before = counted()
    for _ in range(3):
        await database.ping()
    rise = risen(before, counted())
    assert rise['prosa_mongo_seconds_count{command="ping"}'] == 3
    assert rise['prosa_mongo_failures_total{command="ping"}'] == 0


@pytest.mark.gen_test
async def test_a_command_that_fails_is_counted_as_such(database: Database) -> None:
    before = counted()
    with pytest.raises(OperationFailure):
        await database.messages.aggregate([{"$nonsense": {}}]).to_list()
    rise = risen(before, counted())
    assert rise['prosa_mongo_failures_total{command="aggregate"}'] == 1
    assert rise['prosa_mongo_seconds_count{command="aggregate"}'] == 0


@pytest.mark.gen_test
async def test_a_pool_is_empty_again_when_its_client_is_closed(mongod: str) -> None:
    before = counted()
    database = await Database.open(mongod, f"t_{uuid4().hex}")
    await database.drop()
    assert risen(before, counted())[OPEN] > 0
    await database.close()
    rise = risen(before, counted())
    assert rise[OPEN] == 0
    assert rise['prosa_mongo_pool_connections{state="in_use"}'] == 0
    assert rise["prosa_mongo_pool_waiting"] == 0
