"""Compact notation for the schedules of the demo.

`Tue Thu 18:00-20:00` is a line of weekly hours; `Sat 09:00-12:00 14:00-17:00 every 30` has two ranges with a start
every 30 minutes. Dates are relative to the day of the demo in the creator's time zone: `Sat+0` is the first Saturday
after that day, `Sat+1` the one a week later. So they are in the future, whenever the demo is created.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marketplace.core.domain.schedules import DayException, Extra, Schedule, TimeRange, WeeklyHours

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHoursBuilder:
    """A schedule without time zone and dates. Units: `notice` hours, `horizon` days, buffers minutes.

    An exception without ranges is a day off. `weeks` is the first and last week of a series; 0 is the week of the
    demo.
    """

    weekly: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 2
    horizon: int = 42
    weeks: tuple[int, int] | None = None

    def schedule(self, time_zone: str, moment: datetime) -> Schedule:
        """Build the schedule in this time zone for a demo of this moment."""
        today = moment.astimezone(ZoneInfo(time_zone)).date()
        monday = today - timedelta(days=today.weekday())
        first, last = self.weeks or (0, 0)
        return Schedule(
            time_zone=time_zone,
            weekly=tuple(
                WeeklyHours(weekday=DAYS.index(day) + 1, hours=hours)
                for line in self.weekly
                for day in _days(line)
                for hours in _ranges(line)
            ),
            extras=tuple(
                Extra(on=_date(day, today), hours=hours)
                for line in self.extras
                for day in _days(line)
                for hours in _ranges(line)
            ),
            exceptions=tuple(
                DayException(on=_date(day, today), ranges=_ranges(line))
                for line in self.exceptions
                for day in _days(line)
            ),
            buffer_before=self.buffer_before,
            buffer_after=self.buffer_after,
            notice=self.notice * 60,
            horizon=self.horizon,
            valid_from=monday + timedelta(weeks=first) if self.weeks else None,
            valid_until=monday + timedelta(weeks=last, days=6) if self.weeks else None,
        )


def _days(line: str) -> list[str]:
    return [word for word in line.partition(" every ")[0].split() if "-" not in word]


def _ranges(line: str) -> tuple[TimeRange, ...]:
    words, _, step = line.partition(" every ")
    ranges = [word.split("-") for word in words.split() if "-" in word]
    return tuple(
        TimeRange(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), step=int(step) if step else None)
        for starts, ends in ranges
    )


def _date(day: str, today: date) -> date:
    name, weeks = day.split("+")
    days_ahead = (DAYS.index(name) - today.weekday() - 1) % 7 + 1
    return today + timedelta(weeks=int(weeks), days=days_ahead)
