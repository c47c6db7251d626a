"""What the site says of each room. Who is in, and how far they have read, is in ``memberships.py``."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import DeleteMany, InsertOne, UpdateMany, UpdateOne

from prosa.models.entries import Entry
from prosa.models.ids import ChatId
from prosa.models.rooms import SMALL_ROOM, Member, Room, RoomDraft
from prosa.storage.database import Database, Document
from prosa.storage.documents import is_small, members_of, room_of
from prosa.storage.translation import unavailable

LISTED_EVERY = timedelta(seconds=60)
"""How often the members of a room of thousands have it moved in their lists while people speak in it."""
MEMBERS_AT_ONCE = 10_000


class Rooms:
    """Every method may raise ``UnavailableError``."""

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_epoch: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._database = database
        self._rooms = database.rooms
        self._memberships = database.memberships
        self._now = now
        self._new_epoch = new_epoch

    async def put(self, chat_id: ChatId, draft: RoomDraft) -> Room:
        """The room is as ``draft`` says, members included; ``version`` grows only if it was not.

        Asking twice changes nothing. Those who stay keep their cursors. A deleted room is revived under
        a new epoch, with nobody's cursors, and its log goes on.
        """
        members = {member.user_id: member for member in reversed(draft.members)}
        draft = msgspec.structs.replace(draft, members=tuple(reversed(members.values())))
        digest = hashlib.sha256(msgspec.json.encode(draft, order="deterministic")).digest()

        async def write(session: AsyncIOMotorClientSession) -> Document:
            room = await self._rooms.find_one({"_id": chat_id}, session=session)
            if room is not None and not room["is_deleted"] and room["digest"] == digest:
                return room
            room = self._written(chat_id, draft, digest, room)
            await self._rooms.replace_one({"_id": chat_id}, room, upsert=True, session=session)
            await self._write_members(room, draft.members, session)
            return room

        with unavailable():
            document = await self._database.in_transaction(write)
        return room_of(document, draft.members)

    async def get(self, chat_id: ChatId) -> Room | None:
        """The room; ``None`` if there is none, or no more."""
        return (await self.get_many([chat_id])).get(chat_id)

    async def get_many(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, Room]:
        """Those of the rooms that exist, in two queries whatever their number.

        The members are read after the rooms: what changes between shows as a version that is behind.
        """
        with unavailable():
            documents = await self._rooms.find(
                {"_id": {"$in": list(chat_ids)}, "is_deleted": False}, batch_size=len(chat_ids) + 1
            ).to_list()
            small = [document["_id"] for document in documents if is_small(document)]
            members: dict[str, list[Document]] = {chat_id: [] for chat_id in small}
            if small:
                async for membership in self._memberships.find(
                    {"chat_id": {"$in": small}}, batch_size=MEMBERS_AT_ONCE
                ):
                    members[membership["chat_id"]].append(membership)
        return {
            ChatId(document["_id"]): room_of(document, members_of(members.get(document["_id"], [])))
            for document in documents
        }

    async def delete(self, chat_id: ChatId) -> bool:
        """Nobody is in the room and nobody finds it; false if that was so already.

        Its log stays, for what was acknowledged is acknowledged for ever, and ``version`` grows.
        """

        async def write(session: AsyncIOMotorClientSession) -> bool:
            change = {"$set": {"is_deleted": True, "updated_at": self._now()}, "$inc": {"version": 1}}
            outcome = await self._rooms.update_one({"_id": chat_id, "is_deleted": False}, change, session=session)
            if outcome.modified_count:
                await self._memberships.delete_many({"chat_id": chat_id}, session=session)
            return bool(outcome.modified_count)

        with unavailable():
            return await self._database.in_transaction(write)

    async def versions(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, int]:
        """The version of each room that exists, in one query: to find out what has changed."""
        with unavailable():
            cursor = self._rooms.find(
                {"_id": {"$in": list(chat_ids)}, "is_deleted": False}, {"version": True}, batch_size=len(chat_ids) + 1
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

    def _written(self, chat_id: ChatId, draft: RoomDraft, digest: bytes, before: Document | None) -> Document:
        now = self._now()
        before = before or {
            "_id": chat_id,
            "version": 0,
            "is_deleted": True,
            "created_at": now,
            "last_at": now,
            "listed_at": now - LISTED_EVERY,
            "top_seq": 0,
        }
        return {
            **before,
            "epoch": self._new_epoch() if before["is_deleted"] else before["epoch"],
            "title": draft.title,
            "can_write": draft.can_write,
            "reason": draft.reason,
            "context": draft.context,
            "member_count": len(draft.members),
            "version": before["version"] + 1,
            "is_deleted": False,
            "digest": digest,
            "updated_at": now,
        }

    async def _write_members(
        self, room: Document, members: Iterable[Member], session: AsyncIOMotorClientSession
    ) -> None:
        chat_id = room["_id"]
        before = {
            document["user_id"]: document
            async for document in self._memberships.find(
                {"chat_id": chat_id}, session=session, batch_size=MEMBERS_AT_ONCE
            )
        }
        changes: list[InsertOne[Document] | UpdateOne | DeleteMany] = []
        for position, member in enumerate(members):
            said = {"name": member.name, "role": member.role, "position": position}
            known = before.pop(member.user_id, None)
            if known is None:
                changes.append(InsertOne(_membership(room, member, said)))
            elif any(known[name] != value for name, value in said.items()):
                changes.append(UpdateOne({"_id": known["_id"]}, {"$set": said}))
        if before:
            changes.append(DeleteMany({"chat_id": chat_id, "user_id": {"$in": list(before)}}))
        if changes:
            await self._memberships.bulk_write(changes, ordered=False, session=session)


def _membership(room: Document, member: Member, said: Document) -> Document:
    return {
        "chat_id": room["_id"],
        "user_id": member.user_id,
        **said,
        "delivered_seq": 0,
        "read_seq": 0,
        "last_seq": room["top_seq"],
        "last_at": room["last_at"],
    }
