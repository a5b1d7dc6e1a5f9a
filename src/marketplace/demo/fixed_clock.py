"""The demo's time."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, so that things planned for different moments can be done side by side."""

    at: datetime

    def now(self) -> datetime:
        """The moment."""
        return self.at
