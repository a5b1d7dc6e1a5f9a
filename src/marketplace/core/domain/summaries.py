"""Creator summaries: numbers by day and month in the creator's time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace.core.domain.money import currency, keep_places
from marketplace.core.domain.zone_names import zone_named

DAYS = 30
"""Days in a summary, including today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryWindow:
    """The period of a summary. Days are given as UTC instants, so that storage needs no time zones.

    Month and days are half-open. `midnights` are the boundaries of `days`, including the end of the last.
    """

    time_zone: str
    now: datetime
    month_begin: datetime
    month_end: datetime
    days: tuple[date, ...]
    midnights: tuple[datetime, ...]

    @classmethod
    def at(cls, now: datetime, time_zone: str) -> Self:
        """Return the window at `now` for a creator in this IANA zone."""
        zone = zone_named(time_zone)
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
        """Return seats and income of every day, from those that have any by index of the day."""
        found = (by_day.get(place, (0, currency().zero)) for place in range(len(self.days)))
        return tuple(
            DaySales(date=day, seats=seats, income=income)
            for day, (seats, income) in zip(self.days, found, strict=True)
        )

    def day_index(self, moment: datetime) -> int | None:
        """Return the index of the day that contains a moment, or `None`."""
        spans = enumerate(pairwise(self.midnights))
        return next((place for place, (begin, end) in spans if begin <= moment < end), None)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the start of a day in a zone."""
    # where clocks skip midnight, zoneinfo uses the earlier offset, which gives the moment of the change
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingSeats:
    """Seats of all upcoming starts with at least one booked seat. Seats held for requested starts are not booked.

    Other starts are not counted as offered: overlapping ones exclude each other, so they can never all be sold.
    """

    seats_sold: int
    seats_offered: int

    @property
    def fill_rate(self) -> float | None:
        """Booked part of the offered seats, 0 to 1; `None` if none are offered."""
        return round(self.seats_sold / self.seats_offered, 4) if self.seats_offered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSlot:
    """The next start with a booked seat. `time_zone` is its session's."""

    session_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    seats_taken: int
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySales:
    """Bookings made on one day, whenever the sessions take place, minus those cancelled since."""

    date: date
    seats: int
    income: Decimal

    def __post_init__(self) -> None:
        keep_places(self, "income")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorSummary:
    """A creator's numbers.

    Income is of starts in the current month: `expected_income` of bookings that are not cancelled, `completed_income`
    of completed ones.
    """

    time_zone: str
    upcoming: UpcomingSeats
    pending_bookings: int
    """Bookings the creator can still respond to."""
    expected_income: Decimal
    completed_income: Decimal
    next_slot: NextSlot | None
    days: tuple[DaySales, ...]

    def __post_init__(self) -> None:
        keep_places(self, "expected_income", "completed_income")
