"""What a page does without SockJS: send and mark as read, from a form or as JSON.

A form that is refused is answered with a page that still shows its text, under the same
``client_id``, and that needs no store to be drawn: sending it again is one click, and stores nothing twice.
"""

import re
import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import msgspec
import tornado.web

from handlers.base import Page
from handlers.sockjs.origins import Verdict, judge
from prosa import metrics
from prosa.chat.commands import MarkRead, SendMessage, shaped
from prosa.models.errors import (
    ConflictError,
    MalformedError,
    ProsaError,
    ReadOnlyError,
    StaleFormError,
    TooLargeError,
    UnauthenticatedError,
)
from prosa.models.ids import ATTACHMENT_ID

ACCEPT = ".jpg,.jpeg,.png,.gif,.webp,.pdf,.doc,.docx,.xls,.xlsx,.txt"
"""What a browser offers to choose from; what is taken is decided from the bytes."""
NAME_MAX = 200
SEQ = re.compile(r"[0-9]{1,15}", re.ASCII)


class Form(Page):
    """A request that changes something in one room."""

    @property
    def is_foreign(self) -> bool:
        """Whether another site's page has sent this: a subdomain can set our token's cookie, too."""
        return judge(self.request, frozenset()) is Verdict.REFUSED

    def check_xsrf_cookie(self) -> None:
        """Raises ``StaleFormError`` where the page is foreign, or the token missing or another browser's."""
        if self.is_foreign:
            raise StaleFormError
        try:
            super().check_xsrf_cookie()
        except tornado.web.HTTPError:
            raise StaleFormError from None

    async def get(self, chat_id: str) -> None:
        """Somebody has typed the form's address: the room is there."""
        self.redirect(room_url(chat_id))

    def wants_json(self) -> bool:
        """Who sends JSON is answered so."""
        return self.is_json()

    def is_json(self) -> bool:
        """Whether the body is JSON rather than a form."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0]
        return kind.strip().lower() == "application/json"

    def fields(self, *names: str) -> dict[str, Any]:
        """What was sent, of these names. Raises ``MalformedError``, or ``TooLargeError`` over the limit."""
        limit = self.site.limits["frame_bytes"]
        if len(self.request.body) > limit:
            raise TooLargeError(limit=limit)
        if not self.is_json():
            sent = {name: self.get_body_argument(name, "", strip=False) for name in names}
            return {name: value for name, value in sent.items() if value}
        try:
            body = msgspec.json.decode(self.request.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise MalformedError from None
        if not isinstance(body, dict):
            raise MalformedError
        return {name: body[name] for name in names if name in body}

    def kept(self, name: str) -> str:
        """A field as it came, whatever is wrong with it."""
        values = self.request.body_arguments.get(name, [b""])
        return values[-1].decode(errors="replace")

    def back(self, chat_id: str) -> None:
        """Show the room, by a GET that can be repeated."""
        self.redirect(room_url(chat_id), status=HTTPStatus.SEE_OTHER)


class Send(Form):
    """``POST /chat/{id}/enviar/``."""

    async def post(self, chat_id: str) -> None:
        """The message is stored; answers 303 to the room, or 201 with what a send is acknowledged with."""
        person = await self.identified()
        fields = {"conteudo": "", **self.fields("conteudo", "client_id", "attachment_id"), "chat_id": chat_id}
        began = time.monotonic()
        stored = await self.chat.messages.send(person, shaped(fields, SendMessage))
        if self.is_json():
            self.set_status(HTTPStatus.CREATED)
            self.answer(self.chat.wire.sent(stored.entry, duplicate=stored.duplicate))
        else:
            self.back(chat_id)
        metrics.SEND_TO_ACK.observe(time.monotonic() - began)

    def draw_refusal(self, error: ProsaError, status: int) -> None:
        """Give a form its text back, on a page from which it can be sent again.

        Not the text of a foreign page: sending that would be one click away.
        """
        is_form = hasattr(self, "path_args")  # else its body could not even be taken apart
        if self.request.method != "POST" or self.is_foreign or not is_form:
            super().draw_refusal(error, status)
            return
        path = room_url(self.path_args[0])
        client_id, text = self.kept("client_id"), self.kept("conteudo")
        is_stranger = isinstance(error, UnauthenticatedError)
        self.render_page(
            "unsent.html",
            person=None,
            why=error.details.get("reason") or self.language.text(error.sentence),
            text=text,
            client_id=uuid4() if isinstance(error, ConflictError) or not client_id else client_id,
            xsrf_token=self.xsrf_token.decode(),
            attachment=None if isinstance(error, ConflictError) else self.kept_attachment(),
            accept=ACCEPT,
            can_send=not isinstance(error, ReadOnlyError),
            room_url=path,
            login_url=self.login_url_to(path) if is_stranger else None,
        )

    def kept_attachment(self) -> dict[str, str] | None:
        """The file that was to be sent, and is stored: it need not be chosen again."""
        attachment_id = self.kept("attachment_id")
        if not ATTACHMENT_ID.fullmatch(attachment_id):
            return None
        return {"id": attachment_id, "name": self.kept("attachment_name")[:NAME_MAX]}


class Mark(Form):
    """``POST /chat/{id}/lida/``."""

    async def post(self, chat_id: str) -> None:
        """Everything up to ``seq`` is read; answers 303 to the room, or with the cursor as it now holds."""
        person = await self.asking()
        fields = self.fields("seq")
        if not self.is_json() and SEQ.fullmatch(fields.get("seq", "")):
            fields["seq"] = int(fields["seq"])
        command = shaped({**fields, "chat_id": chat_id}, MarkRead)
        cursor = await self.chat.cursors.mark_read(person.user_id, command.room_id, command.seq)
        if self.is_json():
            self.answer({"delivered_seq": cursor.delivered_seq, "read_seq": cursor.read_seq})
        else:
            self.back(chat_id)


def room_url(chat_id: str) -> str:
    """Where a room is, complete without scripts."""
    return f"/chat/{chat_id}/"
