"""What many ask at once is asked once, and everybody is answered, whatever becomes of it."""

import asyncio
from collections.abc import Sequence

import pytest

from prosa.storage.together import Together


class Store:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.may_answer = asyncio.Event()
        self.fault: Exception | None = None

    async def ask(self, keys: Sequence[int]) -> dict[int, str]:
        self.asked.append(list(keys))
        await self.may_answer.wait()
        if self.fault is not None:
            raise self.fault
        return {key: str(key) for key in keys if key}


@pytest.mark.gen_test
async def test_what_is_asked_meanwhile_is_asked_together() -> None:
    store = Store()
    together = Together(store.ask)
    first = asyncio.create_task(together.get(1))
    await asyncio.sleep(0)
    later = [asyncio.create_task(together.get(key)) for key in (2, 3, 2, 0)]
    await asyncio.sleep(0)
    store.may_answer.set()
    assert await asyncio.gather(first, *later) == ["1", "2", "3", "2", None]
    assert store.asked == [[1], [2, 3, 0]]


@pytest.mark.gen_test
async def test_a_fault_of_ours_is_told_to_all_who_asked_and_the_next_question_is_asked() -> None:
    store = Store()
    together = Together(store.ask)
    store.fault = KeyError("a bug")
    asked = [asyncio.create_task(together.get(key)) for key in (1, 2)]
    await asyncio.sleep(0)
    store.may_answer.set()
    assert [type(each) for each in await asyncio.gather(*asked, return_exceptions=True)] == [KeyError] * 2
    store.fault = None
    assert await together.get(3) == "3"


@pytest.mark.gen_test
async def test_closing_waits_for_the_answer_also_where_whoever_asked_has_gone() -> None:
    store = Store()
    together = Together(store.ask)
    asked = asyncio.create_task(together.get(1))
    await asyncio.sleep(0)
    asked.cancel()
    closing = asyncio.create_task(together.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    store.may_answer.set()
    await closing
