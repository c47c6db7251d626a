"""What the site says of its rooms, its words in them, and the past it brings along."""

from contextlib import suppress
from http import HTTPStatus

import msgspec

from handlers.api.door import Api
from handlers.api.operations import operation
from handlers.api.shapes import (
    ImportAnswer,
    ImportShape,
    PastAnswer,
    PastShape,
    RoomAnswer,
    RoomShape,
    SentAnswer,
    SystemShape,
)
from prosa.chat.commands import in_utc
from prosa.chat.past import PastMessage
from prosa.chat.wire import room_shape
from prosa.models.errors import (
    ConflictError,
    EmptyError,
    MalformedError,
    NotFoundError,
    OutcomeUnknownError,
    TooLargeError,
    TooLongError,
    UnavailableError,
)
from prosa.models.ids import RESERVED, AttachmentId, ChatId, ClientId, UserId
from prosa.models.rooms import Member, RoomDraft

CONTEXT_MAX = 16 * 1024
"""The deal card travels with every join: a card, not a document."""
CONTEXT_DEPTH = 8
INT_MAX = 2**63 - 1
"""The store's integers."""


class RoomApi(Api):
    """``/chat/api/v1/rooms/{chat_id}``."""

    SCOPE = "rooms"

    @operation(HTTPStatus.OK, refuses=(TooLargeError, UnavailableError))
    async def put(self, chat_id: str, body: RoomShape) -> RoomAnswer:
        """The room is as the body says, and every open page shows it so.

        The same again changes nothing; anything else makes `version` grow. A deleted room comes back.
        `api` and `buscar` are no room's id (`malformed`, `field: "chat_id"`): pages have these names.
        """
        if chat_id in RESERVED:
            raise MalformedError(field="chat_id")
        if len(msgspec.json.encode(body.context)) > CONTEXT_MAX:
            raise TooLargeError(limit=CONTEXT_MAX)
        if not _can_be_kept(body.context, CONTEXT_DEPTH):
            raise MalformedError(field="context")
        members = {str(m.user_id): Member(UserId(str(m.user_id)), m.name, m.role) for m in body.members}
        if "" in members:
            raise MalformedError(field="members")
        draft = RoomDraft(
            title=body.title,
            members=tuple(members.values()),
            can_write=body.can_write,
            reason=body.reason,
            context=body.context,
        )
        room = await self.chat.registry.put(ChatId(chat_id), draft)
        return msgspec.convert(room_shape(room), RoomAnswer)

    @operation(HTTPStatus.NO_CONTENT, refuses=(UnavailableError,))
    async def delete(self, chat_id: str) -> None:
        """Nobody reaches the room any more; its log is kept.

        Deleting it again, or one that never was, is answered the same and changes nothing.
        """
        await self.chat.registry.delete(ChatId(chat_id))


class SystemApi(Api):
    """``/chat/api/v1/rooms/{chat_id}/messages``."""

    SCOPE = "messages"

    @operation(
        HTTPStatus.CREATED,
        HTTPStatus.OK,
        refuses=(
            ConflictError,
            EmptyError,
            NotFoundError,
            OutcomeUnknownError,
            TooLongError,
            UnavailableError,
        ),
    )
    async def post(self, chat_id: str, body: SystemShape) -> SentAnswer:
        """The site's words are in the room, once, also where people may not write.

        201 where they are new. The same `client_id` again: 200 and the first answer, with `duplicate`; with
        other words: 409.
        """
        stored = await self.chat.registry.say(ChatId(chat_id), body.conteudo, ClientId(body.client_id))
        if stored.duplicate:
            self.set_status(HTTPStatus.OK)
        return msgspec.convert(self.chat.wire.sent(stored.entry, duplicate=stored.duplicate), SentAnswer)


class ImportApi(Api):
    """``/chat/api/v1/rooms/{chat_id}/import``."""

    SCOPE = "messages"

    @operation(
        HTTPStatus.OK,
        refuses=(ConflictError, NotFoundError, OutcomeUnknownError, TooLargeError, UnavailableError),
    )
    async def post(self, chat_id: str, body: ImportShape) -> ImportAnswer:
        """The past is in the room, in this order, below whatever is said from now on.

        The same again stores nothing. Something new is refused with 409 once somebody has spoken in the room.
        Nobody is taken back below what they have read since; who is no member has no cursor.
        """
        past = [_past(message) for message in body.messages]
        imported, duplicates = await self.chat.past.bring(ChatId(chat_id), past)
        for user_id, seq in body.read.items():
            with suppress(NotFoundError):
                await self.chat.cursors.mark_read(UserId(user_id), ChatId(chat_id), seq)
        return ImportAnswer(imported=imported, duplicates=duplicates)

    @operation(HTTPStatus.OK, refuses=(NotFoundError, UnavailableError))
    async def get(self, chat_id: str) -> PastAnswer:
        """What has been imported into the room, counted and digested, to be compared with its source."""
        count, digest = await self.chat.past.digest(ChatId(chat_id))
        return PastAnswer(count=count, digest=digest)


def _can_be_kept(value: object, depth: int) -> bool:
    """Whether ``value`` is what the store can keep: the site may have passed on what a person typed."""
    if isinstance(value, int):
        return -INT_MAX <= value <= INT_MAX
    if isinstance(value, dict):
        is_named = all("\0" not in name for name in value)
        return depth > 0 and is_named and all(_can_be_kept(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_can_be_kept(inner, depth - 1) for inner in value)
    return True


def _past(shape: PastShape) -> PastMessage:
    return PastMessage(
        conteudo=shape.conteudo,
        remetente_id=UserId(str(shape.remetente_id)),
        remetente=shape.remetente,
        client_id=ClientId(shape.client_id),
        sent_at=in_utc(shape.sent_at, field="sent_at"),
        attachment_id=None if shape.attachment_id is None else AttachmentId(shape.attachment_id),
    )
