"""A moment is written the same whichever minute is remembered, and whatever the time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes, just

from prosa.chat.wire import Wire, moment

ZONES = ("America/Sao_Paulo", "Asia/Kathmandu", "UTC")
WIRES = {zone: Wire(ZoneInfo(zone)) for zone in ZONES}


@pytest.mark.parametrize("zone", ZONES)
@given(when=datetimes(datetime(1972, 2, 1), datetime(2200, 1, 1), timezones=just(UTC)))  # noqa: DTZ001
def test_a_moment_is_written_for_people_in_their_time_zone_and_for_programs_in_utc(
    zone: str, when: datetime
) -> None:
    written = WIRES[zone].when(when)
    assert written["data_envio"] == when.astimezone(ZoneInfo(zone)).strftime("%d/%m/%Y %H:%M")
    assert written["timestamp"] == moment(when)


def test_the_last_moment_of_a_minute_is_not_of_the_next() -> None:
    wire = WIRES["UTC"]
    last = datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert wire.when(last) == {"data_envio": "31/12/2026 23:59", "timestamp": "2026-12-31T23:59:59.999Z"}
    next_one = last + timedelta(microseconds=1)
    assert wire.when(next_one) == {"data_envio": "01/01/2027 00:00", "timestamp": "2027-01-01T00:00:00.000Z"}
