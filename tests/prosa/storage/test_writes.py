"""What is written says for itself that a majority is to have it, and what came of it is told as it was."""

from typing import Any

import pytest
from pymongo import WriteConcern, monitoring
from pymongo.errors import BulkWriteError

from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from prosa.storage.texts import Texts
from prosa.storage.writes import write
from tests.prosa.storage.drafts import ALONE, a_draft

ROOM = ChatId("7")


class Writes(monitoring.CommandListener):
    """The commands that change something, as they were sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in ("insert", "update", "delete"):
            self.sent.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@pytest.mark.gen_test
async def test_what_follows_a_message_is_four_writes_and_no_server_keeps_count_of_them(
    database: Database, mongod: str
) -> None:
    await Rooms(database).put(ROOM, RoomDraft(title="Obra", members=(Member(UserId("1"), "Ana"),)))
    writes = Writes()
    watched = await Database.open(mongod, database.messages.database.name, event_listeners=[writes])
    messages, texts = Messages(watched, turn=ALONE), Texts(watched)
    await messages.append(a_draft("um"))
    await texts.follow([ROOM])
    writes.sent.clear()
    stored = await messages.append(a_draft("dois"))
    await Memberships(watched).note_last([stored.entry])
    await texts.follow([ROOM])
    what = [next(iter(command.items())) for command in writes.sent]
    assert what == [
        ("insert", "messages"),
        ("update", "memberships"),
        ("update", "texts"),
        ("update", "marks"),
    ]
    assert not any("txnNumber" in command for command in writes.sent), (
        "a retryable write is one more, on each"
    )
    durable = [command["writeConcern"] for command in writes.sent[:2]]
    assert all((concern["w"], concern["j"]) == ("majority", True) for concern in durable)
    await messages.close()
    await watched.close()


@pytest.mark.gen_test
async def test_what_was_refused_is_named_and_the_rest_is_there(database: Database) -> None:
    documents = [{"_id": number, "chat_id": "7", "seq": number % 3} for number in range(4)]
    keys: dict[str, Any] = {"author_id": "1"}
    documents = [{**document, **keys, "client_id": str(document["_id"])} for document in documents]
    with pytest.raises(BulkWriteError) as refused:
        await write(database.messages, "insert", documents=documents, ordered=False)
    assert refused.value.details is not None
    (failure,) = refused.value.details["writeErrors"]
    assert (failure["index"], failure["code"], "seq" in failure["keyPattern"]) == (3, 11000, True)
    assert refused.value.details["writeConcernErrors"] == []
    assert refused.value.details["n"] == await database.messages.count_documents({}) == 3


@pytest.mark.gen_test
async def test_what_no_majority_has_in_time_is_not_said_to_be_stored(database: Database) -> None:
    impatient = database.marks.with_options(write_concern=WriteConcern(w=2, wtimeout=50))
    with pytest.raises(BulkWriteError) as unsure:
        await write(impatient, "insert", documents=[{"_id": "7"}], ordered=True)
    assert unsure.value.details is not None
    assert (unsure.value.details["writeErrors"], len(unsure.value.details["writeConcernErrors"])) == ([], 1)
