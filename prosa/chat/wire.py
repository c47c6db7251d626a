"""The shapes of the nouns on the wire (``docs/protocol.md``): plain dictionaries, ready for JSON."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from prosa.models.attachments import Attachment
from prosa.models.entries import Entry
from prosa.models.ids import AttachmentId, ChatId
from prosa.models.people import Person
from prosa.models.rooms import Cursor, Room, RoomSummary
from prosa.models.searches import Hit

Shape = dict[str, Any]


def moment(when: datetime) -> str:
    """ISO 8601 UTC with milliseconds and ``Z``, as every ``timestamp`` is written."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ending(person: Person) -> str | None:
    """When what the person has shown ends; ``None`` where nobody knows."""
    expires_at = person.expires_at
    return None if expires_at is None else moment(datetime.fromtimestamp(expires_at, UTC))


def room_shape(room: Room) -> Shape:
    """A room; above 50 members they are a count."""
    members: object = room.member_count
    if room.members is not None:
        members = [{"user_id": m.user_id, "name": m.name, "role": m.role} for m in room.members]
    return {
        "chat_id": room.chat_id,
        "title": room.title,
        "can_write": room.can_write,
        "reason": room.reason,
        "members": members,
        "context": room.context,
        "version": room.version,
    }


def cursor_shape(cursor: Cursor) -> Shape:
    """How far somebody has got, without the room."""
    return {"user_id": cursor.user_id, "delivered_seq": cursor.delivered_seq, "read_seq": cursor.read_seq}


def attachment_url(chat_id: ChatId, attachment_id: AttachmentId, ending: str) -> str:
    """Where the members of a room find a file of it, or what belongs to it."""
    return f"/chat/{chat_id}/anexos/{attachment_id}/{ending}"


def attachment_shape(chat_id: ChatId, attachment: Attachment) -> Shape:
    """A file, with the addresses at which it is; of an image also its size, before it is loaded."""
    shape: Shape = {
        "id": attachment.id,
        "name": attachment.name,
        "type": attachment.type,
        "size_bytes": attachment.size_bytes,
        "url": attachment_url(chat_id, attachment.id, quote(attachment.name, safe="")),
    }
    if attachment.width is not None:
        shape |= {"width": attachment.width, "height": attachment.height}
    if attachment.has_thumbnail:
        shape["thumbnail_url"] = attachment_url(chat_id, attachment.id, "miniatura/")
    return shape


MINUTES = 1_000
"""Minutes that are remembered as they are written: that takes as long as all else of a message's shape. The
minutes of every time zone have been those of UTC since 1972."""


class Wire:
    """The shapes that show a moment as people read it, in ``timezone``."""

    def __init__(self, timezone: tzinfo) -> None:
        self._timezone = timezone
        self._minute = lru_cache(MINUTES)(self._written)

    def when(self, sent_at: datetime) -> Shape:
        """A moment twice: for people (``data_envio``, as the seed shows it) and for programs."""
        for_people, minute = self._minute(sent_at.timestamp() // 60)
        timestamp = f"{minute}{sent_at.second:02}.{sent_at.microsecond // 1000:03}Z"
        return {"data_envio": for_people, "timestamp": timestamp}

    def _written(self, minute: float) -> tuple[str, str]:
        begun = datetime.fromtimestamp(minute * 60, UTC)
        for_people = begun.astimezone(self._timezone).strftime("%d/%m/%Y %H:%M")
        return for_people, moment(begun)[: len("2026-01-31T23:59:")]

    def entry(self, entry: Entry) -> Shape:
        """An entry as every event, page and recovery shows it."""
        shape: Shape = {
            "id": entry.id,
            "chat_id": entry.chat_id,
            "seq": entry.seq,
            "kind": entry.kind,
            "client_id": entry.client_id,
            "conteudo": entry.conteudo,
            "remetente": entry.author_name,
            "remetente_id": entry.author_id,
            **self.when(entry.sent_at),
        }
        if entry.attachment is not None:
            shape["attachment"] = attachment_shape(entry.chat_id, entry.attachment)
        if entry.target is not None:
            shape["target"] = entry.target
        if entry.edited_at is not None:
            shape["edited_at"] = moment(entry.edited_at)
        if entry.is_deleted:
            shape["deleted"] = True
        return shape

    def summary(self, summary: RoomSummary) -> Shape:
        """One row of the room list."""
        return {
            "room": room_shape(summary.room),
            "top_seq": summary.top_seq,
            "unread": summary.unread,
            "last": None if summary.last is None else self.entry(summary.last),
        }

    def hit(self, hit: Hit) -> Shape:
        """A message that was found: what stands around the hits, and where it is."""
        entry = hit.entry
        return {
            "id": entry.id,
            "chat_id": entry.chat_id,
            "title": hit.title,
            "seq": entry.seq,
            "kind": entry.kind,
            "remetente": entry.author_name,
            "remetente_id": entry.author_id,
            **self.when(entry.sent_at),
            "excerpt": [{"text": part.text, "hit": part.hit} for part in hit.excerpt],
        }

    def sent(self, entry: Entry, *, duplicate: bool) -> Shape:
        """The ack of a send, an edit or a deletion."""
        return {
            "chat_id": entry.chat_id,
            "id": entry.id,
            "seq": entry.seq,
            "client_id": entry.client_id,
            **self.when(entry.sent_at),
            "duplicate": duplicate,
        }
