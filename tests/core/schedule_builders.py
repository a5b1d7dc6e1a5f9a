"""Schedules to test with."""

from datetime import time
from typing import Any

import builders
from marketplace.core.domain.schedules import Schedule, TimeRange, WeeklyHours


def hours(starts: str, ends: str, step: int | None = None) -> TimeRange:
    return TimeRange(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), step=step)


def every_day(*ranges: TimeRange) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(weekday=weekday, hours=each) for weekday in range(1, 8) for each in ranges)


def a_schedule(**changes: Any) -> Schedule:
    """Return a schedule, without hours unless some are given."""
    return builders.a_schedule(**{"weekly": ()} | changes)
