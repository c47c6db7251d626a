"""A worker with a defect, for the lab to find: ``python -m tests.lab.planted`` in place of ``app.py``.

Which one stands in the file ``planted`` of its data folder.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import app
from prosa.chat.events import Event
from prosa.chat.hub import Hub
from prosa.chat.seats import Seat
from prosa.models.entries import Entry
from prosa.storage.database import Database, Document
from prosa.storage.log import MongoLog

_writing: set[asyncio.Task[None]] = set()


def acknowledged_before_it_is_stored() -> None:
    """The store is told, and not waited for."""
    insert = MongoLog.insert

    async def at_once(self: MongoLog, documents: Sequence[Document], *, ordered: bool) -> None:
        task = asyncio.ensure_future(insert(self, documents, ordered=ordered))
        _writing.add(task)
        task.add_done_callback(lambda _: task.cancelled() or task.exception())

    MongoLog.insert = at_once  # type: ignore[method-assign]


def batch_goes_on_after_a_refusal() -> None:
    """A run of a room is stored unordered."""
    insert = MongoLog.insert

    async def unordered(self: MongoLog, documents: Sequence[Document], *, ordered: bool) -> None:
        await insert(self, documents, ordered=False)

    MongoLog.insert = unordered  # type: ignore[method-assign]


def hole_is_not_read() -> None:
    """What comes is shown as it comes."""

    def stored(self: Hub, entry: Entry) -> None:
        live = self._live.get(entry.chat_id)
        if live is not None and live.room is not None and entry.seq > live.top:
            self._pass_on(live, entry)

    def hear(self: Seat, seq: int, event: Event) -> None:
        if self._held is not None:
            self._hold(seq, event)
        elif seq > self.position:
            self.position = seq
            self.connection.deliver(event)

    Seat.hear = hear  # type: ignore[method-assign]
    Hub.stored = stored  # type: ignore[method-assign]


def read_before_a_majority_has_it() -> None:
    """Read concern ``local``."""
    opened = Database.open.__func__  # type: ignore[attr-defined]

    async def local(cls: type[Database], uri: str, name: str, **options: Any) -> Database:
        database: Database = await opened(cls, uri, name, **options, readConcernLevel="local")
        return database

    Database.open = classmethod(local)  # type: ignore[method-assign,assignment]


DEFECTS: dict[str, Callable[[], None]] = {
    defect.__name__: defect
    for defect in (
        acknowledged_before_it_is_stored,
        batch_goes_on_after_a_refusal,
        hole_is_not_read,
        read_before_a_majority_has_it,
    )
}

if __name__ == "__main__":
    planted = Path(os.environ["PROSA_DATA_DIR"]) / "planted"
    if planted.exists():
        DEFECTS[planted.read_text()]()
    sys.exit(app.main())
