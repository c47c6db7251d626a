"""Every command that the store sends runs on an index, whatever is in the collections."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import monitoring

from prosa.models.attachments import Attachment, File, Upload
from prosa.models.ids import AttachmentId, ChatId, ClientId, UploadId, UserId
from prosa.models.rooms import SMALL_ROOM, Member, RoomDraft
from prosa.models.searches import Place, question_of
from prosa.storage.attachments import Attachments
from prosa.storage.database import Database
from prosa.storage.deletions import Deletions
from prosa.storage.erasures import Erasures
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.retention import Retention
from prosa.storage.rooms import Rooms
from prosa.storage.sightings import Sightings
from prosa.storage.texts import Texts
from prosa.storage.traces import Traces
from prosa.storage.uploads import Uploads
from tests.prosa.storage.drafts import ALONE, NOON, a_change, a_draft

ROOM, USER, OTHER = ChatId("7"), UserId("1"), UserId("2")
READING = {"find", "aggregate", "update", "delete", "findAndModify"}
OF_THE_SESSION = {
    "lsid",
    "$db",
    "$clusterTime",
    "txnNumber",
    "startTransaction",
    "autocommit",
    "writeConcern",
}
Command = dict[str, Any]


class Recorder(monitoring.CommandListener):
    """The commands that a client sends, each of a kind once."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in READING:
            command = {key: value for key, value in event.command.items() if key not in OF_THE_SESSION}
            self.commands.extend(one_each(command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        raise AssertionError(event.failure)


def one_each(command: Command) -> Iterator[Command]:
    """``explain`` takes one update or delete at a time."""
    for several in ("updates", "deletes"):
        if several in command:
            yield from ({**command, several: [single]} for single in command[several])
            return
    yield command


def everywhere(plan: Any, name: str) -> Iterator[Any]:
    """The values of every ``name`` in what ``explain`` answered, rejected plans left out."""
    if isinstance(plan, dict):
        for key, value in plan.items():
            if key == name:
                yield value
            elif key not in {"rejectedPlans", "command", "$lookup"}:
                yield from everywhere(value, name)
    elif isinstance(plan, list):
        for value in plan:
            yield from everywhere(value, name)


async def search_everything(messages: Messages, texts: Texts) -> None:
    for chat_ids in ([ROOM], [ROOM, ChatId("8")]):
        await texts.follow(chat_ids)
        for typed in ("5", '"5" abc'):
            await texts.find(question_of(typed), chat_ids, before=Place(NOON, ROOM, 9), limit=10)
    await messages.append(a_change("tchau", room="8", target=58))
    await texts.follow([ChatId("8")])
    await texts.forget(ChatId("9"))


async def turn_pages(messages: Messages) -> None:
    for room in (ROOM, ChatId("8")):
        await messages.page_before(room, None, 10)
        await messages.page_before(room, 9, 10)
        await messages.page_beside(room, 9, older=3, newer=3)
    await messages.at([(ROOM, 1), (ChatId("8"), 2)])


async def see(sightings: Sightings) -> None:
    await sightings.note({USER: NOON, OTHER: NOON})
    await sightings.of([USER, OTHER])


async def use_everything(database: Database) -> None:
    messages, rooms, memberships = Messages(database, turn=ALONE), Rooms(database), Memberships(database)
    both = (Member(USER, "Ana"), Member(UserId("2"), "Beto"))
    crowd = tuple(Member(UserId(str(number)), "x") for number in range(SMALL_ROOM + 1))
    for room in (ROOM, ChatId("8"), ChatId("9")):
        await rooms.put(room, RoomDraft(title="Obra", members=both))
        stored = [await messages.append(a_draft(f"{number}", room=room, at=NOON)) for number in range(60)]
        await memberships.note_last([answer.entry for answer in stored])
    await rooms.put(ROOM, RoomDraft(title="Obra", members=crowd))
    await rooms.put(ROOM, RoomDraft(title="Obra", members=(Member(USER, "Ana Maria"),)))
    await rooms.put(ChatId("crowd"), RoomDraft(title="Obra", members=crowd))
    await memberships.note_last([(await messages.append(a_draft("x", room="crowd"))).entry])
    await rooms.get_many([ROOM, ChatId("8")])
    await rooms.versions([ROOM])
    await rooms.delete(ChatId("9"))
    await messages.append(a_draft("1"))
    await messages.known(a_draft("1"))
    await messages.append(a_change("oi", room="8", target=60))
    await messages.append(a_change(None, room="8", target=59))
    await turn_pages(messages)
    entry = await messages.message(ChatId("8"), 60)
    assert entry is not None
    await messages.seq_of(ChatId("8"), entry.id)
    await messages.after(ROOM, 3, 10)
    await messages.tops([ROOM, ChatId("8")])
    await messages.has_live_entries(ROOM)
    await memberships.is_member(ROOM, USER)
    await memberships.advance(ROOM, USER, delivered_seq=3, read_seq=2)
    await memberships.cursor(ROOM, USER)
    await memberships.cursors([ROOM, ChatId("8")])
    await memberships.rooms_of(USER)
    await memberships.unread(ROOM, USER)
    await memberships.unread_of(USER)
    await memberships.summaries(USER, since=None, limit=1)
    await memberships.summaries(USER, since=NOON, limit=10)
    _, bookmark = await memberships.summaries_after(USER, bookmark=None, limit=1)
    await memberships.summaries_after(USER, bookmark=bookmark, limit=1)
    await messages.append(a_draft("x", room="8", author=OTHER))
    await search_everything(messages, Texts(database))
    await see(Sightings(database))
    traces = Traces(database)
    async for room in traces.rooms_of(OTHER):
        await traces.of(room, OTHER)
        async for _ in traces.words(room, OTHER):
            pass
    async for _ in Erasures(database).erase(OTHER, blanks=True):
        pass
    deletions = Deletions(database)
    async for found in deletions.before(NOON.replace(year=2031)):
        await deletions.blank(*found)
    retention = Retention(database)
    async for expired in retention.expired(NOON.replace(year=2031)):
        await retention.remove(expired)
    await messages.close()


async def use_files(database: Database) -> None:
    uploads, attachments = Uploads(database), Attachments(database)
    later = NOON.replace(year=2031)
    upload = Upload(id=UploadId("a" * 32), chat_id=ROOM, owner_id=USER, name="a", size_bytes=9, sha256="x")
    await uploads.begin(upload, NOON)
    await uploads.same(upload)
    await uploads.holding(USER)
    await uploads.find(upload.id, USER)
    await uploads.write(upload, b"abc", NOON)
    assert await uploads.claim(upload.id, NOON, 60)
    await uploads.becomes(upload.id, AttachmentId(upload.id))
    await uploads.release(upload.id, NOON)
    file = File(
        attachment=Attachment(id=AttachmentId(upload.id), name="a", type="text/plain", size_bytes=3),
        chat_id=ROOM,
        owner_id=USER,
        sha256="",
        source_sha256="",
    )
    await attachments.keep(file, uploads.pieces(upload.id), b"small", NOON)
    name, owner = file.attachment.id, {"chat_id": ROOM, "owner_id": USER}
    assert [b async for b in attachments.blocks(name, is_thumbnail=False, start=1, end=3)] == [b"bc"]
    await attachments.holding(USER)
    await attachments.unsent_of(USER)
    [(_, touched_at)] = await attachments.unsent(later)
    await attachments.give(name, **owner, client_id=ClientId("c"), now=touched_at)
    assert await attachments.withdraw(name, touched_at, NOON)
    await attachments.sent(name, 1)
    await attachments.hand_over(USER, OTHER)
    assert await uploads.of(USER) == await uploads.abandon(later, NOON)
    await attachments.remove_unfinished(name)
    await uploads.discard(upload.id)
    await attachments.remove([name])


@pytest.mark.gen_test(timeout=60)
async def test_no_command_scans_a_collection_or_sorts_in_memory(database: Database, mongod: str) -> None:
    recorder = Recorder()
    name = database.messages.database.name
    watched = await Database.open(mongod, name, event_listeners=[recorder])
    recorder.commands.clear()
    await use_everything(watched)
    await use_files(watched)
    await watched.close()
    skip_scans = lookups = searches = 0
    assert len(recorder.commands) > 40
    for command in recorder.commands:
        verbosity = "executionStats" if "aggregate" in command else "queryPlanner"
        plan = await database.messages.database.command("explain", command, verbosity=verbosity)
        stages = set(everywhere(plan, "stage"))
        assert stages & {"IXSCAN", "IDHACK", "DISTINCT_SCAN", "EOF", "COUNT_SCAN", "PROJECTION_COVERED"}, (
            command
        )
        searches += "TEXT_MATCH" in stages
        # What a word has found in these rooms is put in order; all else comes in the order of an index.
        assert not stages & ({"COLLSCAN"} if "TEXT_MATCH" in stages else {"COLLSCAN", "SORT"}), command
        assert not list(everywhere(plan, "$sort")), command
        assert not any(everywhere(plan, "collectionScans")), command
        skip_scans += "DISTINCT_SCAN" in stages
        for lookup in everywhere(plan, "stages"):
            for stage in lookup:
                if "$lookup" in stage:
                    assert set(stage["indexesUsed"]) <= {"order", "folding"}
                    assert command["aggregate"] != "rooms" or stage["totalDocsExamined"] <= stage["nReturned"]
                    lookups += 1
    assert skip_scans >= 4
    assert lookups >= 6
    assert searches == 4


@pytest.mark.gen_test
async def test_a_search_looks_at_what_has_its_word_in_its_rooms_and_at_nothing_else(
    database: Database, mongod: str
) -> None:
    recorder = Recorder()
    messages, texts = Messages(database, turn=ALONE), Texts(database)
    rooms = [ChatId(f"room {n}") for n in range(8)]
    for room in rooms:
        for n in range(5):
            text = "azulejo" if n < 3 else "piso"
            await messages.append(a_draft(text, room=room, client_id=f"{n}"))
    await messages.close()
    await texts.follow(rooms)
    watched = await Database.open(mongod, database.messages.database.name, event_listeners=[recorder])
    recorder.commands.clear()
    for count in (1, 3):
        await Texts(watched).find(question_of("azulejo "), rooms[:count], before=None, limit=2)
    await watched.close()
    assert len(recorder.commands) == 2
    for count, command in zip((1, 3), recorder.commands, strict=True):
        plan = await database.messages.database.command("explain", command, verbosity="executionStats")
        examined = plan["executionStats"]
        looks = 2 * 3 * count  # the text index looks at each document itself, before our conditions do
        assert (examined["totalDocsExamined"], examined["nReturned"]) == (looks, 2)
        assert examined["totalKeysExamined"] <= 4 * count
