"""Who is in which room, and how far they have got. Who *should* be in is written by ``rooms.py``.

A person's room list is in ``summaries.py``.
"""

from collections.abc import Collection, Sequence

from pymongo import ReturnDocument, UpdateMany

from prosa.models.entries import Entry
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Cursor
from prosa.storage.database import Database, Document
from prosa.storage.documents import SEQ_MAX, cursor_of
from prosa.storage.summaries import Summaries, members
from prosa.storage.translation import unavailable

CURSOR = {"_id": False, "chat_id": True, "user_id": True, "delivered_seq": True, "read_seq": True}
CURSORS_AT_ONCE = 50_000
ROOMS_AT_ONCE = 1_000


class Memberships(Summaries):
    """Every method may raise ``UnavailableError``."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._memberships = database.memberships
        self._members = database.together(self._ask_for_members)

    async def is_member(self, chat_id: ChatId, user_id: UserId) -> bool:
        """Whether the person is in the room now. False for a room that does not exist."""
        return bool(await self._members.get((chat_id, user_id)))

    async def _ask_for_members(
        self, asked: Sequence[tuple[ChatId, UserId]]
    ) -> dict[tuple[ChatId, UserId], bool]:
        found = await self._memberships.find(
            members(asked),
            {"_id": False, "chat_id": True, "user_id": True}, batch_size=len(asked) + 1,
        ).to_list()  # fmt: skip
        return {(ChatId(one["chat_id"]), UserId(one["user_id"])): True for one in found}

    async def note_last(self, entries: Sequence[Entry]) -> None:
        """The lists of the rooms' members have them in the order of ``entries``, which are stored.

        A cache, that only grows by ``seq``: no correctness rests on it. ``last_at`` is the newest entry's
        own time, so that a list can be paged by it.
        """
        if not entries:
            return
        changes = [
            UpdateMany(
                {"chat_id": entry.chat_id, "last_seq": {"$lt": entry.seq}},
                {"$set": {"last_seq": entry.seq, "last_at": entry.sent_at}},
            )
            for entry in entries
        ]
        with unavailable():
            await self._memberships.bulk_write(changes, ordered=False)

    async def advance(
        self, chat_id: ChatId, user_id: UserId, *, delivered_seq: int, read_seq: int
    ) -> Cursor | None:
        """How far the member has got now: never less than before. ``None``: no member.

        Read implies delivered. The caller has checked that the log goes that far.
        """
        delivered_seq, read_seq = min(max(delivered_seq, read_seq), SEQ_MAX), min(read_seq, SEQ_MAX)
        with unavailable():
            found: Document | None = await self._memberships.find_one_and_update(
                {"chat_id": chat_id, "user_id": user_id},
                {"$max": {"delivered_seq": delivered_seq, "read_seq": read_seq}},
                projection=CURSOR,
                return_document=ReturnDocument.AFTER,
            )
        return None if found is None else cursor_of(found)

    async def cursor(self, chat_id: ChatId, user_id: UserId) -> Cursor | None:
        """How far the member has got. ``None``: no member."""
        with unavailable():
            found = await self._memberships.find_one({"chat_id": chat_id, "user_id": user_id}, CURSOR)
        return None if found is None else cursor_of(found)

    async def cursors(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, tuple[Cursor, ...]]:
        """Everybody's cursors in these rooms, in one query. For small rooms only."""
        found: dict[ChatId, list[Cursor]] = {}
        with unavailable():
            documents = await self._memberships.find(
                {"chat_id": {"$in": list(chat_ids)}}, CURSOR, batch_size=CURSORS_AT_ONCE
            ).to_list()
        for document in documents:
            found.setdefault(document["chat_id"], []).append(cursor_of(document))
        return {chat_id: tuple(cursors) for chat_id, cursors in found.items()}

    async def rooms_of(self, user_id: UserId) -> tuple[ChatId, ...]:
        """The person's newest thousand rooms."""
        with unavailable():
            found = await self._memberships.find(
                {"user_id": user_id}, {"_id": False, "chat_id": True},
                sort=[("last_at", -1), ("chat_id", 1)], limit=ROOMS_AT_ONCE, batch_size=ROOMS_AT_ONCE + 1,
            ).to_list()  # fmt: skip
        return tuple(ChatId(document["chat_id"]) for document in found)

    async def rooms_of_each(self, user_ids: Collection[UserId]) -> dict[UserId, list[ChatId]]:
        """The rooms of all these people, in one query; of more than fifty thousand, some."""
        rooms: dict[UserId, list[ChatId]] = {}
        with unavailable():
            found = await self._memberships.find(
                {"user_id": {"$in": list(user_ids)}}, {"_id": False, "chat_id": True, "user_id": True},
                limit=CURSORS_AT_ONCE, batch_size=CURSORS_AT_ONCE + 1,
            ).to_list()  # fmt: skip
        for document in found:
            rooms.setdefault(UserId(document["user_id"]), []).append(ChatId(document["chat_id"]))
        return rooms
