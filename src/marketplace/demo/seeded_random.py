"""Random numbers with a fixed seed, so that the same moment gives the same demo."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededRandom:
    """Reproducible random choices. `moment` is the moment of the demo."""

    moment: datetime
    random: Random = field(default_factory=lambda: Random(80))  # noqa: S311 - must be reproducible

    def chance(self, percent: float) -> bool:
        """Return true with this probability in percent."""
        return self.random.random() * 100 < percent

    def integer(self, minimum: int, maximum: int) -> int:
        """Return an integer in the closed range."""
        return self.random.randint(minimum, maximum)

    def choice(self, items: Sequence[T]) -> T:
        return self.random.choice(items)

    def sample(self, items: Sequence[T], maximum: int | None = None) -> list[T]:
        """Return up to `maximum` items, by default all, in random order."""
        return self.random.sample(items, len(items) if maximum is None else min(maximum, len(items)))

    def between(self, since: datetime, until: datetime) -> datetime:
        """Return a moment whole seconds after `since`; excludes both ends if they are two seconds apart."""
        seconds = (until - since).total_seconds()
        return since + timedelta(seconds=int(1 + (seconds - 2) * self.random.random()))
