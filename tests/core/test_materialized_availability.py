"""Renewal of materialized availability, until the schedule has no more starts."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from builders import a_schedule
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.schedules import DayException, Extra, TimeRange, WeeklyHours

MONDAY = date(2030, 1, 7)
MIDNIGHT = datetime.combine(MONDAY, time(), UTC)
LONG_NIGHT = TimeRange(starts=time(23), ends=time(22), step=None)
EVERY_NIGHT = tuple(WeeklyHours(weekday=weekday, hours=LONG_NIGHT) for weekday in range(1, 8))


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "UTC", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "rules",
    [
        {"extras": (Extra(on=MONDAY, hours=LONG_NIGHT),)},
        {"weekly": EVERY_NIGHT, "valid_until": MONDAY},
        {"exceptions": (DayException(on=MONDAY, ranges=(LONG_NIGHT,)),)},
    ],
)
def test_materialized_availability_is_renewed_until_days_after_last_start(zone: str, rules: dict[str, Any]) -> None:
    schedule = a_schedule(**{"time_zone": zone, "weekly": ()} | rules)
    last = schedule.starts(MIDNIGHT, MIDNIGHT + timedelta(days=60), 60)[-1]

    assert MaterializedAvailability.of(schedule, 60, last).outdated_at is not None
    assert MaterializedAvailability.of(schedule, 60, last + timedelta(days=6)).outdated_at is None


def test_materialized_availability_of_endless_schedule_is_always_renewed() -> None:
    assert MaterializedAvailability.of(a_schedule(), 60, datetime(2199, 12, 31, tzinfo=UTC)).outdated_at is not None
