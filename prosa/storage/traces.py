"""What is kept of one person: in which rooms, and their words there.

There is no index by author alone, which every message would pay for: all rooms are gone through in batches,
each of which costs three looks at indexes. Half a million rooms are some seconds, and nobody waits for less.
"""

from collections.abc import AsyncIterator

from prosa.models.entries import Entry
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Trace
from prosa.storage.database import Database, Document
from prosa.storage.documents import entry_of
from prosa.storage.translation import unavailable

ROOMS_AT_ONCE = 1_000
SEQS_AT_ONCE = 200
"""Places of a log looked at in one command, whoever wrote there: as a page, 8 ms of the worker's time."""


class Traces:
    """Every method may raise ``UnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._rooms = database.rooms
        self._memberships = database.memberships
        self._messages = database.messages

    async def all_rooms(self) -> AsyncIterator[list[ChatId]]:
        """Every room there ever was, a batch at a time."""
        last = ""
        while True:
            with unavailable():
                found = await self._rooms.find(
                    {"_id": {"$gt": last}}, {"_id": True},
                    sort=[("_id", 1)], limit=ROOMS_AT_ONCE, batch_size=ROOMS_AT_ONCE + 1,
                ).to_list()  # fmt: skip
            if not found:
                return
            yield [ChatId(room["_id"]) for room in found]
            last = found[-1]["_id"]

    async def rooms_of(self, user_id: UserId) -> AsyncIterator[ChatId]:
        """The rooms in which the person is, or has said something, by their ids."""
        async for chat_ids in self.all_rooms():
            among: Document = {"$in": chat_ids}
            said: list[Document] = [
                {"$match": {"chat_id": among, "author_id": user_id}},
                {"$group": {"_id": "$chat_id"}},
            ]
            with unavailable():
                rows = await self._rooms.find(
                    {"_id": among, "members.user_id": user_id}, {"_id": True}, batch_size=ROOMS_AT_ONCE + 1
                ).to_list()
                rows += await self._messages.aggregate(
                    said, hint="once", batchSize=ROOMS_AT_ONCE + 1
                ).to_list(None)
                memberships = await self._memberships.find(
                    {"chat_id": among, "user_id": user_id},
                    {"_id": False, "chat_id": True},
                    batch_size=ROOMS_AT_ONCE + 1,
                ).to_list()
            for chat_id in sorted({row["_id"] for row in rows} | {row["chat_id"] for row in memberships}):
                yield ChatId(chat_id)

    async def of(self, chat_id: ChatId, user_id: UserId) -> Trace:
        """What a room holds of the person beside their words, also one that is deleted."""
        with unavailable():
            room = await self._rooms.find_one({"_id": chat_id}, {"title": True})
            member = await self._memberships.find_one({"chat_id": chat_id, "user_id": user_id})
        member = member or {}
        return Trace(
            chat_id=chat_id,
            title=room["title"] if room else "",
            is_member=bool(member),
            name=member.get("name", ""),
            role=member.get("role", ""),
            delivered_seq=member.get("delivered_seq", 0),
            read_seq=member.get("read_seq", 0),
        )

    async def words(self, chat_id: ChatId, user_id: UserId) -> AsyncIterator[tuple[Entry, ...]]:
        """What the person has said in a room, in order, a part at a time."""
        with unavailable():
            ends = [
                await self._messages.find_one({"chat_id": chat_id}, {"seq": True}, sort=[("seq", way)])
                for way in (1, -1)
            ]
        first, last = ends
        if first is None or last is None:
            return
        for start in range(first["seq"], last["seq"] + 1, SEQS_AT_ONCE):
            stretch = {"$gte": start, "$lt": start + SEQS_AT_ONCE}
            with unavailable():
                found = await self._messages.find(
                    {"chat_id": chat_id, "seq": stretch, "author_id": user_id},
                    sort=[("seq", 1)], hint="order", batch_size=SEQS_AT_ONCE + 1,
                ).to_list()  # fmt: skip
            if found:
                yield tuple(map(entry_of, found))
