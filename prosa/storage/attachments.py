"""Files that have been looked at: GridFS, bucket ``attachments``, a chunk at a time.

In GridFS's own layout (any of its tools reads it), but neither through its upload stream, which gathers a
whole file before it writes, nor through its download stream, which reads sixteen megabytes ahead. A thumbnail
is a file of its own, ``<id>.thumbnail``.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from datetime import datetime

import msgspec
from pymongo.errors import DuplicateKeyError

from prosa.models.attachments import File, Holding
from prosa.models.errors import ConflictError
from prosa.models.ids import AttachmentId, ChatId, ClientId, UserId
from prosa.storage.database import Database, Document
from prosa.storage.translation import unavailable

CHUNK_BYTES = 255 * 1024
"""GridFS's own size: with what surrounds it, a chunk fills a power of two."""
STALE_AT_ONCE = 100
THUMBNAIL = ".thumbnail"


class Attachments:
    """Every method may raise ``UnavailableError``: then nothing is known, and asking again is harmless."""

    def __init__(self, database: Database) -> None:
        self._files = database.files
        self._chunks = database.chunks

    async def keep(self, file: File, blocks: AsyncIterator[bytes], thumbnail: bytes, now: datetime) -> None:
        """The file is stored, and waits to be sent. ``blocks`` have ``CHUNK_BYTES`` each, but for the last.

        Its own document is written last: without it there is no such file. Whoever else writes the same one,
        or was killed while doing so, has written the same chunks.
        """
        name, attachment = file.attachment.id, file.attachment
        with unavailable():
            if thumbnail:
                await self._write(name + THUMBNAIL, _split(thumbnail))
            await self._write(name, blocks)
            metadata = {
                **msgspec.structs.asdict(file),
                "attachment": msgspec.structs.asdict(attachment),
                "touched_at": now,
            }
            document = {
                "_id": name,
                "length": attachment.size_bytes,
                "chunkSize": CHUNK_BYTES,
                "uploadDate": now,
                "filename": attachment.name,
                "metadata": metadata,
            }
            if thumbnail:
                small = {"_id": name + THUMBNAIL, "length": len(thumbnail), "metadata": {"of": name}}
                await self._files.replace_one({"_id": small["_id"]}, {**document, **small}, upsert=True)
            with suppress(DuplicateKeyError):
                await self._files.insert_one(document)

    async def _write(self, name: str, blocks: AsyncIterator[bytes]) -> None:
        number = 0
        async for block in blocks:
            place = {"files_id": name, "n": number}
            await self._chunks.replace_one(place, {**place, "data": block}, upsert=True)
            number += 1

    async def find(self, attachment_id: AttachmentId) -> File | None:
        """The file, whoever may see it."""
        with unavailable():
            found = await self._files.find_one({"_id": attachment_id})
        return None if found is None else _file_of(found)

    async def blocks(
        self, attachment_id: AttachmentId, *, is_thumbnail: bool, start: int, end: int
    ) -> AsyncIterator[bytes]:
        """The bytes from ``start`` to below ``end``, one chunk in memory at a time.

        Fewer, where the file goes away meanwhile.
        """
        name = attachment_id + (THUMBNAIL if is_thumbnail else "")
        for number in range(start // CHUNK_BYTES, (end + CHUNK_BYTES - 1) // CHUNK_BYTES):
            with unavailable():
                found = await self._chunks.find_one({"files_id": name, "n": number})
            if found is None:
                return
            before = number * CHUNK_BYTES
            yield bytes(found["data"][max(0, start - before) : end - before])

    async def give(
        self,
        attachment_id: AttachmentId,
        *,
        chat_id: ChatId,
        owner_id: UserId,
        client_id: ClientId,
        now: datetime,
    ) -> File | None:
        """The file is this message's and no other's; again, as often as it is asked. ``None``: no such file.

        Of somebody else or for another room is none, too. Raises ``ConflictError`` where it is given away.
        """
        mine = {"_id": attachment_id, "metadata.chat_id": chat_id, "metadata.owner_id": owner_id}
        with unavailable():
            found: Document | None = await self._files.find_one_and_update(
                {**mine, "metadata.client_id": {"$in": [None, client_id]}},
                {"$set": {"metadata.client_id": client_id, "metadata.touched_at": now}},
            )
            if found is None and await self._files.find_one(mine, {"_id": True}) is not None:
                raise ConflictError
        return None if found is None else _file_of(found)

    async def sent(self, attachment_id: AttachmentId, seq: int) -> None:
        """It is in the log, at this place: it stays as long as its entry does."""
        with unavailable():
            await self._files.update_one(
                {"_id": attachment_id}, {"$set": {"metadata.is_unsent": False, "metadata.seq": seq}}
            )

    async def holding(self, owner_id: UserId) -> Holding:
        """What of a person's files waits to be sent."""
        with unavailable():
            found = await self._files.find(
                {"metadata.owner_id": owner_id, "metadata.is_unsent": True},
                {"_id": False, "length": True},
                batch_size=1_000,
            ).to_list()
        return Holding(uploads=0, size_bytes=sum(file["length"] for file in found))

    async def unsent(self, before: datetime) -> Sequence[tuple[File, datetime]]:
        """Some of those that have not been sent since, and when they were last touched."""
        with unavailable():
            found = await self._files.find(
                {"metadata.is_unsent": True, "metadata.touched_at": {"$lt": before}},
                sort=[("metadata.touched_at", 1)], limit=STALE_AT_ONCE, batch_size=STALE_AT_ONCE + 1,
            ).to_list()  # fmt: skip
        return [(_file_of(document), document["metadata"]["touched_at"]) for document in found]

    async def unsent_of(self, owner_id: UserId) -> Sequence[AttachmentId]:
        """What a person has not sent yet."""
        with unavailable():
            found = await self._files.find(
                {"metadata.owner_id": owner_id, "metadata.is_unsent": True},
                {"_id": True},
                batch_size=1_000,
            ).to_list()
        return [AttachmentId(document["_id"]) for document in found]

    async def withdraw(self, attachment_id: AttachmentId, touched_at: datetime, now: datetime) -> bool:
        """Nobody can send it any more, unless it has been touched since; of several, one alone is told."""
        with unavailable():
            gone = await self._files.find_one_and_update(
                {"_id": attachment_id, "metadata.touched_at": touched_at, "metadata.is_unsent": True},
                {"$set": {"metadata.client_id": "", "metadata.chat_id": "", "metadata.touched_at": now}},
            )
        return gone is not None

    async def remove_with(self, entries: Iterable[Document]) -> None:
        """The files of these documents of ``messages`` are gone, before anything of the entries is."""
        await self.remove(entry["attachment"]["id"] for entry in entries if entry.get("attachment"))

    async def remove(self, attachment_ids: Iterable[AttachmentId]) -> None:
        """Nothing of these files is left. Their documents go first: from then on nobody can ask for them.

        Whoever asks must be able to ask again: after a kill in between nothing else finds the chunks.
        """
        names = [name + ending for name in attachment_ids for ending in ("", THUMBNAIL)]
        if names:
            with unavailable():
                await self._files.delete_many({"_id": {"$in": names}})
                await self._chunks.delete_many({"files_id": {"$in": names}})

    async def remove_unfinished(self, attachment_id: AttachmentId) -> None:
        """Nothing is left of a file that was never stored to its end; one that is stored stays."""
        if await self.find(attachment_id) is None:
            await self.remove([attachment_id])

    async def hand_over(self, owner_id: UserId, pseudonym: UserId) -> None:
        """What was one person's is a pseudonym's."""
        with unavailable():
            await self._files.update_many(
                {"metadata.owner_id": owner_id}, {"$set": {"metadata.owner_id": pseudonym}}
            )


async def _split(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


def _file_of(document: Document) -> File:
    return msgspec.convert(document["metadata"], File)
