"""The log of every room: written once, read in order. How it is written is in ``committer.py``."""

import asyncio
import time
from collections.abc import Callable, Sequence

from prosa import metrics
from prosa.models.entries import Draft, Entry, Page, Stored
from prosa.models.errors import ConflictError
from prosa.models.ids import ChatId, ClientId, UserId
from prosa.storage.attempts import TakeTurn
from prosa.storage.committer import Committer
from prosa.storage.database import Database
from prosa.storage.documents import SEQ_MAX, digest_of, entry_of
from prosa.storage.log import Key, MongoLog
from prosa.storage.pages import Pages
from prosa.storage.translation import unavailable


class Messages:
    """What is read here is held by a majority: it never rolls back."""

    def __init__(
        self,
        database: Database,
        *,
        turn: TakeTurn,
        clock: Callable[[], float] = time.monotonic,
        deadline_seconds: float = 4.0,
        queue_messages: int = 10_000,
        room_messages: int = 1_000,
    ) -> None:
        self._messages = database.messages
        self._log = MongoLog(database.messages)
        self._pages = Pages(database)
        self._tell_crowded: Callable[[ChatId], None] | None = None
        self._lookups = database.together(self._log.find)
        self._newest = database.together(self._read_newest)
        self._committer = Committer(
            self._log,
            turn=turn,
            crowded=self._say_crowded,
            clock=clock,
            deadline_seconds=deadline_seconds,
            queue_messages=queue_messages,
            room_messages=room_messages,
        )

    async def append(self, draft: Draft) -> Stored:
        """Store ``draft`` durably and return it with its place in the room.

        Returns after the journaled write (``w=majority, j=true``). The same ``client_id`` again returns
        the first message with ``duplicate`` set. Raises ``ConflictError`` where the text differs,
        ``OutcomeUnknownError`` where the deadline passed: the caller must send the same again;
        ``UnavailableError`` where too many wait already: nothing was stored.
        """
        stored = await self._committer.append(draft)
        (metrics.DUPLICATES if stored.duplicate else metrics.STORED).inc()
        return stored

    async def known(self, draft: Draft) -> Stored | None:
        """The first answer to this ``client_id``, or ``None`` if it is new.

        Raises ``ConflictError`` where the text differs, ``UnavailableError``.
        """
        document = await self._lookups.get(Key(draft.chat_id, draft.author_id, draft.client_id))
        if document is None:
            return None
        if document["digest"] != digest_of(draft):
            raise ConflictError
        metrics.DUPLICATES.inc()
        return Stored(entry_of(document), duplicate=True)

    async def by_key(self, chat_id: ChatId, author_id: UserId, client_id: ClientId) -> Entry | None:
        """What somebody has said under this name, if it is stored. Raises ``UnavailableError``."""
        document = await self._lookups.get(Key(chat_id, author_id, client_id))
        return None if document is None else entry_of(document)

    async def page_before(self, chat_id: ChatId, before_seq: int | None, limit: int) -> Page:
        """The ``limit`` newest messages below ``before_seq``, or of all, ascending, as they are shown.

        Many who come to one room at once are shown the same newest page. Raises ``UnavailableError``.
        """
        page = await self._newest.get((chat_id, limit)) if before_seq is None else None
        return page or await self._pages.before(chat_id, before_seq, limit)

    async def _read_newest(self, places: Sequence[tuple[ChatId, int]]) -> dict[tuple[ChatId, int], Page]:
        pages = await asyncio.gather(*(self._pages.before(chat_id, None, limit) for chat_id, limit in places))
        return dict(zip(places, pages, strict=True))

    async def page_beside(self, chat_id: ChatId, seq: int, *, older: int, newer: int) -> Page:
        """So many messages below ``seq``, and so many from it on, ascending, as they are shown.

        Raises ``UnavailableError``.
        """
        return await self._pages.beside(chat_id, seq, older=older, newer=newer)

    async def seq_of(self, chat_id: ChatId, entry_id: str) -> int | None:
        """The place of the entry with this id; ``None``: there is none in this room.

        Raises ``UnavailableError``.
        """
        return await self._pages.seq_of(chat_id, entry_id)

    async def message(self, chat_id: ChatId, seq: int) -> Entry | None:
        """The message at this place, as it is shown; ``None``: there is none. Raises ``UnavailableError``."""
        return await self._pages.message(chat_id, seq)

    async def after(self, chat_id: ChatId, seq: int, limit: int) -> tuple[Entry, ...]:
        """Up to ``limit`` entries of the log after ``seq``, ascending, without a hole.

        Raises ``UnavailableError``.
        """
        cursor = self._messages.find(
            {"chat_id": chat_id, "seq": {"$gt": min(seq, SEQ_MAX)}},
            sort=[("seq", 1)], limit=limit, batch_size=limit + 1,
        )  # fmt: skip
        with unavailable():
            return tuple(map(entry_of, await cursor.to_list()))

    async def at(self, places: Sequence[tuple[ChatId, int]]) -> dict[tuple[ChatId, int], Entry]:
        """The messages at these places of any rooms, as they are shown. Raises ``UnavailableError``."""
        return await self._pages.at(places)

    async def tops(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, int]:
        """The highest ``seq`` of each room, in one command per thousand; empty rooms are absent.

        Raises ``UnavailableError``.
        """
        with unavailable():
            return await self._log.tops(chat_ids)

    async def top(self, chat_id: ChatId, *, at_least: int) -> int:
        """The highest ``seq`` of the room, or 0. Somebody says that they were told of ``at_least``.

        Raises ``UnavailableError``, also where nobody can say yet whether that is so.
        """
        with unavailable():
            top = (await self._log.tops([chat_id])).get(chat_id, 0)
            return top if top >= at_least else await self._log.newest(chat_id)

    async def has_live_entries(self, chat_id: ChatId) -> bool:
        """Whether anything was said in the room that was not imported. Raises ``UnavailableError``.

        Newest first, so that a room in use answers with its first entry.
        """
        with unavailable():
            found = await self._messages.find_one(
                {"chat_id": chat_id, "imported": {"$ne": True}}, projection={"_id": True}, sort=[("seq", -1)]
            )
        return found is not None

    def heard(self, chat_id: ChatId, seq: int) -> None:
        """Another worker has stored ``seq``, by an *acknowledged* write of its own.

        Nothing weaker may be told here: a message would be written above what may yet roll back.
        """
        self._committer.heard(chat_id, seq)

    def listen(self, crowded: Callable[[ChatId], None]) -> None:
        """From now on ``crowded`` is called with a room in which this worker loses one race after another."""
        self._tell_crowded = crowded

    def crowd(self, chat_id: ChatId) -> None:
        """Another worker says so of the room: take turns with it."""
        self._committer.crowd(chat_id)

    async def close(self) -> None:
        """What was queued is stored or answered with ``OutcomeUnknownError``, within the deadline."""
        await self._committer.close()

    def _say_crowded(self, chat_id: ChatId) -> None:
        if self._tell_crowded is not None:
            self._tell_crowded(chat_id)
