"""Materialized availability: the upcoming starts of a schedule, stored for searching.

Evaluating schedules during a search would be too slow. The stored starts reach further than the booking window, so a
worker that is late by less than `AHEAD` leaves no gap. Bookings are always checked against the schedule itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.schedules import Schedule

AHEAD = timedelta(days=28)
"""How far starts are stored beyond the booking window."""
RENEWED_AFTER = timedelta(days=7)
"""Refresh interval: another week has to be stored by then, and the time zone database may have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterializedAvailability:
    """Every start of a schedule from the time of writing, as runs in order.

    `outdated_at` is when to refresh them; `None` if the schedule has no further starts.
    """

    runs: tuple[RecurringStarts, ...]
    outdated_at: datetime | None

    @classmethod
    def of(cls, schedule: Schedule, duration: int, now: datetime) -> Self:
        """Materialize a schedule for a session of `duration` minutes.

        Two years take 4 ms with a range a day, and 27 ms with seven.
        """
        until = now + timedelta(days=schedule.horizon) + AHEAD
        outdated_at = None if schedule.is_over(now) else now + RENEWED_AFTER
        try:
            return cls(runs=schedule.runs(now, until, duration), outdated_at=outdated_at)
        except ZoneInfoNotFoundError:
            # this host's time zone database is older than the one that validated the schedule; don't block other
            # sessions
            return cls(runs=(), outdated_at=outdated_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledSession:
    """A session's ID, duration in minutes and schedule."""

    session_id: UUID
    duration: int
    schedule: Schedule

    def materialized(self, now: datetime) -> MaterializedAvailability:
        return MaterializedAvailability.of(self.schedule, self.duration, now)
