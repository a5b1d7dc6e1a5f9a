"""The difference between the clock of this machine and that of the database, which all machines share."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_APART = timedelta(seconds=5)
"""A machine further off is not ready: its clock needs attention, although its times are corrected."""


@dataclass(slots=True)
class ClockOffset:
    """How far the database's clock is ahead of this machine's, as last measured."""

    ahead: timedelta = timedelta(0)

    def measure(self, before: datetime, read: datetime, after: datetime) -> None:
        """Take the database's time, read between two times of this machine.

        The delay of the network makes it uncertain, so the present offset stays as long as it is possible.
        """
        least, most = read - after, read - before
        if not least <= self.ahead <= most:
            self.ahead = (least + most) / 2

    @property
    def is_wide(self) -> bool:
        """Whether this machine's clock needs attention."""
        return abs(self.ahead) > MAX_APART
