"""All of a file has come: it is looked at, and kept as what a message may carry, or refused.

How it comes is in ``uploads.py``.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime

from prosa import metrics
from prosa.inspection.inspector import Inspected, Inspector
from prosa.models.attachments import Attachment, File, Upload
from prosa.models.errors import LaterError, RefusedError, UnavailableError
from prosa.models.ids import AttachmentId, ClientId
from prosa.storage.attachments import CHUNK_BYTES
from prosa.storage.attachments import Attachments as StoredAttachments
from prosa.storage.uploads import Uploads as StoredUploads

BUSY_RETRY_MS = 1_000
LOOK_SECONDS = 60.0
"""For looking at a file and storing it. After it nothing more is written, so that another one may try."""
CLAIM_SECONDS = 120.0


class Completions:
    """From the pieces of an upload to an attachment, at one worker at a time."""

    def __init__(
        self,
        *,
        uploads: StoredUploads,
        attachments: StoredAttachments,
        inspector: Inspector,
        now: Callable[[], datetime],
    ) -> None:
        self._uploads = uploads
        self._attachments = attachments
        self._inspector = inspector
        self._now = now

    async def complete(self, upload: Upload, client_id: ClientId | None = None) -> Attachment:
        """The upload has become an attachment, and is gone itself. Raises what ``Uploads.finish`` names.

        With the ``client_id`` of its message, the same file for the same message is the same attachment.
        """
        if not await self._uploads.claim(upload.id, self._now(), CLAIM_SECONDS):
            raise UnavailableError(retry_after_ms=BUSY_RETRY_MS)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                attachment = await self._look(upload, client_id)
        except RefusedError as error:
            metrics.UPLOADS.labels(error.code).inc()
            await self._uploads.discard(upload.id)
            raise
        except (LaterError, TimeoutError) as error:
            await self._uploads.release(upload.id, self._now())
            raise UnavailableError(retry_after_ms=BUSY_RETRY_MS) from error
        await self._uploads.discard(upload.id)
        metrics.UPLOADS.labels("kept").inc()
        return attachment

    async def _look(self, upload: Upload, client_id: ClientId | None) -> Attachment:
        pieces = self._uploads.pieces(upload.id)
        inspected = await self._inspector.inspect(pieces, upload.name, upload.sha256)
        with inspected.content:
            attachment_id = AttachmentId(upload.id)
            if client_id is not None:
                attachment_id = _derived(upload, client_id, inspected.source_sha256)
                await self._uploads.becomes(upload.id, attachment_id)
                kept = await self._attachments.find(attachment_id)
                if kept is not None:
                    return kept.attachment
            file = _file(upload, attachment_id, inspected)
            blocks = inspected.blocks(CHUNK_BYTES)
            await self._attachments.keep(file, blocks, inspected.thumbnail, self._now())
        return file.attachment


def _derived(upload: Upload, client_id: ClientId, sha256: str) -> AttachmentId:
    """One name for one file of one message, however often a form is sent."""
    said = f"{upload.chat_id}\0{upload.owner_id}\0{client_id}\0{sha256}"
    return AttachmentId(hashlib.sha256(said.encode()).hexdigest()[:32])


def _file(upload: Upload, attachment_id: AttachmentId, inspected: Inspected) -> File:
    return File(
        attachment=Attachment(
            id=attachment_id,
            name=inspected.name,
            type=inspected.type,
            size_bytes=inspected.size_bytes,
            width=inspected.width,
            height=inspected.height,
            has_thumbnail=bool(inspected.thumbnail),
        ),
        chat_id=upload.chat_id,
        owner_id=upload.owner_id,
        sha256=inspected.sha256,
        source_sha256=inspected.source_sha256,
        charset=inspected.charset,
        thumbnail_type=inspected.thumbnail_type,
        thumbnail_bytes=len(inspected.thumbnail),
    )
