"""A page is the log folded: every message in its place, as it was said last, or gone."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tornado.platform.asyncio import AsyncIOLoop

from prosa.models.entries import Draft, Entry
from prosa.models.errors import ConflictError
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from tests.prosa.storage.drafts import ALONE, NOON, a_change, a_draft

ROOM = ChatId("7")
Shown = tuple[int, str, bool, bool]
"""A message as a page shows it: place, text, whether it is edited, whether it is deleted."""


@pytest.fixture
def messages(io_loop: AsyncIOLoop, database: Database) -> Iterator[Messages]:
    store: list[Messages] = []

    async def build() -> None:
        store.append(Messages(database, turn=ALONE))

    io_loop.run_sync(build)
    yield store[0]
    io_loop.run_sync(store[0].close)


def shown(messages: tuple[Entry, ...]) -> list[Shown]:
    return [(m.seq, m.conteudo, m.edited_at is not None, m.is_deleted) for m in messages]


def fold(log: tuple[Entry, ...]) -> list[Shown]:
    """What the log comes to, in the plainest words."""
    found: dict[int, Shown] = {}
    for entry in log:
        if entry.target is None:
            found[entry.seq] = (entry.seq, entry.conteudo, False, False)
        elif entry.target in found and entry.kind == "delete":
            found[entry.target] = (entry.target, "", False, True)
        elif entry.target in found and not found[entry.target][3]:
            found[entry.target] = (entry.target, entry.conteudo, True, False)
    return list(found.values())


LOGS = st.lists(st.tuples(st.sampled_from(["say", "say", "edit", "edit", "delete"]), st.integers(0, 5)))


def drafts_of(log: list[tuple[str, int]], room: str) -> Iterator[Draft]:
    """Something is said, or the message so many before the last one is changed."""
    places: list[int] = []
    for seq, (what, back) in enumerate([("say", 0), *log], 1):
        if what == "say":
            places.append(seq)
            yield a_draft(f"m{seq}", room=room)
        else:
            target = places[max(0, len(places) - 1 - back)]
            yield a_change(
                f"e{seq}" if what == "edit" else None, target=target, room=room, client_id=f"c{seq}"
            )


@pytest.mark.parametrize("limit", [1, 3])
def test_every_page_of_every_log_is_what_the_log_comes_to(
    limit: int, io_loop: AsyncIOLoop, messages: Messages
) -> None:
    async def holds(ops: list[tuple[str, int]]) -> None:
        room = uuid4().hex
        await asyncio.gather(*map(messages.append, drafts_of(ops, room)))
        log = await messages.after(ChatId(room), 0, 1_000)
        assert len(log) == len(ops) + 1
        expected, before = fold(log), None
        while True:
            page = await messages.page_before(ChatId(room), before, limit)
            assert page.top_seq == len(log)
            assert shown(page.messages) == expected[-limit:]
            del expected[-limit:]
            assert page.more == bool(expected)
            if not page.more:
                return
            before = page.messages[0].seq

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(LOGS)
    def check(ops: list[tuple[str, int]]) -> None:
        io_loop.run_sync(lambda: holds(ops))

    check()


@pytest.mark.gen_test
async def test_a_page_beside_a_place_has_both_sides_as_they_are_shown(messages: Messages) -> None:
    for n in range(1, 7):
        await messages.append(a_draft(f"m{n}"))
    for text, target in (("e", 3), (None, 5)):
        await messages.append(a_change(text, target=target))
    expected = fold(await messages.after(ROOM, 0, 100))

    async def beside(seq: int, older: int, newer: int) -> tuple[list[Shown], bool, bool]:
        page = await messages.page_beside(ROOM, seq, older=older, newer=newer)
        assert page.top_seq == 8
        return shown(page.messages), page.more, page.newer

    assert await beside(4, 2, 2) == (expected[1:5], True, True)
    assert await beside(3, 2, 4) == (expected, False, False)
    assert await beside(4, 0, 2) == (expected[3:5], True, True)
    assert await beside(7, 0, 9) == ([], True, False)
    assert await beside(10**30, 2, 2) == (expected[4:], True, False)
    assert await beside(0, 2, 2) == (expected[:2], False, True)


@pytest.mark.gen_test(timeout=30)
async def test_a_page_read_while_others_write_is_the_log_up_to_its_top(messages: Messages) -> None:
    await messages.append(a_draft("m1"))
    is_done = False

    async def write(author: str) -> None:
        for number in range(40):
            await messages.append(a_draft(f"{author}-{number}", author=author))
            await messages.append(a_change(f"{author} e {number}", target=1 + number // 4, author=author))

    async def read() -> list[tuple[int, list[Shown]]]:
        pages = []
        while not is_done:
            page = await messages.page_before(ROOM, None, 100)
            pages.append((page.top_seq, shown(page.messages)))
        return pages

    reading = asyncio.ensure_future(read())
    await asyncio.gather(write("1"), write("2"), write("3"))
    is_done = True
    log = await messages.after(ROOM, 0, 1_000)
    pages = await reading
    assert len({top for top, _ in pages}) > 3
    for top, page in pages:
        assert page == fold(log[:top])[-100:]


@pytest.mark.gen_test
async def test_the_last_edit_says_when_and_a_deletion_wins_over_what_comes_after_it(
    messages: Messages,
) -> None:
    later = NOON + timedelta(minutes=2)
    for draft in (
        a_draft("um"),
        a_draft("dois"),
        a_change("um!", target=1, at=NOON),
        a_change("um?", target=1, at=later),
        a_change(None, target=2),
        a_change("tarde demais", target=2),
    ):
        await messages.append(draft)
    page = await messages.page_before(ROOM, None, 50)
    first, second = page.messages
    assert (first.conteudo, first.edited_at, first.sent_at) == ("um?", later, NOON)
    assert (second.conteudo, second.edited_at, second.is_deleted) == ("", None, True)
    assert (page.top_seq, page.more) == (6, False)
    assert await messages.message(ROOM, 1) == first
    assert await messages.message(ROOM, 2) == second
    assert [await messages.message(ROOM, seq) for seq in (0, 3, 5, 7, 10**30)] == [None] * 5
    assert await messages.seq_of(ROOM, second.id) == 2
    assert await messages.seq_of(ChatId("8"), second.id) is None
    assert [await messages.seq_of(ROOM, name) for name in ("", "x", "0" * 24)] == [None] * 3


@pytest.mark.gen_test
async def test_an_edit_is_the_same_only_with_the_same_text_about_the_same_message(messages: Messages) -> None:
    for text in ("um", "dois"):
        await messages.append(a_draft(text))
    edit = a_change("novo", target=1, client_id="c")
    first = await messages.append(edit)
    again = await messages.append(edit)
    assert (again.duplicate, again.entry) == (True, first.entry)
    assert await messages.known(edit) == again
    assert (first.entry.seq, first.entry.kind, first.entry.target) == (3, "edit", 1)
    for other in (
        a_change("outro", target=1, client_id="c"),
        a_change("novo", target=2, client_id="c"),
        a_change(None, target=1, client_id="c"),
        a_draft("novo", client_id="c"),
        a_change("um", target=1, client_id="um"),
    ):
        with pytest.raises(ConflictError):
            await messages.known(other)
        with pytest.raises(ConflictError):
            await messages.append(other)
    assert len(await messages.after(ROOM, 0, 100)) == 3


@pytest.mark.gen_test
async def test_a_list_shows_the_last_message_as_it_is_and_counts_no_change_as_unread(
    messages: Messages, database: Database
) -> None:
    both = (Member(UserId("1"), "Ana"), Member(UserId("2"), "Beto"))
    memberships = Memberships(database)
    for room in ("7", "8", "9"):
        await Rooms(database).put(ChatId(room), RoomDraft(title="Obra", members=both))
        await messages.append(a_draft("um", room=room))
        await messages.append(a_draft("dois", room=room))
    await messages.append(a_change("DOIS", target=2, room="7"))
    await messages.append(a_change("UM", target=1, room="8"))
    await messages.append(a_change(None, target=2, room="8"))
    found, _ = await memberships.summaries(UserId("2"), since=None, limit=10)
    rows = {row.room.chat_id: (row.top_seq, row.unread, *shown((row.last,))) for row in found if row.last}
    assert rows == {
        "7": (3, 2, (2, "DOIS", True, False)),
        "8": (4, 2, (2, "", False, True)),
        "9": (2, 2, (2, "dois", False, False)),
    }
    await memberships.advance(ChatId("8"), UserId("2"), delivered_seq=2, read_seq=2)
    assert await memberships.unread(ChatId("8"), UserId("2")) == 0
