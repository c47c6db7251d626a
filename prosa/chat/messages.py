"""Saying something in a room: once, in its place, and only then acknowledged."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from prosa.chat.attachments import Attachments
from prosa.chat.commands import SendMessage
from prosa.chat.limits import Limits
from prosa.chat.publisher import Publisher
from prosa.chat.rooms import Rooms
from prosa.chat.text import check, normalise
from prosa.chat.typing import Typing
from prosa.models.attachments import unknown
from prosa.models.entries import Draft, Stored
from prosa.models.errors import ProsaError, ReadOnlyError
from prosa.models.ids import ClientId
from prosa.models.people import Person
from prosa.models.rooms import Room
from prosa.storage.messages import Messages as StoredMessages


def utc_now() -> datetime:
    """This moment, with the milliseconds that MongoDB keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def made_up_client_id() -> ClientId:
    """A name for a message that came without one: such a send cannot be retried safely."""
    return ClientId(uuid4().hex)


class Messages:
    """What people say."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        messages: StoredMessages,
        attachments: Attachments,
        rooms: Rooms,
        limits: Limits,
        typing: Typing,
        publisher: Publisher,
        conteudo: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._messages = messages
        self._attachments = attachments
        self._rooms = rooms
        self._limits = limits
        self._typing = typing
        self._publisher = publisher
        self._conteudo = conteudo
        self._now = now

    async def send(self, author: Person, command: SendMessage) -> Stored:
        """The message is stored by a majority, published, and has its place in the room.

        Known already: the first answer again, whatever has been edited, deleted, closed or used up
        since. Raises ``ConflictError`` for another text or file under a known ``client_id``, or a file that
        another message has, and ``OutcomeUnknownError`` where only the same send again can tell.
        """
        draft = self._draft(author, command)
        if draft.attachment is not None and (known := await self._known(command, draft)) is not None:
            return known
        try:
            room = await self._admitted(author, draft)
        except ProsaError:
            if (known := await self._known(command, draft)) is not None:
                return known
            raise
        stored = await self._append(draft)
        self._typing.sent(author, draft.chat_id)
        self._publisher.publish(room, stored.entry, is_news=not stored.duplicate)
        return stored

    async def _known(self, command: SendMessage, draft: Draft) -> Stored | None:
        """The first answer, if this was sent before.

        The store is not asked before every message, for its index tells the same when it is stored: only
        where a refusal would hide it, or before a file is given away.
        """
        return await self._messages.known(draft) if command.client_id else None

    async def _admitted(self, author: Person, draft: Draft) -> Room:
        """The room, where this may be said now."""
        room = await self._rooms.of_member(draft.chat_id, author.user_id)
        may_write(room)
        check(draft.conteudo, limit=self._conteudo, may_be_empty=draft.attachment is not None)
        await self._limits.check("sends", author.user_id)
        return room

    async def _append(self, draft: Draft) -> Stored:
        if draft.attachment is None:
            return await self._messages.append(draft)
        attachment = await self._attachments.give(draft, draft.attachment.id)
        stored = await self._messages.append(msgspec.structs.replace(draft, attachment=attachment))
        await self._attachments.sent(stored.entry)
        return stored

    def _draft(self, author: Person, command: SendMessage) -> Draft:
        """Of its file it only says which: that is enough to know whether it is the same message."""
        attachment_id = command.attachment_id
        return Draft(
            chat_id=command.room_id,
            author_id=author.user_id,
            author_name=author.name,
            client_id=command.client_id or made_up_client_id(),
            kind="text" if attachment_id is None else "attachment",
            conteudo=normalise(command.text),
            attachment=None if attachment_id is None else unknown(attachment_id),
            sent_at=self._now(),
        )


def may_write(room: Room) -> None:
    """Raise ``ReadOnlyError``, with the site's reason, where the site has closed the room."""
    if not room.can_write:
        raise ReadOnlyError(reason=room.reason)
