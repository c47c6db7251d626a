"""What is to be reached, and whether the median of a run reaches it."""

import operator
import statistics
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

Kind = Literal["must", "aim"]


class Goal(msgspec.Struct, frozen=True):
    """A figure of one work, in every round, and its bound."""

    kind: Kind
    text: str
    bound: float
    is_ceiling: bool

    def verdict(self, figures: Sequence[float]) -> "Verdict":
        """What the rounds say."""
        middle = statistics.median(figures)
        holds: Callable[[float, float], bool] = operator.le if self.is_ceiling else operator.ge
        return Verdict(
            kind=self.kind,
            text=self.text,
            bound=self.bound,
            median=middle,
            least=min(figures),
            most=max(figures),
            holds=holds(middle, self.bound),
        )


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The median of the rounds, how far they lie apart, and whether the median holds."""

    kind: Kind
    text: str
    bound: float
    median: float
    least: float
    most: float
    holds: bool

    def line(self) -> str:
        """A row for people."""
        mark = "holds" if self.holds else "MISSED"
        spread = f"({self.least:.2f} to {self.most:.2f})"
        return f"  {self.kind:5}{self.text:64}{self.median:10.2f}   {spread:22}{mark}"


def at_most(kind: Kind, text: str, bound: float) -> Goal:
    """The figure may not be above."""
    return Goal(kind, text, bound, is_ceiling=True)


def at_least(kind: Kind, text: str, bound: float) -> Goal:
    """The figure may not be below."""
    return Goal(kind, text, bound, is_ceiling=False)


def ratios(these: Sequence[float], others: Sequence[float]) -> list[float]:
    """Round by round, so that what slowed the machine down has slowed both."""
    return [this / other for this, other in zip(these, others, strict=True)]
