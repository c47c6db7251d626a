"""Files that are stored: given to a message, read by a room's members, gone where nobody needs them.

How they come in is in ``uploads.py``.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from prosa.chat.rooms import Rooms
from prosa.models.attachments import Attachment, File
from prosa.models.entries import Draft, Entry
from prosa.models.errors import NotFoundError, ProsaError, UnavailableError
from prosa.models.ids import AttachmentId, ChatId, UserId
from prosa.storage.attachments import Attachments as StoredAttachments
from prosa.storage.messages import Messages
from prosa.storage.uploads import Uploads as StoredUploads

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0


class Attachments:
    """``upload_seconds`` and ``unsent_seconds``: how long what nobody goes on with is kept."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        attachments: StoredAttachments,
        uploads: StoredUploads,
        messages: Messages,
        rooms: Rooms,
        upload_seconds: float,
        unsent_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._attachments = attachments
        self._uploads = uploads
        self._messages = messages
        self._rooms = rooms
        self._upload_seconds = upload_seconds
        self._unsent_seconds = unsent_seconds
        self._now = now

    async def give(self, draft: Draft, attachment_id: AttachmentId) -> Attachment:
        """The file is this draft's, and no other message will have it.

        Raises ``NotFoundError`` unless the author has uploaded it for this room, ``ConflictError`` where it
        has been sent already.
        """
        file = await self._attachments.give(
            attachment_id,
            chat_id=draft.chat_id,
            owner_id=draft.author_id,
            client_id=draft.client_id,
            now=self._now(),
        )
        if file is None:
            raise NotFoundError
        return file.attachment

    async def sent(self, entry: Entry) -> None:
        """The entry is in the log, with its file. Where that cannot be noted now, whoever asks finds it."""
        if entry.attachment is not None:
            try:
                await self._attachments.sent(entry.attachment.id, entry.seq)
            except UnavailableError as error:
                log.warning("attachment_not_noted error=%s", error)

    async def of_member(self, chat_id: ChatId, attachment_id: AttachmentId, user_id: UserId) -> File:
        """A file of the room, for one of its members; one that is not sent yet, for its owner alone.

        What the room's log shows decides: of a deleted message nobody has the file. Raises ``NotFoundError``
        for everybody and everything else.
        """
        await self._rooms.of_member(chat_id, user_id)
        file = await self._attachments.find(attachment_id)
        if file is None or file.chat_id != chat_id:
            raise NotFoundError
        seq = file.seq or await self._place_of(file)
        is_shown = file.owner_id == user_id if seq is None else await self._is_shown(file, seq)
        if not is_shown:
            raise NotFoundError
        return file

    def blocks(self, file: File, *, is_thumbnail: bool, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes of it, as the store has them, a chunk at a time."""
        return self._attachments.blocks(file.attachment.id, is_thumbnail=is_thumbnail, start=start, end=end)

    async def run(self) -> None:
        """What nobody goes on with is cleaned up, for ever. Any number of workers may do so at once."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except ProsaError as error:
                log.warning("sweep_failed error=%s", error)

    async def sweep(self) -> tuple[int, int]:
        """Uploads that have stopped and files that were not sent are gone; how many of each."""
        now = self._now()
        uploads = await self._uploads.abandon(now - timedelta(seconds=self._upload_seconds), now)
        for upload in uploads:
            await self._attachments.remove_unfinished(upload.attachment_id)
            await self._uploads.discard(upload.id)
        removed = 0
        for file, touched_at in await self._attachments.unsent(now - timedelta(seconds=self._unsent_seconds)):
            if await self._place_of(file) is not None:
                continue
            if await self._attachments.withdraw(file.attachment.id, touched_at, now):
                await self._attachments.remove([file.attachment.id])
                removed += 1
        if uploads or removed:
            log.info("swept uploads=%d attachments=%d", len(uploads), removed)
        return len(uploads), removed

    async def _is_shown(self, file: File, seq: int) -> bool:
        shown = await self._messages.message(file.chat_id, seq)
        return (
            shown is not None and shown.attachment is not None and shown.attachment.id == file.attachment.id
        )

    async def _place_of(self, file: File) -> int | None:
        """Where its message is in the log, though that is not noted here: whoever sent it was killed."""
        if not file.client_id:
            return None
        entry = await self._messages.by_key(file.chat_id, file.owner_id, file.client_id)
        if entry is None or entry.attachment is None or entry.attachment.id != file.attachment.id:
            return None
        await self.sent(entry)
        return entry.seq
