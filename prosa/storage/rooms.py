"""What the site says of each room, members included. How far these have got is in ``memberships.py``.

A room is one document and changes in one write, which is why there is no transaction: one whose worker
or server stalls in it would block the room for a minute (measured). The memberships follow the document
(``rosters.py``).
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from pymongo import UpdateMany, UpdateOne
from pymongo.errors import DuplicateKeyError

from prosa.models.entries import Entry
from prosa.models.errors import UnavailableError
from prosa.models.ids import ChatId
from prosa.models.rooms import SMALL_ROOM, Room, RoomDraft
from prosa.storage.database import Database, Document
from prosa.storage.documents import is_small, room_of
from prosa.storage.rosters import Rosters
from prosa.storage.translation import RETRY_AFTER_MS, unavailable

LISTED_EVERY = timedelta(seconds=60)
"""How often the members of a room of thousands have it moved in their lists while people speak in it."""
WITHOUT_MEMBERS = {"version": True, "is_deleted": True, "digest": True}


class Rooms:
    """Every method may raise ``UnavailableError``."""

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_epoch: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._rooms = database.rooms
        self._memberships = database.memberships
        self._rosters = Rosters(database)
        self._now = now
        self._new_epoch = new_epoch

    async def put(self, chat_id: ChatId, draft: RoomDraft) -> Room:
        """The room is as ``draft`` says, members included; ``version`` grows only if it was not.

        Asking twice changes nothing, and mends what a worker left undone that died in between. Those who
        stay keep their cursors. A deleted room is revived under a new epoch, and its log goes on.
        """
        members = {member.user_id: member for member in reversed(draft.members)}
        draft = msgspec.structs.replace(draft, members=tuple(reversed(members.values())))
        digest = hashlib.sha256(msgspec.json.encode(draft, order="deterministic")).digest()
        with unavailable():
            while True:
                before = await self._rooms.find_one({"_id": chat_id}, WITHOUT_MEMBERS)
                if before is not None and not before["is_deleted"] and before["digest"] == digest:
                    break
                if await self._write(chat_id, draft, digest, before):
                    break
            await self._rosters.match(chat_id)
        room = await self.get(chat_id)
        if room is None:
            raise UnavailableError(retry_after_ms=RETRY_AFTER_MS)  # Deleted in the same moment.
        return room

    async def get(self, chat_id: ChatId) -> Room | None:
        """The room; ``None`` if there is none, or no more."""
        return (await self.get_many([chat_id])).get(chat_id)

    async def get_many(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, Room]:
        """Those of the rooms that exist, in one query whatever their number."""
        with unavailable():
            documents = await self._rooms.find(
                {"_id": {"$in": list(chat_ids)}, "is_deleted": False},
                {"members": {"$slice": SMALL_ROOM}},
                batch_size=len(chat_ids) + 1,
            ).to_list()
        return {ChatId(document["_id"]): room_of(document) for document in documents}

    async def delete(self, chat_id: ChatId) -> bool:
        """Nobody is in the room and nobody finds it; false if that was so already.

        Its log stays, for what was acknowledged is acknowledged for ever, and ``version`` grows.
        """
        empty = {"is_deleted": True, "members": [], "member_count": 0, "updated_at": self._now()}
        with unavailable():
            outcome = await self._rooms.update_one(
                {"_id": chat_id, "is_deleted": False}, {"$set": empty, "$inc": {"version": 1}}
            )
            await self._rosters.match(chat_id)
        return bool(outcome.modified_count)

    async def versions(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, int]:
        """The version of each room that exists, in one query: to find out what has changed."""
        with unavailable():
            cursor = self._rooms.find(
                {"_id": {"$in": list(chat_ids)}, "is_deleted": False},
                {"version": True},
                batch_size=len(chat_ids) + 1,
            )
            return {ChatId(document["_id"]): document["version"] async for document in cursor}

    async def note_last(self, entries: Sequence[Entry]) -> None:
        """The lists of the rooms' members have them in the order of ``entries``, which are stored.

        Caches, that only grow by ``seq``: no correctness rests on them. ``last_at`` is the newest
        entry's own time, so that a list can be paged by it.
        """
        newest: dict[ChatId, Entry] = {}
        for entry in entries:
            if entry.chat_id not in newest or entry.seq > newest[entry.chat_id].seq:
                newest[entry.chat_id] = entry
        if not newest:
            return
        with unavailable():
            await self._rooms.bulk_write(
                [
                    UpdateOne(
                        {"_id": chat_id, "top_seq": {"$lt": entry.seq}},
                        {"$set": {"top_seq": entry.seq, "last_at": entry.sent_at}},
                    )
                    for chat_id, entry in newest.items()
                ],
                ordered=False,
            )
            moved = await self._to_move(newest)
            if moved:
                changes = [
                    UpdateMany(
                        {"chat_id": entry.chat_id, "last_seq": {"$lt": entry.seq}},
                        {"$set": {"last_seq": entry.seq, "last_at": entry.sent_at}},
                    )
                    for entry in moved
                ]
                await self._memberships.bulk_write(changes, ordered=False)

    async def _to_move(self, newest: Mapping[ChatId, Entry]) -> list[Entry]:
        """Which of these rooms to move in their members' lists now: of the large ones, few.

        A room of thousands would have thousands of index entries rewritten for each message.
        """
        now = self._now()
        due = [{"member_count": {"$lte": SMALL_ROOM}}, {"listed_at": {"$lt": now - LISTED_EVERY}}]
        found = await self._rooms.find(
            {"_id": {"$in": list(newest)}, "$or": due}, {"member_count": True}, batch_size=len(newest) + 1
        ).to_list()
        large = [room["_id"] for room in found if not is_small(room)]
        if large:
            await self._rooms.update_many({"_id": {"$in": large}}, {"$set": {"listed_at": now}})
        return [newest[room["_id"]] for room in found]

    async def _write(self, chat_id: ChatId, draft: RoomDraft, digest: bytes, before: Document | None) -> bool:
        """Whether the room now says ``draft``; not, where somebody else has changed it since ``before``."""
        now = self._now()
        is_revived = before is None or before["is_deleted"]
        said = {
            **({"epoch": self._new_epoch()} if is_revived else {}),
            "title": draft.title,
            "can_write": draft.can_write,
            "reason": draft.reason,
            "context": draft.context,
            "members": [msgspec.structs.asdict(member) for member in draft.members],
            "member_count": len(draft.members),
            "is_deleted": False,
            "digest": digest,
            "updated_at": now,
        }
        kept = {"created_at": now, "last_at": now, "listed_at": now - LISTED_EVERY, "top_seq": 0}
        try:
            outcome = await self._rooms.update_one(
                {"_id": chat_id, "version": before["version"] if before else 0},
                {"$set": said, "$setOnInsert": kept, "$inc": {"version": 1}},
                upsert=before is None,
            )
        except DuplicateKeyError:
            return False
        return bool(outcome.modified_count or outcome.upserted_id is not None)
