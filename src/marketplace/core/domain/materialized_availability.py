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

from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.schedules import Schedule

AHEAD = timedelta(days=28)
"""How far beyond the horizon they are written."""
RENEWED_AFTER = timedelta(days=7)
"""How long they are good for: then there is another week to write, and a new time zone database may say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterializedAvailability:
    """Every start that a schedule gives from the moment of writing on, as runs in order.

    `outdated_at` is when they should be written anew; `None` is never, as the schedule is over.
    """

    runs: tuple[RecurringStarts, ...]
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
class ScheduledSession:
    """What open times are written from: a session's id, its duration in minutes, and its schedule."""

    session_id: UUID
    duration: int
    schedule: Schedule

    def materialized(self, now: datetime) -> MaterializedAvailability:
        """Its open times as of now."""
        return MaterializedAvailability.of(self.schedule, self.duration, now)
