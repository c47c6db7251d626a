"""Makes a room's memberships follow what its document says, whoever else does the same just now."""

from typing import Any

from pymongo import DeleteMany, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from prosa.models.ids import ChatId
from prosa.storage.database import Database, Document
from prosa.storage.documents import MESSAGE

MEMBERS_AT_ONCE = 10_000
DUPLICATE_KEY = 11000
WHO = {"user_id": True, "name": True, "role": True}

Change = InsertOne[Document] | UpdateOne | DeleteMany


class Rosters:
    """Lets the driver's errors through: ``rooms.py`` translates them."""

    def __init__(self, database: Database) -> None:
        self._rooms = database.rooms
        self._memberships = database.memberships
        self._messages = database.messages

    async def match(self, chat_id: ChatId) -> None:
        """The memberships are those of the room's newest version, once this returns.

        The version is read again afterwards. Whoever finds that it has grown meanwhile, and may thus
        have undone what a later writer did, begins again with the newer one: the last to finish has
        matched the newest. The version that was matched is noted, so that asking again costs one read.
        """
        has_written = False
        while True:
            room = await self._rooms.find_one({"_id": chat_id})
            if room is None or (room.get("matched_version") == room["version"] and not has_written):
                return
            has_written = True
            await self._match(room)
            noted = await self._rooms.update_one(
                {"_id": chat_id, "version": room["version"]}, {"$set": {"matched_version": room["version"]}}
            )
            if noted.matched_count:
                return

    async def _match(self, room: Document) -> None:
        chat_id = room["_id"]
        before: dict[str, Any] = {
            document["user_id"]: document
            async for document in self._memberships.find(
                {"chat_id": chat_id}, WHO, batch_size=MEMBERS_AT_ONCE
            )
        }
        changes: list[Change] = []
        are_all_known = all(member["user_id"] in before for member in room["members"])
        listed = {} if are_all_known else await self._listed(room)
        for member in room["members"]:
            known = before.pop(member["user_id"], None)
            if known is None:
                fresh = {"chat_id": chat_id, **member, "delivered_seq": 0, "read_seq": 0, **listed}
                changes.append(InsertOne(fresh))
            elif (known["name"], known["role"]) != (member["name"], member["role"]):
                changes.append(UpdateOne({"_id": known["_id"]}, {"$set": member}))
        if before:
            changes.append(DeleteMany({"chat_id": chat_id, "user_id": {"$in": list(before)}}))
        if not changes:
            return
        try:
            await self._memberships.bulk_write(changes, ordered=False)
        except BulkWriteError as error:
            if not _is_only_raced(error):
                raise

    async def _listed(self, room: Document) -> Document:
        """Where a new member's list has the room: at its newest message, or where it was made."""
        newest = await self._messages.find_one(
            {"chat_id": room["_id"], "target": MESSAGE}, {"seq": True, "sent_at": True},
            sort=[("seq", -1)], hint="folding",
        )  # fmt: skip
        if newest is None:
            return {"last_seq": 0, "last_at": room["created_at"]}
        return {"last_seq": newest["seq"], "last_at": newest["sent_at"]}


def _is_only_raced(error: BulkWriteError) -> bool:
    """Whether all that failed is that somebody else has just let the same people in."""
    details = error.details or {}
    failures = details.get("writeErrors", [])
    return not details.get("writeConcernErrors") and all(
        failure["code"] == DUPLICATE_KEY for failure in failures
    )
