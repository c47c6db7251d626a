"""A window is any ten seconds, and the time until there is room again is true."""

import time

import pytest

from prosa.chat.limits import Limits
from prosa.models.errors import RateLimitedError
from prosa.models.ids import UserId

ANA, BIA = UserId("1"), UserId("2")


@pytest.fixture
def limits() -> Limits:
    return Limits(sends="3 per 10 seconds", typing="1 per second", joins="10 per second")


def test_one_more_than_the_limit_is_refused_with_a_true_time(limits: Limits) -> None:
    for _ in range(3):
        limits.check("sends", ANA)
    with pytest.raises(RateLimitedError) as refused:
        limits.check("sends", ANA)
    assert 9_000 < int(refused.value.details["retry_after_ms"]) <= 10_000


def test_people_and_things_are_counted_apart(limits: Limits) -> None:
    for _ in range(3):
        limits.check("sends", ANA)
    limits.check("sends", BIA)
    limits.check("joins", ANA)


def test_being_refused_costs_nothing_more(limits: Limits) -> None:
    for _ in range(3):
        limits.check("sends", ANA)
    waits = []
    for _ in range(50):
        with pytest.raises(RateLimitedError) as refused:
            limits.check("sends", ANA)
        waits.append(int(refused.value.details["retry_after_ms"]))
    assert max(waits) <= 10_000


def test_whoever_is_counted_no_more_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prosa.chat.limits.KEYS_MAX", 100)
    limits = Limits(sends="1 per 1 second", typing="1 per 1 second", joins="1 per 1 second")
    for number in range(1000):
        assert limits.allows("sends", UserId(str(number)))
    time.sleep(1.1)
    for number in range(1000, 2100):
        assert limits.allows("sends", UserId(str(number)))
        time.sleep(0.0001)  # the library looks for what is over in a thread of its own
    assert len(limits._storage.events) < 1500
    assert not limits.allows("sends", UserId("2099"))
