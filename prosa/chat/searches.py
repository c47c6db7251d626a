"""Looking for what was said: in a room, or in all rooms of a person.

What was stored is indexed by a task of its own, a second later and never on the way of a message; what is
not indexed yet when somebody searches is indexed first, up to a bound. What the index finds is read from the
log, and only what still has the answer is shown: so nothing is found that has been edited away, deleted or
erased.
"""

import asyncio
import logging
import re
from datetime import UTC, datetime
from itertools import islice

from prosa.chat.commands import SearchMessages
from prosa.chat.limits import Limits
from prosa.chat.rooms import Rooms
from prosa.chat.tasks import rest
from prosa.models.errors import MalformedError, ProsaError
from prosa.models.ids import CHAT_ID, ChatId, UserId
from prosa.models.rooms import Room
from prosa.models.searches import Found, Hit, Place, Question, excerpt, found_by, question_of
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms as StoredRooms
from prosa.storage.texts import Texts

log = logging.getLogger(__name__)

HITS = 20
HITS_MAX = 50
TOGETHER_SECONDS = 1.0
"""What is said meanwhile is indexed together."""
AGAIN_SECONDS = 5.0
"""When a store that does not answer is asked again."""
ROOMS_AT_ONCE = 5
ENTRIES_AT_ONCE = 10
"""So few that a message beside them waits some milliseconds longer; beside 200, up to 70 (measured)."""
FOLLOW_SECONDS = 0.3
"""How long a search indexes before it answers without the rest: some thousand entries; once in any case."""
WAITING_MAX = 100_000
"""Rooms in which something was said that is not indexed; of the others it is found by who searches there."""

PLACE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,15})\.(.+))?", re.ASCII)


class Searches:
    """Whoever searches is a member of every room that is looked at."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        stored_rooms: StoredRooms,
        memberships: Memberships,
        messages: Messages,
        texts: Texts,
        limits: Limits,
    ) -> None:
        self._rooms = rooms
        self._stored_rooms = stored_rooms
        self._memberships = memberships
        self._messages = messages
        self._texts = texts
        self._limits = limits
        self._waiting: dict[ChatId, None] = {}
        self._has_news = asyncio.Event()

    async def search(self, user_id: UserId, command: SearchMessages) -> tuple[Room | None, Found]:
        """The room, if one was named, and the newest messages that have what is looked for, after ``before``.

        Raises ``NotFoundError`` for a room of others, ``RateLimitedError``, and ``MalformedError`` for a
        ``before`` that no answer has named.
        """
        room = None
        if command.chat_id is not None:
            room = await self._rooms.of_member(command.room_id, user_id)
        before = None if command.before is None else place_of(command.before)
        await self._limits.check("searches", user_id)
        question = question_of(command.q)
        if question.is_empty:
            return room, Found(hits=(), next=None, whole=True)
        limit = HITS if command.limit is None else max(1, min(command.limit, HITS_MAX))
        chat_ids = (room.chat_id,) if room else await self._memberships.rooms_of(user_id)
        behind = await self._follow(chat_ids)
        places = await self._texts.find(question, chat_ids, before=before, limit=limit + 1)
        hits = await self._hits(question, places[:limit], room)
        last = places[limit - 1] if len(places) > limit else None
        return room, Found(hits=hits, next=last, whole=not behind)

    def note(self, chat_id: ChatId) -> None:
        """Something was stored in the room: it is indexed soon."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting[chat_id] = None
            self._has_news.set()

    async def run(self) -> None:
        """Index what is stored, for ever; a store that does not answer is asked again."""
        clock = asyncio.get_running_loop().time
        behind: list[ChatId] = []
        while True:
            await self._has_news.wait()
            if not behind and len(self._waiting) < ROOMS_AT_ONCE:
                await asyncio.sleep(TOGETHER_SECONDS)
            batch = list(islice(self._waiting, ROOMS_AT_ONCE))
            for chat_id in batch:
                del self._waiting[chat_id]
            if not self._waiting:
                self._has_news.clear()
            began = clock()
            try:
                behind = await self._texts.follow(batch, limit=ENTRIES_AT_ONCE)
            except ProsaError as error:
                log.warning("index_failed rooms=%d error=%s", len(batch), error)
                behind = batch
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                await rest(clock() - began)
            for chat_id in behind:
                self.note(chat_id)

    async def _follow(self, chat_ids: tuple[ChatId, ...]) -> list[ChatId]:
        """The rooms of which not everything is indexed; that goes on behind the answer."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + FOLLOW_SECONDS
        behind = await self._texts.follow(chat_ids)
        while behind and clock() < deadline:
            behind = await self._texts.follow(behind)
        for chat_id in behind:
            self.note(chat_id)
        return behind

    async def _hits(self, question: Question, places: list[Place], room: Room | None) -> tuple[Hit, ...]:
        """What the log says at these places, where that is an answer."""
        entries = await self._messages.at([(place.chat_id, place.seq) for place in places])
        rooms = (
            {room.chat_id: room}
            if room
            else await self._stored_rooms.get_many(list(dict.fromkeys(place.chat_id for place in places)))
        )
        hits = []
        for place in places:
            entry = entries.get((place.chat_id, place.seq))
            if entry is None or place.chat_id not in rooms:
                continue
            text = found_by(entry.conteudo, entry.attachment.name if entry.attachment else None)
            if question.is_answered_by(text):
                parts = excerpt(question, text)
                hits.append(Hit(entry=entry, title=rooms[place.chat_id].title, excerpt=parts))
        return tuple(hits)


def place_of(text: str) -> Place:
    """The place that ``text_of`` has written down. Raises ``MalformedError``."""
    found = PLACE.fullmatch(text)
    if found is None or (found[3] and not CHAT_ID.fullmatch(found[3])):
        raise MalformedError(field="before")
    moment = datetime.fromtimestamp(0, UTC)
    if found[2]:
        try:
            moment = datetime.fromtimestamp(int(found[2]) / 1000, UTC)
        except (ValueError, OverflowError):
            raise MalformedError(field="before") from None
    return Place(moment, ChatId(found[3] or ""), int(found[1]))


def text_of(place: Place) -> str:
    """A place, for an answer to name: opaque to whoever is answered."""
    return f"{place.seq}.{round(place.sent_at.timestamp() * 1000)}.{place.chat_id}"
