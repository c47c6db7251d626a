"""Days and hours as people say them, in the service's zone.

``static/js/moments.js`` says the same, by the same texts. A moment comes as the wire has it (ISO 8601), a day
as ``data_envio`` begins (``dd/mm/aaaa``).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from handlers.languages.language import Language

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOON = 12


class Moments:
    """What a moment is called in ``language``; ``now`` is Unix seconds."""

    def __init__(self, language: Language, zone: tzinfo, now: Callable[[], float]) -> None:
        self._language = language
        self._zone = zone
        self._now = now
        locale = language.locale
        days, months = locale.days["format"]["wide"], locale.months["format"]["wide"]
        self._weekdays = [days[number] for number in range(7)]
        self._months = [months[number] for number in range(1, 13)]
        self._noons = _noons(language)

    def hour(self, when: str) -> str:
        """14:05, or 2:05 PM."""
        return self._hour(self._local(when))

    def day_name(self, day: str) -> str:
        """Today, yesterday, or the day with its name; of another year, with the year."""
        return self._day_name(datetime.strptime(day, "%d/%m/%Y").replace(tzinfo=UTC).date())

    def brief(self, when: str) -> str:
        """The hour where it was today; else yesterday, or the date in figures."""
        local = self._local(when)
        today = self._today()
        if local.date() == today:
            return self._hour(local)
        if local.date() == today - timedelta(days=1):
            return self._language.text("Ontem")
        return self._date(local.date())

    def full(self, when: str) -> str:
        """The date in figures, and the hour."""
        local = self._local(when)
        return self._language.text(
            "%(day)s às %(hour)s", day=self._date(local.date()), hour=self._hour(local)
        )

    def ago(self, when: str) -> str:
        """How long ago, within the last hours; then the day and the hour."""
        say, local = self._language, self._local(when)
        past = datetime.fromtimestamp(self._now(), UTC) - local
        if past < MINUTE:
            return say.text("agora")
        if past < HOUR:
            return say.texts("há %(num)s minuto", "há %(num)s minutos", past // MINUTE)
        if local.date() == self._today():
            return say.texts("há %(num)s hora", "há %(num)s horas", past // HOUR)
        hour = self._hour(local)
        if local.date() == self._today() - timedelta(days=1):
            return say.text("ontem às %(hour)s", hour=hour)
        return say.text("%(day)s às %(hour)s", day=self._date(local.date()), hour=hour)

    def last_seen(self, when: str) -> str:
        """When somebody who is away was here."""
        local = self._local(when)
        said = {"hour": self._hour(local), "day": self._date(local.date())}
        if local.date() >= self._today():
            return self._language.text("visto por último às %(hour)s", **said)
        if local.date() == self._today() - timedelta(days=1):
            return self._language.text("visto por último ontem às %(hour)s", **said)
        return self._language.text("visto por último em %(day)s às %(hour)s", **said)

    def names(self) -> dict[str, Any]:
        """The same for a script: months, weekdays from Sunday, the halves of the day where there are two."""
        weekdays = [self._weekdays[-1], *self._weekdays[:-1]]
        return {"months": self._months, "weekdays": weekdays, "noons": self._noons}

    def _local(self, when: str) -> datetime:
        return datetime.fromisoformat(when).astimezone(self._zone)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now(), self._zone).date()

    def _hour(self, local: datetime) -> str:
        if self._noons is None:
            return f"{local:%H:%M}"
        return f"{local.hour % NOON or NOON}:{local:%M} {self._noons[local.hour // NOON]}"

    def _date(self, day: date) -> str:
        figures = {"day": day.strftime("%d"), "month": day.strftime("%m"), "year": str(day.year)}
        return self._language.text("%(day)s/%(month)s/%(year)s", **figures)

    def _day_name(self, day: date) -> str:
        say, today = self._language, self._today()
        if day == today:
            return say.text("Hoje")
        if day == today - timedelta(days=1):
            return say.text("Ontem")
        named = {
            "weekday": self._weekdays[day.weekday()],
            "day": day.day,
            "month": self._months[day.month - 1],
        }
        if day.year == today.year:
            return say.text("%(weekday)s, %(day)s de %(month)s", **named)
        return say.text("%(weekday)s, %(day)s de %(month)s de %(year)s", **named, year=day.year)


def _noons(language: Language) -> list[str] | None:
    """AM and PM where the language's hours end at twelve."""
    locale = language.locale
    if "a" not in locale.time_formats["short"].format:
        return None
    periods = locale.day_periods["format"]["abbreviated"]
    return [periods["am"], periods["pm"]]
