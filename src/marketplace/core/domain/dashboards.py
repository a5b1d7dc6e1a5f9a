"""Daily numbers for staff, and items that need attention."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from marketplace.core.domain.money import currency, keep_places
from marketplace.core.domain.summaries import midnight
from marketplace.core.domain.zone_names import zone_named

MIN_DAYS, MAX_DAYS = 7, 366
EXPIRING_WITHIN = timedelta(hours=24)
MAX_COUNTED = 1_000
"""Messages and parked payments that are counted at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardWindow:
    """The days of a dashboard; the last is today. `midnights` are their boundaries, including the end of the last."""

    time_zone: str
    now: datetime
    days: tuple[date, ...]
    midnights: tuple[datetime, ...]

    @classmethod
    def at(cls, now: datetime, days: int, time_zone: str) -> Self:
        """Return the last `days` days up to `now`, in this IANA zone."""
        zone = zone_named(time_zone)
        today = now.astimezone(zone).date()
        dates = [today - timedelta(days=back) for back in range(days - 1, -2, -1)]
        return cls(
            time_zone=time_zone,
            now=now,
            days=tuple(dates[:-1]),
            midnights=tuple(midnight(day, zone) for day in dates),
        )

    @property
    def begin(self) -> datetime:
        return self.midnights[0]

    @property
    def end(self) -> datetime:
        return self.midnights[-1]

    @property
    def expiring_before(self) -> datetime:
        """Pending bookings whose deadline is earlier than this expire soon."""
        return self.now + EXPIRING_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNumbers:
    """Numbers of one day. Bookings cancelled later are not counted in `seats` and `income`."""

    seats: int = 0
    income: Decimal = field(default_factory=lambda: currency().zero)
    cancellations: int = 0
    new_people: int = 0

    def __post_init__(self) -> None:
        keep_places(self, "income")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedNumbers(DayNumbers):
    """`DayNumbers` with their date."""

    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Items that need attention. `expiring_requests` are pending bookings that expire within 24 hours.

    `failed_messages` were refused or lost, and are still worth sending. Messages and payments
    that wait for staff are counted up to `MAX_COUNTED`.
    """

    open_reports: int
    expiring_requests: int
    failed_jobs: int
    held_messages: int
    failed_messages: int
    parked_payments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The numbers of each day, their totals, and what needs attention."""

    window: DashboardWindow
    days: tuple[DatedNumbers, ...]
    attention: Attention
    totals: DayNumbers = field(default_factory=DayNumbers)

    @classmethod
    def of(cls, window: DashboardWindow, found: Mapping[int, DayNumbers], attention: Attention) -> Self:
        """Build the dashboard from numbers by index of the day; days without any are zero."""
        numbers = [found.get(place, DayNumbers()) for place in range(len(window.days))]
        return cls(
            window=window,
            days=tuple(
                DatedNumbers(
                    date=day,
                    seats=each.seats,
                    income=each.income,
                    cancellations=each.cancellations,
                    new_people=each.new_people,
                )
                for day, each in zip(window.days, numbers, strict=True)
            ),
            attention=attention,
            totals=DayNumbers(
                seats=sum(each.seats for each in numbers),
                income=sum((each.income for each in numbers), currency().zero),
                cancellations=sum(each.cancellations for each in numbers),
                new_people=sum(each.new_people for each in numbers),
            ),
        )
