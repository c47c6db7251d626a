"""Files that the site brings along or takes out, as they are: a body is stored while it comes."""

from http import HTTPStatus
from typing import Any

import tornado.web

from handlers.api.door import Api
from handlers.api.operations import operation
from handlers.api.shapes import BroughtQuery, ExportedFile, FileAnswer
from prosa.chat.commands import shaped
from prosa.chat.wire import attachment_shape
from prosa.models.attachments import Upload
from prosa.models.errors import (
    NotFoundError,
    ProsaError,
    TooLargeError,
    UnavailableError,
    UnsupportedTypeError,
)
from prosa.models.ids import ChatId, ClientId, UserId

PIECE_BYTES = 255 * 1024


@tornado.web.stream_request_body
class BringApi(Api):
    """``/chat/api/v1/rooms/{chat_id}/attachments``."""

    SCOPE = "messages"

    def initialize(self, **given: Any) -> None:  # type: ignore[override]
        """Nothing has come yet."""
        super().initialize(**given)
        self._piece = bytearray()
        self._upload: Upload | None = None
        self._failure: ProsaError | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        """The token is good, and there is such a room."""
        super().prepare()
        if self.request.method == "POST":
            query = shaped(self.query(), BroughtQuery, strict=False)
            chat_id = ChatId(self.path_kwargs["chat_id"])
            await self.chat.past.existing(chat_id)
            self._upload = await self.chat.uploads.bring(UserId(query.remetente_id), chat_id, query.name)

    async def data_received(self, chunk: bytes) -> None:
        """Stored before more is read."""
        if self._upload is None:
            return
        self._piece += chunk
        try:
            while len(self._piece) >= PIECE_BYTES:
                piece = bytes(self._piece[:PIECE_BYTES])
                del self._piece[:PIECE_BYTES]
                self._upload = await self.chat.uploads.write(self._upload, piece)
        except ProsaError as error:
            self._failure = error
            self._abandon()

    @operation(
        HTTPStatus.CREATED,
        refuses=(NotFoundError, TooLargeError, UnsupportedTypeError, UnavailableError),
        takes_file=True,
    )
    async def post(self, chat_id: str, query: BroughtQuery) -> FileAnswer:
        """A file of the past, for the message with this `client_id` of its author, which is imported next.

        The body is the file itself. What it is, is told from its bytes; an image is made anew. The same file
        again is the same attachment; one that no message carries is gone after a day.
        """
        if self._failure is not None:
            raise self._failure
        upload, self._upload = self._upload, None
        if upload is None:
            raise NotFoundError
        if self._piece:
            upload = await self.chat.uploads.write(upload, bytes(self._piece))
        attachment = await self.chat.uploads.complete_or_discard(upload, ClientId(query.client_id))
        shape = attachment_shape(ChatId(chat_id), attachment)
        return FileAnswer(
            attachment=ExportedFile(**{name: shape[name] for name in ExportedFile.__struct_fields__})
        )

    def on_connection_close(self) -> None:
        """Whoever was sending is gone."""
        super().on_connection_close()
        self._abandon()

    def on_finish(self) -> None:
        """There is nothing more to wait for."""
        self._abandon()

    def _abandon(self) -> None:
        upload, self._upload = self._upload, None
        if upload is not None:
            self.chat.uploads.abandon(upload)
