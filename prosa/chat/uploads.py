"""Files on their way in: announced, and taken a piece at a time.

Over the socket in chunks, from whichever worker, going on after a cut; over HTTP in one request, which
``handlers/uploads.py`` takes apart. What is made of one that has come is in ``completions.py``, and what
becomes of it then in ``attachments.py``.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import msgspec

from prosa.chat.completions import BUSY_RETRY_MS, Completions
from prosa.chat.limits import Limits
from prosa.chat.rooms import Rooms
from prosa.chat.tasks import Tasks
from prosa.chat.upload_commands import UploadChunk, UploadFinish, UploadStart
from prosa.inspection.names import plain
from prosa.models.attachments import Attachment, Upload
from prosa.models.errors import (
    MalformedError,
    NotFoundError,
    RateLimitedError,
    ReadOnlyError,
    TooLargeError,
    UnavailableError,
    UnsupportedTypeError,
)
from prosa.models.ids import AttachmentId, ChatId, ClientId, UploadId, UserId
from prosa.storage.attachments import Attachments as StoredAttachments
from prosa.storage.uploads import Uploads as StoredUploads

UNIT_BYTES = 64 * 1024
"""What a person uploads is counted in pieces of this size."""
DATA_CHARS = 24 * 1024
"""Of base64 in one chunk: it fits into an inner message, with what is around it."""
FULL_RETRY_MS = 10_000
"""When somebody who has too much on the way, or unsent, may try again."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """How much one person may have in the store that is in no message yet."""

    attachment_bytes: int
    open_uploads: int
    unsent_bytes: int


class Uploads:
    """Every method takes the person who asks; what is somebody else's is not there."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        uploads: StoredUploads,
        attachments: StoredAttachments,
        completions: Completions,
        rooms: Rooms,
        limits: Limits,
        tasks: Tasks,
        allowance: Allowance,
        now: Callable[[], datetime],
    ) -> None:
        self._uploads = uploads
        self._attachments = attachments
        self._completions = completions
        self._rooms = rooms
        self._limits = limits
        self._tasks = tasks
        self._allowance = allowance
        self._now = now

    @property
    def limit_bytes(self) -> int:
        """The largest file that may be sent."""
        return self._allowance.attachment_bytes

    async def start(self, owner_id: UserId, command: UploadStart) -> Upload:
        """The file may come, from ``offset``: the same file announced again goes on where it was.

        Raises ``NotFoundError``, ``ReadOnlyError``, ``TooLargeError``, ``RateLimitedError``.
        """
        wanted = Upload(
            id=UploadId(uuid4().hex),
            chat_id=command.room_id,
            owner_id=owner_id,
            name=plain(command.name),
            size_bytes=command.size_bytes,
            sha256=command.sha256.lower(),
        )
        await self._may_upload(wanted.chat_id, owner_id)
        if not wanted.size_bytes:
            raise UnsupportedTypeError
        if wanted.size_bytes > self._allowance.attachment_bytes:
            raise TooLargeError(limit=self._allowance.attachment_bytes)
        known = await self._uploads.same(wanted) if wanted.sha256 else None
        return known or await self._begin(wanted)

    async def receive(self, owner_id: UserId, chat_id: ChatId, name: str, size_bytes: int) -> Upload:
        """The file may come in one go, at most ``size_bytes`` with what is around it. As ``start``."""
        await self._may_upload(chat_id, owner_id)
        wanted = Upload(
            id=UploadId(uuid4().hex),
            chat_id=chat_id,
            owner_id=owner_id,
            name=plain(name),
            size_bytes=min(size_bytes, self._allowance.attachment_bytes),
        )
        return await self._begin(wanted)

    async def bring(self, owner_id: UserId, chat_id: ChatId, name: str) -> Upload:
        """The file of an imported message may come: the site's limits are its own."""
        brought = Upload(
            id=UploadId(uuid4().hex),
            chat_id=chat_id,
            owner_id=owner_id,
            name=plain(name),
            size_bytes=self._allowance.attachment_bytes,
        )
        await self._uploads.begin(brought, self._now())
        return brought

    async def chunk(self, owner_id: UserId, command: UploadChunk) -> int:
        """The chunk is stored; answers where to go on, also where that is not behind this chunk."""
        await self._limits.check("upload_chunks", owner_id)
        upload = await self._own(owner_id, command.upload_id)
        await self._may_upload(upload.chat_id, owner_id)
        if command.offset != upload.offset:
            return upload.offset
        data = _decoded(command.data)
        if upload.offset + len(data) > upload.size_bytes:
            raise TooLargeError(limit=upload.size_bytes)
        return await self._uploads.write(upload, data, self._now())

    async def write(self, upload: Upload, data: bytes) -> Upload:
        """The next piece of one that comes in one go is stored. Raises ``TooLargeError``."""
        if upload.offset + len(data) > self._allowance.attachment_bytes:
            raise TooLargeError(limit=self._allowance.attachment_bytes)
        offset = await self._uploads.write(upload, data, self._now())
        if offset != upload.offset + len(data):
            raise UnavailableError(retry_after_ms=BUSY_RETRY_MS)  # it took so long that it was cleaned up
        return msgspec.structs.replace(upload, offset=offset)

    async def finish(self, owner_id: UserId, command: UploadFinish) -> tuple[ChatId, Attachment]:
        """What has come is looked at and kept, and may be sent; again, the same answer.

        Raises ``MalformedError`` with the ``offset`` where something is missing, and where the digest is not
        the announced one; ``UnsupportedTypeError``. After these, but for the first, the upload is gone.
        """
        kept = await self._attachments.find(AttachmentId(command.upload_id))
        if kept is not None and kept.owner_id == owner_id:
            return kept.chat_id, kept.attachment
        upload = await self._own(owner_id, command.upload_id)
        await self._may_upload(upload.chat_id, owner_id)
        if upload.offset != upload.size_bytes:
            raise MalformedError(field="offset", offset=upload.offset)
        return upload.chat_id, await self._completions.complete(upload)

    async def cancel(self, owner_id: UserId, upload_id: UploadId) -> None:
        """Nothing of it is left, whether it is still coming, or waits to be sent. Also where nothing was."""
        if await self._uploads.find(upload_id, owner_id) is not None:
            await self._uploads.discard(upload_id)
        kept = await self._attachments.find(AttachmentId(upload_id))
        if kept is not None and kept.owner_id == owner_id and kept.is_unsent and kept.client_id is None:
            await self._attachments.remove([kept.attachment.id])

    async def keep(self, upload: Upload) -> Attachment:
        """As ``finish``, for one that has come in one go: its owner may still send it there."""
        try:
            await self._may_upload(upload.chat_id, upload.owner_id)
        except BaseException:
            self.abandon(upload)
            raise
        return await self.complete_or_discard(upload)

    async def complete_or_discard(self, upload: Upload, client_id: ClientId | None = None) -> Attachment:
        """As ``finish``, for one that nobody can go on with: where it fails, nothing of it is left.

        With the ``client_id`` of its message, the same file for the same message is the same attachment.
        """
        try:
            return await self._completions.complete(upload, client_id)
        except BaseException:
            self.abandon(upload)
            raise

    def abandon(self, upload: Upload) -> None:
        """Soon, nothing of it is left: whoever sent it has gone away, or been refused."""
        self._tasks.start("upload abandoned", self._uploads.discard(upload.id))

    async def _own(self, owner_id: UserId, upload_id: UploadId) -> Upload:
        upload = await self._uploads.find(upload_id, owner_id)
        if upload is None or upload.offset < 0:
            raise NotFoundError
        return upload

    async def _may_upload(self, chat_id: ChatId, owner_id: UserId) -> None:
        room = await self._rooms.of_member(chat_id, owner_id)
        if not room.can_write:
            raise ReadOnlyError(reason=room.reason)

    async def _begin(self, upload: Upload) -> Upload:
        """Announced, if its owner has room for it. Of two at the last place at once, neither may have it."""
        units = -(-upload.size_bytes // UNIT_BYTES)
        await self._limits.check("uploads", upload.owner_id, units)
        await self._uploads.begin(upload, self._now())
        coming = await self._uploads.holding(upload.owner_id)
        waiting = await self._attachments.holding(upload.owner_id)
        if (
            coming.uploads > self._allowance.open_uploads
            or coming.size_bytes + waiting.size_bytes > self._allowance.unsent_bytes
        ):
            await self._uploads.discard(upload.id)
            raise RateLimitedError(retry_after_ms=FULL_RETRY_MS)
        return upload


def _decoded(data: str) -> bytes:
    if len(data) > DATA_CHARS:
        raise TooLargeError(limit=DATA_CHARS)
    try:
        decoded = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError(field="data") from None
    if not decoded:
        raise MalformedError(field="data")
    return decoded
