"""What a script must know of the service's zone, where the browser knows nothing of zones."""

from datetime import datetime, timedelta, tzinfo

AROUND = timedelta(days=400)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def offsets(zone: tzinfo, now: datetime) -> list[list[int]]:
    """How far the zone is from UTC in the year before and after ``now``: ``[since, minutes]``, oldest first.

    ``since`` in milliseconds since 1970. A zone that does not change its clocks has one row.
    """
    moment, end = now - AROUND, now + AROUND
    rows = [[_milliseconds(moment), _minutes(zone, moment)]]
    while moment < end:
        if _minutes(zone, moment + DAY) != rows[-1][1]:
            change = _change(zone, moment)
            rows.append([_milliseconds(change), _minutes(zone, change)])
        moment += DAY
    return rows


def _change(zone: tzinfo, day: datetime) -> datetime:
    """The minute, within a day after ``day``, at which the clocks have changed."""
    before, low, high = _minutes(zone, day), 0, DAY // MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        if _minutes(zone, day + middle * MINUTE) == before:
            low = middle
        else:
            high = middle
    return day + high * MINUTE


def _minutes(zone: tzinfo, when: datetime) -> int:
    return (when.astimezone(zone).utcoffset() or timedelta()) // MINUTE


def _milliseconds(when: datetime) -> int:
    return int(when.timestamp()) * 1000
