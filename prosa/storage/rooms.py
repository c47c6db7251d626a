"""What the site says of each room, members included. How far these have got is in ``memberships.py``.

A room is one document and changes in one write, which is why there is no transaction: one whose worker
or server stalls in it would block the room for a minute (measured). The memberships follow the document
(``rosters.py``).
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from pymongo.errors import DuplicateKeyError

from prosa.models.errors import UnavailableError
from prosa.models.ids import ChatId
from prosa.models.rooms import SMALL_ROOM, Room, RoomDraft
from prosa.storage.database import Database, Document
from prosa.storage.documents import room_of
from prosa.storage.rosters import Rosters
from prosa.storage.translation import RETRY_AFTER_MS, unavailable

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
            found = await self._rooms.find(
                {"_id": {"$in": list(chat_ids)}, "is_deleted": False},
                {"version": True},
                batch_size=len(chat_ids) + 1,
            ).to_list()
        return {ChatId(document["_id"]): document["version"] for document in found}

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
        try:
            outcome = await self._rooms.update_one(
                {"_id": chat_id, "version": before["version"] if before else 0},
                {"$set": said, "$setOnInsert": {"created_at": now}, "$inc": {"version": 1}},
                upsert=before is None,
            )
        except DuplicateKeyError:
            return False
        return bool(outcome.modified_count or outcome.upserted_id is not None)
