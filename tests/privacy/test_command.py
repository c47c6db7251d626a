"""The command, as it is typed: in a process of its own, on a real store, and killed in the middle."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from handlers.api.shapes import ExportAnswer
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from tests.prosa.storage.drafts import ALONE, NOON, a_change, a_draft

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60
PIPE_BYTES = 4096
"""A command whose output is not read stops when it has written so much."""
ANA, BETO = UserId("ana-71"), UserId("2")
DELETED_STAY = "PROSA_DELETED_DAYS is 0: the text of a deleted message is kept as long as its place.\n"


class Shell:
    """Where the command is typed."""

    def __init__(self, uri: str, database: Database) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PROSA_")},
            "PROSA_MONGODB_URI": uri,
            "PROSA_MONGODB_DATABASE": database.messages.database.name,
        }

    def starts(self, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "privacy", *arguments],
            cwd=ROOT,
            env={**self._environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pipesize=PIPE_BYTES,
        )

    async def runs(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """Its exit code, and what it wrote to its two outputs."""
        process = self.starts(*arguments, **settings)
        out, err = await asyncio.to_thread(process.communicate, timeout=SECONDS)
        return process.returncode, out, err


async def talked(database: Database, rooms: int) -> None:
    """Ana and Beto have said a word each in so many rooms."""
    messages, stored = Messages(database, turn=ALONE), Rooms(database)
    both = (Member(ANA, "Ana Souza"), Member(BETO, "Beto"))
    for n in range(rooms):
        await stored.put(ChatId(f"{n:060}"), RoomDraft(title=f"Obra {n}", members=both))
        await messages.append(a_draft("Olá", room=f"{n:060}", author=ANA, name="Ana Souza"))
        await messages.append(a_draft("Oi", room=f"{n:060}", author=BETO, at=NOON + timedelta(days=1)))
    await messages.close()


@pytest.fixture
def shell(mongod: str, database: Database) -> Shell:
    return Shell(mongod, database)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_is_written_for_programs_and_for_people(shell: Shell, database: Database) -> None:
    await talked(database, 2)
    code, out, err = await shell.runs("export", ANA)
    assert (code, err) == (0, "")
    found = msgspec.json.decode(out, type=ExportAnswer)
    assert [[m.conteudo for m in room.messages] for room in found.rooms] == [["Olá"], ["Olá"]]
    code, out, err = await shell.runs("export", "--html", ANA)
    assert (code, err) == (0, "")
    assert out.count("<pre>Olá</pre>") == 2


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_erasure_that_is_killed_goes_on_under_the_same_name(
    shell: Shell, database: Database
) -> None:
    await talked(database, 80)
    killed = shell.starts("erase", ANA)
    assert killed.stdout is not None
    assert await asyncio.to_thread(os.read, killed.stdout.fileno(), 5) == b"room "
    killed.send_signal(signal.SIGKILL)
    await asyncio.to_thread(killed.communicate)
    assert killed.returncode == -signal.SIGKILL
    assert await database.messages.count_documents({"author_id": ANA}) > 0
    code, out, err = await shell.runs("erase", ANA)
    assert (code, err) == (0, "")
    assert out.endswith("The person is erased.\n")
    who: dict[str, Any] = {"author_id": {"$ne": BETO}}
    assert len({m["author_id"] async for m in database.messages.find(who)}) == 1
    for collection in (database.messages, database.memberships, database.rooms, database.erasures):
        for name in ("author_id", "user_id", "members.user_id", "_id"):
            assert await collection.count_documents({name: ANA}) == 0
    assert await database.messages.count_documents({"conteudo": "Olá"}) == 80


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_dry_run_says_what_would_go_and_removes_nothing(shell: Shell, database: Database) -> None:
    await talked(database, 2)
    await database.messages.update_many({"author_id": ANA}, {"$set": {"sent_at": NOON.replace(year=2020)}})
    days = {"PROSA_RETENTION_DAYS": "365", "PROSA_DELETED_DAYS": "0"}
    lines = "".join(f"room {n:060}: 1 entries below 2\n" for n in range(2))
    assert await shell.runs("retain", "--dry-run", **days) == (
        0,
        lines + "To be removed: 2 entries of 2 rooms.\n" + DELETED_STAY,
        "",
    )
    assert await database.messages.count_documents({}) == 4
    assert await shell.runs("retain", **days) == (
        0,
        lines + "Removed: 2 entries of 2 rooms.\n" + DELETED_STAY,
        "",
    )
    assert await database.messages.count_documents({}) == 2
    assert (await shell.runs("retain", **days))[1] == "Removed: 0 entries of 0 rooms.\n" + DELETED_STAY


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_text_of_what_was_deleted_long_ago_goes(shell: Shell, database: Database) -> None:
    await talked(database, 2)
    messages = Messages(database, turn=ALONE)
    await messages.append(a_change(None, target=1, room=f"{0:060}", author=ANA, at=NOON.replace(year=2020)))
    await messages.close()
    line = f"room {0:060}: the texts of 1 deleted messages\n"
    _, out, _ = await shell.runs("retain", "--dry-run")
    assert out.endswith(line + "To be blanked: 1 deleted messages of 1 rooms.\n")
    assert await database.messages.count_documents({"conteudo": "Olá"}) == 2
    _, out, _ = await shell.runs("retain")
    assert out.endswith(line + "Blanked: 1 deleted messages of 1 rooms.\n")
    assert await database.messages.count_documents({"conteudo": "Olá"}) == 1
    assert (await shell.runs("retain"))[1].endswith("Blanked: 0 deleted messages of 0 rooms.\n")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_cannot_be_done_is_said(shell: Shell, database: Database) -> None:
    await talked(database, 1)
    code, out, err = await shell.runs("retain")
    nothing = "PROSA_RETENTION_DAYS is 0: everything is kept for ever.\n"
    assert (code, out, err) == (0, nothing + "Blanked: 0 deleted messages of 0 rooms.\n", "")
    code, out, err = await shell.runs("retain", PROSA_DELETED_DAYS="0")
    assert (code, out, err) == (0, nothing + DELETED_STAY, "")
    assert (await shell.runs("retain", PROSA_RETENTION_DAYS="3"))[0::2] == (
        2,
        "privacy: PROSA_RETENTION_DAYS is wrong: 0, or at least 8: a message may be on its way for 7 days.\n",
    )
    assert (await shell.runs("erase", ""))[0] == 2
    assert await database.messages.count_documents({}) == 2
