"""A person is taken out of everything that is kept, and what they said stays in its place.

Each erasure makes up a name for the person, and remembers it until it is done: so one that was killed goes
on with the same name, and afterwards nobody can tell whose it was.
"""

import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from prosa.models.ids import AttachmentId, ChatId, UserId
from prosa.models.people import REMOVED_PERSON
from prosa.storage.attachments import Attachments
from prosa.storage.database import Database, Document
from prosa.storage.documents import SAYS_NOTHING
from prosa.storage.rosters import Rosters
from prosa.storage.sightings import Sightings
from prosa.storage.texts import Texts
from prosa.storage.traces import Traces
from prosa.storage.translation import unavailable
from prosa.storage.uploads import Uploads

MESSAGES_AT_ONCE = 500


class Erasures:
    """Every method may raise ``UnavailableError``: what is not done yet is done by the next one."""

    def __init__(
        self,
        database: Database,
        *,
        new_epoch: Callable[[], str] = lambda: secrets.token_hex(8),
        new_pseudonym: Callable[[], str] = lambda: f"removida-{secrets.token_hex(8)}",
    ) -> None:
        self._erasures = database.erasures
        self._rooms = database.rooms
        self._memberships = database.memberships
        self._messages = database.messages
        self._rosters = Rosters(database)
        self._attachments = Attachments(database)
        self._uploads = Uploads(database)
        self._texts = Texts(database)
        self._sightings = Sightings(database)
        self._traces = Traces(database)
        self._new_epoch = new_epoch
        self._new_pseudonym = new_pseudonym

    async def erase(self, user_id: UserId, *, blanks: bool) -> AsyncIterator[tuple[ChatId, int]]:
        """The person is nowhere once this ends; each room where they were, and how many messages were theirs.

        What they wrote is a pseudonym's, the same in every room; ``blanks``: and says no more what they said.
        Each room has a new epoch, so that pages read it anew. Begun again, it goes on where it stopped; after
        its end there is nothing to be found. Who still writes meanwhile is to be erased once more.
        """
        pseudonym = await self._pseudonym(user_id)
        async for chat_id in self._traces.rooms_of(user_id):
            if blanks:
                await self._texts.forget(chat_id)  # now, for an end that never comes
            count = await self._in_log(chat_id, user_id, pseudonym, blanks=blanks)
            await self._in_room(chat_id, user_id, pseudonym)
            count += await self._in_log(chat_id, user_id, pseudonym, blanks=blanks)
            if blanks:
                await self._texts.forget(chat_id)  # and for whoever was indexing the room meanwhile
            yield chat_id, count
        await self._sightings.forget(user_id)
        await self._in_files(user_id, pseudonym)
        with unavailable():
            await self._erasures.delete_one({"_id": user_id})

    async def _pseudonym(self, user_id: UserId) -> UserId:
        begun = {"pseudonym": self._new_pseudonym(), "begun_at": datetime.now(UTC)}
        with unavailable():
            found: Document = await self._erasures.find_one_and_update(
                {"_id": user_id},
                {"$setOnInsert": begun},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        return UserId(found["pseudonym"])

    async def _in_log(self, chat_id: ChatId, user_id: UserId, pseudonym: UserId, *, blanks: bool) -> int:
        """A batch at a time, each found by its author, so that none is done twice and none left out."""
        changes: Document = {
            "author_id": pseudonym,
            "author_name": REMOVED_PERSON,
            "client_id": {"$toString": "$_id"},
        }
        if blanks:
            changes |= SAYS_NOTHING
        count = 0
        while True:
            with unavailable():
                found = await self._messages.find(
                    {"chat_id": chat_id, "author_id": user_id},
                    {"seq": True, "target": True, "attachment.id": True},
                    hint="once", limit=MESSAGES_AT_ONCE, batch_size=MESSAGES_AT_ONCE + 1,
                ).to_list()  # fmt: skip
                if not found:
                    return count
                await self._files_of(found, blanks=blanks)
                await self._messages.update_many(
                    {"_id": {"$in": [entry["_id"] for entry in found]}}, [{"$set": changes}]
                )
            count += sum("target" not in entry for entry in found)

    async def _files_of(self, entries: list[Document], *, blanks: bool) -> None:
        """They go with their messages; or they stay, noted as sent, which no ``client_id`` tells any more."""
        if blanks:
            await self._attachments.remove_with(entries)
            return
        for entry in entries:
            if "attachment" in entry:
                await self._attachments.sent(AttachmentId(entry["attachment"]["id"]), entry["seq"])

    async def _in_files(self, user_id: UserId, pseudonym: UserId) -> None:
        """What was never sent goes; what was, is the pseudonym's."""
        for upload in await self._uploads.of(user_id):
            await self._attachments.remove_unfinished(upload.attachment_id)
            await self._uploads.discard(upload.id)
        await self._attachments.remove(await self._attachments.unsent_of(user_id))
        await self._attachments.hand_over(user_id, pseudonym)

    async def _in_room(self, chat_id: ChatId, user_id: UserId, pseudonym: UserId) -> None:
        """The room's own document last: until it is done, the room is found again by it."""
        anonymous = {"user_id": pseudonym, "name": REMOVED_PERSON}
        changed = {"epoch": self._new_epoch(), "digest": b"", "updated_at": datetime.now(UTC)}
        members = {f"members.$[one].{key}": value for key, value in anonymous.items()}
        with unavailable():
            try:
                await self._memberships.update_one(
                    {"chat_id": chat_id, "user_id": user_id}, {"$set": anonymous}
                )
            except DuplicateKeyError:  # the room has been matched in between, by an erasure before this one
                await self._memberships.delete_one({"chat_id": chat_id, "user_id": user_id})
            await self._rooms.update_one(
                {"_id": chat_id},
                {"$set": {**changed, **members}, "$inc": {"version": 1}},
                array_filters=[{"one.user_id": user_id}],
            )
            await self._rosters.match(chat_id)
