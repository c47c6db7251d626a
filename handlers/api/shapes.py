"""What the site says to its API, and what it is answered: the types that decode, encode and document.

A docstring here is a description in ``/chat/api/v1/openapi.json``.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Text = Annotated[str, Meta(max_length=500)]
PersonId = Annotated[
    Text | int, Meta(description="A person's primary key; an integer means its decimal form.")
]
Name = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,64}(?![\s\S])")]
"""Ends where the text does: ``$`` would let a line end follow."""


class Problem(msgspec.Struct, kw_only=True):
    """Why it was refused (RFC 9457). `code` is for programs, and says what `type` would."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    message: str
    retryable: bool
    field: str | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    retry_after_ms: int | UnsetType = UNSET
    reference: str | UnsetType = UNSET


class MemberShape(msgspec.Struct, kw_only=True):
    """A member, as the site writes it."""

    user_id: PersonId
    name: Text
    role: Text = ""


class RoomShape(msgspec.Struct, kw_only=True):
    """The whole of what the site says of a room."""

    title: Text
    members: list[MemberShape]
    can_write: bool = True
    reason: Text = ""
    context: dict[str, Any] = {}


class SystemShape(msgspec.Struct, kw_only=True):
    """Words of the site's own, under a name that it gives them once."""

    conteudo: str
    client_id: Name


class PastShape(msgspec.Struct, kw_only=True):
    """A message that was said before Prosa; without an author it is the site's own."""

    conteudo: str
    client_id: Name
    sent_at: Annotated[datetime, Meta(tz=True)]
    remetente_id: PersonId = ""
    remetente: Text = ""
    attachment_id: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}(?![\s\S])")] | None = None


class BroughtQuery(msgspec.Struct, kw_only=True):
    """Whose file it is, under which name, and of which message."""

    client_id: Name
    name: Annotated[str, Meta(min_length=1, max_length=1_000)]
    remetente_id: Text = ""


class ImportShape(msgspec.Struct, kw_only=True):
    """The past of a room, in its order; `read` says up to which of it, counted from 1, a person has read."""

    messages: Annotated[list[PastShape], Meta(max_length=1000)]
    read: Annotated[dict[str, Annotated[int, Meta(ge=0)]], Meta(max_length=1000)] = {}


class HintsShape(msgspec.Struct, kw_only=True):
    """People whose session or rights the site has changed."""

    user_ids: Annotated[list[PersonId], Meta(max_length=200)]


class PageQuery(msgspec.Struct, kw_only=True):
    """Which page of a list."""

    cursor: Annotated[Text, Meta(description="`next` of the page before; empty: the first page.")] = ""
    limit: Annotated[int, Meta(ge=1, le=100, description="Rows of a page at most.")] = 50


class EraseShape(msgspec.Struct, kw_only=True):
    """What becomes of what the person said: it is kept without their name, or it is `blank`."""

    texts: Literal["keep", "blank"] = "keep"


class MemberAnswer(msgspec.Struct, kw_only=True):
    """A member of a room."""

    user_id: str
    name: str
    role: str


class RoomAnswer(msgspec.Struct, kw_only=True):
    """A room. Above 50 members, `members` is their number."""

    chat_id: str
    title: str
    can_write: bool
    reason: str
    members: list[MemberAnswer] | int
    context: dict[str, Any]
    version: int


class SentAnswer(msgspec.Struct, kw_only=True):
    """Where the words are in the room. `duplicate`: they were there already."""

    chat_id: str
    id: str
    seq: int
    client_id: str
    data_envio: str
    timestamp: datetime
    duplicate: bool


class ImportAnswer(msgspec.Struct, kw_only=True):
    """How many messages were new, and how many were there already."""

    imported: int
    duplicates: int


class PastAnswer(msgspec.Struct, kw_only=True):
    """How many imported messages there are, and a SHA-256 of them in their order, in hexadecimal.

    Of each a line: the JSON array of `client_id`, `remetente_id`, the moment in milliseconds and `conteudo`,
    in ASCII, with a space after each comma.
    """

    count: int
    digest: str


class RoomRow(msgspec.Struct, kw_only=True):
    """A room in a person's list. `unread` stops at 99; `last_at` is the moment of its newest message."""

    room: RoomAnswer
    top_seq: int
    unread: int
    last_at: datetime


class RoomsPage(msgspec.Struct, kw_only=True):
    """Some of a person's rooms. `next` leads to the page after it; null: there is none."""

    rooms: list[RoomRow]
    next: str | None


class ExportedFile(msgspec.Struct, kw_only=True):
    """A file that the person has sent, and where the members of its room find it."""

    id: str
    name: str
    type: str
    size_bytes: int
    url: str


class FileAnswer(msgspec.Struct, kw_only=True):
    """A file that is kept, and waits for its message."""

    attachment: ExportedFile


class ExportedMessage(msgspec.Struct, kw_only=True):
    """What the person said. `remetente` is what they were called then.

    `kind` is `edit` where they have said it anew, `delete` where they have taken it back: `target` is then
    the `seq` of what they had said.
    """

    id: str
    seq: int
    kind: str
    target: int | None
    client_id: str
    conteudo: str
    remetente: str
    timestamp: str
    attachment: ExportedFile | UnsetType = UNSET


class ExportedRoom(msgspec.Struct, kw_only=True):
    """A room where the person is (`is_member`) or was, and all that they said there."""

    chat_id: str
    title: str
    is_member: bool
    name: str
    role: str
    delivered_seq: int
    read_seq: int
    messages: list[ExportedMessage] = []
    """Last, because they are written after all else."""


class ExportAnswer(msgspec.Struct, kw_only=True):
    """Everything that is kept of one person."""

    user_id: str
    exported_at: str
    last_seen: str | None
    rooms: list[ExportedRoom]


class EraseAnswer(msgspec.Struct, kw_only=True):
    """In how many rooms the person was found, and how many messages were theirs."""

    rooms: int
    messages: int
