"""Forms with a file in them: taken apart and stored while they come, a piece at a time.

Who asks, and whether they may, is settled before the first byte of a file; a form's XSRF token has to stand
before it, as it does in ours. Whoever stops, or is refused, leaves nothing behind; but a text that came
with the form is given back.
"""

import asyncio
import re
from http import HTTPStatus
from uuid import uuid4

import tornado.web
from tornado.http1connection import HTTP1Connection

from handlers import forms
from handlers.base import Site
from handlers.multipart import File, Form
from prosa.chat.commands import SendMessage, shaped
from prosa.chat.service import Chat
from prosa.chat.wire import attachment_shape
from prosa.models.attachments import Attachment, Upload
from prosa.models.errors import MalformedError, ProsaError, TooLargeError, UnauthenticatedError
from prosa.models.ids import CLIENT_ID, ChatId, ClientId
from prosa.models.people import Person

FIELD = "arquivo"
PIECE_BYTES = 255 * 1024
AROUND_BYTES = 256 * 1024
"""What a form may be beside its file."""
LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
"""Of a body, as it may be announced; Tornado refuses any other, but only once it has been asked here."""
IDLE_SECONDS = 30.0
"""Whoever sends nothing for so long has gone away."""


@tornado.web.stream_request_body
class Receiving(forms.Form):
    """A form whose file is on its way into the store while the rest of it comes."""

    BRINGS_TEXT = False
    """Whether what is refused before it comes is read all the same: there is a text in it to give back."""

    _form: Form
    _person: Person

    def initialize(self, chat: Chat, site: Site) -> None:
        """Nothing has come yet."""
        super().initialize(chat, site)
        self._piece = bytearray()
        self._upload: Upload | None = None
        self._failure: ProsaError | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._is_checked = False
        self._is_readable = False

    def check_xsrf_cookie(self) -> None:
        """Now, where the token is in a header; otherwise it is among the fields, before the file."""
        if self.is_foreign or "X-Xsrftoken" in self.request.headers:
            super().check_xsrf_cookie()
            self._is_checked = True

    async def prepare(self) -> None:
        """Who asks may write in the room, and announces no more than may come."""
        if self.request.method != "POST":
            return
        self._form = Form(self.request.headers["Content-Type"], file=FIELD)
        try:
            limit = self.chat.uploads.limit_bytes
            if self._announced() > limit + AROUND_BYTES:
                raise TooLargeError(limit=limit)
            self._person = await self.identified()
        except ProsaError as error:
            if not self.BRINGS_TEXT:
                raise
            self._failure = error
        self._is_readable = True
        self._wait()

    async def data_received(self, chunk: bytes) -> None:
        """Stored before more is read. What is refused is read to its end, and answered then."""
        self._wait()
        if not self._is_readable:
            return
        try:
            for part in self._form.read(chunk):
                if self._failure is not None:
                    continue
                if isinstance(part, File):
                    await self._begin(part.name)
                else:
                    await self._take(part)
        except ProsaError as error:
            self._is_readable = False
            self._failure = self._failure or error
            self._abandon()

    def on_connection_close(self) -> None:
        """Whoever was sending is gone."""
        super().on_connection_close()
        self._abandon()

    def on_finish(self) -> None:
        """There is nothing more to wait for."""
        self._abandon()

    async def received(self) -> Upload | None:
        """The whole form is here, and its file is stored; ``None`` where there is none.

        Raises what was wrong with it. The upload is the caller's now.
        """
        self._fill()
        if self._failure is not None:
            raise self._failure
        self._form.end()
        self._check_token()
        if self._upload is not None and self._piece:
            self._upload = await self.chat.uploads.write(self._upload, bytes(self._piece))
        upload, self._upload = self._upload, None
        return upload

    def _announced(self) -> int:
        length = self.request.headers.get("Content-Length", "")
        return int(length) if LENGTH.fullmatch(length) else self.chat.uploads.limit_bytes

    def _fill(self) -> None:
        """Fields are put where a form's are looked for."""
        for name, value in self._form.fields.items():
            self.request.body_arguments[name] = self.request.arguments[name] = [value.encode()]

    def _check_token(self) -> None:
        """Raises ``StaleFormError``."""
        self._fill()
        if not self._is_checked:
            super().check_xsrf_cookie()
            self._is_checked = True

    async def _begin(self, name: str) -> None:
        self._check_token()
        if not name:  # no file was chosen
            return
        self._upload = await self.chat.uploads.receive(
            self._person.user_id, ChatId(self.path_args[0]), name, self._announced()
        )

    async def _take(self, data: bytes) -> None:
        if self._upload is None:
            if data:
                raise MalformedError(field=FIELD)
            return
        self._piece += data
        while len(self._piece) >= PIECE_BYTES:
            piece = bytes(self._piece[:PIECE_BYTES])
            del self._piece[:PIECE_BYTES]
            self._upload = await self.chat.uploads.write(self._upload, piece)

    def _wait(self) -> None:
        """For the next bytes, and not for ever."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._cut)

    def _cut(self) -> None:
        """Unless all has come, and is being looked at."""
        connection = self.request.connection
        if not self.request._body_future.done() and isinstance(connection, HTTP1Connection):  # noqa: SLF001
            connection.close()

    def _abandon(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        upload, self._upload = self._upload, None
        if upload is not None:
            self.chat.uploads.abandon(upload)


class UploadFile(Receiving):
    """``POST /chat/{id}/anexos/``: a file, to be sent by a message."""

    def wants_json(self) -> bool:
        """Only a script asks."""
        return True

    async def post(self, chat_id: str) -> None:
        """The file is kept until it is sent; answers 201 and what a message may carry."""
        upload = await self.received()
        if upload is None:
            raise MalformedError(field=FIELD)
        attachment = await self.chat.uploads.keep(upload)
        self.set_status(HTTPStatus.CREATED)
        self.answer({"attachment": attachment_shape(ChatId(chat_id), attachment)})


class SendFile(Receiving, forms.Send):
    """``POST /chat/{id}/enviar/`` with a file: uploads and sends, in one form."""

    BRINGS_TEXT = True

    _kept_file: Attachment | None = None

    async def post(self, chat_id: str) -> None:
        """The message is stored with its file; answers 303 to the room. Sent twice, it is there once."""
        upload = await self.received()
        fields = {"conteudo": "", **self.fields("conteudo", "client_id", "attachment_id"), "chat_id": chat_id}
        if upload is not None:
            await self._check_person(upload)
            name = fields.get("client_id", "")
            client_id = ClientId(name if CLIENT_ID.fullmatch(name) else uuid4().hex)
            self._kept_file = await self.chat.uploads.complete_or_discard(upload, client_id)
            fields |= {"client_id": client_id, "attachment_id": self._kept_file.id}
        await self.chat.messages.send(self._person, shaped(fields, SendMessage))
        self.back(chat_id)

    async def _check_person(self, upload: Upload) -> None:
        """Whoever sends it may have lost the right to while it came, which may have taken minutes."""
        try:
            if (await self.identified()).user_id != self._person.user_id:
                raise UnauthenticatedError
        except ProsaError:
            self.chat.uploads.abandon(upload)
            raise

    def kept_attachment(self) -> dict[str, str] | None:
        """The file that has come with what was refused, or was there before: it need not be chosen again."""
        if self._kept_file is not None:
            return {"id": self._kept_file.id, "name": self._kept_file.name}
        return super().kept_attachment()
