from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.schedule_builders import a_schedule, every_day, hours
from fakes import NOW
from marketplace.core.domain.schedules import DayException, Extra, Schedule, TimeRange, WeeklyHours

HOUR = 60
MONDAY = date(2030, 1, 7)


def on_the_wall(schedule: Schedule, first: date, last: date | None = None, duration: int = HOUR) -> list[str]:
    """Return the starts between two dates in wall time: day of the month, time, offset."""
    zone = ZoneInfo(schedule.time_zone)
    begin = datetime.combine(first, time(), zone)
    end = datetime.combine((last or first) + timedelta(days=1), time(), zone)
    found = schedule.starts(begin, end, duration)
    assert all(start.tzinfo is UTC for start in found)
    return [f"{start.astimezone(zone):%d %H:%M %z}" for start in found]


def at(schedule: Schedule, wall: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(schedule.time_zone), fold=fold)


@pytest.mark.parametrize(
    ("provided", "duration", "expected"),
    [
        (hours("09:00", "12:00"), 60, ["09:00", "10:00", "11:00"]),
        (hours("09:00", "12:00"), 50, ["09:00", "09:50", "10:40"]),
        (hours("09:00", "12:00", 30), 120, ["09:00", "09:30", "10:00"]),
        (hours("09:00", "12:00", 90), 60, ["09:00", "10:30"]),
        (hours("09:00", "10:00"), 60, ["09:00"]),
        (hours("09:00", "10:00"), 61, []),
        (hours("22:30", "00:00"), 60, ["22:30"]),
        (hours("00:00", "00:00", 720), 60, ["00:00", "12:00"]),
        (hours("00:00", "00:00"), 1440, ["00:00"]),
        (hours("09:00", "09:00"), 1, []),
    ],
)
def test_range_has_starts_by_step_while_session_ends_within(
    provided: TimeRange, duration: int, expected: list[str]
) -> None:
    schedule = a_schedule(weekly=every_day(provided))

    assert on_the_wall(schedule, MONDAY, duration=duration) == [f"07 {wall} +0000" for wall in expected]


def test_weekly_hours_apply_to_weekdays_in_schedule_time_zone() -> None:
    monday, sunday = (
        WeeklyHours(weekday=1, hours=hours("09:00", "10:00")),
        WeeklyHours(weekday=7, hours=hours("18:00", "19:00")),
    )
    schedule = a_schedule(time_zone="Pacific/Auckland", weekly=(sunday, monday))

    assert on_the_wall(schedule, MONDAY, MONDAY + timedelta(days=7)) == [
        "07 09:00 +1300",
        "13 18:00 +1300",
        "14 09:00 +1300",
    ]


def test_night_class_belongs_to_the_day_it_starts() -> None:
    schedule = a_schedule(
        weekly=(WeeklyHours(weekday=1, hours=hours("22:00", "02:00")),),
        exceptions=(DayException(on=MONDAY + timedelta(days=1), ranges=()),),
        valid_until=MONDAY,
    )

    assert on_the_wall(schedule, MONDAY, MONDAY + timedelta(days=30)) == [
        "07 22:00 +0000",
        "07 23:00 +0000",
        "08 00:00 +0000",
        "08 01:00 +0000",
    ]
    assert schedule.starts(datetime(2030, 1, 8, 0, 30, tzinfo=UTC), datetime(2030, 1, 8, 12, tzinfo=UTC), HOUR) == (
        datetime(2030, 1, 8, 1, tzinfo=UTC),
    )


def test_date_override_replaces_hours_of_its_day_and_keeps_extra_dates() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    schedule = a_schedule(
        weekly=every_day(hours("09:00", "10:00")),
        exceptions=(
            DayException(on=MONDAY, ranges=()),
            DayException(on=tuesday, ranges=(hours("14:00", "15:00"), hours("07:00", "08:00"))),
        ),
        extras=(Extra(on=MONDAY, hours=hours("20:00", "21:00")), Extra(on=wednesday, hours=hours("09:00", "11:00"))),
    )

    assert on_the_wall(schedule, MONDAY, wednesday) == [
        "07 20:00 +0000",
        "08 07:00 +0000",
        "08 14:00 +0000",
        "09 09:00 +0000",
        "09 10:00 +0000",
    ]


def test_single_class_is_a_schedule_with_one_extra_date() -> None:
    schedule = a_schedule(extras=(Extra(on=MONDAY, hours=hours("18:00", "19:30")),))

    assert on_the_wall(schedule, MONDAY - timedelta(days=400), MONDAY + timedelta(days=400), duration=90) == [
        "07 18:00 +0000"
    ]


def test_validity_dates_are_inclusive_in_schedule_time_zone() -> None:
    schedule = a_schedule(
        time_zone="Pacific/Kiritimati",
        weekly=every_day(hours("08:00", "09:00")),
        extras=(Extra(on=MONDAY - timedelta(days=1), hours=hours("20:00", "21:00")),),
        valid_from=MONDAY,
        valid_until=MONDAY + timedelta(days=1),
    )

    found = on_the_wall(schedule, MONDAY - timedelta(days=5), MONDAY + timedelta(days=5))

    assert found == ["07 08:00 +1400", "08 08:00 +1400"]


def test_a_window_is_half_open() -> None:
    schedule = a_schedule(weekly=every_day(hours("09:00", "11:00")))
    nine, ten = (datetime(2030, 1, 7, hour, tzinfo=UTC) for hour in (9, 10))
    moment = timedelta(microseconds=1)

    assert schedule.starts(nine, ten, HOUR) == (nine,)
    assert schedule.starts(nine + moment, ten + moment, HOUR) == (ten,)
    assert schedule.starts(nine, nine, HOUR) == schedule.starts(ten, nine, HOUR) == ()


@pytest.mark.parametrize(
    ("zone", "day", "provided", "expected"),
    [
        ("Europe/Madrid", date(2025, 3, 30), hours("01:00", "05:00"), ["01:00 +0100", "03:00 +0200", "04:00 +0200"]),
        ("Europe/Madrid", date(2025, 10, 26), hours("01:00", "04:00"), ["01:00 +0200", "02:00 +0200", "03:00 +0100"]),
        ("Europe/Dublin", date(2025, 3, 30), hours("00:30", "03:30"), ["00:30 +0000", "02:30 +0100"]),
        ("Europe/Dublin", date(2025, 10, 26), hours("00:30", "03:30"), ["00:30 +0100", "01:30 +0100", "02:30 +0000"]),
        (
            "Australia/Lord_Howe",  # half an hour
            date(2025, 10, 5),
            hours("01:30", "03:30", 30),
            ["01:30 +1030", "02:30 +1100", "03:00 +1100"],
        ),
        (
            "Australia/Lord_Howe",
            date(2025, 4, 6),
            hours("01:00", "03:30", 30),
            ["01:00 +1100", "01:30 +1100", "02:00 +1030", "02:30 +1030", "03:00 +1030"],
        ),
        ("Africa/Cairo", date(2025, 4, 25), hours("00:00", "03:00"), ["01:00 +0300", "02:00 +0300"]),  # at midnight
        ("Asia/Beirut", date(2025, 3, 30), hours("00:00", "02:00", 30), ["01:00 +0300", "01:30 +0300"]),
        ("America/Sao_Paulo", date(2018, 11, 4), hours("00:00", "02:00"), ["01:00 -0200"]),
        ("America/Sao_Paulo", date(2018, 2, 17), hours("22:00", "00:00"), ["22:00 -0200", "23:00 -0200"]),
        ("Pacific/Apia", date(2011, 12, 30), hours("00:00", "00:00"), []),  # a Friday that Apia skipped
        ("America/St_Johns", date(2010, 11, 7), hours("00:00", "02:00"), ["00:00 -0230", "01:00 -0330"]),
        ("Pacific/Kwajalein", date(1993, 8, 21), hours("00:00", "00:00"), []),
    ],
)
def test_skipped_wall_time_has_no_start_and_repeated_one_starts_at_the_first(
    zone: str, day: date, provided: TimeRange, expected: list[str]
) -> None:
    schedule = a_schedule(time_zone=zone, extras=(Extra(on=day, hours=provided),))
    begin = datetime.combine(day, time(), UTC) - timedelta(days=3)

    found = schedule.starts(begin, begin + timedelta(days=6), provided.step or HOUR)
    shown = [start.astimezone(ZoneInfo(zone)) for start in found]

    assert {start.date() for start in shown} <= {day}
    assert [f"{start:%H:%M %z}" for start in shown] == expected


def test_a_night_class_keeps_its_wall_times_through_a_night_in_which_the_clocks_change() -> None:
    schedule = a_schedule(time_zone="Europe/Madrid", weekly=every_day(hours("23:00", "04:00", 30)))

    spring = on_the_wall(schedule, date(2025, 3, 29), date(2025, 3, 30))
    autumn = on_the_wall(schedule, date(2025, 10, 25), date(2025, 10, 26))

    assert [start[3:8] for start in spring if start.startswith("30 0")] == [
        *("00:00", "00:30", "01:00", "01:30", "03:00"),
    ]
    assert [start[3:] for start in autumn if start.startswith("26 0")] == [
        *("00:00 +0200", "00:30 +0200", "01:00 +0200", "01:30 +0200", "02:00 +0200", "02:30 +0200", "03:00 +0100"),
    ]


def test_window_ending_after_clocks_went_back_over_midnight_misses_no_start() -> None:
    schedule = a_schedule(time_zone="America/St_Johns", weekly=every_day(hours("00:00", "01:00")))
    midnight = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)  # at 00:01 the clocks went back to 23:01 of the previous day

    assert schedule.starts(midnight, midnight + timedelta(minutes=5), HOUR) == (midnight,)


def test_only_exact_starts_are_bookable() -> None:
    schedule = a_schedule(
        time_zone="Asia/Kathmandu", weekly=every_day(hours("09:00", "12:00"), hours("23:00", "01:00"))
    )

    assert schedule.has_start(at(schedule, "2030-01-07T09:00"), HOUR)
    assert schedule.has_start(datetime(2030, 1, 7, 3, 15, tzinfo=UTC), HOUR)
    assert schedule.has_start(at(schedule, "2030-01-08T00:00"), HOUR)
    assert not schedule.has_start(at(schedule, "2030-01-07T12:00"), HOUR)
    assert not schedule.has_start(at(schedule, "2030-01-07T09:30"), HOUR)
    assert not schedule.has_start(at(schedule, "2030-01-07T09:00:01"), HOUR)
    assert not schedule.has_start(at(schedule, "2030-01-07T09:00:00.000001"), HOUR)
    assert not schedule.has_start(at(schedule, "2030-01-08T00:00"), 2 * HOUR)


def test_second_occurrence_and_skipped_wall_time_are_not_bookable_however_written() -> None:
    schedule = a_schedule(time_zone="Europe/Madrid", weekly=every_day(hours("00:00", "00:00", 15)))
    twice, skipped = "2025-10-26T02:30", "2025-03-30T02:30"

    assert schedule.has_start(at(schedule, twice), 15)
    assert not schedule.has_start(at(schedule, twice, fold=1), 15)
    assert not schedule.has_start(at(schedule, twice, fold=1).astimezone(UTC), 15)
    # a skipped time, converted to an instant, is a start an hour later or earlier
    early = a_schedule(time_zone="Europe/Madrid", weekly=every_day(hours("02:30", "02:45")))
    assert not early.has_start(at(early, skipped), 15)
    assert not early.has_start(at(early, skipped, fold=1), 15)


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (timedelta(hours=-1), "past"),
        (timedelta(0), "past"),
        (timedelta(microseconds=1), "notice"),
        (timedelta(hours=2, microseconds=-1), "notice"),
        (timedelta(hours=2), None),
        (timedelta(days=7, microseconds=-1), None),
        (timedelta(days=7), "horizon"),
    ],
)
def test_start_is_closed_when_past_within_minimum_notice_or_beyond_booking_window(
    after: timedelta, reason: str | None
) -> None:
    schedule = a_schedule(notice=2 * HOUR, horizon=7)

    assert schedule.closed_reason(NOW + after, NOW) == reason


def test_schedule_without_minimum_notice_allows_the_next_moment() -> None:
    assert a_schedule(notice=0).closed_reason(NOW + timedelta(microseconds=1), NOW) is None


def test_minimum_notice_and_buffers_are_elapsed_minutes() -> None:
    schedule = a_schedule(time_zone="Europe/Madrid", notice=90, buffer_before=45, buffer_after=45)
    spring, autumn = at(schedule, "2025-03-30T03:15"), at(schedule, "2025-10-26T02:30", fold=1)

    assert schedule.closed_reason(spring, at(schedule, "2025-03-30T00:45")) is None
    assert schedule.closed_reason(spring, at(schedule, "2025-03-30T01:15")) == "notice"
    assert schedule.closed_reason(autumn, at(schedule, "2025-10-26T02:30")) == "notice"
    assert schedule.closed_reason(autumn, at(schedule, "2025-10-26T02:00")) is None
    assert schedule.blocked(spring, 30) == (
        datetime(2025, 3, 30, 0, 30, tzinfo=UTC),
        datetime(2025, 3, 30, 2, 30, tzinfo=UTC),
    )
    assert schedule.blocked(autumn, 30) == (
        datetime(2025, 10, 26, 0, 45, tzinfo=UTC),
        datetime(2025, 10, 26, 2, 45, tzinfo=UTC),
    )
