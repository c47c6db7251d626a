"""What was said in a room before Prosa came: brought along once, and compared with its source."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import msgspec

from prosa.chat.attachments import Attachments
from prosa.chat.publisher import Publisher
from prosa.chat.text import normalise
from prosa.models.attachments import unknown
from prosa.models.entries import Draft, Kind
from prosa.models.errors import ConflictError, NotFoundError
from prosa.models.ids import AttachmentId, ChatId, ClientId, UserId
from prosa.models.rooms import Room
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms

AT_ONCE = 100
"""Messages queued in one turn of the loop: they stay in their order, and are written together."""
PAGE = 500
"""Entries in memory at a time while a past is digested."""


class PastMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was said before Prosa, as the site remembers it."""

    conteudo: str
    remetente_id: UserId
    client_id: ClientId
    sent_at: datetime
    remetente: str = ""
    attachment_id: AttachmentId | None = None
    """A file that was brought along for it."""


class Past:
    """The bottom of a room's log, which the site has brought along. Its caller has been checked."""

    def __init__(
        self, *, rooms: Rooms, messages: Messages, attachments: Attachments, publisher: Publisher
    ) -> None:
        self._rooms = rooms
        self._messages = messages
        self._attachments = attachments
        self._publisher = publisher

    async def bring(self, chat_id: ChatId, past: Sequence[PastMessage]) -> tuple[int, int]:
        """The past is in the room in this order; how many were new, and how many known already.

        A file that one of them carries has been brought along before. Only into a room where nobody has
        spoken since: later it could not be in order any more, and is refused with ``ConflictError``. Texts
        are kept at any length.
        """
        room = await self.existing(chat_id)
        drafts = [_draft(room, message) for message in past]
        known = await asyncio.gather(*map(self._messages.known, drafts))
        new = [draft for draft, found in zip(drafts, known, strict=True) if found is None]
        if new and await self._messages.has_live_entries(chat_id):
            raise ConflictError
        imported = 0
        for start in range(0, len(new), AT_ONCE):
            together = new[start : start + AT_ONCE]
            complete = [await self._with_file(draft) for draft in together]
            for stored in await asyncio.gather(*map(self._messages.append, complete)):
                imported += not stored.duplicate
                await self._attachments.sent(stored.entry)
                self._publisher.publish(room, stored.entry, is_news=False)
        return imported, len(past) - imported

    async def _with_file(self, draft: Draft) -> Draft:
        if draft.attachment is None:
            return draft
        return msgspec.structs.replace(
            draft, attachment=await self._attachments.give(draft, draft.attachment.id)
        )

    async def digest(self, chat_id: ChatId) -> tuple[int, str]:
        """How many entries have been brought along, and a SHA-256 of them in their order."""
        await self.existing(chat_id)
        digest, count, seq = hashlib.sha256(), 0, 0
        while page := await self._messages.after(chat_id, seq, PAGE):
            for entry in page:
                if not entry.imported:
                    return count, digest.hexdigest()
                moment = round(entry.sent_at.timestamp() * 1000)
                line = json.dumps([entry.client_id, entry.author_id, moment, entry.conteudo])
                digest.update(line.encode() + b"\n")
                count += 1
            seq = page[-1].seq
        return count, digest.hexdigest()

    async def existing(self, chat_id: ChatId) -> Room:
        """The room that the site has made. Raises ``NotFoundError``."""
        room = await self._rooms.get(chat_id)
        if room is None:
            raise NotFoundError
        return room


def _draft(room: Room, message: PastMessage) -> Draft:
    names = {member.user_id: member.name for member in room.members or ()}
    return Draft(
        chat_id=room.chat_id,
        author_id=message.remetente_id,
        author_name=message.remetente or names.get(message.remetente_id, ""),
        client_id=message.client_id,
        kind=_kind(message),
        conteudo=normalise(message.conteudo),
        attachment=None if message.attachment_id is None else unknown(message.attachment_id),
        sent_at=message.sent_at,
        imported=True,
    )


def _kind(message: PastMessage) -> Kind:
    if message.attachment_id is not None:
        return "attachment"
    return "text" if message.remetente_id else "system"
