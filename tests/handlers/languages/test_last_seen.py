"""When somebody was last here, as people say it."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handlers.languages.spoken import Spoken

LOCALE = Path(__file__).resolve().parents[3] / "locale"
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""23:30 of the 23rd in São Paulo."""


@pytest.mark.parametrize(
    ("code", "when", "words"),
    [
        ("pt-BR", "2026-11-23T17:05:00.000Z", "visto por último às 14:05"),
        ("pt-BR", "2026-11-23T03:00:00.000Z", "visto por último às 00:00"),
        ("pt-BR", "2026-11-23T02:59:00.000Z", "visto por último ontem às 23:59"),
        ("pt-BR", "2026-11-22T02:59:00.000Z", "visto por último em 21/11/2026 às 23:59"),
        ("pt-BR", "2026-11-24T03:05:00.000Z", "visto por último às 00:05"),
        ("en", "2026-11-23T17:05:00.000Z", "last seen at 2:05 PM"),
    ],
)
def test_the_day_is_that_of_the_service(code: str, when: str, words: str) -> None:
    spoken = Spoken(code, LOCALE, ZoneInfo("America/Sao_Paulo"), NOW.timestamp)
    assert spoken.moments.last_seen(when) == words
