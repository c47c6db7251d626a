"""When somebody was last here: the latest moment, for whoever was seen, and for nobody who was forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from prosa.models.ids import UserId
from prosa.storage.database import Database
from prosa.storage.erasures import Erasures
from prosa.storage.sightings import Sightings

ANA, RUI = UserId("1"), UserId("2")
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@pytest.mark.gen_test
async def test_the_latest_moment_stays_whoever_writes_last(database: Database) -> None:
    sightings = Sightings(database)
    await sightings.note({ANA: LATER, RUI: NOON})
    await sightings.note({ANA: NOON, RUI: LATER})
    assert await sightings.of([ANA, RUI, UserId("3")]) == {ANA: LATER, RUI: LATER}
    assert await sightings.of([]) == {}
    await sightings.note({})


@pytest.mark.gen_test
async def test_many_people_are_noted_at_once(database: Database) -> None:
    crowd = [UserId(str(number)) for number in range(2_500)]
    sightings = Sightings(database)
    await sightings.note(dict.fromkeys(crowd, NOON))
    assert len(await sightings.of(crowd)) == 2_500


@pytest.mark.gen_test
async def test_of_an_erased_person_nothing_says_when_they_were_here(database: Database) -> None:
    sightings = Sightings(database)
    await sightings.note({ANA: NOON, RUI: NOON})
    async for _ in Erasures(database).erase(ANA, blanks=False):
        pass
    assert await sightings.of([ANA, RUI]) == {RUI: NOON}


@pytest.mark.gen_test
async def test_the_store_lets_go_of_a_sighting_after_a_month(database: Database) -> None:
    indexes = await database.sightings.index_information()
    assert indexes["old"]["expireAfterSeconds"] == 30 * 24 * 3600
