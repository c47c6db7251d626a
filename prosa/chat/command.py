"""What every command of a browser is; the commands themselves are in ``commands.py``."""

from typing import Annotated

import msgspec

from prosa.models.errors import MalformedError
from prosa.models.ids import CHAT_ID, CLIENT_ID, ChatId, ClientId

Position = Annotated[int, msgspec.Meta(ge=0)]
"""A place that the client says it has got to, in a log or in a file; 0 before the first entry or byte."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a browser asks for; the event's name is in ``COMMANDS``."""


class RoomCommand(Command, frozen=True, kw_only=True):
    """A command about one room."""

    chat_id: ChatId | int

    def __post_init__(self) -> None:
        """A JSON integer means its decimal form; anything outside of the pattern is malformed."""
        chat_id = str(self.chat_id)
        if not CHAT_ID.fullmatch(chat_id):
            raise MalformedError(field="chat_id")
        msgspec.structs.force_setattr(self, "chat_id", ChatId(chat_id))

    @property
    def room_id(self) -> ChatId:
        """The room's id in its only form."""
        return ChatId(str(self.chat_id))


class WriteCommand(RoomCommand, frozen=True, kw_only=True):
    """A command that becomes an entry of the log, once, whatever happens to the connection."""

    client_id: ClientId | None = None

    def __post_init__(self) -> None:
        """A ``client_id`` is 1-64 printable ASCII characters."""
        super().__post_init__()
        if self.client_id is not None and not CLIENT_ID.fullmatch(self.client_id):
            raise MalformedError(field="client_id")
