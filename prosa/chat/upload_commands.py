"""Inbound: what a browser may ask about a file on its way. ``commands.py`` knows them by name."""

from typing import Annotated

import msgspec

from prosa.chat.command import Command, Position, RoomCommand
from prosa.models.errors import MalformedError
from prosa.models.ids import ATTACHMENT_ID, UploadId


class UploadStart(RoomCommand, frozen=True, kw_only=True):
    """A file is to come for a room; the same one, announced with its digest, goes on where it was."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    size_bytes: Position
    sha256: Annotated[str, msgspec.Meta(pattern="^([0-9A-Fa-f]{64})?$")] = ""


class UploadCommand(Command, frozen=True, kw_only=True):
    """A command about a file on its way."""

    upload_id: UploadId

    def __post_init__(self) -> None:
        """Anything that is not such an id is malformed."""
        if not ATTACHMENT_ID.fullmatch(self.upload_id):
            raise MalformedError(field="upload_id")


class UploadChunk(UploadCommand, frozen=True, kw_only=True):
    """The next bytes of a file, in base64, and where they belong."""

    offset: Position
    data: str


class UploadFinish(UploadCommand, frozen=True, kw_only=True):
    """All of the file has come."""


class UploadCancel(UploadCommand, frozen=True, kw_only=True):
    """The file is not to be sent after all."""
