"""The three things the committer asks of the collection ``messages``, in the driver's own errors.

They are apart so that a test can put a store in their place that fails in the ways a mongod cannot be
told to. Everything read here is read with read concern ``majority`` (the client's default), for only
what a majority holds never rolls back: ``top`` may come from nowhere else.
"""

from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo.read_concern import ReadConcern

from prosa import metrics
from prosa.models.ids import ChatId, ClientId, UserId
from prosa.storage.database import Collection, Document
from prosa.storage.writes import write

TOPS_AT_ONCE = 1000
"""Rooms in one aggregate: 8 ms, measured."""
NEWEST_MS = 2000
"""An election is over by then, or a majority is away."""


class Key(NamedTuple):
    """What is unique about a message, for ever, whatever worker sends it again."""

    chat_id: ChatId
    author_id: UserId
    client_id: ClientId


class Log(Protocol):
    """The log of all rooms, as the committer sees it."""

    async def insert(self, documents: Sequence[Document], *, ordered: bool) -> None:
        """Store ``documents`` by a majority, journaled. Raises ``BulkWriteError`` and the rest."""

    async def find(self, keys: Iterable[Key]) -> dict[Key, Document]:
        """Those of ``keys`` that a majority holds, in one command."""

    async def tops(self, chat_ids: Several[ChatId]) -> dict[ChatId, int]:
        """The highest ``seq`` that a majority holds; empty rooms are absent."""


class MongoLog:
    """The log in MongoDB."""

    def __init__(self, messages: Collection) -> None:
        self._messages = messages

    async def insert(self, documents: Sequence[Document], *, ordered: bool) -> None:
        """One ``insert`` command: a thousand small documents are far below where a server refuses it."""
        metrics.BATCH.observe(len(documents))
        await write(self._messages, "insert", documents=documents, ordered=ordered)

    async def find(self, keys: Iterable[Key]) -> dict[Key, Document]:
        """An ``$or`` of one clause per author and room, on the index ``once``."""
        wanted: dict[tuple[ChatId, UserId], list[ClientId]] = {}
        for key in keys:
            wanted.setdefault((key.chat_id, key.author_id), []).append(key.client_id)
        if not wanted:
            return {}
        clauses = [
            {"chat_id": chat_id, "author_id": author_id, "client_id": {"$in": client_ids}}
            for (chat_id, author_id), client_ids in wanted.items()
        ]
        found = await self._messages.find(
            {"$or": clauses}, hint="once", batch_size=sum(map(len, wanted.values())) + 1
        ).to_list()
        return {
            Key(document["chat_id"], document["author_id"], document["client_id"]): document
            for document in found
        }

    async def tops(
        self, chat_ids: Several[ChatId], session: AsyncIOMotorClientSession | None = None
    ) -> dict[ChatId, int]:
        """A skip scan of ``order`` read backwards: one index key per room."""
        ids = list(chat_ids)
        tops: dict[ChatId, int] = {}
        for start in range(0, len(ids), TOPS_AT_ONCE):
            found = await self._messages.aggregate(
                [
                    {"$match": {"chat_id": {"$in": ids[start : start + TOPS_AT_ONCE]}}},
                    {"$sort": {"chat_id": -1, "seq": -1}},
                    {"$group": {"_id": "$chat_id", "top": {"$first": "$seq"}}},
                ],
                batchSize=TOPS_AT_ONCE + 1,
                session=session,
            ).to_list()
            tops.update({ChatId(row["_id"]): int(row["top"]) for row in found})
        return tops

    async def newest(self, chat_id: ChatId) -> int:
        """The highest ``seq`` that a majority held when this was asked, whoever has become primary since.

        After an election the new primary holds what the old one's majority did, and until it has written
        something itself it does not know so: its majority reads are of a moment before. This one makes it
        write (read concern ``linearizable``), which costs as much as a message; what is read next knows too.
        """
        found = await self._messages.with_options(read_concern=ReadConcern("linearizable")).find_one(
            {"chat_id": chat_id}, sort=[("seq", -1)], projection={"seq": True}, max_time_ms=NEWEST_MS
        )
        return int(found["seq"]) if found else 0
