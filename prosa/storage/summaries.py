"""A person's room list: a fixed number of commands for a page of it, each on an index."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from prosa.models.entries import Entry
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Bookmark, RoomSummary
from prosa.storage.database import Database, Document
from prosa.storage.documents import MESSAGE
from prosa.storage.log import MongoLog
from prosa.storage.pages import Pages
from prosa.storage.rooms import Rooms
from prosa.storage.translation import unavailable

UNREAD_MAX = 99
UNREAD_ROOMS = 50
"""The rooms, newest first, that are counted for a person: what waits elsewhere is older than all in them."""


class Summaries:
    """The half of ``Memberships`` that looks at rooms and the log beside them."""

    def __init__(self, database: Database) -> None:
        self._lists = database.memberships
        self._messages = database.messages
        self._log = MongoLog(database.messages)
        self._pages = Pages(database)
        self._rooms = Rooms(database)
        self._unread = database.together(lambda asked: self._count_unread(members(asked)))

    async def summaries(
        self, user_id: UserId, *, since: datetime | None, limit: int
    ) -> tuple[tuple[RoomSummary, ...], bool]:
        """The person's rooms, newest first, and whether there are more; ``since`` includes its own moment.

        ``unread`` and ``last`` are read from the log, never from a cache. Raises ``UnavailableError``.
        """
        wanted: Document = {"user_id": user_id, **({"last_at": {"$gte": since}} if since else {})}
        rows = await self._rows(wanted, limit)
        return await self._summarised(user_id, rows[:limit]), len(rows) > limit

    async def summaries_after(
        self, user_id: UserId, *, bookmark: Bookmark | None, limit: int
    ) -> tuple[tuple[RoomSummary, ...], Bookmark | None]:
        """The person's rooms after ``bookmark``, newest first, and the bookmark of the next page, if any.

        No room is on two pages and none is left out, but for those in which something is said meanwhile.
        Raises ``UnavailableError``.
        """
        wanted: Document = {"user_id": user_id}
        if bookmark is not None:
            older = {"last_at": {"$lt": bookmark.last_at}}
            wanted["$or"] = [older, {"last_at": bookmark.last_at, "chat_id": {"$gt": bookmark.chat_id}}]
        rows = await self._rows(wanted, limit)
        page = rows[:limit]
        last = Bookmark(page[-1]["last_at"], ChatId(page[-1]["chat_id"])) if len(rows) > limit else None
        return await self._summarised(user_id, page), last

    async def _rows(self, wanted: Document, limit: int) -> list[Document]:
        """One more than ``limit``, where there are more."""
        with unavailable():
            return await self._lists.find(
                wanted, {"_id": False, "chat_id": True, "last_at": True},
                sort=[("last_at", -1), ("chat_id", 1)], limit=limit + 1, batch_size=limit + 2,
            ).to_list()  # fmt: skip

    async def _summarised(self, user_id: UserId, page: list[Document]) -> tuple[RoomSummary, ...]:
        chat_ids = [ChatId(row["chat_id"]) for row in page]
        if not chat_ids:
            return ()
        with unavailable():
            rooms, tops, newest, unread = await asyncio.gather(
                self._rooms.get_many(chat_ids),
                self._log.tops(chat_ids),
                self._pages.newest(chat_ids),
                self._count_unread({"user_id": user_id, "chat_id": {"$in": chat_ids}}),
            )
        found = [
            RoomSummary(
                room=rooms[chat_id],
                last_at=_last_at(row["last_at"], newest.get(chat_id)),
                top_seq=tops.get(chat_id, 0),
                unread=unread.get((chat_id, user_id), 0),
                last=newest.get(chat_id),
            )
            for row, chat_id in zip(page, chat_ids, strict=True)
            if chat_id in rooms
        ]
        return tuple(sorted(found, key=lambda summary: summary.last_at, reverse=True))

    async def unread(self, chat_id: ChatId, user_id: UserId) -> int | None:
        """How many messages of others the member has not read, at most ``UNREAD_MAX``. ``None``: no member.

        Many who ask at once share a command. Raises ``UnavailableError``.
        """
        return await self._unread.get((chat_id, user_id))

    async def unread_of(self, user_id: UserId) -> int:
        """How many messages of others the person has not read in all, at most ``UNREAD_MAX``; two commands.

        Raises ``UnavailableError``.
        """
        rows = await self._rows({"user_id": user_id}, UNREAD_ROOMS)
        chat_ids = [row["chat_id"] for row in rows]
        with unavailable():
            counts = await self._count_unread({"user_id": user_id, "chat_id": {"$in": chat_ids}})
        return min(sum(counts.values()), UNREAD_MAX)

    async def _count_unread(self, memberships: Document) -> dict[tuple[ChatId, UserId], int]:
        """Messages alone: an edit is nothing new. One that was deleted counts: it has its place."""
        pipeline: list[dict[str, Any]] = [
            {"$match": memberships},
            {
                "$lookup": {
                    "from": self._messages.name,
                    "let": {"chat_id": "$chat_id", "user_id": "$user_id", "read_seq": "$read_seq"},
                    "pipeline": [
                        {
                            "$match": {
                                "target": MESSAGE,
                                "$expr": {
                                    "$and": [
                                        {"$eq": ["$chat_id", "$$chat_id"]},
                                        {"$gt": ["$seq", "$$read_seq"]},
                                        {"$ne": ["$author_id", "$$user_id"]},
                                    ]
                                },
                            }
                        },
                        {"$limit": UNREAD_MAX},
                        {"$count": "count"},
                    ],
                    "as": "unread",
                }
            },
            {
                "$project": {
                    "_id": False,
                    "chat_id": True,
                    "user_id": True,
                    "unread": {"$first": "$unread.count"},
                }
            },
        ]
        cursor = self._lists.aggregate(pipeline, batchSize=1_000)
        return {
            (ChatId(row["chat_id"]), UserId(row["user_id"])): row.get("unread", 0) async for row in cursor
        }


def members(places: Sequence[tuple[ChatId, UserId]]) -> Document:
    """The query for the memberships of these people in these rooms, on the index ``member``."""
    by_room: dict[ChatId, list[UserId]] = {}
    for chat_id, user_id in places:
        by_room.setdefault(chat_id, []).append(user_id)
    wanted: list[Document] = [{"chat_id": room, "user_id": {"$in": users}} for room, users in by_room.items()]
    return wanted[0] if len(wanted) == 1 else {"$or": wanted}


def _last_at(listed_at: datetime, last: Entry | None) -> datetime:
    """When something was said last: the list, by which rooms are found, learns of it a moment later."""
    return listed_at if last is None else max(listed_at, last.sent_at)
