"""Everything of one person, as a file for a program or for people, made a piece at a time."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from handlers.api.shapes import ExportedFile, ExportedMessage, ExportedRoom
from handlers.languages.spoken import Spoken
from prosa.chat.wire import Wire, attachment_shape, moment
from prosa.models.entries import Entry
from prosa.models.ids import UserId
from prosa.models.rooms import Trace

Pieces = AsyncGenerator[Trace | tuple[Entry, ...], None]


async def as_json(
    user_id: UserId, pieces: Pieces, now: datetime, *, last_seen: datetime | None
) -> AsyncGenerator[bytes, None]:
    """One JSON object of the shape ``ExportAnswer``."""
    encode = msgspec.json.encode
    seen = encode(None if last_seen is None else moment(last_seen))
    opening = b'{"user_id":%b,"exported_at":%b,"last_seen":%b,"rooms":['
    yield opening % (encode(user_id), encode(moment(now)), seen)
    before_room, before_message, end = b"", b"", b"]}"
    async for piece in pieces:
        if isinstance(piece, Trace):
            room = encode(msgspec.convert(piece, ExportedRoom, from_attributes=True))
            yield before_room + room.removesuffix(b"]}")
            before_room, before_message, end = b"]},", b"", b"]}]}"
        else:
            yield before_message + b",".join(encode(_message(entry)) for entry in piece)
            before_message = b","
    yield end


async def as_page(
    user_id: UserId,
    pieces: Pieces,
    now: datetime,
    *,
    last_seen: datetime | None,
    wire: Wire,
    language: Spoken,
) -> AsyncGenerator[bytes, None]:
    """One HTML page that needs nothing beside itself."""
    parts: Any = language.templates.get_template("_export.html").module
    yield str(parts.opening(user_id, wire.when(now), last_seen and wire.when(last_seen))).encode()
    async for piece in pieces:
        if isinstance(piece, Trace):
            yield str(parts.room(piece)).encode()
        else:
            yield "".join(
                str(parts.message(entry, wire.when(entry.sent_at), _file(entry))) for entry in piece
            ).encode()
    yield str(parts.closing()).encode()


def _message(entry: Entry) -> ExportedMessage:
    return ExportedMessage(
        id=entry.id,
        seq=entry.seq,
        kind=entry.kind,
        target=entry.target,
        client_id=entry.client_id,
        conteudo=entry.conteudo,
        remetente=entry.author_name,
        timestamp=moment(entry.sent_at),
        attachment=_file(entry) or UNSET,
    )


def _file(entry: Entry) -> ExportedFile | None:
    """What it is, and where the members of its room find it."""
    if entry.attachment is None:
        return None
    return msgspec.convert(attachment_shape(entry.chat_id, entry.attachment), ExportedFile)
