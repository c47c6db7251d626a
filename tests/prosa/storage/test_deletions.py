"""What was deleted is taken out of the store after its time, and everything else of it stays."""

from datetime import timedelta

import pytest

from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.deletions import Deletions
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from tests.prosa.storage.drafts import ALONE, NOON, a_change, a_draft

ROOM = ChatId("7")
DAY = timedelta(days=1)


async def two_deleted(database: Database) -> Messages:
    """Three messages, of which the first two are edited and deleted, a day apart."""
    messages = Messages(database, turn=ALONE)
    await Rooms(database).put(ROOM, RoomDraft(title="Obra", members=(Member(UserId("1"), "Ana"),)))
    for draft in (
        a_draft("segredo"),
        a_draft("conta 42"),
        a_draft("bom dia"),
        a_change("segredo maior", target=1),
        a_change("conta 43", target=2),
        a_change("bom dia!", target=3),
        a_change(None, target=1),
        a_change(None, target=2, at=NOON + DAY),
    ):
        await messages.append(draft)
    return messages


@pytest.mark.gen_test
async def test_the_texts_of_a_deleted_message_go_after_its_time_and_nothing_else_does(
    database: Database,
) -> None:
    messages, deletions = await two_deleted(database), Deletions(database)
    before = (await messages.page_before(ROOM, None, 50)).messages
    assert [found async for found in deletions.before(NOON)] == []
    found = [found async for found in deletions.before(NOON + DAY / 2)]
    assert found == [(ROOM, (1,))]
    await deletions.blank(*found[0])
    log = await messages.after(ROOM, 0, 100)
    assert [(entry.seq, entry.conteudo) for entry in log] == [
        (1, ""), (2, "conta 42"), (3, "bom dia"), (4, ""), (5, "conta 43"), (6, "bom dia!"), (7, ""), (8, ""),
    ]  # fmt: skip
    assert (await messages.page_before(ROOM, None, 50)).messages == before
    assert [found async for found in deletions.before(NOON + DAY / 2)] == []
    assert [found async for found in deletions.before(NOON + 2 * DAY)] == [(ROOM, (2,))]
    await messages.close()


@pytest.mark.gen_test
async def test_the_same_send_is_still_answered_with_the_first_answer(database: Database) -> None:
    messages, deletions = await two_deleted(database), Deletions(database)
    async for found in deletions.before(NOON + 2 * DAY):
        await deletions.blank(*found)
    for draft, seq in ((a_draft("segredo"), 1), (a_change("conta 43", target=2), 5)):
        known = await messages.known(draft)
        assert known is not None
        assert (known.duplicate, known.entry.seq, known.entry.conteudo) == (True, seq, "")
        assert await messages.append(draft) == known
    await messages.close()


@pytest.mark.gen_test
async def test_one_that_was_killed_on_the_way_is_done_by_the_next_one(database: Database) -> None:
    messages, deletions = await two_deleted(database), Deletions(database)
    await database.messages.update_one({"chat_id": ROOM, "seq": 1}, {"$set": {"conteudo": ""}})
    assert [found async for found in deletions.before(NOON + DAY / 2)] == [(ROOM, (1,))]
    await messages.close()
