"""What people take back of what they have said: for a while, in its place, and seen by everybody.

An edit and a deletion are entries of the log with a ``client_id`` of their own, stored and sent again as a
message is. What they make of a message is in ``prosa/models/entries.py``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from prosa.chat.commands import ChangeMessage, DeleteMessage, EditMessage
from prosa.chat.limits import Limits
from prosa.chat.messages import made_up_client_id, may_write, utc_now
from prosa.chat.publisher import Publisher
from prosa.chat.rooms import Rooms
from prosa.chat.text import check, normalise
from prosa.models.entries import Draft, Entry, Kind, Stored
from prosa.models.errors import ForbiddenError, NotFoundError, TooLateError
from prosa.models.ids import ChatId, UserId
from prosa.models.people import Person
from prosa.storage.messages import Messages

NOWHERE = 0
"""The place of a message that there is not."""

WAYS: Mapping[str, frozenset[Kind]] = {
    "text": frozenset({"edit", "delete"}),
    "attachment": frozenset({"delete"}),
}
"""What may be done with a message, by its kind. With what the site has said, nothing."""


class Changes:
    """Edits and deletions."""

    def __init__(  # noqa: PLR0913 - the parts that the composition root has built
        self,
        *,
        messages: Messages,
        rooms: Rooms,
        limits: Limits,
        publisher: Publisher,
        conteudo: int,
        edit_seconds: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._messages = messages
        self._rooms = rooms
        self._limits = limits
        self._publisher = publisher
        self._conteudo = conteudo
        self._edit_seconds = edit_seconds
        self._now = now

    async def change(self, author: Person, command: EditMessage | DeleteMessage) -> Stored:
        """Everybody in the room sees the message anew, or that it is gone; it keeps its place.

        Known already: the first answer again, as for a send. Raises ``NotFoundError`` where there is no such
        message or it has been deleted, ``ForbiddenError`` where it is not the author's own or the site's,
        ``TooLateError``, and whatever a send may raise.

        Two changes of one message may pass here at the same time: the log has them in one order, and
        everybody makes the same of it.
        """
        draft = await self._draft(author, command)
        known = await self._messages.known(draft) if command.client_id else None
        if known is not None:
            return known
        room = await self._rooms.of_member(draft.chat_id, author.user_id)
        may_write(room)
        if draft.kind == "edit":
            check(draft.conteudo, limit=self._conteudo)
        await self._limits.check("sends", author.user_id)
        await self._may_change(draft)
        stored = await self._messages.append(draft)
        self._publisher.publish(room, stored.entry)
        return stored

    async def own(self, author: Person, chat_id: ChatId, seq: int) -> Entry:
        """The message at this place as it is shown, for whoever may still change it.

        Raises what ``change`` raises for one that may not be changed.
        """
        await self._rooms.of_member(chat_id, author.user_id)
        return await self._changeable(chat_id, seq, author.user_id)

    def allowed(self, message: Entry, user_id: UserId) -> frozenset[Kind]:
        """What the person may still do with a message as it is shown: ``edit``, ``delete``, or nothing."""
        if message.is_deleted or message.author_id != user_id or self._is_late(message):
            return frozenset()
        return WAYS.get(message.kind, frozenset())

    async def _may_change(self, draft: Draft) -> None:
        message = await self._changeable(draft.chat_id, draft.target or NOWHERE, draft.author_id)
        if draft.kind not in WAYS[message.kind]:
            raise ForbiddenError

    async def _changeable(self, chat_id: ChatId, seq: int, author_id: UserId) -> Entry:
        message = await self._messages.message(chat_id, seq)
        if message is None or message.is_deleted:
            raise NotFoundError
        if message.author_id != author_id or message.kind not in WAYS:
            raise ForbiddenError
        if self._is_late(message):
            raise TooLateError(limit=self._edit_seconds)
        return message

    def _is_late(self, message: Entry) -> bool:
        return self._now() - message.sent_at > timedelta(seconds=self._edit_seconds)

    async def _draft(self, author: Person, command: EditMessage | DeleteMessage) -> Draft:
        text = normalise(command.conteudo) if isinstance(command, EditMessage) else None
        return Draft(
            chat_id=command.room_id,
            author_id=author.user_id,
            author_name=author.name,
            client_id=command.client_id or made_up_client_id(),
            kind="delete" if text is None else "edit",
            conteudo=text or "",
            sent_at=self._now(),
            target=await self._seq(command),
        )

    async def _seq(self, command: ChangeMessage) -> int:
        """Where the message stands that is meant by its place or by its id."""
        if isinstance(command.target, int):
            return command.target
        return await self._messages.seq_of(command.room_id, command.target) or NOWHERE
