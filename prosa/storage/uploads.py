"""Files on their way in: what has been announced, and the pieces of it that have come, from whichever worker.

Pieces lie in their own collection and not in GridFS, because a file of GridFS cannot be gone on with, and
because nothing that has not been looked at lies beside what may be downloaded.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pymongo.errors import DuplicateKeyError

from prosa.models.attachments import Holding, Upload
from prosa.models.ids import AttachmentId, ChatId, UploadId, UserId
from prosa.storage.database import Database, Document
from prosa.storage.translation import unavailable

STALE_AT_ONCE = 100
NOWHERE = -1
"""The offset of an upload that nobody can go on with."""


class Abandoned(NamedTuple):
    """An upload that is to go, and the attachment that it was becoming, if it got so far."""

    id: UploadId
    attachment_id: AttachmentId


class Uploads:
    """Every method may raise ``UnavailableError``: then nothing is known, and asking again is harmless."""

    def __init__(self, database: Database) -> None:
        self._uploads = database.uploads
        self._pieces = database.pieces

    async def begin(self, upload: Upload, now: datetime) -> None:
        """The upload is announced, and counts as its owner's from now on."""
        document = {
            "_id": upload.id,
            "chat_id": upload.chat_id,
            "owner_id": upload.owner_id,
            "name": upload.name,
            "size_bytes": upload.size_bytes,
            "sha256": upload.sha256,
            "offset": 0,
            "touched_at": now,
            "busy_until": now,
        }
        with unavailable():
            await self._uploads.insert_one(document)

    async def find(self, upload_id: UploadId, owner_id: UserId) -> Upload | None:
        """A person's own upload."""
        with unavailable():
            found = await self._uploads.find_one({"_id": upload_id, "owner_id": owner_id})
        return None if found is None else _upload_of(found)

    async def same(self, upload: Upload) -> Upload | None:
        """An upload of the same file by the same person to the same room, which has been begun before."""
        wanted = {name: getattr(upload, name) for name in ("chat_id", "name", "size_bytes", "sha256")}
        with unavailable():
            found = await self._uploads.find_one(
                {"owner_id": upload.owner_id, **wanted, "offset": {"$ne": NOWHERE}}, hint="owner"
            )
        return None if found is None else _upload_of(found)

    async def holding(self, owner_id: UserId) -> Holding:
        """How many files of a person are on their way, and what they were announced as."""
        with unavailable():
            found = await self._uploads.find(
                {"owner_id": owner_id}, {"_id": False, "size_bytes": True}, batch_size=1_000
            ).to_list()
        return Holding(uploads=len(found), size_bytes=sum(upload["size_bytes"] for upload in found))

    async def write(self, upload: Upload, data: bytes, now: datetime) -> int:
        """``data`` goes on from where the upload is; answers where it is then.

        A piece that is there already was written by a try before this one, and stays: whatever was announced
        is compared with its digest at the end.
        """
        place = {"upload_id": upload.id, "offset": upload.offset}
        with unavailable():
            try:
                await self._pieces.insert_one({**place, "data": data})
                size_bytes = len(data)
            except DuplicateKeyError:
                there = await self._pieces.find_one(place)
                size_bytes = len(there["data"]) if there else 0
            moved: Document | None = await self._uploads.find_one_and_update(
                {"_id": upload.id, "offset": upload.offset},
                {"$set": {"offset": upload.offset + size_bytes, "touched_at": now}},
            )
            if moved is not None:
                return upload.offset + size_bytes
            there = await self._uploads.find_one({"_id": upload.id}, {"offset": True})
            if there is None:  # it has been discarded meanwhile, and nothing of it is to be left
                await self._pieces.delete_many({"upload_id": upload.id})
                return upload.offset
        return int(there["offset"])

    async def claim(self, upload_id: UploadId, now: datetime, seconds: float) -> bool:
        """The upload is this caller's to finish for so long; false: another one is at it, or it is gone."""
        with unavailable():
            claimed = await self._uploads.find_one_and_update(
                {"_id": upload_id, "busy_until": {"$lte": now}},
                {"$set": {"busy_until": now + timedelta(seconds=seconds), "touched_at": now}},
            )
        return claimed is not None

    async def becomes(self, upload_id: UploadId, attachment_id: AttachmentId) -> None:
        """From here on, what is stored of this attachment is this upload's to clean up."""
        with unavailable():
            await self._uploads.update_one({"_id": upload_id}, {"$set": {"becomes": attachment_id}})

    async def release(self, upload_id: UploadId, now: datetime) -> None:
        """Whoever wants to finish it may try."""
        with unavailable():
            await self._uploads.update_one({"_id": upload_id}, {"$set": {"busy_until": now}})

    async def pieces(self, upload_id: UploadId) -> AsyncIterator[bytes]:
        """What has come, in order, one piece in memory at a time."""
        offset = 0
        while True:
            with unavailable():
                found = await self._pieces.find_one({"upload_id": upload_id, "offset": offset})
            if found is None:
                return
            yield bytes(found["data"])
            offset += len(found["data"])

    async def discard(self, upload_id: UploadId) -> None:
        """Nothing of it is left. Its document goes last: by it what is left is found again."""
        with unavailable():
            await self._pieces.delete_many({"upload_id": upload_id})
            await self._uploads.delete_one({"_id": upload_id})

    async def of(self, owner_id: UserId) -> Sequence[Abandoned]:
        """Every upload of a person."""
        with unavailable():
            found = await self._uploads.find({"owner_id": owner_id}, batch_size=1_000).to_list()
        return [_abandoned(upload) for upload in found]

    async def abandon(self, before: datetime, now: datetime) -> Sequence[Abandoned]:
        """Some of the uploads that nobody has touched since, which from now on nobody can go on with."""
        with unavailable():
            found = await self._uploads.find(
                {"touched_at": {"$lt": before}},
                sort=[("touched_at", 1)], limit=STALE_AT_ONCE, batch_size=STALE_AT_ONCE + 1,
            ).to_list()  # fmt: skip
            taken = []
            for upload in found:
                # Whoever has touched it in between keeps it, and of those who clean up one alone has it.
                gone = await self._uploads.find_one_and_update(
                    {"_id": upload["_id"], "touched_at": upload["touched_at"]},
                    {"$set": {"offset": NOWHERE, "touched_at": now, "busy_until": now + timedelta(days=1)}},
                )
                if gone is not None:
                    taken.append(_abandoned(upload))
        return taken


def _abandoned(document: Document) -> Abandoned:
    becomes = document["becomes"] if "becomes" in document else document["_id"]
    return Abandoned(UploadId(document["_id"]), AttachmentId(becomes))


def _upload_of(document: Document) -> Upload:
    return Upload(
        id=UploadId(document["_id"]),
        chat_id=ChatId(document["chat_id"]),
        owner_id=UserId(document["owner_id"]),
        name=document["name"],
        size_bytes=document["size_bytes"],
        sha256=document["sha256"],
        offset=document["offset"],
    )
