"""A file that somebody sends: what is known of it once its bytes have been looked at, and while they come."""

from typing import Literal

import msgspec

from prosa.models.ids import AttachmentId, ChatId, ClientId, UploadId, UserId

Type = Literal[
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/plain",
]
"""All that is accepted. It is told from the bytes, and never from what somebody says of them."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file as an entry carries it. ``name`` is safe to show, to write in a header and to save under."""

    id: AttachmentId
    name: str
    type: str
    size_bytes: int
    width: int | None = None
    """Of an image, in pixels, as it is shown: its orientation is in the pixels."""
    height: int | None = None
    has_thumbnail: bool = False


def unknown(attachment_id: AttachmentId) -> Attachment:
    """A file of which only the name is known by which it was asked for."""
    return Attachment(id=attachment_id, name="", type="", size_bytes=0)


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file on its way in. ``offset`` bytes of it are stored."""

    id: UploadId
    chat_id: ChatId
    owner_id: UserId
    name: str
    size_bytes: int
    """What was announced; over HTTP the most that it can be."""
    sha256: str = ""
    """Of the whole, in hexadecimal, where it was announced."""
    offset: int = 0


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What one person has in the store that is in no message yet."""

    uploads: int
    """Files on their way."""
    size_bytes: int
    """What these were announced as, and what has arrived and waits to be sent."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is stored: what a message may carry, whose it is, and how its bytes are served."""

    attachment: Attachment
    chat_id: ChatId
    owner_id: UserId
    sha256: str
    """Of the bytes that are served, in hexadecimal."""
    source_sha256: str
    """Of the bytes that arrived."""
    charset: str = ""
    thumbnail_type: str = ""
    thumbnail_bytes: int = 0
    is_unsent: bool = True
    client_id: ClientId | None = None
    """Of the message that it was given to."""
    seq: int | None = None
    """The place of that message, once it is noted that it is there."""
