"""Open times: what a schedule gives a session, written out for the time to come.

They are what a search goes by, where reading schedules would be too slow. They reach further ahead than anybody may
book, so a worker that is late for less than `AHEAD` leaves nothing out. Whatever they say, a booking is judged by the
schedule itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from marketplace.core.entities.runs import Run
from marketplace.core.entities.schedules import Schedule

AHEAD = timedelta(days=28)
"""How far beyond the horizon they are written."""
RENEWED_AFTER = timedelta(days=7)
"""How long they are good for: then there is another week to write, and a new time zone database may say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTimes:
    """Every start that a schedule gives from the moment of writing on, as runs in order.

    `outdated_at` is when they should be written anew; `None` is never, as the schedule is over.
    """

    runs: tuple[Run, ...]
    outdated_at: datetime | None

    @classmethod
    def of(cls, schedule: Schedule, duration: int, now: datetime) -> Self:
        """What a schedule gives a session of `duration` minutes. Two years of minutes take a tenth of a second."""
        until = now + timedelta(days=schedule.horizon) + AHEAD
        outdated_at = None if schedule.is_over(now) else now + RENEWED_AFTER
        try:
            return cls(runs=schedule.runs(now, until, duration), outdated_at=outdated_at)
        except ZoneInfoNotFoundError:
            # an older time zone database than the schedule was judged by; others must not wait for this one
            return cls(runs=(), outdated_at=outdated_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """What open times are written from: a session's id, its duration in minutes, and its schedule."""

    session_id: UUID
    duration: int
    schedule: Schedule

    def open_times(self, now: datetime) -> OpenTimes:
        """Its open times as of now."""
        return OpenTimes.of(self.schedule, self.duration, now)
