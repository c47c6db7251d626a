"""What the site calls: its rooms, its words in them, and the past it brings along.

Only ``Authorization: Bearer`` with a service token; no cookie counts here, and so no XSRF.
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from handlers.base import Answer, Site
from prosa.chat.commands import in_utc, shaped
from prosa.chat.registry import PastMessage
from prosa.chat.service import Chat
from prosa.chat.wire import room_shape
from prosa.models.errors import MalformedError, TooLargeError
from prosa.models.ids import CLIENT_ID, ChatId, ClientId, UserId
from prosa.models.rooms import Member, RoomDraft

BODY_MAX = 4 * 1024 * 1024
CONTEXT_MAX = 16 * 1024
"""The deal card travels with every join: a card, not a document."""

Verify = Callable[[str, str], None]
"""``verify(token, scope)`` raises ``UnauthenticatedError``."""

Text = Annotated[str, msgspec.Meta(max_length=500)]


class MemberShape(msgspec.Struct, kw_only=True):
    """A member, as the site writes it; an integer id means its decimal form."""

    user_id: Text | int
    name: Text
    role: Text = ""


class RoomShape(msgspec.Struct, kw_only=True):
    """``PUT /rooms/{id}``: the whole of what the site says of a room."""

    title: Text
    members: list[MemberShape]
    can_write: bool = True
    reason: Text = ""
    context: dict[str, Any] = {}


class SystemShape(msgspec.Struct, kw_only=True):
    """``POST /rooms/{id}/messages``."""

    conteudo: str
    client_id: str


class PastShape(msgspec.Struct, kw_only=True):
    """One message of ``POST /rooms/{id}/import``; without an author it is the site's own."""

    conteudo: str
    client_id: str
    sent_at: datetime
    remetente_id: Text | int = ""
    remetente: Text = ""


class ImportShape(msgspec.Struct, kw_only=True):
    """``POST /rooms/{id}/import``: in order, at most 1,000 a request."""

    messages: Annotated[list[PastShape], msgspec.Meta(max_length=1000)]


class HintsShape(msgspec.Struct, kw_only=True):
    """``POST /hints``: people whose session or rights the site has changed."""

    user_ids: Annotated[list[Text | int], msgspec.Meta(max_length=200)]


class Api(Answer):
    """A door that opens for service tokens only."""

    SCOPE = "rooms"

    def initialize(self, chat: Chat, site: Site, verify: Verify) -> None:  # type: ignore[override]
        """Receive the use cases and the door, from ``routes.py``."""
        super().initialize(chat, site)
        self._verify = verify

    def check_xsrf_cookie(self) -> None:
        """No cookie counts here, so none can be forged with."""

    def prepare(self) -> None:
        """Refuse whoever brings no service token with this scope."""
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        self._verify(token.strip() if kind.lower() == "bearer" else "", self.SCOPE)
        if len(self.request.body) > BODY_MAX:
            raise TooLargeError(limit=BODY_MAX)

    def body(self) -> object:
        """The request's JSON."""
        try:
            return msgspec.json.decode(self.request.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise MalformedError from None


class RoomApi(Api):
    """``/chat/api/v1/rooms/{id}``."""

    async def put(self, chat_id: str) -> None:
        """The room is as the body says; answers with the room and its version."""
        shape = shaped(self.body(), RoomShape)
        if len(msgspec.json.encode(shape.context)) > CONTEXT_MAX:
            raise TooLargeError(limit=CONTEXT_MAX)
        members = {str(m.user_id): Member(UserId(str(m.user_id)), m.name, m.role) for m in shape.members}
        if "" in members:
            raise MalformedError(field="members")
        draft = RoomDraft(
            title=shape.title,
            members=tuple(members.values()),
            can_write=shape.can_write,
            reason=shape.reason,
            context=shape.context,
        )
        self.answer(room_shape(await self.chat.registry.put(ChatId(chat_id), draft)))

    async def delete(self, chat_id: str) -> None:
        """Nobody reaches the room any more. Deleting twice is fine."""
        await self.chat.registry.delete(ChatId(chat_id))
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()


class SystemApi(Api):
    """``/chat/api/v1/rooms/{id}/messages``."""

    SCOPE = "messages"

    async def post(self, chat_id: str) -> None:
        """The site's words are in the room, once; answers as a send is acknowledged."""
        shape = shaped(self.body(), SystemShape)
        stored = await self.chat.registry.say(ChatId(chat_id), shape.conteudo, _client_id(shape.client_id))
        self.set_status(HTTPStatus.OK if stored.duplicate else HTTPStatus.CREATED)
        self.answer(self.chat.wire.sent(stored.entry, duplicate=stored.duplicate))


class ImportApi(Api):
    """``/chat/api/v1/rooms/{id}/import``."""

    SCOPE = "messages"

    async def post(self, chat_id: str) -> None:
        """The past is in the room; answers with how many were new and how many known."""
        past = [_past(message) for message in shaped(self.body(), ImportShape).messages]
        imported, duplicates = await self.chat.registry.import_past(ChatId(chat_id), past)
        self.answer({"imported": imported, "duplicates": duplicates})


class HintsApi(Api):
    """``/chat/api/v1/hints``."""

    SCOPE = "hints"

    def post(self) -> None:
        """Every worker asks the site about these people anew; the hint alone ends nothing."""
        shape = shaped(self.body(), HintsShape)
        self.chat.registry.hint(frozenset(UserId(str(user_id)) for user_id in shape.user_ids))
        self.set_status(HTTPStatus.ACCEPTED)
        self.finish()


def _client_id(text: str) -> ClientId:
    if not CLIENT_ID.fullmatch(text):
        raise MalformedError(field="client_id")
    return ClientId(text)


def _past(shape: PastShape) -> PastMessage:
    if shape.sent_at.tzinfo is None:
        raise MalformedError(field="sent_at")
    return PastMessage(
        conteudo=shape.conteudo,
        remetente_id=UserId(str(shape.remetente_id)),
        remetente=shape.remetente,
        client_id=_client_id(shape.client_id),
        sent_at=in_utc(shape.sent_at, field="sent_at"),
    )
