"""What the site says and asks of one person or of some: their logins, their rooms, their data."""

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from tornado.iostream import StreamClosedError

from handlers.api.door import Api
from handlers.api.export import as_json, as_page
from handlers.api.operations import operation
from handlers.api.shapes import (
    EraseAnswer,
    EraseShape,
    ExportAnswer,
    HintsShape,
    PageQuery,
    RoomAnswer,
    RoomRow,
    RoomsPage,
)
from prosa.chat.commands import in_utc
from prosa.chat.wire import room_shape
from prosa.models.errors import MalformedError, UnavailableError
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Bookmark

FLUSH_BYTES = 65_536
"""What is gathered before it is sent, and a small export as a whole."""


class HintsApi(Api):
    """``/chat/api/v1/hints``."""

    SCOPE = "hints"

    @operation(HTTPStatus.ACCEPTED)
    async def post(self, body: HintsShape) -> None:
        """Every worker asks the site about these people anew; the hint alone ends nothing.

        Who is nobody any more is closed with 4401 within a second or two. Saying it twice does no harm.
        """
        self.chat.registry.hint(frozenset(UserId(str(user_id)) for user_id in body.user_ids))


class ExportApi(Api):
    """``/chat/api/v1/people/{user_id}/export``."""

    SCOPE = "exports"

    @operation(HTTPStatus.OK, refuses=(UnavailableError,), streams=ExportAnswer)
    async def get(self, user_id: str) -> None:
        """Everything that is kept of one person: their rooms, and what they said there.

        With `Accept: text/html`, a page for the person to read. It is sent while it is made: where that
        fails, the connection is cut before its end.
        """
        person, now = UserId(user_id), datetime.now(UTC)
        last_seen = await self.chat.privacy.last_seen(person)
        pieces = self.chat.privacy.export(person)
        if "text/html" in self.request.headers.get("Accept", ""):
            self.set_header("Content-Type", "text/html; charset=UTF-8")
            chunks = as_page(
                person, pieces, now, last_seen=last_seen, wire=self.chat.wire, language=self.language
            )
        else:
            self.set_header("Content-Type", "application/json")
            chunks = as_json(person, pieces, now, last_seen=last_seen)
        async with aclosing(chunks), aclosing(pieces):
            await self._stream(chunks)

    async def _stream(self, chunks: AsyncIterator[bytes]) -> None:
        """No faster than it is read. A failure before anything is sent has an answer of its own."""
        has_begun, size = False, 0
        try:
            async for chunk in chunks:
                self.write(chunk)
                size += len(chunk)
                if size >= FLUSH_BYTES:
                    has_begun, size = True, 0
                    await self.flush()
        except StreamClosedError:
            return
        except BaseException:
            if has_begun:
                self.detach().close()
            raise
        self.finish()


class EraseApi(Api):
    """``/chat/api/v1/people/{user_id}/erase``."""

    SCOPE = "erasure"

    @operation(HTTPStatus.OK, refuses=(UnavailableError,))
    async def post(self, user_id: str, body: EraseShape) -> EraseAnswer:
        """The person is nowhere any more: their messages and their places are somebody's who is not known.

        End their account first, or they go on writing. What had no answer is to be asked again, and goes on
        where it stopped; what is done finds nothing any more.
        """
        rooms, messages = await self.chat.privacy.erase(UserId(user_id), blanks=body.texts == "blank")
        return EraseAnswer(rooms=rooms, messages=messages)


class RoomsApi(Api):
    """``/chat/api/v1/people/{user_id}/rooms``."""

    SCOPE = "rooms"

    @operation(HTTPStatus.OK, refuses=(UnavailableError,))
    async def get(self, user_id: str, query: PageQuery) -> RoomsPage:
        """The person's rooms, those first in which something was said last.

        A room in which something is said meanwhile moves to the front, and may be missing from later pages.
        Who is in no room has none, and so has nobody.
        """
        found, bookmark = await self.chat.rooms.page(
            UserId(user_id), bookmark=_bookmark(query.cursor), limit=query.limit
        )
        rows = [
            RoomRow(
                room=msgspec.convert(room_shape(summary.room), RoomAnswer),
                top_seq=summary.top_seq,
                unread=summary.unread,
                last_at=summary.last_at,
            )
            for summary in found
        ]
        return RoomsPage(rooms=rows, next=None if bookmark is None else _cursor(bookmark))


def _cursor(bookmark: Bookmark) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(bookmark)).decode().rstrip("=")


def _bookmark(cursor: str) -> Bookmark | None:
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last_at, chat_id = msgspec.json.decode(text, type=tuple[datetime, str])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise MalformedError(field="cursor") from None
    return Bookmark(in_utc(last_at, field="cursor"), ChatId(chat_id))
