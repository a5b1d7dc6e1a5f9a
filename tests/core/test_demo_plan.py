"""The plan of the demo at times with difficult calendars."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from marketplace.core.domain.bookings import PENDING_HOLD
from marketplace.demo.booking_lifecycles import PlannedBooking
from marketplace.demo.booking_planner import PREFERENCES
from marketplace.demo.people import CREATOR, CREATORS, PEOPLE, VISITORS, DemoPerson
from marketplace.demo.plan import planned_bookings, planned_sessions

pytestmark = pytest.mark.thorough  # each reads every booking of the demo

MOMENTS = [
    pytest.param(datetime.fromisoformat(moment).replace(tzinfo=UTC), id=name)
    for moment, name in (
        ("2026-03-27 14:23", "a Friday afternoon"),
        ("2026-03-28 23:40", "the night before the clocks of Europe go forward"),
        ("2026-03-29 01:00", "when they do"),
        ("2026-03-31 21:59", "the last day of a month"),
        ("2026-04-04 16:00", "when the clocks of Sydney and Auckland go back"),
        ("2026-07-31 22:10", "the evening of a month with 31 days"),
        ("2026-10-25 00:30", "when the clocks of Europe go back"),
        ("2026-11-01 06:00", "when those of New York go back"),
        ("2026-12-31 23:59", "the last minute of a year"),
        ("2027-01-01 00:00", "the first of the next"),
        ("2027-03-14 09:59", "when the clocks of Los Angeles go forward"),
        ("2027-03-01 00:05", "the day after a short February"),
        ("2028-02-29 12:00", "a leap day"),
        *((f"2027-{month:02}-{2 * month + 3:02} {2 * month - 1:02}:17", "any day") for month in range(2, 13, 2)),
    )
]
plan = cache(planned_bookings)
at_any_moment = pytest.mark.parametrize("moment", MOMENTS)


def outcome(booking: PlannedBooking) -> str:
    if not booking.steps:
        return "pending" if booking.planned.session.requires_confirmation else "confirmed"
    last = {"confirm": "confirmed", "complete": "completed"}
    return last.get(booking.steps[-1].action, "cancelled")


def ends_at(booking: PlannedBooking) -> datetime:
    return booking.starts_at + timedelta(minutes=booking.planned.session.duration)


def sold(bookings: list[PlannedBooking]) -> Counter[tuple[str, datetime]]:
    """Return the number of seats by title and start."""
    seats = Counter[tuple[str, datetime]]()
    for one in bookings:
        if outcome(one) != "cancelled":
            seats[one.planned.session.title, one.starts_at] += one.seats
    return seats


@at_any_moment
def test_every_booking_is_made_when_its_schedule_allows_it(moment: datetime) -> None:
    for one in plan(moment):
        schedule, duration = one.planned.schedule, one.planned.session.duration
        assert schedule.is_bookable(one.starts_at, duration, one.booked_at)
        assert max(one.planned.scheduled_at, one.person.joined_at(moment)) < one.booked_at < moment


@at_any_moment
def test_every_step_is_taken_in_its_time(moment: datetime) -> None:
    for one in plan(moment):
        times = [one.booked_at, *(step.at for step in one.steps)]
        assert times == sorted(set(times))
        assert times[-1] <= moment
        for step in one.steps:
            answered_by = min(one.booked_at + PENDING_HOLD, one.starts_at)
            notice = timedelta(hours=one.planned.session.cancellation_notice)
            assert step.action not in {"confirm", "decline"} or step.at < answered_by
            assert step.action != "expire" or step.at == answered_by
            assert step.action != "complete" or step.at == ends_at(one)
            assert step.by != one.person or step.at < one.starts_at - notice


@at_any_moment
def test_past_bookings_are_settled(moment: datetime) -> None:
    for one in plan(moment):
        assert (ends_at(one) > moment) == (outcome(one) in {"pending", "confirmed"}) or outcome(one) == "cancelled"


@at_any_moment
def test_pending_requests_are_recent_and_do_not_expire_soon(moment: datetime) -> None:
    waiting = [one for one in plan(moment) if outcome(one) == "pending"]
    assert len(waiting) >= 8
    for one in waiting:
        assert min(one.booked_at + PENDING_HOLD, one.starts_at) > moment + timedelta(hours=36)


@at_any_moment
def test_seats_are_never_sold_twice_and_people_never_double_booked(moment: datetime) -> None:
    planned = plan(moment)
    seats = {one.session.title: one.session.seats for one in planned_sessions(moment)}
    assert all(number <= seats[title] for (title, _), number in sold(planned).items())
    for person in PEOPLE:
        times = {
            (one.starts_at, ends_at(one))
            for one in planned
            if person in {one.planned.creator, one.person} and outcome(one) != "cancelled"
        }
        assert all(one[1] <= other[0] or other[1] <= one[0] for one, other in combinations(times, 2))


@at_any_moment
def test_buffers_separate_sessions_of_one_creator(moment: datetime) -> None:
    for creator in CREATORS:
        blocked = {
            one.planned.schedule.blocked(one.starts_at, one.planned.session.duration)
            for one in plan(moment)
            if one.planned.creator == creator and not one.planned.session.is_open
        }
        assert all(one[1] <= other[0] or other[1] <= one[0] for one, other in combinations(blocked, 2))


@at_any_moment
def test_popular_sessions_are_sold_out_and_have_two_seats_left_at_the_next_start(moment: datetime) -> None:
    taken = sold(plan(moment))
    for planned in (one for one in planned_sessions(moment) if one.session.is_popular):
        seats, schedule = planned.session.seats, planned.schedule
        open_window = schedule.open_window(moment, moment + timedelta(days=21), moment)
        first, second = schedule.starts(*open_window, planned.session.duration)[:2]
        assert taken[planned.session.title, first] == seats
        left = {seats - taken[planned.session.title, start] for start in (first, second)}
        assert left in ({0, 2}, {0})  # both are sold out within an hour of the minimum notice


@at_any_moment
def test_every_session_has_a_free_seat_in_the_coming_weeks(moment: datetime) -> None:
    planned, taken = plan(moment), sold(plan(moment))
    for one in (one for one in planned_sessions(moment) if one.session.status == "active"):
        begin, end = one.schedule.open_window(moment, moment + timedelta(days=15), moment)
        busy = [
            other.planned.schedule.blocked(other.starts_at, other.planned.session.duration)
            for other in planned
            if other.planned.creator == one.creator and other.planned != one and outcome(other) != "cancelled"
        ]
        assert any(
            taken[one.session.title, start] < one.session.seats
            and not any(
                one.schedule.blocked(start, one.session.duration)[0] < until
                and since < one.schedule.blocked(start, one.session.duration)[1]
                for since, until in busy
            )
            for start in one.schedule.starts(begin, end, one.session.duration)
        )


@at_any_moment
@pytest.mark.parametrize("person", VISITORS, ids=lambda person: person.username)
def test_visitor_account_has_a_booking_on_every_tab(moment: datetime, person: DemoPerson) -> None:
    own = [one for one in plan(moment) if one.person == person]
    tabs = Counter(outcome(one) for one in own)
    preferences = next(one for one in PREFERENCES if one.person == person)
    assert tabs["confirmed"] == 1 + preferences.ahead["held"]
    assert tabs["pending"] == preferences.ahead["pending"]
    assert tabs["completed"] == preferences.behind["held"] >= 3
    assert tabs["cancelled"] >= 1
    assert min(one.starts_at for one in own if outcome(one) == "confirmed") < moment + timedelta(days=2)


@at_any_moment
def test_demo_creator_account_has_a_busy_schedule(moment: datetime) -> None:
    own = [one for one in plan(moment) if one.planned.creator == CREATOR]
    ahead = Counter(one.starts_at for one in own if outcome(one) in {"pending", "confirmed"})
    assert min(ahead) < moment + timedelta(hours=49)
    assert len(ahead) >= 8
    assert sum(people >= 3 for people in ahead.values()) >= 4
    assert sum(outcome(one) == "pending" for one in own) >= 3
    assert sum(outcome(one) == "cancelled" for one in own) >= 3


@at_any_moment
@pytest.mark.parametrize("time_zone", ["UTC", CREATOR.time_zone])
def test_demo_creator_has_income_this_month_and_last_month(moment: datetime, time_zone: str) -> None:
    zone, income = ZoneInfo(time_zone), Counter[str]()
    for one in plan(moment):
        if one.planned.creator == CREATOR and outcome(one) in {"confirmed", "completed"}:
            month = f"{one.starts_at.astimezone(zone):%Y-%m}"
            income[month] += int(Decimal(one.planned.session.price) * one.seats)
    today = moment.astimezone(zone)
    last_month = today.replace(day=1) - timedelta(days=1)
    assert income[f"{today:%Y-%m}"] > 0
    assert income[f"{last_month:%Y-%m}"] > 200


@at_any_moment
def test_share_of_sold_seats_is_plausible(moment: datetime) -> None:
    seats = {one.session.title: one.session.seats for one in planned_sessions(moment)}
    taken = {slot: number for slot, number in sold(plan(moment)).items() if slot[1] > moment}
    assert 0.35 <= sum(taken.values()) / sum(seats[title] for title, _ in taken) <= 0.75


@at_any_moment
def test_people_give_reasons_when_they_cancel(moment: datetime) -> None:
    last = [one.steps[-1] for one in plan(moment) if outcome(one) == "cancelled"]
    assert sum(step.by in CREATORS and step.reason != "" for step in last) >= 3
    assert sum(step.by is not None and step.reason != "" for step in last) >= 20


def test_seeding_moment_can_be_derived_from_any_demo_account() -> None:
    moment = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert all(person.moment(person.joined_at(moment)) == moment for person in PEOPLE)


def test_the_same_moment_gives_the_same_plan() -> None:
    moment = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert planned_bookings(moment) == planned_bookings(moment)
