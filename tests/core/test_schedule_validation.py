from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.schedule_builders import a_schedule, every_day, hours
from marketplace.core.domain.schedules import DayException, Extra, TimeRange, WeeklyHours

MONDAY = date(2030, 1, 7)


def test_schedule_with_every_kind_of_rule_is_valid() -> None:
    schedule = a_schedule(
        time_zone="Australia/Lord_Howe",
        weekly=(
            *every_day(hours("09:00", "12:00"), hours("12:00", "13:00", 20)),
            WeeklyHours(weekday=7, hours=hours("22:00", "09:00")),  # ends where Monday's hours start
        ),
        extras=(Extra(on=MONDAY, hours=hours("10:00", "11:00")),),
        exceptions=(DayException(on=MONDAY, ranges=()), DayException(on=date.max, ranges=(hours("22:00", "01:00"),))),
        buffer_before=1440,
        buffer_after=1440,
        notice=525_600,
        horizon=730,
        valid_from=MONDAY,
        valid_until=MONDAY,
    )

    assert schedule.validate() == {}
    assert a_schedule().validate() == {}
    assert a_schedule(weekly=every_day(hours("00:00", "00:00"))).validate() == {}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        *(
            ({"time_zone": name}, {"time_zone": ["Choose an IANA time zone such as Europe/Madrid."]})
            for name in ("", "Europe", "Mars/Olympus", "europe/madrid", "localtime", "right/UTC", "../UTC", "UTC\0")
        ),
        ({"buffer_before": -1}, {"buffer_before": ["Use a buffer of 0 to 1440 minutes."]}),
        ({"buffer_after": 1441}, {"buffer_after": ["Use a buffer of 0 to 1440 minutes."]}),
        ({"notice": 525_601}, {"notice": ["Use a minimum notice of 0 to 525600 minutes."]}),
        ({"horizon": 0}, {"horizon": ["Use a booking window of 1 to 730 days."]}),
        (
            {"notice": 1440, "horizon": 1},
            {"notice": ["The minimum notice must be shorter than the booking window, or nothing can be booked."]},
        ),
        (
            {"valid_from": MONDAY, "valid_until": MONDAY - timedelta(days=1)},
            {"valid_until": ["The last date can't be before the first."]},
        ),
        (
            {"time_zone": "Mars/Olympus", "horizon": 731},
            {
                "time_zone": ["Choose an IANA time zone such as Europe/Madrid."],
                "horizon": ["Use a booking window of 1 to 730 days."],
            },
        ),
    ],
)
def test_every_invalid_field_has_its_errors(changes: Mapping[str, Any], errors: Mapping[str, list[str]]) -> None:
    assert a_schedule(**changes).validate() == errors


@pytest.mark.parametrize(
    ("weekday", "provided", "sentences"),
    [
        (
            1,
            [hours("09:00", "09:00")],
            ["Monday: 09:00 to 09:00 is empty: the end must differ from the start."],
        ),
        (2, [hours("09:00", "12:00", 0)], ["Tuesday: Use a step of 1 to 1440 minutes."]),
        (2, [hours("09:00", "12:00", 1441)], ["Tuesday: Use a step of 1 to 1440 minutes."]),
        (3, [hours("09:00:30", "12:00")], ["Wednesday: Use times in whole minutes."]),
        (3, [hours("09:00+01:00", "12:00")], ["Wednesday: Use times in whole minutes."]),
        (0, [hours("09:00", "12:00")], ["Use weekdays from 1 (Monday) to 7 (Sunday)."]),
        (8, [hours("09:00", "12:00")], ["Use weekdays from 1 (Monday) to 7 (Sunday)."]),
        (
            4,
            [hours("11:59", "14:00"), hours("09:00", "12:00")],
            ["Thursday 09:00 to 12:00 overlaps Thursday 11:59 to 14:00."],
        ),
        (5, [hours("09:00", "12:00")] * 2, ["Friday 09:00 to 12:00 overlaps Friday 09:00 to 12:00."]),
        (6, [hours("01:00", "03:00")] * 51, ["Use at most 50 weekly ranges."]),
    ],
)
def test_weekly_hours_are_validated(weekday: int, provided: list[TimeRange], sentences: list[str]) -> None:
    schedule = a_schedule(weekly=tuple(WeeklyHours(weekday=weekday, hours=each) for each in provided))

    assert schedule.validate() == {"weekly": sentences}


@pytest.mark.parametrize(
    ("night", "morning", "sentence"),
    [
        (1, 2, "Monday 22:00 to 02:00 overlaps Tuesday 01:00 to 03:00."),
        (7, 1, "Sunday 22:00 to 02:00 overlaps Monday 01:00 to 03:00."),
    ],
)
def test_a_night_may_not_overlap_the_next_morning(night: int, morning: int, sentence: str) -> None:
    late, early = (
        WeeklyHours(weekday=night, hours=hours("22:00", "02:00")),
        WeeklyHours(weekday=morning, hours=hours("01:00", "03:00")),
    )

    assert a_schedule(weekly=(early, late)).validate() == {"weekly": [sentence]}


def test_extra_dates_and_date_overrides_are_validated() -> None:
    dates = [MONDAY + timedelta(days=number) for number in range(367)]
    empty = hours("09:00", "09:00")
    schedule = a_schedule()

    def extras(*ranges: TimeRange) -> Mapping[str, list[str]]:
        return replace(schedule, extras=tuple(Extra(on=MONDAY, hours=each) for each in ranges)).validate()

    def exceptions(*provided: DayException) -> Mapping[str, list[str]]:
        return replace(schedule, exceptions=provided).validate()

    assert extras(empty) == {"extras": ["2030-01-07: 09:00 to 09:00 is empty: the end must differ from the start."]}
    assert extras(hours("09:00", "11:00"), hours("10:00", "12:00")) == {
        "extras": ["2030-01-07 09:00 to 11:00 overlaps 2030-01-07 10:00 to 12:00."]
    }
    assert replace(schedule, extras=tuple(Extra(on=day, hours=empty) for day in dates)).validate() == {
        "extras": ["Use at most 366 extra dates."]
    }
    assert exceptions(DayException(on=MONDAY, ranges=()), DayException(on=MONDAY, ranges=(empty,))) == {
        "exceptions": ["2030-01-07 is listed twice."]
    }
    assert exceptions(DayException(on=MONDAY, ranges=(empty,) * 51)) == {
        "exceptions": ["Use at most 50 ranges on 2030-01-07."]
    }
    assert exceptions(DayException(on=MONDAY, ranges=(hours("09:00", "11:00"), hours("10:00", "12:00")))) == {
        "exceptions": ["2030-01-07 09:00 to 11:00 overlaps 2030-01-07 10:00 to 12:00."]
    }
    assert exceptions(*(DayException(on=day, ranges=()) for day in dates)) == {
        "exceptions": ["Use at most 366 date overrides."]
    }
