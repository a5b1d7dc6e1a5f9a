"""Every clock change of every zone in `YEARS`, found by sampling offsets; and schedules close to one."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from example_search import searched
from marketplace.core.domain.schedules import DayException, Extra, Schedule, TimeRange, WeeklyHours

ZONES = sorted(available_timezones())
YEARS = (1990, 2037)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AROUND = 2 * DAY
APART = 6 * DAY
"""A lower bound of the time between two changes of a zone, on which the sampling and the expected values rely."""
MIDNIGHT = time()

near_changes = searched(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of a zone's UTC offset at an instant."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta


def wall_of(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def offset(at: datetime, zone: ZoneInfo) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


def moment_of_change(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second after `early` with another offset."""
    before = offset(early, zone)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if offset(middle, zone) == before else (early, middle)
    return late


@cache
def moments_to_look() -> tuple[datetime, ...]:
    first, last = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[1] + 1, 1, 1, tzinfo=UTC)
    return tuple(first + APART * number for number in range((last - first) // APART + 1))


@cache
def changes_of(name: str) -> tuple[Change, ...]:
    zone = ZoneInfo(name)
    looks = [(moment, offset(moment, zone)) for moment in moments_to_look()]
    return tuple(
        Change(zone=name, at=moment_of_change(early, late, zone), before=before, after=after)
        for (early, before), (late, after) in pairwise(looks)
        if before != after
    )


@cache
def zones_that_change() -> list[str]:
    return [name for name in ZONES if changes_of(name)]


@cache
def kinds_of_change() -> tuple[Change, ...]:
    """Return all changes, only one of those at the same instant between the same offsets, since their clocks agree."""
    kinds = {(change.at, change.before, change.after): change for name in ZONES for change in changes_of(name)}
    return tuple(kinds.values())


def a_schedule(zone: str) -> Schedule:
    return Schedule(
        time_zone=zone,
        weekly=(),
        extras=(),
        exceptions=(),
        buffer_before=0,
        buffer_after=0,
        notice=0,
        horizon=730,
        valid_from=None,
        valid_until=None,
    )


def every_day(*ranges: TimeRange) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(weekday=weekday, hours=hours) for weekday in range(1, 8) for hours in ranges)


def minute_of_day(minute: int) -> time:
    return (datetime.combine(date.min, MIDNIGHT) + minute * MINUTE).time()


@st.composite
def changes(draw: st.DrawFn) -> Change:
    return draw(st.sampled_from(changes_of(draw(st.sampled_from(zones_that_change())))))


@st.composite
def ranges_near(draw: st.DrawFn, change: Change) -> TimeRange:
    """Draw ranges of every length, often with bounds close to the wall time of the change."""
    shown = wall_of(change.at, ZoneInfo(change.zone))
    candidates = st.integers(-180, 180).map(lambda minutes: (shown + minutes * MINUTE).time().replace(second=0))
    anywhere = st.integers(0, 1439).map(minute_of_day)
    times = st.one_of(candidates, st.just(MIDNIGHT), anywhere)
    step = draw(st.one_of(st.none(), st.sampled_from([1, 7, 15, 30, 60, 1440])))
    return TimeRange(starts=draw(times), ends=draw(times), step=step)


@st.composite
def schedules_near(draw: st.DrawFn, change: Change) -> Schedule:
    today = wall_of(change.at, ZoneInfo(change.zone)).date()
    ranges = ranges_near(change)
    days = st.integers(-3, 3).map(lambda number: today + number * DAY)
    weekly = st.builds(WeeklyHours, weekday=st.integers(1, 7), hours=ranges)
    exceptions = st.builds(DayException, on=days, ranges=st.lists(ranges, max_size=2).map(tuple))
    return replace(
        a_schedule(change.zone),
        weekly=tuple(draw(st.one_of(st.lists(weekly, max_size=5), ranges.map(every_day)))),
        extras=tuple(draw(st.lists(st.builds(Extra, on=days, hours=ranges), max_size=3))),
        exceptions=tuple(draw(st.lists(exceptions, max_size=2, unique_by=lambda exception: exception.on))),
        valid_from=draw(st.one_of(st.none(), days)),
        valid_until=draw(st.one_of(st.none(), days)),
    )


durations = st.one_of(st.sampled_from([1, 15, 30, 60, 90]), st.integers(1, 1440))
