"""When somebody was last here, in one small document a person, which goes by itself after a month."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo import UpdateOne

from prosa.models.ids import UserId
from prosa.storage.database import Database
from prosa.storage.translation import unavailable

PEOPLE_AT_ONCE = 1_000


class Sightings:
    """Every method may raise ``UnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._sightings = database.sightings

    async def note(self, seen: Mapping[UserId, datetime]) -> None:
        """These people were here at those moments; who was seen later stays so."""
        notes = [
            UpdateOne({"_id": user_id}, {"$max": {"at": at}}, upsert=True) for user_id, at in seen.items()
        ]
        for start in range(0, len(notes), PEOPLE_AT_ONCE):
            with unavailable():
                await self._sightings.bulk_write(notes[start : start + PEOPLE_AT_ONCE], ordered=False)

    async def of(self, user_ids: Sequence[UserId]) -> dict[UserId, datetime]:
        """When each was last seen; who has not been for a month is absent."""
        if not user_ids:
            return {}
        with unavailable():
            return {
                UserId(found["_id"]): found["at"]
                async for found in self._sightings.find(
                    {"_id": {"$in": list(user_ids)}}, batch_size=len(user_ids) + 1
                )
            }

    async def forget(self, user_id: UserId) -> None:
        """Nothing says any more when the person was here."""
        with unavailable():
            await self._sightings.delete_one({"_id": user_id})
