"""Who waits keeps their place, and nobody overtakes their own earlier message."""

import pytest

from prosa.models.errors import OutcomeUnknownError
from prosa.models.ids import ChatId
from prosa.storage.waiting import LANE_MESSAGES, Line, Waiting
from tests.prosa.storage.drafts import a_draft


def a_line(*said: tuple[str, str]) -> tuple[Line, list[Waiting]]:
    line = Line(ChatId("7"))
    messages = [
        Waiting(a_draft(text, author=author), deadline=4.0, settled=lambda _: None) for author, text in said
    ]
    line.waiting.extend(messages)
    return line, messages


@pytest.mark.gen_test
async def test_an_authors_later_messages_expire_with_an_earlier_one_and_others_stay() -> None:
    line, (first, second, other, third) = a_line(("1", "a"), ("1", "b"), ("2", "x"), ("1", "c"))
    line.expire(second)
    assert list(line.waiting) == [first, other]
    for message in (second, third):
        assert isinstance(message.answer, OutcomeUnknownError)
    assert not first.is_settled


@pytest.mark.gen_test
async def test_a_message_that_expires_in_flight_takes_those_behind_it_along() -> None:
    line, (first, second, other) = a_line(("1", "a"), ("1", "b"), ("2", "x"))
    taken = line.take(1, 10**6)
    line.expire(first)
    assert list(line.waiting) == [other]
    assert isinstance(second.answer, OutcomeUnknownError)
    line.put_back(taken)
    assert list(line.waiting) == [other]
    assert isinstance(first.answer, OutcomeUnknownError)


@pytest.mark.gen_test
async def test_what_is_put_back_after_an_expiry_in_the_same_run_goes_with_it() -> None:
    line, (first, second, other) = a_line(("1", "a"), ("1", "b"), ("2", "x"))
    taken = line.take(3, 10**6)
    line.expire(first)
    line.put_back(taken)
    assert list(line.waiting) == [other]
    assert isinstance(second.answer, OutcomeUnknownError)


@pytest.mark.gen_test
async def test_a_room_where_the_race_is_lost_three_times_gets_a_lane_for_a_while() -> None:
    line, _ = a_line(("1", "a"))
    for _ in range(2):
        line.lost(now=10.0)
    assert not line.needs_lane(10.0)
    line.lost(now=10.0)
    assert line.needs_lane(11.9)
    line.heard(5, now=11.0)
    assert line.needs_lane(12.9)
    assert not line.needs_lane(13.0)
    assert line.top is None
    many, _ = a_line(*(("1", str(number)) for number in range(LANE_MESSAGES + 1)))
    assert many.needs_lane(0.0)


@pytest.mark.gen_test
async def test_a_run_takes_no_more_than_fits() -> None:
    line, messages = a_line(("1", "a"), ("1", "b"), ("1", "c"))
    assert line.take(9, 2 * messages[0].size_bytes) == messages[:2]
    assert line.take(9, 0) == []
    assert line.take(9, messages[2].size_bytes) == messages[2:]
    assert line.take(9, messages[2].size_bytes) == []
