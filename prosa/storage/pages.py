"""Messages as they are shown: the log folded, a page of it in a fixed number of indexed queries.

The log itself, which is what a recovery gives, is in ``messages.py``. What a message and its changes come to
is decided in ``prosa/models/entries.py``; here is only how both are found.
"""

from collections.abc import Sequence

from bson import ObjectId
from bson.errors import InvalidId
from motor.motor_asyncio import AsyncIOMotorClientSession

from prosa.models.entries import Change, Entry, Page, folded
from prosa.models.ids import ChatId
from prosa.storage.database import Database, Document
from prosa.storage.documents import MESSAGE, SEQ_MAX, entry_of, in_milliseconds
from prosa.storage.log import MongoLog
from prosa.storage.translation import unavailable

Place = tuple[ChatId, int]

IS_EDIT = {"$eq": ["$kind", "edit"]}
CHANGES: list[Document] = [
    {
        "$group": {
            "_id": {"chat_id": "$chat_id", "target": "$target"},
            "is_deleted": {"$max": {"$eq": ["$kind", "delete"]}},
            # The largest document is the one with the largest first field: the last edit.
            "edit": {
                "$max": {"$cond": [IS_EDIT, {"seq": "$seq", "at": "$sent_at", "conteudo": "$conteudo"}, None]}
            },
        }
    },
]
"""One row a message, however often it has been edited."""


class Pages:
    """Every method may raise ``UnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._rooms = database.rooms
        self._messages = database.messages
        self._log = MongoLog(database.messages)

    async def before(self, chat_id: ChatId, before_seq: int | None, limit: int) -> Page:
        """The ``limit`` newest messages below ``before_seq``, or of all, ascending: three commands.

        The top is read first, and the page is the fold of the log up to there. In a session of its own, so
        that no command sees less than the one before it, also where the primary changes in between: a page
        that knows its top and lacks a message below it would lose it for whoever goes on from there.
        """
        below = SEQ_MAX if before_seq is None else max(0, min(before_seq, SEQ_MAX))
        with unavailable():
            async with await self._messages.database.client.start_session() as session:
                top = (await self._log.tops([chat_id], session)).get(chat_id, 0)
                newest = await self._messages.find(
                    {"chat_id": chat_id, "target": MESSAGE, "seq": {"$lt": min(below, top + 1)}},
                    sort=[("seq", -1)], hint="folding",
                    limit=limit + 1, batch_size=limit + 2, session=session,
                ).to_list()  # fmt: skip
                found = [entry_of(document) for document in reversed(newest[:limit])]
                changes = await self._changes_within(found, top, session) if found else {}
        messages = tuple(folded(message, changes.get((chat_id, message.seq))) for message in found)
        return Page(messages=messages, more=len(newest) > limit, top_seq=top, newer=below <= top)

    async def beside(self, chat_id: ChatId, seq: int, *, older: int, newer: int) -> Page:
        """The messages next to a place, ascending: so many below it, and from it on so many; four commands.

        They and ``top_seq`` belong together as in ``before``.
        """
        seq = max(0, min(seq, SEQ_MAX))
        with unavailable():
            async with await self._messages.database.client.start_session() as session:
                top = (await self._log.tops([chat_id], session)).get(chat_id, 0)
                sides = [
                    await self._messages.find(
                        {"chat_id": chat_id, "target": MESSAGE, "seq": places},
                        sort=[("seq", way)], hint="folding",
                        limit=count + 1, batch_size=count + 2, session=session,
                    ).to_list()
                    for places, way, count in (
                        ({"$lt": min(seq, top + 1)}, -1, older),
                        ({"$gte": seq, "$lte": top}, 1, newer),
                    )
                ]  # fmt: skip
                found = [entry_of(document) for document in (*sides[0][:older][::-1], *sides[1][:newer])]
                changes = await self._changes_within(found, top, session) if found else {}
        messages = tuple(folded(message, changes.get((chat_id, message.seq))) for message in found)
        more, has_newer = len(sides[0]) > older, len(sides[1]) > newer
        return Page(messages=messages, more=more, top_seq=top, newer=has_newer)

    async def seq_of(self, chat_id: ChatId, entry_id: str) -> int | None:
        """The place of the entry with this id; ``None``: there is none in this room."""
        try:
            wanted = ObjectId(entry_id)
        except InvalidId:
            return None
        with unavailable():
            found = await self._messages.find_one({"_id": wanted}, {"chat_id": True, "seq": True})
        return found["seq"] if found is not None and found["chat_id"] == chat_id else None

    async def message(self, chat_id: ChatId, seq: int) -> Entry | None:
        """The message at this place, as it is shown; ``None``: nothing that people read is there."""
        if not 0 < seq <= SEQ_MAX:
            return None
        with unavailable():
            found = await self._messages.find_one({"chat_id": chat_id, "seq": seq}, hint="order")
        if found is None or found.get("target") is not MESSAGE:
            return None
        return (await self.shown([entry_of(found)]))[0]

    async def at(self, places: Sequence[Place]) -> dict[Place, Entry]:
        """The messages at these places of any rooms, as they are shown: two commands."""
        if not places:
            return {}
        wanted = [{"chat_id": chat_id, "seq": seq, "target": MESSAGE} for chat_id, seq in places]
        with unavailable():
            found = await self._messages.find(
                {"$or": wanted}, hint="folding", batch_size=len(wanted) + 1
            ).to_list()
        shown = await self.shown([entry_of(document) for document in found])
        return {(message.chat_id, message.seq): message for message in shown}

    async def newest(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, Entry]:
        """The newest message of each room, as it is shown: two commands; rooms without one are absent."""
        newest: list[Document] = [
            {"$match": {"_id": {"$in": list(chat_ids)}}},
            {"$project": {"_id": True}},
            {
                "$lookup": {
                    "from": self._messages.name,
                    "let": {"chat_id": "$_id"},
                    "pipeline": [
                        {"$match": {"target": MESSAGE, "$expr": {"$eq": ["$chat_id", "$$chat_id"]}}},
                        {"$sort": {"seq": -1}},
                        {"$limit": 1},
                    ],
                    "as": "newest",
                }
            },
        ]
        with unavailable():
            rows = await self._rooms.aggregate(newest, batchSize=len(chat_ids) + 1).to_list(None)
        shown = await self.shown([entry_of(row["newest"][0]) for row in rows if row["newest"]])
        return {message.chat_id: message for message in shown}

    async def shown(self, messages: Sequence[Entry]) -> tuple[Entry, ...]:
        """These messages, of any rooms, as they are shown: one command."""
        if not messages:
            return ()
        wanted = [{"chat_id": message.chat_id, "target": message.seq} for message in messages]
        with unavailable():
            changes = await self._changes({"$or": wanted}, len(wanted))
        return tuple(folded(message, changes.get((message.chat_id, message.seq))) for message in messages)

    async def _changes_within(
        self, page: Sequence[Entry], top: int, session: AsyncIOMotorClientSession
    ) -> dict[Place, Change]:
        """What the log up to ``top`` makes of the messages of a page: one range of the index."""
        targets = {"$gte": page[0].seq, "$lte": page[-1].seq}
        wanted = {"chat_id": page[0].chat_id, "target": targets, "seq": {"$lte": top}}
        return await self._changes(wanted, len(page), session)

    async def _changes(
        self, wanted: Document, count: int, session: AsyncIOMotorClientSession | None = None
    ) -> dict[Place, Change]:
        pipeline = [{"$match": wanted}, *CHANGES]
        cursor = self._messages.aggregate(pipeline, hint="folding", batchSize=count + 1, session=session)
        return {(ChatId(row["_id"]["chat_id"]), row["_id"]["target"]): _change(row) async for row in cursor}


def _change(row: Document) -> Change:
    edit = row["edit"]
    return Change(
        is_deleted=row["is_deleted"],
        conteudo=edit["conteudo"] if edit else None,
        edited_at=in_milliseconds(edit["at"]) if edit else None,
    )
