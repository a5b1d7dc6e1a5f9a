"""Schedules to test with."""

from datetime import time
from typing import Any

from marketplace.core.entities.schedules import Schedule, TimeRange, WeeklyHours


def hours(starts: str, ends: str, step: int | None = None) -> TimeRange:
    return TimeRange(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), step=step)


def every_day(*ranges: TimeRange) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(weekday=weekday, hours=each) for weekday in range(1, 8) for each in ranges)


def a_schedule(**facts: Any) -> Schedule:
    defaults: dict[str, Any] = {
        "time_zone": "UTC",
        "weekly": (),
        "extras": (),
        "exceptions": (),
        "buffer_before": 0,
        "buffer_after": 0,
        "notice": 0,
        "horizon": 60,
        "valid_from": None,
        "valid_until": None,
    }
    return Schedule(**defaults | facts)
