"""What is acknowledged is in the log, once, in one order; and is found again."""

import asyncio
from collections.abc import Iterator

import pytest
from tornado.platform.asyncio import AsyncIOLoop

from prosa.models.entries import Draft
from prosa.models.errors import ConflictError, TooLargeError, UnavailableError
from prosa.models.ids import ChatId
from prosa.storage.database import Database
from prosa.storage.messages import Messages
from tests.prosa.storage.drafts import ALONE, NOON, a_draft

ROOM = ChatId("7")


@pytest.fixture
def messages(io_loop: AsyncIOLoop, database: Database) -> Iterator[Messages]:
    store: list[Messages] = []

    async def build() -> None:
        store.append(Messages(database, turn=ALONE))

    io_loop.run_sync(build)
    yield store[0]
    io_loop.run_sync(store[0].close)


async def log_of(messages: Messages, room: str = "7") -> list[tuple[int, str]]:
    return [(entry.seq, entry.conteudo) for entry in await messages.after(ChatId(room), 0, 10_000)]


@pytest.mark.gen_test
async def test_what_was_acknowledged_is_read_as_it_was_sent(messages: Messages) -> None:
    stored = await messages.append(a_draft("olá, é aqui? 😀", client_id="c1"))
    assert not stored.duplicate
    assert (stored.entry.seq, stored.entry.conteudo, stored.entry.sent_at) == (1, "olá, é aqui? 😀", NOON)
    assert await messages.after(ROOM, 0, 10) == (stored.entry,)


@pytest.mark.gen_test
async def test_the_same_client_id_again_has_the_first_answer_again(messages: Messages) -> None:
    first = await messages.append(a_draft("oi"))
    await messages.append(a_draft("tudo bem?"))
    again = await messages.append(a_draft("oi"))
    assert again.duplicate
    assert again.entry == first.entry
    assert await messages.known(a_draft("oi")) == again
    assert await messages.known(a_draft("nunca dito")) is None


@pytest.mark.gen_test
async def test_another_text_under_a_known_client_id_is_a_conflict(messages: Messages) -> None:
    await messages.append(a_draft("oi", client_id="c"))
    with pytest.raises(ConflictError):
        await messages.append(a_draft("não", client_id="c"))
    with pytest.raises(ConflictError):
        await messages.known(a_draft("não", client_id="c"))
    assert await log_of(messages) == [(1, "oi")]


@pytest.mark.gen_test
async def test_a_client_id_is_its_authors_own_and_its_rooms_own(messages: Messages) -> None:
    drafts = [a_draft("oi", author="1"), a_draft("oi", author="2"), a_draft("oi", room="8")]
    stored = await asyncio.gather(*map(messages.append, drafts))
    assert [(answer.entry.seq, answer.duplicate) for answer in stored] == [(1, False), (2, False), (1, False)]


@pytest.mark.gen_test
async def test_a_double_click_is_one_message_and_one_answer(messages: Messages) -> None:
    first, second = await asyncio.gather(messages.append(a_draft("oi")), messages.append(a_draft("oi")))
    assert first.entry == second.entry
    assert sorted((first.duplicate, second.duplicate)) == [False, True]
    drafts = [a_draft("a", client_id="x"), a_draft("b", client_id="x")]
    _, refusal = await asyncio.gather(*map(messages.append, drafts), return_exceptions=True)
    assert isinstance(refusal, ConflictError)
    assert await log_of(messages) == [(1, "oi"), (2, "a")]


@pytest.mark.parametrize("place", [0, 2, 4], ids=["first", "middle", "last"])
@pytest.mark.parametrize("count", [5, 40], ids=["calm", "lane"])
@pytest.mark.gen_test
async def test_a_known_message_in_a_batch_costs_the_others_nothing(
    messages: Messages, place: int, count: int
) -> None:
    place = place * (count - 1) // 4
    await messages.append(a_draft("conhecida"))
    texts = [f"m{number}" for number in range(count)]
    texts[place] = "conhecida"
    stored = await asyncio.gather(*(messages.append(a_draft(text)) for text in texts))
    new = [text for text in texts if text != "conhecida"]
    assert await log_of(messages) == list(enumerate(["conhecida", *new], 1))
    assert [answer.duplicate for answer in stored] == [text == "conhecida" for text in texts]
    assert stored[place].entry.seq == 1


@pytest.mark.gen_test
async def test_a_conflict_in_a_batch_costs_the_others_nothing(messages: Messages) -> None:
    await messages.append(a_draft("oi", client_id="c"))
    other_rooms = [a_draft("oi", room=str(number)) for number in range(20, 30)]
    drafts = [a_draft("a"), a_draft("outra", client_id="c"), a_draft("b"), *other_rooms]
    answers = await asyncio.gather(*map(messages.append, drafts), return_exceptions=True)
    assert [type(answer) for answer in answers if isinstance(answer, BaseException)] == [ConflictError]
    assert await log_of(messages) == [(1, "oi"), (2, "a"), (3, "b")]
    assert await messages.tops([ChatId(str(number)) for number in range(20, 31)]) == {
        ChatId(str(number)): 1 for number in range(20, 30)
    }


@pytest.mark.gen_test(timeout=30)
async def test_two_workers_in_one_room_leave_one_order_without_a_hole(database: Database) -> None:
    workers = [Messages(database, turn=ALONE) for _ in range(3)]

    async def author(number: int) -> None:
        for count in range(20):
            await workers[number % 3].append(a_draft(f"{number}-{count}", author=str(number)))

    await asyncio.gather(*map(author, range(30)))
    log = await log_of(workers[0])
    assert [seq for seq, _ in log] == list(range(1, 601))
    assert len({text for _, text in log}) == 600
    for number in range(30):
        own = [text for _, text in log if text.startswith(f"{number}-")]
        assert own == [f"{number}-{count}" for count in range(20)]
    for worker in workers:
        await worker.close()


@pytest.mark.gen_test
async def test_a_burst_of_one_author_keeps_its_order(messages: Messages) -> None:
    texts = [f"{number}" for number in range(700)]
    await asyncio.gather(*(messages.append(a_draft(text)) for text in texts))
    assert [text for _, text in await log_of(messages)] == texts


@pytest.mark.gen_test
async def test_history_is_read_backwards_page_by_page(messages: Messages) -> None:
    await asyncio.gather(*(messages.append(a_draft(f"{number}")) for number in range(1, 8)))
    newest = await messages.page_before(ROOM, None, 3)
    assert ([entry.seq for entry in newest.messages], newest.more, newest.top_seq) == ([5, 6, 7], True, 7)
    older = await messages.page_before(ROOM, 5, 3)
    assert ([entry.seq for entry in older.messages], older.more, older.top_seq) == ([2, 3, 4], True, 7)
    oldest = await messages.page_before(ROOM, 2, 3)
    assert ([entry.seq for entry in oldest.messages], oldest.more) == ([1], False)
    assert (await messages.page_before(ROOM, 10**30, 3)).messages == newest.messages
    nothing = await messages.page_before(ChatId("8"), None, 3)
    assert (nothing.messages, nothing.more, nothing.top_seq) == ((), False, 0)


@pytest.mark.gen_test
async def test_imported_entries_are_not_live_ones(messages: Messages) -> None:
    assert not await messages.has_live_entries(ROOM)
    await messages.append(a_draft("passado", imported=True))
    assert not await messages.has_live_entries(ROOM)
    await messages.append(a_draft("agora"))
    await messages.append(a_draft("mais passado", imported=True))
    assert await messages.has_live_entries(ROOM)


@pytest.mark.gen_test
async def test_a_full_queue_refuses_what_comes_and_keeps_what_it_has(database: Database) -> None:
    messages = Messages(database, turn=ALONE, queue_messages=5, room_messages=3)
    accepted: list[Draft] = [a_draft("a"), a_draft("b"), a_draft("c")]
    waiting = asyncio.gather(*map(messages.append, accepted))
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError) as refusal:
        await messages.append(a_draft("d"))
    assert refusal.value.details["retry_after_ms"]
    others = asyncio.gather(messages.append(a_draft("e", room="8")), messages.append(a_draft("e", room="9")))
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError):
        await messages.append(a_draft("e", room="10"))
    again = messages.append(a_draft("a"))
    assert [answer.entry.seq for answer in await waiting] == [1, 2, 3]
    assert (await again).entry.seq == 1
    await others
    assert (await messages.append(a_draft("d"))).entry.seq == 4
    await messages.close()


@pytest.mark.gen_test
async def test_what_no_document_can_hold_is_refused_before_it_harms_a_batch(messages: Messages) -> None:
    with pytest.raises(TooLargeError):
        await messages.append(a_draft("x" * 2**20, client_id="c"))
    with pytest.raises(UnicodeEncodeError):
        await messages.append(a_draft("\ud800", client_id="c"))
    assert (await messages.append(a_draft("oi", client_id="c"))).entry.seq == 1


@pytest.mark.gen_test
async def test_a_caller_who_leaves_takes_nothing_back(messages: Messages) -> None:
    leaving = asyncio.ensure_future(messages.append(a_draft("oi")))
    await asyncio.sleep(0)
    leaving.cancel()
    again = await messages.append(a_draft("oi"))
    assert again.entry.seq == 1
    assert await log_of(messages) == [(1, "oi")]


@pytest.mark.gen_test
async def test_closing_finishes_what_waits_and_refuses_what_comes(database: Database) -> None:
    messages = Messages(database, turn=ALONE)
    waiting = [asyncio.ensure_future(messages.append(a_draft(f"{number}"))) for number in range(50)]
    await asyncio.sleep(0)
    await messages.close()
    assert [(await answer).entry.seq for answer in waiting] == list(range(1, 51))
    with pytest.raises(UnavailableError):
        await messages.append(a_draft("tarde"))
