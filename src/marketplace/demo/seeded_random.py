"""Chance, the same for every demo that is made for the same moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededRandom:
    """Draws lots, for the moment for which the demo is made."""

    moment: datetime
    random: Random = field(default_factory=lambda: Random(80))  # noqa: S311 - to repeat itself is the point

    def chance(self, percent: float) -> bool:
        """Whether something happens that happens so many times in a hundred."""
        return self.random.random() * 100 < percent

    def number(self, minimum: int, maximum: int) -> int:
        """A number between, both included."""
        return self.random.randint(minimum, maximum)

    def one(self, items: Sequence[T]) -> T:
        """One of them."""
        return self.random.choice(items)

    def some(self, items: Sequence[T], maximum: int | None = None) -> list[T]:
        """At most so many of them, else all, in any order."""
        return self.random.sample(items, len(items) if maximum is None else min(maximum, len(items)))

    def between(self, since: datetime, until: datetime) -> datetime:
        """A whole second between two moments, neither of them where they are two seconds apart."""
        seconds = (until - since).total_seconds()
        return since + timedelta(seconds=int(1 + (seconds - 2) * self.random.random()))
