"""What the site says and asks of one person or of some: their logins, their rooms."""

import base64
import binascii
from datetime import datetime
from http import HTTPStatus

import msgspec

from handlers.api.door import Api
from handlers.api.operations import operation
from handlers.api.shapes import HintsShape, PageQuery, RoomAnswer, RoomRow, RoomsPage
from prosa.chat.wire import room_shape
from prosa.models.errors import MalformedError, UnavailableError
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Bookmark


class HintsApi(Api):
    """``/chat/api/v1/hints``."""

    SCOPE = "hints"

    @operation(HTTPStatus.ACCEPTED)
    async def post(self, body: HintsShape) -> None:
        """Every worker asks the site about these people anew; the hint alone ends nothing.

        Who is nobody any more is closed with 4401 within a second or two. Saying it twice does no harm.
        """
        self.chat.registry.hint(frozenset(UserId(str(user_id)) for user_id in body.user_ids))


class RoomsApi(Api):
    """``/chat/api/v1/people/{user_id}/rooms``."""

    SCOPE = "rooms"

    @operation(HTTPStatus.OK, refuses=(UnavailableError,))
    async def get(self, user_id: str, query: PageQuery) -> RoomsPage:
        """The person's rooms, those first in which something was said last.

        A room in which something is said meanwhile moves to the front, and may be missing from later pages.
        Who is in no room has none, and so has nobody.
        """
        found, bookmark = await self.chat.registry.rooms_of(
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
    return Bookmark(last_at, ChatId(chat_id))
