"""What is older than a moment is taken from the bottom of each log, so that no log has a hole.

A room's newest entry stays whatever its age, for the next one's ``seq`` follows from it; it only says no more
what it said. Up to where a log has been taken away is the room's ``floor``.
"""

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec

from prosa.models.ids import ChatId
from prosa.storage.attachments import Attachments
from prosa.storage.database import Database, Document
from prosa.storage.documents import BLANKED, SAYS_NOTHING
from prosa.storage.texts import Texts
from prosa.storage.traces import Traces
from prosa.storage.translation import unavailable

ENTRIES_AT_ONCE = 500


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    """A room's entries from ``bottom`` to below ``floor``; where it ``blanks``, the text of ``floor`` too."""

    chat_id: ChatId
    bottom: int
    floor: int
    blanks: bool

    @property
    def count(self) -> int:
        """How many entries are to go."""
        return self.floor - self.bottom


class Retention:
    """Every method may raise ``UnavailableError``: what is not done yet is found by the next one."""

    def __init__(self, database: Database) -> None:
        self._rooms = database.rooms
        self._messages = database.messages
        self._attachments = Attachments(database)
        self._texts = Texts(database)
        self._traces = Traces(database)

    async def expired(self, before: datetime) -> AsyncIterator[Expired]:
        """What each room begins with that was said before this moment, where there is such a thing."""
        async for chat_ids in self._traces.all_rooms():
            for bottom in await self._bottoms(chat_ids):
                if bottom["sent_at"] < before:
                    found = await self._expired(bottom, before)
                    if found.count or found.blanks:
                        yield found

    async def remove(self, expired: Expired) -> None:
        """The room's log begins at its floor. Bottom first: wherever this is killed, there is no hole.

        No search finds what was below. That is seen to first, for an end that never comes, and last, for
        whoever was indexing just now.
        """
        gone = {"$lt": expired.floor + expired.blanks}
        await self._texts.forget(expired.chat_id, gone)
        with unavailable():
            await self._rooms.update_one({"_id": expired.chat_id}, {"$max": {"floor": expired.floor}})
            for start in range(expired.bottom, expired.floor, ENTRIES_AT_ONCE):
                end = min(start + ENTRIES_AT_ONCE, expired.floor)
                await self._remove_files(expired.chat_id, {"$lt": end})
                await self._messages.delete_many(
                    {"chat_id": expired.chat_id, "seq": {"$lt": end}}, hint="order"
                )
            if expired.blanks:
                await self._remove_files(expired.chat_id, expired.floor)
                await self._messages.update_one(
                    {"chat_id": expired.chat_id, "seq": expired.floor},
                    [{"$set": SAYS_NOTHING}],
                )
        await self._texts.forget(expired.chat_id, gone)

    async def _remove_files(self, chat_id: ChatId, seq: object) -> None:
        found = self._messages.find(
            {"chat_id": chat_id, "seq": seq, "attachment": {"$exists": True}}, {"attachment.id": True},
            hint="order", batch_size=ENTRIES_AT_ONCE + 1,
        )  # fmt: skip
        await self._attachments.remove_with(await found.to_list())

    async def _bottoms(self, chat_ids: list[ChatId]) -> list[Document]:
        """The oldest entry of each room: a skip scan, as for the tops."""
        cursor = self._messages.aggregate(
            [
                {"$match": {"chat_id": {"$in": chat_ids}}},
                {"$sort": {"chat_id": 1, "seq": 1}},
                {"$group": {"_id": "$chat_id", "oldest": {"$first": "$$ROOT"}}},
            ],
            batchSize=len(chat_ids) + 1,
        )
        with unavailable():
            return [row["oldest"] async for row in cursor]

    async def _expired(self, bottom: Document, before: datetime) -> Expired:
        """Up to the first entry that is to stay, or to the newest."""
        chat_id, newest = ChatId(bottom["chat_id"]), bottom
        while True:
            with unavailable():
                found = await self._messages.find(
                    {"chat_id": chat_id, "seq": {"$gt": newest["seq"]}},
                    {"seq": True, "sent_at": True, "digest": True},
                    sort=[("seq", 1)], limit=ENTRIES_AT_ONCE, batch_size=ENTRIES_AT_ONCE + 1,
                ).to_list()  # fmt: skip
            staying = next((entry["seq"] for entry in found if entry["sent_at"] >= before), None)
            if staying is not None:
                return Expired(chat_id=chat_id, bottom=bottom["seq"], floor=staying, blanks=False)
            if not found:
                return Expired(
                    chat_id=chat_id,
                    bottom=bottom["seq"],
                    floor=newest["seq"],
                    blanks=newest["digest"] != BLANKED,
                )
            newest = found[-1]
