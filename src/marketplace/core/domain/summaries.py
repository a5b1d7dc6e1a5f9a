"""Summaries: a creator's own numbers, counted by the days and the month of their own time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

DAYS = 30
"""How many days a summary looks back, today among them."""
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryWindow:
    """What a summary looks at, with the days of the zone as instants, so that storage needs to know no zone.

    Month and days are half-open. `midnights` are where each of `days` begins, and where the last ends.
    """

    time_zone: str
    now: datetime
    month_begin: datetime
    month_end: datetime
    days: tuple[date, ...]
    midnights: tuple[datetime, ...]

    @classmethod
    def at(cls, now: datetime, time_zone: str) -> Self:
        """The window at this moment of a creator who lives in this IANA zone."""
        zone = ZoneInfo(time_zone)
        today = now.astimezone(zone).date()
        days = [today - timedelta(days=back) for back in range(DAYS - 1, -2, -1)]
        month = today.replace(day=1)
        next_month = (month + timedelta(days=31)).replace(day=1)
        return cls(
            time_zone=time_zone,
            now=now,
            month_begin=midnight(month, zone),
            month_end=midnight(next_month, zone),
            days=tuple(days[:-1]),
            midnights=tuple(midnight(day, zone) for day in days),
        )

    def sales(self, by_day: Mapping[int, tuple[int, Decimal]]) -> "tuple[DaySales, ...]":
        """Every day with its seats and income, given those that have any by their place among `days`."""
        found = (by_day.get(place, (0, NOTHING)) for place in range(len(self.days)))
        return tuple(
            DaySales(date=day, seats=seats, income=income)
            for day, (seats, income) in zip(self.days, found, strict=True)
        )

    def place(self, moment: datetime) -> int | None:
        """In which of `days` a moment lies, by its place; `None` in none of them."""
        spans = enumerate(pairwise(self.midnights))
        return next((place for place, (begin, end) in spans if begin <= moment < end), None)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins in a zone."""
    # where clocks skip midnight, zoneinfo goes by the offset before: that is the moment at which they skip it
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingSeats:
    """Seats of all starts to come at which somebody has one.

    Other starts do not count as offered: they exclude one another, so they could never all be sold.
    """

    seats_sold: int
    seats_offered: int

    @property
    def fill_rate(self) -> float | None:
        """Which part of what is offered is sold, 0 to 1; `None` when nothing is."""
        return round(self.seats_sold / self.seats_offered, 4) if self.seats_offered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSlot:
    """The next start at which somebody has a seat."""

    session_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    seats_taken: int
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySales:
    """What was booked on one day, whenever it takes place, less what was cancelled since."""

    date: date
    seats: int
    income: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorSummary:
    """A creator's numbers. Income is of this month's starts: `expected` unless cancelled, `completed` where held."""

    time_zone: str
    upcoming: UpcomingSeats
    pending_bookings: int
    """Those that still can be answered."""
    expected_income: Decimal
    completed_income: Decimal
    next_slot: NextSlot | None
    days: tuple[DaySales, ...]
