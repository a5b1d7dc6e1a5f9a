"""Clock of the demo."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock fixed at one moment, so that actions planned for different times can run concurrently."""

    at: datetime

    def now(self) -> datetime:
        return self.at
