"""Looking for messages: in a room, or in all rooms of a person; as a page without scripts, or as JSON.

The pages' own field is ``static/js/search.js``, which asks over the socket.
"""

from typing import Any
from urllib.parse import urlencode

from handlers.base import Page
from prosa.chat.commands import SearchMessages, shaped
from prosa.chat.wire import room_shape
from prosa.models.rooms import Room

NAMES = ("q", "before", "limit")


class SearchPage(Page):
    """``GET /chat/buscar/`` and ``GET /chat/{id}/buscar/``: messages that have every word of ``?q=``."""

    async def get(self, chat_id: str | None = None) -> None:
        """Answer with the newest that were found, or with those before ``?before=``."""
        person = await self.identified()
        room, found = await self.chat.searches.search(person.user_id, self._command(chat_id))
        answer = self.chat.found(found, lambda text: len(text.encode()))
        if self.wants_json():
            self.answer(answer)
            return
        typed = self.get_query_argument("q", "")
        self.render_page(
            "search.html",
            person=person,
            room=room_shape(room) if room else None,
            typed=typed,
            older_url=_older(room, typed, answer["next"]),
            **answer,
        )

    def _command(self, chat_id: str | None) -> SearchMessages:
        """What is asked for. Raises ``MalformedError``."""
        given: dict[str, Any] = {name: self.get_query_argument(name, None) for name in NAMES}
        asked = {name: value for name, value in given.items() if value is not None}
        return shaped({"q": "", "chat_id": chat_id, **asked}, SearchMessages, strict=False)


def _older(room: Room | None, typed: str, following: str | None) -> str | None:
    """Where the next page is, if there is one."""
    path = f"/chat/{room.chat_id}/buscar/" if room else "/chat/buscar/"
    return f"{path}?{urlencode({'q': typed, 'before': following})}" if following else None
