"""Days and hours are those of the service's zone, and are said as the language says them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.languages.spoken import Languages, Spoken
from handlers.languages.zones import offsets
from tests.catalogues import ROOT

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""Half past eleven at night of the 23rd, in São Paulo."""


def speaking(code: str, zone: ZoneInfo = SAO_PAULO, now: datetime = NOW) -> Spoken:
    return Languages(ROOT, zone=zone, now=now.timestamp).chosen(remembered=code, header="")


PT, EN = speaking("pt-BR"), speaking("en")


@pytest.mark.parametrize(
    ("day", "portuguese", "english"),
    [
        ("23/11/2026", "Hoje", "Today"),
        ("22/11/2026", "Ontem", "Yesterday"),
        ("25/11/2026", "quarta-feira, 25 de novembro", "Wednesday, November 25"),
        ("01/03/2026", "domingo, 1 de março", "Sunday, March 1"),
        ("25/11/2025", "terça-feira, 25 de novembro de 2025", "Tuesday, November 25, 2025"),
    ],
)
def test_a_day_is_called_by_its_name(day: str, portuguese: str, english: str) -> None:
    assert PT.moments.day_name(day) == portuguese
    assert EN.moments.day_name(day) == english


@pytest.mark.parametrize(
    ("when", "portuguese", "english"),
    [
        ("2026-11-24T02:29:30Z", "agora", "now"),
        ("2026-11-24T02:31:00Z", "agora", "now"),
        ("2026-11-24T02:29:00Z", "há 1 minuto", "1 minute ago"),
        ("2026-11-24T02:25:00Z", "há 5 minutos", "5 minutes ago"),
        ("2026-11-24T01:30:00Z", "há 1 hora", "1 hour ago"),
        ("2026-11-23T17:05:00Z", "há 9 horas", "9 hours ago"),
        ("2026-11-22T17:05:00Z", "ontem às 14:05", "yesterday at 2:05 PM"),
        ("2026-11-21T03:05:00Z", "21/11/2026 às 00:05", "11/21/2026 at 12:05 AM"),
    ],
)
def test_how_long_ago_is_said_in_minutes_then_hours_then_by_the_day(
    when: str, portuguese: str, english: str
) -> None:
    assert PT.moments.ago(when) == portuguese
    assert EN.moments.ago(when) == english


def test_a_list_shows_the_hour_of_today_and_the_day_of_the_rest() -> None:
    whens = ("2026-11-23T17:05:00.000Z", "2026-11-23T02:59:59.999Z", "2026-11-01T12:00:00.000Z")
    assert [PT.moments.brief(when) for when in whens] == ["14:05", "Ontem", "01/11/2026"]
    assert [EN.moments.brief(when) for when in whens] == ["2:05 PM", "Yesterday", "11/01/2026"]


def test_a_zone_that_never_changes_its_clocks_has_one_row() -> None:
    assert [minutes for _, minutes in offsets(SAO_PAULO, NOW)] == [-180]


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe"])
def test_a_script_is_told_the_minute_at_which_the_clocks_change(zone: str) -> None:
    rows = offsets(ZoneInfo(zone), NOW)
    assert len(rows) >= 4
    for (since, minutes), (_, before) in zip(rows[1:], rows, strict=False):
        at = datetime.fromtimestamp(since / 1000, ZoneInfo(zone)).utcoffset()
        just_before = datetime.fromtimestamp(since / 1000 - 60, ZoneInfo(zone)).utcoffset()
        assert at is not None
        assert just_before is not None
        assert (at.total_seconds() / 60, just_before.total_seconds() / 60) == (minutes, before)
