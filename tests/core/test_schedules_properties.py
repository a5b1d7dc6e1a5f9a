"""Schedules around every clock change of every zone, two days before and after.

Expected starts are not computed the way a schedule computes them: changes are found by sampling offsets, and starts
around them from the two offsets alone, or by converting every minute of the window to wall time.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock_changes import (
    APART,
    AROUND,
    DAY,
    HOUR,
    MIDNIGHT,
    MINUTE,
    ZONES,
    Change,
    a_schedule,
    changes,
    changes_of,
    durations,
    every_day,
    kinds_of_change,
    near_changes,
    schedules_near,
    wall_of,
)
from marketplace.core.domain.schedules import Schedule, TimeRange

pytestmark = pytest.mark.thorough


def ruled(schedule: Schedule, day: date, duration: int) -> Iterator[datetime]:
    """Return the wall times that the rules of a date give, whether or not the clocks show them."""
    if not (schedule.valid_from or day) <= day <= (schedule.valid_until or day):
        return
    ranges = [weekly.hours for weekly in schedule.weekly if weekly.weekday == day.isoweekday()]
    for exception in schedule.exceptions:
        if exception.on == day:
            ranges = list(exception.ranges)
    ranges += [extra.hours for extra in schedule.extras if extra.on == day]
    for hours in ranges:
        wall, ends = datetime.combine(day, hours.starts), datetime.combine(day, hours.ends)
        if hours.ends == MIDNIGHT or hours.ends < hours.starts:
            ends += DAY
        while wall + duration * MINUTE <= ends:
            yield wall
            wall += (hours.step or duration) * MINUTE


def walked(schedule: Schedule, begin: datetime, end: datetime, duration: int) -> list[datetime]:
    """Return the starts in a window, by converting every minute, from well before it, to wall time."""
    zone, shown, found = ZoneInfo(schedule.time_zone), set[datetime](), []
    first, days = (begin - 2 * DAY).date(), (end - begin) // DAY + 5
    rules = {wall for number in range(days) for wall in ruled(schedule, first + number * DAY, duration)}
    instant = (begin - 26 * HOUR).replace(second=0)
    while instant < end:
        wall = wall_of(instant, zone)
        if wall not in shown and wall in rules and instant >= begin:
            found.append(instant)
        shown.add(wall)
        instant += MINUTE
    return found


def expected_around(change: Change, step: int) -> list[datetime]:
    """Return the first instants that show the whole steps of each day, from the two offsets alone."""
    midnight = datetime.combine((change.at - 3 * DAY).date(), MIDNIGHT, UTC)
    walls = [midnight + minute * MINUTE for minute in range(0, 7 * 1440, step)]
    sooner = [wall - change.before for wall in walls if wall - change.before < change.at]
    # at the change or after it, and not a wall time that was already shown before it
    later = [wall - change.after for wall in walls[len(sooner) :] if wall - change.after >= change.at]
    return [instant for instant in sooner + later if change.at - AROUND <= instant < change.at + AROUND]


def expected_at(change: Change, instant: datetime, step: int) -> bool:
    """Return whether this instant is the first to show a whole step of the day, from the two offsets alone."""
    wall = instant + (change.before if instant < change.at else change.after)
    shown_before = instant >= change.at > wall - change.before
    return not shown_before and (wall.hour * 60 + wall.minute) % step == wall.second == 0


def test_clock_change_search_finds_the_hard_cases() -> None:
    found = {(change.zone, f"{change.at:%Y-%m-%dT%H:%M}", change.after - change.before) for change in kinds_of_change()}
    shifts = {shift for _, _, shift in found}
    apart = [later.at - sooner.at for name in ZONES for sooner, later in pairwise(changes_of(name))]

    assert len(kinds_of_change()) > 3_000
    assert min(apart) > APART
    assert {DAY, HOUR, HOUR / 2, -HOUR / 2, -HOUR, 2 * HOUR} <= shifts
    assert any(at == "2011-12-30T10:00" and shift == DAY for _, at, shift in found)  # the Friday that Apia skipped
    assert any(change.at.minute % 5 for change in kinds_of_change())  # at one minute past midnight, in St John's


def test_wall_time_starts_at_most_once_around_every_clock_change() -> None:
    half_hours = every_day(TimeRange(starts=MIDNIGHT, ends=MIDNIGHT, step=30))
    for change in kinds_of_change():
        schedule = replace(a_schedule(change.zone), weekly=half_hours)
        before = schedule.starts(change.at - AROUND, change.at, 30)
        after = schedule.starts(change.at, change.at + AROUND, 30)
        assert list(before + after) == expected_around(change, 30), change


def test_bookable_starts_around_every_clock_change_exclude_repeated_wall_times() -> None:
    every_ten = every_day(TimeRange(starts=MIDNIGHT, ends=MIDNIGHT, step=10))
    for change in kinds_of_change():
        schedule = replace(a_schedule(change.zone), weekly=every_ten)
        shift = abs(change.after - change.before)
        for minutes in (-30, -20, -10, -1, 0, 1, 10, 20):
            for instant in (change.at + minutes * MINUTE, change.at + minutes * MINUTE + shift):
                assert schedule.has_start(instant, 10) is expected_at(change, instant, 10), (change, instant)


def test_year_beyond_time_zone_tables_has_one_start_per_day_in_every_zone() -> None:
    half_past_two = every_day(TimeRange(starts=time(2, 30), ends=time(3, 30), step=None))
    begin, end = (datetime(year, 1, 10, tzinfo=UTC) for year in (2041, 2042))
    for name in ZONES:
        starts = replace(a_schedule(name), weekly=half_past_two).starts(begin, end, 60)
        walls = [wall_of(start, ZoneInfo(name)) for start in starts]
        assert {wall.time() for wall in walls} == {time(2, 30)}
        assert len({wall.date() for wall in walls}) == len(walls) in {363, 364, 365}, name


@near_changes
@given(st.data(), changes(), durations)
def test_starts_match_a_walk_over_all_instants(data: st.DataObject, change: Change, duration: int) -> None:
    schedule = data.draw(schedules_near(change))
    begin, end = (
        change.at + data.draw(st.integers(minimum, maximum)) * MINUTE for minimum, maximum in ((-2880, 0), (0, 2880))
    )

    starts = schedule.starts(begin, end, duration)

    assert list(starts) == walked(schedule, begin, end, duration)
    assert all(start.tzinfo is UTC for start in starts)


@near_changes
@given(st.data(), changes(), durations)
def test_exactly_the_starts_are_bookable(data: st.DataObject, change: Change, duration: int) -> None:
    schedule = data.draw(schedules_near(change))
    begin, end, zone = change.at - AROUND, change.at + AROUND, ZoneInfo(change.zone)
    starts = schedule.starts(begin, end, duration)
    candidates = [change.at.replace(second=0) + minute * MINUTE for minute in range(-75, 75)]
    anywhere = data.draw(st.lists(st.integers(0, 2 * 2880 - 1).map(lambda minutes: begin + minutes * MINUTE)))
    ruled_by_both = [start + shift for start in starts[:200] for shift in (HOUR / 2, HOUR, -HOUR)]

    assert all(schedule.has_start(start, duration) for start in starts)
    assert not any(schedule.has_start(start + timedelta(seconds=1), duration) for start in starts[:20])
    known = set(starts)
    for instant in (*candidates, *anywhere, *ruled_by_both):
        if begin <= instant < end:
            assert schedule.has_start(instant, duration) is (instant in known)
            assert schedule.has_start(instant.astimezone(zone), duration) is (instant in known)


@near_changes
@given(st.data(), changes(), durations)
def test_adjacent_windows_have_the_starts_of_the_whole(data: st.DataObject, change: Change, duration: int) -> None:
    schedule, zone = data.draw(schedules_near(change)), ZoneInfo(change.zone)
    seconds = st.lists(st.integers(-172_800, 172_800), min_size=3, max_size=3).map(sorted)
    begin, middle, end = (change.at + timedelta(seconds=second) for second in data.draw(seconds))

    whole = schedule.starts(begin, end, duration)

    assert whole == schedule.starts(begin, middle, duration) + schedule.starts(middle, end, duration)
    assert whole == schedule.starts(begin.astimezone(zone), end.astimezone(zone), duration)


@near_changes
@given(st.data(), changes(), durations, st.integers(0, 1440), st.integers(0, 1440))
def test_a_slot_blocks_its_minutes_and_its_buffers_however_the_clocks_go(
    data: st.DataObject, change: Change, duration: int, before: int, after: int
) -> None:
    schedule = replace(a_schedule(change.zone), buffer_before=before, buffer_after=after)
    start = change.at + data.draw(st.integers(-2880, 2880)) * MINUTE

    for written in (start, start.astimezone(ZoneInfo(change.zone))):
        begin, end = schedule.blocked(written, duration)
        assert begin.tzinfo is end.tzinfo is UTC
        assert start.timestamp() - begin.timestamp() == before * 60
        assert end.timestamp() - start.timestamp() == (duration + after) * 60


@near_changes
@given(st.data(), changes(), st.integers(0, 2880), st.integers(1, 4))
def test_minimum_notice_and_booking_window_are_measured_in_instants(
    data: st.DataObject, change: Change, notice: int, horizon: int
) -> None:
    schedule, zone = replace(a_schedule(change.zone), notice=notice, horizon=horizon), ZoneInfo(change.zone)
    now = change.at + data.draw(st.integers(-2880, 2880)) * MINUTE
    edges = st.sampled_from([0, notice * 60, horizon * 86_400])
    ahead = data.draw(st.one_of(edges, st.tuples(edges, st.integers(-7200, 7200)).map(sum)))
    start = now + timedelta(seconds=ahead)

    reasons = {
        schedule.closed_reason(start, now),
        schedule.closed_reason(start.astimezone(zone), now.astimezone(zone)),
        schedule.closed_reason(start.astimezone(zone), now),
    }

    is_open = ahead > 0 and notice * 60 <= ahead < horizon * 86_400
    assert len(reasons) == 1
    assert (reasons == {None}) is is_open
    assert (reasons == {"past"}) is (ahead <= 0)
    assert (reasons == {"notice"}) is (0 < ahead < notice * 60)
