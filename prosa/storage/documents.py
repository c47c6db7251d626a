"""How entries, rooms and cursors lie in MongoDB. Shapes only: who reads and writes them is elsewhere."""

import hashlib
from typing import Any

import msgspec

from prosa.models.entries import Draft, Entry
from prosa.models.ids import ChatId, ClientId, Epoch, UserId
from prosa.models.rooms import SMALL_ROOM, Cursor, Member, Room

Document = dict[str, Any]

SEQ_MAX = 2**53 - 1
"""No log is as long as this; a larger number from outside would not fit a BSON integer."""

BLANKED = b""
"""In place of a digest: what was said has been taken away, and nothing is "the same" as it."""


def digest_of(draft: Draft) -> bytes:
    """What "the same message" means under one ``client_id``: a digest of its normalised text."""
    return hashlib.sha256(draft.conteudo.encode()).digest()


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
    if draft.imported:
        document["imported"] = True
    return document


def entry_of(document: Document) -> Entry:
    """The entry that a stored message is."""
    sent_at = document["sent_at"]
    return Entry(
        id=str(document["_id"]),
        chat_id=ChatId(document["chat_id"]),
        seq=document["seq"],
        kind=document["kind"],
        client_id=ClientId(document["client_id"]),
        conteudo=document["conteudo"],
        author_id=UserId(document["author_id"]),
        author_name=document["author_name"],
        sent_at=sent_at.replace(microsecond=sent_at.microsecond // 1000 * 1000),
        imported=document.get("imported", False),
    )


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
