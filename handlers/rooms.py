"""The pages: the room list and the room."""

import re
from datetime import datetime
from urllib.parse import urlencode

from handlers.base import WAY_BACK, Page
from prosa.chat.wire import room_shape
from prosa.models.ids import ChatId
from prosa.models.people import Person

ROOM_PATH = re.compile(r"/chat/[A-Za-z0-9_-]{1,64}/websocket/")
SOCKJS_URL = "/ws/chat"
PAGE = 50
ROOMS = 30


class RoomsPage(Page):
    """``GET /chat/``: the person's rooms, newest first."""

    async def get(self) -> None:
        """Answer with a page of rooms; ``?antes=`` a timestamp goes further back."""
        person = await self.identified()
        way_back = self.get_cookie(WAY_BACK, "")
        if way_back:
            self.clear_cookie(WAY_BACK, path="/chat/")
            if ROOM_PATH.fullmatch(way_back):
                self.redirect(way_back)
                return
        found, more = await self.chat.rooms.list(person.user_id, before=self._before(), limit=ROOMS)
        older = f"/chat/?{urlencode({'antes': found[-1].last_at.isoformat()})}" if more else None
        self.render_page(
            "rooms.html",
            person=person,
            rooms=[self.chat.wire.summary(summary) for summary in found],
            more=more,
            older_url=older,
            page_data={**_of_person(person), "sockjs_url": SOCKJS_URL, "login_url": self.site.login_url},
        )

    def _before(self) -> datetime | None:
        before = self.get_query_argument("antes", "")
        try:
            when = datetime.fromisoformat(before)
        except ValueError:
            return None
        return when if when.tzinfo else None


class RoomPage(Page):
    """``GET /chat/{id}/websocket/``: the room, live."""

    async def get(self, chat_id: str) -> None:
        """Answer with the newest page of the room, from whose top the socket goes on."""
        person = await self.identified()
        if self.get_cookie(WAY_BACK):
            self.clear_cookie(WAY_BACK, path="/chat/")
        room, page = await self.chat.rooms.history(person.user_id, ChatId(chat_id), None, PAGE)
        self.render_page(
            "room.html",
            person=person,
            room=room_shape(room),
            messages=[self.chat.wire.entry(entry) for entry in page.messages],
            more=page.more,
            top_seq=page.top_seq,
            page_data={
                **_of_person(person),
                "chat_id": room.chat_id,
                "epoch": room.epoch,
                "top_seq": page.top_seq,
                "can_write": room.can_write,
                "more": page.more,
                "sockjs_url": SOCKJS_URL,
                "room_url": self.request.path,
                "rooms_url": "/chat/",
                "login_url": self.site.login_url,
                "limits": self.site.limits,
            },
        )


def _of_person(person: Person) -> dict[str, object]:
    return {"user_id": person.user_id, "user": person.name}
