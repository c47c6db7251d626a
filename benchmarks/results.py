"""What a work comes to: a row of figures for everybody, and what was to be reached."""

import re
import statistics
from collections.abc import Iterator

import msgspec

from benchmarks.goals import Verdict


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One work: a row of figures for everybody, and what was to be reached."""

    name: str
    unit: str
    figures: dict[str, list[float]]
    verdicts: list[Verdict]
    notes: str = ""

    @property
    def slug(self) -> str:
        """A name for a file."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:40]

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"\n{self.name} ({self.unit})"
        for name, values in sorted(self.figures.items(), key=lambda row: statistics.median(row[1])):
            yield f"  {name:24}{statistics.median(values):12.2f}   ({min(values):.2f} to {max(values):.2f})"
        yield from (verdict.line() for verdict in self.verdicts)
        if self.notes:
            yield f"  {self.notes}"
