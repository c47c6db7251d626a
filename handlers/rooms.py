"""The pages: the room list, and the room, live or traditional.

What they send without SockJS is in ``forms.py``.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from handlers.base import PLACES, WAY_BACK, Page
from handlers.forms import ACCEPT
from prosa.chat.commands import History, in_utc
from prosa.chat.messages import utc_now
from prosa.chat.service import Chat
from prosa.chat.wire import moment, room_shape
from prosa.models.entries import Entry, Where
from prosa.models.entries import Page as Messages
from prosa.models.errors import MalformedError, UnauthenticatedError
from prosa.models.ids import ChatId
from prosa.models.people import Person
from prosa.models.rooms import Bookmark, Cursor, Room

ROOM_PATH = re.compile(
    r"/chat/[A-Za-z0-9_-]{1,64}/(?:(?:websocket|historico|buscar|editar|apagar)/)?"
    rf"(?:\?(?:{'|'.join(PLACES)})=[0-9]{{1,15}})?",
    re.ASCII,
)
"""What a cookie may lead to: our pages, at a place."""

SOCKJS_URL = "/ws/chat"
PAGE = 50
ROOMS = 30

UNREAD_MAX = 99
"""As the protocol counts; from there on it is *more*."""

POLLING = ("xhr-streaming", "xhr-polling")
ALL = ("websocket", *POLLING)
"""The transports that a page may try, in SockJS's names, best first."""


class RoomsPage(Page):
    """``GET /chat/``: the person's rooms, newest first."""

    async def get(self) -> None:
        """Answer with a page of rooms; ``?antes=`` and ``?sala=`` are the last row of the page before."""
        person = await self.asking()
        way_back = self.get_cookie(WAY_BACK, "")
        if way_back:
            self.clear_cookie(WAY_BACK, path="/chat/")
            if ROOM_PATH.fullmatch(way_back):
                self.redirect(way_back)
                return
        self.render_page(
            "rooms.html",
            person=person,
            **await list_of(self.chat, person, self._bookmark()),
            page_data={
                **_of_person(person),
                "sockjs_url": SOCKJS_URL,
                "transports": ALL,
                "login_url": self.login_url_to(self.request.path),
            },
        )

    def _bookmark(self) -> Bookmark | None:
        try:
            when = datetime.fromisoformat(self.get_query_argument("antes", ""))
            chat_id = ChatId(self.get_query_argument("sala", ""))
            return Bookmark(in_utc(when, field="antes"), chat_id) if when.tzinfo else None
        except (ValueError, MalformedError):
            return None


async def list_of(chat: Chat, person: Person, bookmark: Bookmark | None = None) -> dict[str, Any]:
    """What ``_list.html`` needs: the newest rooms, or those after ``bookmark``, and where it goes on."""
    found, last = await chat.rooms.page(person.user_id, bookmark=bookmark, limit=ROOMS)
    return {
        "rooms": [chat.row(summary) for summary in found],
        "older_url": f"/chat/?{urlencode({'antes': last.last_at.isoformat(), 'sala': last.chat_id})}"
        if last
        else None,
    }


class Unread(Page):
    """``GET /prosa/unread``: what the badge on the site's own pages shows."""

    def wants_json(self) -> bool:
        """Only a script asks."""
        return True

    async def get(self) -> None:
        """Answer with ``{"unread": n, "label": …}``, at most 99; nothing waits for a stranger."""
        try:
            person = await self.asking()
        except UnauthenticatedError:
            unread = 0
        else:
            unread = await self.chat.rooms.unread(person.user_id)
        self.answer({"unread": unread, "label": self._label(unread)})

    def _label(self, unread: int) -> str:
        """What a screen reader says of the badge."""
        say = self.language
        if unread >= UNREAD_MAX:
            return say.text("mais de %(num)s mensagens não lidas", num=UNREAD_MAX - 1)
        return say.texts("%(num)s mensagem não lida", "%(num)s mensagens não lidas", unread)


class RoomPage(Page):
    """``GET /chat/{id}/websocket/``: the room, live."""

    is_traditional = False

    async def get(self, chat_id: str) -> None:
        """Answer with the newest page of the room, or the one around ``?em=``.

        ``top_seq`` is the top of the log in either case: from there the socket goes on.
        """
        person = await self.asking()
        if self.get_cookie(WAY_BACK):
            self.clear_cookie(WAY_BACK, path="/chat/")
        em = self.number("em")
        room, page = await self.chat.rooms.history(person.user_id, ChatId(chat_id), Where(around=em), PAGE)
        cursors = await self.chat.cursors.of(room, person.user_id)
        shown = self.log_of(room, page, person, cursors)
        self.render_page(
            "room.html",
            person=person,
            room=room_shape(room),
            **await list_of(self.chat, person),
            **shown,
            presence=await self.presence_in(room, person),
            top_seq=page.top_seq,
            is_traditional=self.is_traditional,
            client_id=uuid4(),
            accept=ACCEPT,
            xsrf_token=self.xsrf_token.decode(),
            page_data={
                **_of_person(person),
                "chat_id": room.chat_id,
                "epoch": room.epoch,
                "top_seq": page.top_seq,
                "can_write": room.can_write,
                "more": page.more,
                "newer": page.newer,
                "em": em,
                "own_read_seq": shown["own_read_seq"],
                "unread_after": shown["unread_after"],
                "sockjs_url": SOCKJS_URL,
                "transports": POLLING if self.is_traditional else ALL,
                "room_url": self.request.path,
                "rooms_url": "/chat/",
                "login_url": self.login_url_to(self.request.path),
                "limits": self.site.limits,
                "server_time": moment(utc_now()),
            },
        )

    async def presence_in(self, room: Room, person: Person) -> dict[str, Any]:
        """Whether the other one is here, in a room of two; in others, how many of the others are."""
        say = self.language
        others = [member.user_id for member in room.members or () if member.user_id != person.user_id]
        count = sum(map(self.chat.presence.is_online, others))
        if len(others) != 1:
            text = say.texts("%(num)s online", "%(num)s online", count) if count else ""
        elif count:
            text = say.text("online")
        else:
            last_seen = (await self.chat.presence.last_seen_in(room)).get(others[0])
            text = say.moments.last_seen(moment(last_seen)) if last_seen else say.text("offline")
        return {"text": text, "is_online": count > 0}

    def number(self, name: str) -> int | None:
        """A place or a count in the query; anything else counts as none."""
        text = self.get_query_argument(name, "")
        return int(text) if re.fullmatch(r"[0-9]{1,15}", text, re.ASCII) else None

    def log_of(
        self, room: Room, page: Messages, person: Person, cursors: tuple[Cursor, ...]
    ) -> dict[str, Any]:
        """What a template needs to draw a page of messages, with how far the others have got."""
        others = [cursor for cursor in cursors if cursor.user_id != person.user_id]
        own = next((cursor.read_seq for cursor in cursors if cursor.user_id == person.user_id), 0)
        is_end = not page.newer
        has_unread = is_end and any(e.seq > own and e.author_id != person.user_id for e in page.messages)
        return {
            "messages": [self._shown(room, entry, person) for entry in page.messages],
            "more": page.more,
            "newer": page.newer,
            "delivered_seq": min((cursor.delivered_seq for cursor in others), default=0),
            "read_seq": min((cursor.read_seq for cursor in others), default=0),
            "own_read_seq": own,
            "has_unread": has_unread,
            "unread_after": own if has_unread else None,
        }

    def _shown(self, room: Room, entry: Entry, person: Person) -> dict[str, Any]:
        """A message for a template, which is told also what is not so, and what the person may do with it."""
        edited_at = entry.edited_at
        allowed = self.chat.changes.allowed(entry, person.user_id) if room.can_write else ()
        return {
            **self.chat.wire.entry(entry),
            "edited": self.chat.wire.when(edited_at)["timestamp"] if edited_at else "",
            "deleted": entry.is_deleted,
            "may_edit": "edit" in allowed,
            "may_delete": "delete" in allowed,
        }


class TraditionalPage(RoomPage):
    """``GET /chat/{id}/``: the room over polling, and complete without JavaScript."""

    is_traditional = True


class HistoryPage(RoomPage):
    """``GET /chat/{id}/historico/``: messages before ``?before=``, after ``?after=`` or around ``?em=``."""

    async def get(self, chat_id: str) -> None:
        """Answer with a page of messages, or if asked so with JSON; where no place is named, the newest."""
        person = await self.asking()
        places = {"before_seq": self.number("before"), "after_seq": self.number("after")}
        where = History(chat_id=ChatId(chat_id), around=self.number("em"), **places).where
        limit = self.number("limit")
        room, page = await self.chat.rooms.history(
            person.user_id, ChatId(chat_id), where, PAGE if limit is None else limit
        )
        if self.wants_json():
            self.answer(self.chat.page(page, where, lambda text: len(text.encode())))
            return
        cursors = await self.chat.cursors.of(room, person.user_id)
        self.render_page(
            "history.html", person=person, room=room_shape(room), **self.log_of(room, page, person, cursors)
        )


def _of_person(person: Person) -> dict[str, object]:
    return {"user_id": person.user_id, "user": person.name}
