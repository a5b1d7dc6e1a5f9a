"""Chance, the same for every demo that is made for the same moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """Draws lots, for the moment for which the demo is made."""

    moment: datetime
    random: Random = field(default_factory=lambda: Random(80))  # noqa: S311 - to repeat itself is the point

    def falls(self, percent: float) -> bool:
        """Whether something happens that happens so many times in a hundred."""
        return self.random.random() * 100 < percent

    def number(self, least: int, most: int) -> int:
        """A number between, both included."""
        return self.random.randint(least, most)

    def one(self, things: Sequence[T]) -> T:
        """One of them."""
        return self.random.choice(things)

    def some(self, things: Sequence[T], most: int | None = None) -> list[T]:
        """At most so many of them, else all, in any order."""
        return self.random.sample(things, len(things) if most is None else min(most, len(things)))

    def between(self, since: datetime, until: datetime) -> datetime:
        """A whole second between two moments, neither of them where they are two seconds apart."""
        seconds = (until - since).total_seconds()
        return since + timedelta(seconds=int(1 + (seconds - 2) * self.random.random()))
