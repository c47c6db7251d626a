"""Inbound: what a browser may ask, decoded and checked.

Whoever is asking, and whether they may, is decided by the use cases; here is only what can be
told from the text itself. A command's docstring is its row in ``docs/protocol.md``.
"""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from prosa.chat.command import Command, Position, RoomCommand, WriteCommand
from prosa.chat.upload_commands import UploadCancel, UploadChunk, UploadFinish, UploadStart
from prosa.models.entries import Where
from prosa.models.errors import MalformedError, ProsaError, UnauthenticatedError, UnknownEventError
from prosa.models.ids import ATTACHMENT_ID, AttachmentId, ChatId
from prosa.models.people import Credential

Shape = TypeVar("Shape")

ACK_MAX = 2**53 - 1
"""The largest integer that every JavaScript engine keeps exactly."""

EntryId = Annotated[str, msgspec.Meta(max_length=64)]


class JoinChat(RoomCommand, frozen=True, kw_only=True):
    """Hear a room from here on; with ``last_seq`` and ``epoch``, first what was missed."""

    last_seq: Position | None = None
    epoch: str | None = None


class LeaveChat(RoomCommand, frozen=True, kw_only=True):
    """Hear the room no more."""


class SendMessage(WriteCommand, frozen=True, kw_only=True):
    """Say something in a room, or send a file there."""

    conteudo: str | UnsetType = UNSET
    attachment_id: AttachmentId | None = None

    def __post_init__(self) -> None:
        """There is a text, or a file."""
        super().__post_init__()
        if self.conteudo is UNSET and self.attachment_id is None:
            raise MalformedError(field="conteudo")
        if self.attachment_id is not None and not ATTACHMENT_ID.fullmatch(self.attachment_id):
            raise MalformedError(field="attachment_id")

    @property
    def text(self) -> str:
        """What is said, as it came; a file may go without."""
        return "" if isinstance(self.conteudo, UnsetType) else self.conteudo


class ChangeMessage(WriteCommand, frozen=True, kw_only=True):
    """A command about one message, named by its ``seq`` or by its ``id``."""

    target: Position | EntryId


class EditMessage(ChangeMessage, frozen=True, kw_only=True):
    """Say something else in its place."""

    conteudo: str


class DeleteMessage(ChangeMessage, frozen=True, kw_only=True):
    """Take it back: its place stays, and says nothing."""


class TypingStart(RoomCommand, frozen=True, kw_only=True):
    """The person is writing."""


class TypingStop(RoomCommand, frozen=True, kw_only=True):
    """The person has stopped writing."""


class MarkDelivered(RoomCommand, frozen=True, kw_only=True):
    """The browser has kept everything up to ``seq``."""

    seq: int


class MarkRead(RoomCommand, frozen=True, kw_only=True):
    """The person has read everything up to ``seq``."""

    seq: int


class History(RoomCommand, frozen=True, kw_only=True):
    """Messages before ``before_seq``, after ``after_seq`` or ``around`` a place; or the newest."""

    before_seq: int | None = None
    after_seq: int | None = None
    around: int | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        """Of the three places one at most is named."""
        super().__post_init__()
        if sum(place is not None for place in (self.before_seq, self.after_seq, self.around)) > 1:
            raise MalformedError(field="around" if self.around is not None else "after_seq")

    @property
    def where(self) -> Where:
        """Which messages are asked for."""
        return Where(before_seq=self.before_seq, after_seq=self.after_seq, around=self.around)


class SearchMessages(Command, frozen=True, kw_only=True):
    """Messages that have every word of ``q``, newest first: of one room, or of all of the person's."""

    q: str
    chat_id: ChatId | int | None = None
    before: str | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        """A room is named as in any other command."""
        if self.chat_id is not None:
            msgspec.structs.force_setattr(self, "chat_id", RoomCommand(chat_id=self.chat_id).room_id)

    @property
    def room_id(self) -> ChatId:
        """The room's id in its only form."""
        return ChatId(str(self.chat_id))


class ListRooms(Command, frozen=True, kw_only=True):
    """The person's rooms, newest first; with ``since``, only those that changed after it."""

    since: datetime | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        """A moment without a zone is UTC; one outside of the calendar is malformed."""
        if self.since is not None:
            msgspec.structs.force_setattr(self, "since", in_utc(self.since, field="since"))


class Authenticate(Command, frozen=True, kw_only=True):
    """Who this is, where the request could not carry it; later on, a fresh credential of the same person."""

    session_key: str | None = None
    token: str | None = None

    @property
    def credential(self) -> Credential:
        """What is shown. Raises ``UnauthenticatedError`` where there is nothing, or two things."""
        if self.session_key and not self.token:
            return Credential("session", self.session_key)
        if self.token and not self.session_key:
            return Credential("token", self.token)
        raise UnauthenticatedError


class RefreshToken(Authenticate, frozen=True, kw_only=True):
    """``authenticate`` by the name that it has when a token is about to end."""


COMMANDS: dict[str, type[Command]] = {
    "join_chat": JoinChat,
    "leave_chat": LeaveChat,
    "send_message": SendMessage,
    "edit_message": EditMessage,
    "delete_message": DeleteMessage,
    "typing_start": TypingStart,
    "typing_stop": TypingStop,
    "mark_delivered": MarkDelivered,
    "mark_read": MarkRead,
    "history": History,
    "search_messages": SearchMessages,
    "list_rooms": ListRooms,
    "authenticate": Authenticate,
    "refresh_token": RefreshToken,
    "upload_start": UploadStart,
    "upload_chunk": UploadChunk,
    "upload_finish": UploadFinish,
    "upload_cancel": UploadCancel,
}


class Asked(msgspec.Struct, frozen=True):
    """One inner message: the command or what is wrong with it, and the number its answer carries."""

    ack: int | None
    command: Command | ProsaError


def decode(text: str) -> Asked:
    """Read one inner message. Never raises: what is wrong with it is the answer."""
    try:
        envelope = _parse(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Asked(None, MalformedError())
    if not isinstance(envelope, dict):
        return Asked(None, MalformedError())
    ack = envelope.get("ack")
    if type(ack) is not int or not 1 <= ack <= ACK_MAX:
        ack = None
    try:
        return Asked(ack, _command(envelope.get("event"), envelope.get("data", {})))
    except ProsaError as error:
        return Asked(ack, error)


def _parse(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        # A lone surrogate is legal JSON, which msgspec refuses; the text is normalised later.
        return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _command(event: object, data: object) -> Command:
    if not isinstance(event, str):
        raise MalformedError(field="event")
    kind = COMMANDS.get(event)
    if kind is None:
        raise UnknownEventError
    if not isinstance(data, dict):
        raise MalformedError(field="data")
    return shaped(data, kind)


def in_utc(when: datetime, *, field: str) -> datetime:
    """The same moment in UTC; ``MalformedError`` where that leaves the years 1 to 9999."""
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError:
        raise MalformedError(field=field) from None


_PLACE = re.compile(r"`\$\.([A-Za-z_]+)")
_MISSING = re.compile(r"field `([A-Za-z_]+)`")


def shaped(raw: object, shape: type[Shape], *, strict: bool = True) -> Shape:
    """Give ``raw`` its shape, or raise ``MalformedError`` naming the field that does not fit.

    Not ``strict``: its values may be texts, as a query's are.
    """
    try:
        return msgspec.convert(raw, shape, strict=strict)
    except msgspec.ValidationError as error:
        found = _PLACE.search(str(error)) or _MISSING.search(str(error))
        raise MalformedError(field=found[1] if found else "data") from None
    except UnicodeEncodeError:  # half a surrogate pair where no text belongs, or in a name
        raise MalformedError(field="data") from None
