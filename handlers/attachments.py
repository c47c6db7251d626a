"""Files, in and out: a form's is stored while it comes, a member's is read while the store gives it.

Over the socket they come in chunks, as commands: ``prosa/chat/uploads.py``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import tornado.web
from tornado.iostream import StreamClosedError
from tornado.routing import PathMatches

from handlers import ranges
from handlers.base import Page
from prosa.models.attachments import File
from prosa.models.errors import NotFoundError, ProsaError, UnauthenticatedError
from prosa.models.ids import AttachmentId, ChatId

TAKEN_SECONDS = 60.0
"""A chunk that is not taken by then was for somebody who has gone away."""

POLICY = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Whatever a file is, it is no page of ours: nothing in it runs, and it has no origin."""


class Download(Page):
    """``GET /chat/{id}/anexos/{attachment_id}/{name}``, and ``…/miniatura/``, for the members of the room."""

    def initialize(self, *, is_thumbnail: bool, **pages: Any) -> None:  # type: ignore[override]
        """Receive what is asked for, from ``routes.py``."""
        super().initialize(**pages)
        self._is_thumbnail = is_thumbnail
        self._etag: str | None = None

    async def get(self, chat_id: str, attachment_id: str, name: str = "") -> None:  # noqa: ARG002 - for the browser
        """The file, or the bytes of it that are asked for, no faster than it is read."""
        file = await self._asked(chat_id, attachment_id)
        size_bytes = file.thumbnail_bytes if self._is_thumbnail else file.attachment.size_bytes
        self._describe(file)
        if self.check_etag_header():
            self.set_status(HTTPStatus.NOT_MODIFIED)
            self.finish()
            return
        try:
            span = ranges.asked(self._range(), size_bytes)
        except ranges.UnsatisfiableError:
            self.set_status(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.set_header("Content-Range", f"bytes */{size_bytes}")
            self.finish()
            return
        start, end = span or (0, size_bytes)
        if span is not None:
            self.set_status(HTTPStatus.PARTIAL_CONTENT)
            self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size_bytes}")
        self.set_header("Content-Length", str(end - start))
        if self.request.method == "HEAD":
            self.finish()
            return
        blocks = self.chat.attachments.blocks(file, is_thumbnail=self._is_thumbnail, start=start, end=end)
        await self._stream(blocks, end - start)

    head = get

    def compute_etag(self) -> str | None:
        """The digest of what is stored: it never changes."""
        return self._etag

    def error_of(self, status_code: int, failure: BaseException | None) -> tuple[ProsaError, int]:
        """A file is no page: nobody is led from it to a login, and nobody learns that there is one."""
        if isinstance(failure, UnauthenticatedError):
            failure = NotFoundError()
        return super().error_of(status_code, failure)

    async def _asked(self, chat_id: str, attachment_id: str) -> File:
        person = await self.asking()
        file = await self.chat.attachments.of_member(
            ChatId(chat_id), AttachmentId(attachment_id), person.user_id
        )
        if self._is_thumbnail and not file.attachment.has_thumbnail:
            raise NotFoundError
        return file

    def _describe(self, file: File) -> None:
        is_image = file.attachment.type.startswith("image/")
        kind = file.thumbnail_type if self._is_thumbnail else file.attachment.type
        self._etag = f'"{file.sha256[:32]}{"-t" if self._is_thumbnail else ""}"'
        self.set_header("Etag", self._etag)
        self.set_header("Content-Type", f"{kind}; charset={file.charset}" if file.charset else kind)
        self.set_header("Content-Disposition", disposition(file.attachment.name, is_inline=is_image))
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Accept-Ranges", "bytes")

    def _range(self) -> str:
        """The range that counts: none, where it is of another state of the file."""
        condition = self.request.headers.get("If-Range")
        is_same = condition is None or condition == self._etag
        return self.request.headers.get("Range", "") if is_same else ""

    async def _stream(self, blocks: AsyncIterator[bytes], size_bytes: int) -> None:
        """Where the reader is gone, or the file goes away meanwhile, the connection is cut."""
        left = size_bytes
        try:
            async with aclosing(blocks):  # type: ignore[type-var]
                async for block in blocks:
                    left -= len(block)
                    self.write(block)
                    async with asyncio.timeout(TAKEN_SECONDS):
                        await self.flush()
        except StreamClosedError:
            return
        except TimeoutError:
            self.detach().close()
            return
        except ProsaError:
            if left == size_bytes:
                raise
            self.detach().close()
            return
        if left:
            self.detach().close()
            return
        self.finish()


def disposition(name: str, *, is_inline: bool) -> str:
    """How a browser is to take the file, and under which name (RFC 6266), in ASCII for the old ones."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    way = "inline" if is_inline else "attachment"
    return f"{way}; filename=\"{plain.replace('%', '_')}\"; filename*=UTF-8''{quote(name, safe='')}"


class Multipart(PathMatches):
    """A path, for forms with a file in them alone: these are not gathered before they are answered."""

    def match(self, request: tornado.httputil.HTTPServerRequest) -> dict[str, Any] | None:
        """The path's groups, or ``None`` for every other request."""
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return super().match(request) if kind == "multipart/form-data" else None
