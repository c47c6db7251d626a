"""What a deleted message had said is taken away some time after its author took it back.

Until then it lies in the log, for whoever has to look into a dispute. Its place stays, and so does its
digest, so that the same send is still answered with the first answer.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from prosa.models.ids import ChatId
from prosa.storage.attachments import Attachments
from prosa.storage.database import Database, Document
from prosa.storage.texts import Texts
from prosa.storage.traces import ROOMS_AT_ONCE, Traces
from prosa.storage.translation import unavailable

MESSAGES_AT_ONCE = 200


class Deletions:
    """Every method may raise ``UnavailableError``: what is not done yet is found by the next one."""

    def __init__(self, database: Database) -> None:
        self._messages = database.messages
        self._attachments = Attachments(database)
        self._texts = Texts(database)
        self._traces = Traces(database)

    async def before(self, moment: datetime) -> AsyncIterator[tuple[ChatId, tuple[int, ...]]]:
        """Each room where something deleted before this moment still has its text, and the places of that."""
        async for chat_ids in self._traces.all_rooms():
            pipeline: list[Document] = [
                {
                    "$match": {
                        "chat_id": {"$in": chat_ids},
                        "target": {"$gt": 0},
                        "kind": "delete",
                        "sent_at": {"$lt": moment},
                        "is_blanked": {"$exists": False},
                    }
                },
                {"$group": {"_id": "$chat_id", "targets": {"$addToSet": "$target"}}},
            ]
            with unavailable():
                rows = await self._messages.aggregate(
                    pipeline, hint="folding", batchSize=ROOMS_AT_ONCE + 1
                ).to_list(None)
            for row in sorted(rows, key=lambda row: str(row["_id"])):
                yield ChatId(row["_id"]), tuple(sorted(row["targets"]))

    async def blank(self, chat_id: ChatId, targets: Sequence[int]) -> None:
        """Neither these messages nor their edits say anything. Noted last: what was killed is done again."""
        for start in range(0, len(targets), MESSAGES_AT_ONCE):
            some = list(targets[start : start + MESSAGES_AT_ONCE])
            changes: Document = {"chat_id": chat_id, "target": {"$in": some}}
            await self._texts.forget(chat_id, {"$in": some})
            there: Document = {"chat_id": chat_id, "seq": {"$in": some}}
            with unavailable():
                with_files = await self._messages.find(
                    {**there, "attachment": {"$exists": True}}, {"attachment.id": True},
                    hint="order", batch_size=MESSAGES_AT_ONCE + 1,
                ).to_list()  # fmt: skip
                await self._attachments.remove_with(with_files)
                await self._messages.update_many(
                    there, {"$set": {"conteudo": ""}, "$unset": {"attachment": ""}}, hint="order"
                )
                await self._messages.update_many(
                    {**changes, "kind": "edit"}, {"$set": {"conteudo": ""}}, hint="folding"
                )
                await self._messages.update_many(
                    {**changes, "kind": "delete"}, {"$set": {"is_blanked": True}}, hint="folding"
                )
