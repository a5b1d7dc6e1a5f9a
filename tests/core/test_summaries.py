from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from builders import principal_of, stored_user
from fakes import NOW, MovableClock
from marketplace.core.domain.summaries import DaySales, SummaryWindow, UpcomingSeats
from marketplace.core.errors import NotACreator
from marketplace.core.ports.storage import Storage
from marketplace.core.services.summaries import SummaryService

HOUR = timedelta(hours=1)

ZERO = Decimal("0.00")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_summary_window_has_thirty_days_ending_today() -> None:
    window = SummaryWindow.at(utc("2030-01-07T09:00"), "UTC")

    assert (len(window.days), window.days[0], window.days[-1]) == (30, date(2029, 12, 9), date(2030, 1, 7))
    assert (window.midnights[0], window.midnights[-1]) == (utc("2029-12-09"), utc("2030-01-08"))
    assert (window.month_begin, window.month_end) == (utc("2030-01-01"), utc("2030-02-01"))


@pytest.mark.parametrize(
    ("time_zone", "today", "month_begin", "month_end"),
    [
        ("Pacific/Auckland", date(2030, 2, 1), "2030-01-31T11:00", "2030-02-28T11:00"),
        ("America/New_York", date(2030, 1, 31), "2030-01-01T05:00", "2030-02-01T05:00"),
        ("Asia/Kolkata", date(2030, 2, 1), "2030-01-31T18:30", "2030-02-28T18:30"),
    ],
)
def test_day_and_month_are_those_of_the_zone(time_zone: str, today: date, month_begin: str, month_end: str) -> None:
    window = SummaryWindow.at(utc("2030-01-31T22:00"), time_zone)

    assert window.days[-1] == today
    assert (window.month_begin, window.month_end) == (utc(month_begin), utc(month_end))


@pytest.mark.parametrize(("month", "begin", "end"), [(12, "2030-12-01", "2031-01-01"), (2, "2030-02-01", "2030-03-01")])
def test_month_ends_where_next_month_starts(month: int, begin: str, end: str) -> None:
    window = SummaryWindow.at(datetime(2030, month, 28, tzinfo=UTC), "UTC")

    assert (window.month_begin, window.month_end) == (utc(begin), utc(end))


@pytest.mark.parametrize(
    ("time_zone", "day", "hours"),
    [
        ("Europe/Madrid", date(2030, 3, 31), 23),
        ("Europe/Madrid", date(2030, 10, 27), 25),
        # clocks that skip midnight, and clocks that show it twice
        ("Africa/Cairo", date(2024, 4, 26), 23),
        ("America/Havana", date(2024, 11, 3), 25),
    ],
)
def test_day_of_clock_change_has_its_actual_length(time_zone: str, day: date, hours: int) -> None:
    window = SummaryWindow.at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=3), time_zone)
    spans = dict(zip(window.days, pairwise(window.midnights), strict=True))

    begin, end = spans[day]
    assert end - begin == hours * HOUR
    assert all(after > before for before, after in pairwise(window.midnights))


def test_moment_at_midnight_belongs_to_the_day_it_starts() -> None:
    window = SummaryWindow.at(NOW, "Europe/Madrid")
    midnight = utc("2030-01-06T23:00")

    assert window.day_index(midnight) == 29
    assert window.day_index(midnight - timedelta(microseconds=1)) == 28
    assert window.day_index(window.midnights[0] - timedelta(microseconds=1)) is None
    assert window.day_index(window.midnights[-1]) is None


def test_days_without_sales_are_included() -> None:
    window = SummaryWindow.at(NOW, "UTC")

    days = window.sales({29: (2, Decimal("9.50"))})

    assert days[-1] == DaySales(date=date(2030, 1, 7), seats=2, income=Decimal("9.50"))
    assert [(day.seats, day.income) for day in days[:-1]] == [(0, ZERO)] * 29


@pytest.mark.parametrize(("sold", "published", "rate"), [(0, 0, None), (1, 3, 0.3333), (6, 6, 1.0)])
def test_fill_rate_is_share_of_sold_seats(sold: int, published: int, rate: float | None) -> None:
    assert UpcomingSeats(seats_sold=sold, seats_offered=published).fill_rate == rate


async def test_only_creators_have_a_summary(storage: Storage) -> None:
    summaries = SummaryService(summaries=storage.summaries, users=storage.users, clock=MovableClock())
    learner = await stored_user(storage)
    creator = await stored_user(storage, role="creator", time_zone="Asia/Tokyo")

    with pytest.raises(NotACreator):
        await summaries.of_creator(principal_of(learner))
    assert (await summaries.of_creator(principal_of(creator))).time_zone == "Asia/Tokyo"
