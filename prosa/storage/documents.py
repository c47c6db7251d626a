"""How entries, rooms and cursors lie in MongoDB. Shapes only: who reads and writes them is elsewhere."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from prosa.models.attachments import Attachment
from prosa.models.entries import REMOVED_TEXT, Draft, Entry
from prosa.models.ids import ChatId, ClientId, Epoch, UserId
from prosa.models.rooms import SMALL_ROOM, Cursor, Member, Room

Document = dict[str, Any]

SEQ_MAX = 2**53 - 1
"""No log is as long as this; a larger number from outside would not fit a BSON integer."""

BLANKED = b""
"""In place of a digest: what was said has been taken away, and nothing is "the same" as it."""

SAYS_NOTHING: Document = {
    "conteudo": {"$cond": [{"$eq": ["$kind", "delete"]}, "", REMOVED_TEXT]},
    "digest": BLANKED,
    "attachment": "$$REMOVE",
}
"""What an update by a pipeline sets where an entry is to say no more what it said; a deletion never did.

Its file is to be removed first: afterwards nothing leads to it.
"""

MESSAGE = None
"""The ``target`` of what people read by itself: it is not there, which a query of MongoDB calls null."""


def digest_of(draft: Draft) -> bytes:
    """What "the same message" means under one ``client_id``: a digest of its normalised text.

    Of a message with a file also which, of an edit or a deletion also what it is and what it is about. No
    normalised text holds a NUL, so that none of them is ever "the same" as a text.
    """
    said = draft.conteudo
    if draft.attachment is not None:
        said = f"{said}\0{draft.attachment.id}"
    if draft.target is not None:
        said = f"\0{draft.kind}\0{draft.target}\0{said}"
    return hashlib.sha256(said.encode()).digest()


def message_document(draft: Draft, digest: bytes) -> Document:
    """``draft`` as it is stored, but for its ``_id`` and its ``seq``."""
    document: Document = {
        "chat_id": draft.chat_id,
        "kind": draft.kind,
        "author_id": draft.author_id,
        "author_name": draft.author_name,
        "client_id": draft.client_id,
        "conteudo": draft.conteudo,
        "digest": digest,
        "sent_at": draft.sent_at,
    }
    if draft.attachment is not None:
        document["attachment"] = msgspec.structs.asdict(draft.attachment)
    if draft.imported:
        document["imported"] = True
    if draft.target is not None:
        document["target"] = draft.target
    return document


def in_milliseconds(moment: datetime) -> datetime:
    """A moment as MongoDB keeps it, also where the document has not been there yet."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def entry_of(document: Document) -> Entry:
    """The entry that a stored message is."""
    return Entry(
        id=str(document["_id"]),
        chat_id=ChatId(document["chat_id"]),
        seq=document["seq"],
        kind=document["kind"],
        client_id=ClientId(document["client_id"]),
        conteudo=document["conteudo"],
        author_id=UserId(document["author_id"]),
        author_name=document["author_name"],
        sent_at=in_milliseconds(document["sent_at"]),
        attachment=attachment_of(document.get("attachment")),
        imported=document.get("imported", False),
        target=document.get("target"),
    )


def attachment_of(document: Document | None) -> Attachment | None:
    """The file that a message carries."""
    return None if document is None else msgspec.convert(document, Attachment)


def cursor_of(document: Document) -> Cursor:
    """How far the member of a membership has got."""
    return Cursor(
        chat_id=ChatId(document["chat_id"]),
        user_id=UserId(document["user_id"]),
        delivered_seq=document["delivered_seq"],
        read_seq=document["read_seq"],
    )


def is_small(document: Document) -> bool:
    """Whether the room of this document shows its members one by one."""
    return bool(document["member_count"] <= SMALL_ROOM)


def room_of(document: Document) -> Room:
    """The room of this document, which may carry no more than ``SMALL_ROOM`` of a larger room's members."""
    members = document["members"]
    return Room(
        chat_id=ChatId(document["_id"]),
        epoch=Epoch(document["epoch"]),
        title=document["title"],
        can_write=document["can_write"],
        reason=document["reason"],
        context=document["context"],
        version=document["version"],
        member_count=document["member_count"],
        members=tuple(msgspec.convert(members, list[Member])) if is_small(document) else None,
    )
