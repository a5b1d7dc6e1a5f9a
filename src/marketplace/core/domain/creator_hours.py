"""A creator's general hours, which guide those who book a session by arrangement. They exclude no start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

from marketplace.core.domain.schedules import MAX_HORIZON, WEEKDAYS, Schedule, TimeRange, WeeklyHours

SUGGESTION_STEP = 15
"""Minutes between suggested starts."""
USUAL_HOURS = TimeRange(starts=time(8), ends=time(21), step=None)
"""Of every day, for a creator who has not set any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorHours:
    """Weekly hours in the wall time of `time_zone`, an IANA name. None at all suggest nothing."""

    time_zone: str
    weekly: tuple[WeeklyHours, ...]

    @classmethod
    def usual(cls, time_zone: str) -> "CreatorHours":
        """Return the hours of a creator who has not set any."""
        days = range(1, len(WEEKDAYS) + 1)
        return cls(time_zone=time_zone, weekly=tuple(WeeklyHours(weekday=day, hours=USUAL_HOURS) for day in days))

    def validate(self) -> Mapping[str, list[str]]:
        """Return error messages per field; empty if the hours are valid."""
        return self.as_schedule().validate()

    def as_schedule(self) -> Schedule:
        """Return the schedule that has a start at every quarter hour from which a session ends within these hours."""
        quarters = tuple(replace(each, hours=replace(each.hours, step=SUGGESTION_STEP)) for each in self.weekly)
        return Schedule(
            time_zone=self.time_zone,
            weekly=quarters,
            extras=(),
            exceptions=(),
            buffer_before=0,
            buffer_after=0,
            notice=0,
            horizon=MAX_HORIZON,
            valid_from=None,
            valid_until=None,
        )
