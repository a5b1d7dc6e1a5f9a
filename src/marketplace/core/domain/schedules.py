"""Schedules: rules in wall time for when a session can start, and the instants they give.

Rules use the wall clock of the schedule's zone, so 10:00 stays 10:00 all year. How wall times become instants
(PEP 495, PEP 615):

- A wall time that the clocks skip (a gap) does not exist: it is left out, never moved.
- A wall time that occurs twice (a fold) means the first of the two, once.
- Ranges are measured in wall time; a session and its buffers last their real minutes.
- A start belongs to the date on which its range begins, even after midnight: weekdays, date overrides and the first and
  last date apply to that date. A day off therefore keeps the rest of the previous day's night class.

Instants are timezone-aware and returned in UTC: Python compares and subtracts two datetimes of one zone by their wall
times. Everything but `Schedule.validate` expects a valid schedule, and instants some days away from the years 1 and
9999.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from marketplace.core.domain.recurring_starts import RecurringStarts, merge_in_order
from marketplace.core.domain.wall_time import recurring_starts_of
from marketplace.core.domain.zone_names import zone_errors, zone_named

ClosedReason = Literal["past", "notice", "horizon"]

DAY = timedelta(days=1)
MIDNIGHT = time()
DAY_MINUTES = 1440
WEEK_MINUTES = 7 * DAY_MINUTES
MAX_STEP = MAX_BUFFER = 1440
"""Minutes."""
MAX_NOTICE = 525_600
"""Minutes: a year."""
MAX_HORIZON = 730
"""Days."""
MAX_WEEKLY = 50
"""Maximum number of weekly ranges, and of ranges per date override."""
MAX_EXTRAS = MAX_EXCEPTIONS = 366
MAX_RANGES = 1_000
"""Maximum number of ranges in total: weekly, extra and overriding ones."""
MAX_KEPT = 64
"""Schedules of which a window's runs are kept by a process."""
MAX_KEPT_WINDOW = 64 * DAY
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """Wall times of a day, `[starts, ends)`, with a start every `step` minutes; `None` means the session's duration.

    An `ends` of 00:00 is the following midnight; an `ends` before `starts` is on the next day.
    """

    starts: time
    ends: time
    step: int | None

    def __str__(self) -> str:
        return f"{self.starts:%H:%M} to {self.ends:%H:%M}"

    def span(self) -> tuple[int, int]:
        """Return its start and end in minutes after midnight; both are equal if it is empty."""
        begin, end = (moment.hour * 60 + moment.minute for moment in (self.starts, self.ends))
        return begin, end + DAY_MINUTES if end < begin or end == 0 else end

    def start_minutes(self, duration: int) -> range:
        """Return the minutes after midnight at which a session of `duration` minutes fits into the range."""
        begin, end = self.span()
        return range(begin, end - duration + 1, self.step or duration)

    def validate(self) -> list[str]:
        """Return error messages for the range by itself."""
        errors = []
        if any(moment.second or moment.microsecond or moment.tzinfo for moment in (self.starts, self.ends)):
            errors.append("Use times in whole minutes.")
        begin, end = self.span()
        if begin == end:
            errors.append(f"{self} is empty: the end must differ from the start.")
        if self.step is not None and not 1 <= self.step <= MAX_STEP:
            errors.append(f"Use a step of 1 to {MAX_STEP} minutes.")
        return errors


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """A weekly range. `weekday` from 1 (Monday) to 7 (Sunday), as in ISO 8601."""

    weekday: int
    hours: TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A range on one date, in addition to the date's weekly hours or override."""

    on: date
    hours: TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class DayException:
    """Replaces the weekly hours of one date; without ranges, a day off. Extra dates still count."""

    on: date
    ranges: tuple[TimeRange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a session can start, in the wall time of `time_zone`, an IANA name.

    Buffers and `notice` (minimum notice) are in minutes, `horizon` (booking window) in days of 24 hours. `valid_from`
    and `valid_until` are the first and last date on which a range can begin.
    """

    time_zone: str
    weekly: tuple[WeeklyHours, ...]
    extras: tuple[Extra, ...]
    exceptions: tuple[DayException, ...]
    buffer_before: int
    buffer_after: int
    notice: int
    horizon: int
    valid_from: date | None
    valid_until: date | None

    def starts(self, begin: datetime, end: datetime, duration: int) -> tuple[datetime, ...]:
        """Return the distinct starts in `[begin, end)` of a session of `duration` minutes by the rules alone, in order.

        The cost grows with the number of days in the window between the first and last date.
        """
        return tuple(start for run in self.runs(begin, end, duration) for start in run)

    def runs(self, begin: datetime, end: datetime, duration: int) -> tuple[RecurringStarts, ...]:
        """Return the same starts as ordered, non-overlapping runs. Those of a few weeks are kept."""
        zone = zone_named(self.time_zone)
        # a night class begins the day before; with clocks set back over midnight, the next date begins before `end`
        first, last = begin.astimezone(zone).date() - DAY, end.astimezone(zone).date() + DAY
        runs_of = _kept_runs if last - first <= MAX_KEPT_WINDOW else _runs
        return tuple(part for run in runs_of(self, first, last, duration) if (part := run.within(begin, end)))

    def has_start(self, start: datetime, duration: int) -> bool:
        """Return whether this instant is one of its `starts`, evaluating two days only."""
        # convert through UTC: a skipped wall time in this same zone would otherwise pass unchanged
        local = start.astimezone(UTC).astimezone(zone_named(self.time_zone))
        if local.fold or local.second or local.microsecond:
            return False
        today, minute = local.date(), local.hour * 60 + local.minute
        return any(
            minute + (today - day).days * DAY_MINUTES in hours.start_minutes(duration)
            for day, hours in self.ranges(today - DAY, today)
        )

    def closed_reason(self, start: datetime, now: datetime) -> ClosedReason | None:
        """Return why this start cannot be booked now regardless of the rules, or `None`; compares instants.

        `past`: at or before `now`; `notice`: before `now` plus the minimum notice; `horizon`: at or after `now` plus
        the booking window.
        """
        start, now = start.astimezone(UTC), now.astimezone(UTC)
        if start <= now:
            return "past"
        if start < now + timedelta(minutes=self.notice):
            return "notice"
        if start >= now + timedelta(days=self.horizon):
            return "horizon"
        return None

    def open_window(self, begin: datetime, end: datetime, now: datetime) -> tuple[datetime, datetime]:
        """Return the part of `[begin, end)` that minimum notice and booking window leave open now; it may be empty."""
        first = max(begin, now + timedelta(minutes=self.notice))
        return first, max(first, min(end, now + timedelta(days=self.horizon)))

    def is_bookable(self, start: datetime, duration: int, now: datetime) -> bool:
        """Return whether the schedule has this start and it can be booked now, apart from seats and conflicts."""
        return self.closed_reason(start, now) is None and self.has_start(start, duration)

    def is_over(self, now: datetime) -> bool:
        """Return whether no start is left, judging by dates."""
        dates = [exception.on for exception in self.exceptions] + [extra.on for extra in self.extras]
        dates += [date.max] if self.weekly else []
        last = min(max(dates, default=date.min), self.valid_until or date.max)
        # a range ends on the day after its date at the latest, and no zone is a day behind UTC
        return last < now.astimezone(UTC).date() - 3 * DAY

    def blocked(self, start: datetime, duration: int) -> tuple[datetime, datetime]:
        """Return the creator's time that a slot blocks, buffers included, half-open."""
        start = start.astimezone(UTC)
        return start - timedelta(minutes=self.buffer_before), start + timedelta(minutes=duration + self.buffer_after)

    def validate(self) -> Mapping[str, list[str]]:
        """Return error messages per field; empty if the schedule is valid."""
        errors = {
            "time_zone": zone_errors(self.time_zone),
            "weekly": self._validate_weekly(),
            "extras": _too_many(self.extras, MAX_EXTRAS, "extra dates")
            or _validate_range(
                [(f"{extra.on}", extra.on.toordinal() * DAY_MINUTES, extra.hours) for extra in self.extras]
            ),
            "exceptions": self._validate_exceptions(),
            "buffer_before": _between(self.buffer_before, 0, MAX_BUFFER, "a buffer", "minutes"),
            "buffer_after": _between(self.buffer_after, 0, MAX_BUFFER, "a buffer", "minutes"),
            "notice": _between(self.notice, 0, MAX_NOTICE, "a minimum notice", "minutes"),
            "horizon": _between(self.horizon, 1, MAX_HORIZON, "a booking window", "days"),
        }
        if not errors["notice"] and not errors["horizon"] and self.notice >= self.horizon * DAY_MINUTES:
            errors["notice"] = ["The minimum notice must be shorter than the booking window, or nothing can be booked."]
        if self.valid_from is not None and self.valid_until is not None and self.valid_until < self.valid_from:
            errors["valid_until"] = ["The last date can't be before the first."]
        return {field: sentences for field, sentences in errors.items() if sentences}

    def ranges(self, first: date, last: date) -> Iterator[tuple[date, TimeRange]]:
        """Yield every range that begins on a date from `first` to `last`, with that date."""
        first, last = max(first, self.valid_from or first), min(last, self.valid_until or last)
        replaced = {exception.on: exception.ranges for exception in self.exceptions}
        usual: defaultdict[int, list[TimeRange]] = defaultdict(list)
        for weekly in self.weekly:
            usual[weekly.weekday].append(weekly.hours)
        for day in map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)):
            for hours in replaced.get(day, usual[day.isoweekday()]):
                yield day, hours
        for extra in self.extras:
            if first <= extra.on <= last:
                yield extra.on, extra.hours

    def _validate_weekly(self) -> list[str]:
        if many := _too_many(self.weekly, MAX_WEEKLY, "weekly ranges"):
            return many
        if any(not 1 <= weekly.weekday <= len(WEEKDAYS) for weekly in self.weekly):
            return ["Use weekdays from 1 (Monday) to 7 (Sunday)."]
        placed = [(weekly.weekday - 1, weekly.hours) for weekly in self.weekly]
        return _validate_range([(WEEKDAYS[day], day * DAY_MINUTES, hours) for day, hours in placed], cycle=WEEK_MINUTES)

    def _validate_exceptions(self) -> list[str]:
        if many := _too_many(self.exceptions, MAX_EXCEPTIONS, "date overrides"):
            return many
        ranges = len(self.weekly) + len(self.extras) + sum(len(exception.ranges) for exception in self.exceptions)
        if ranges > MAX_RANGES:
            return [f"Use at most {MAX_RANGES} ranges in total, weekly hours and extra dates included, not {ranges}."]
        errors, seen = [], set[date]()
        for exception in self.exceptions:
            if exception.on in seen:
                errors.append(f"{exception.on} is listed twice.")
            elif crowded := _too_many(exception.ranges, MAX_WEEKLY, f"ranges on {exception.on}"):
                errors += crowded
            seen.add(exception.on)
        return errors or _validate_range(
            [
                (f"{exception.on}", exception.on.toordinal() * DAY_MINUTES, hours)
                for exception in self.exceptions
                for hours in exception.ranges
            ]
        )


def _runs(schedule: Schedule, first: date, last: date, duration: int) -> tuple[RecurringStarts, ...]:
    """Return the starts of the ranges that begin on the dates from `first` to `last`."""
    zone, minutes_of = zone_named(schedule.time_zone), cache(TimeRange.start_minutes)
    return merge_in_order(
        run
        for day, hours in schedule.ranges(first, last)
        for run in recurring_starts_of(datetime.combine(day, MIDNIGHT, zone), minutes_of(hours, duration))
    )


_kept_runs = lru_cache(MAX_KEPT)(_runs)


def _too_many(rules: tuple[object, ...], maximum: int, what: str) -> list[str]:
    return [f"Use at most {maximum} {what}."] if len(rules) > maximum else []


def _between(value: int, minimum: int, maximum: int, what: str, unit: str) -> list[str]:
    return [] if minimum <= value <= maximum else [f"Use {what} of {minimum} to {maximum} {unit}."]


def _validate_range(placed: Iterable[tuple[str, int, TimeRange]], *, cycle: int | None = None) -> list[str]:
    """Return error messages for ranges; each is given with the name and midnight (in minutes) of its day.

    Ranges that touch do not overlap; a night range that reaches into the next day's range does. With a `cycle` in
    minutes, the first range follows the last. If any overlap, at least one pair is named.
    """
    errors, spans = [], []
    for day, midnight, hours in placed:
        errors += [f"{day}: {sentence}" for sentence in hours.validate()]
        begin, end = hours.span()
        spans.append((midnight + begin, midnight + end, f"{day} {hours}"))
    spans.sort()
    if cycle is not None and spans:
        begin, end, name = spans[0]
        spans.append((begin + cycle, end + cycle, name))
    errors += [
        f"{name} overlaps {following}." for (_, end, name), (begin, _, following) in pairwise(spans) if begin < end
    ]
    return errors
