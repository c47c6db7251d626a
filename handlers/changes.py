"""Editing and deleting a message without SockJS: a page that asks, a form or JSON answered as for a send."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

from handlers.forms import SEQ, Form, room_url
from prosa.chat.commands import DeleteMessage, EditMessage, shaped
from prosa.models.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ProsaError,
    ReadOnlyError,
    TooLateError,
    UnauthenticatedError,
)
from prosa.models.ids import ChatId

FINAL = (ForbiddenError, NotFoundError, ReadOnlyError, TooLateError)
"""What another try does not help against: the text is given back to be copied."""


class Change(Form):
    """A request about one message, ``target`` (in a page's address ``mensagem``)."""

    SHAPE: type[EditMessage | DeleteMessage]
    TEMPLATE: str

    async def get(self, chat_id: str) -> None:
        """Answer with the form for the message at ``?mensagem=``, if it may still be changed."""
        person = await self.asking()
        asked = self.get_query_argument("mensagem", "")
        seq = int(asked) if SEQ.fullmatch(asked) else 0
        message = await self.chat.changes.own(person, ChatId(chat_id), seq)
        self._draw(chat_id, person=person, target=seq, text=message.conteudo)

    async def post(self, chat_id: str) -> None:
        """The change is stored; answers 303 to the room, or 201 with what it is acknowledged with."""
        person = await self.identified()
        fields = {"conteudo": "", **self.fields("conteudo", "client_id", "target"), "chat_id": chat_id}
        if not self.is_json() and SEQ.fullmatch(fields.get("target", "")):
            fields["target"] = int(fields["target"])
        stored = await self.chat.changes.change(person, shaped(fields, self.SHAPE))
        if self.is_json():
            self.set_status(HTTPStatus.CREATED)
            self.answer(self.chat.wire.sent(stored.entry, duplicate=stored.duplicate))
        else:
            self.back(chat_id)

    def draw_refusal(self, error: ProsaError, status: int) -> None:
        """Give a form its text back; a foreign page's never, as for a send."""
        is_form = hasattr(self, "path_args") and self.request.method == "POST"
        if not is_form or self.is_foreign:
            super().draw_refusal(error, status)
            return
        path = room_url(self.path_args[0])
        client_id = self.kept("client_id")
        self._draw(
            self.path_args[0],
            person=None,
            target=self.kept("target"),
            text=self.kept("conteudo"),
            why=error.details.get("reason") or self.language.text(error.sentence),
            client_id=uuid4() if isinstance(error, ConflictError) or not client_id else client_id,
            can_send=not isinstance(error, FINAL),
            login_url=self.login_url_to(path) if isinstance(error, UnauthenticatedError) else None,
        )

    def _draw(self, chat_id: str, **said: Any) -> None:
        defaults = {"why": "", "client_id": uuid4(), "can_send": True, "login_url": None}
        token = self.xsrf_token.decode()
        self.render_page(
            self.TEMPLATE, **{**defaults, **said, "xsrf_token": token, "room_url": room_url(chat_id)}
        )


class Edit(Change):
    """``/chat/{id}/editar/``."""

    SHAPE = EditMessage
    TEMPLATE = "edit.html"


class Delete(Change):
    """``/chat/{id}/apagar/``."""

    SHAPE = DeleteMessage
    TEMPLATE = "delete.html"
