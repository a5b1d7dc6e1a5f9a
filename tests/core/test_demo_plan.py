from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations

import pytest

from marketplace.core.entities.search import title_key
from marketplace.core.entities.sessions import (
    DESCRIPTION_LENGTH,
    PARTICIPANTS_MOST,
    TAG_LENGTH,
    TAGS_MOST,
    TITLE_LENGTH,
)
from marketplace.demo.people import CREATORS, PEOPLE
from marketplace.demo.plan import planned_bookings, planned_sessions
from marketplace.demo.sessions import SESSIONS, DemoSession

FIRST_DAY = datetime(2026, 3, 27, tzinfo=UTC)
FIRST_DAYS = [FIRST_DAY + timedelta(days=days) for days in range(0, 366, 52)]


@pytest.mark.parametrize("first_day", FIRST_DAYS)
def test_no_creator_is_ever_planned_in_two_places(first_day: datetime) -> None:
    for creator in CREATORS:
        classes = {
            (one.starts_at, one.starts_at + timedelta(minutes=one.session.duration))
            for one in planned_bookings(first_day)
            if creator.username in {one.session.creator, one.person.username}
        }
        assert all(one[1] <= other[0] or other[1] <= one[0] for one, other in combinations(classes, 2))


@pytest.mark.parametrize("first_day", FIRST_DAYS)
def test_the_plan_keeps_to_the_seats_and_the_calendar_whenever_it_is_made(first_day: datetime) -> None:
    planned, taken = planned_bookings(first_day), Counter[tuple[str, datetime]]()
    made = {one.session.title: one.created_at for one in planned_sessions(first_day)}
    for one in planned:
        taken[one.session.title, one.starts_at] += one.seats
        assert taken[one.session.title, one.starts_at] <= one.session.seats
        assert max(made[one.session.title], one.person.joined_at(first_day)) < one.booked_at
        assert one.booked_at <= (one.cancelled_at or one.booked_at) < min(first_day, one.starts_at)
        assert one.starts_at < first_day + timedelta(days=22)
    assert 150 <= len(planned) <= 250


def test_the_first_day_can_be_told_from_any_account_of_the_demo() -> None:
    assert all(person.first_day(person.joined_at(FIRST_DAY)) == FIRST_DAY for person in PEOPLE)


def test_names_and_addresses_are_unique_and_cannot_belong_to_anyone() -> None:
    assert len({person.username for person in PEOPLE}) == len({person.address for person in PEOPLE}) == len(PEOPLE)
    assert all(person.address.endswith("@demo.example") for person in PEOPLE)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: title_key(session.title))
def test_the_text_and_figures_of_a_session_keep_to_the_contract(session: DemoSession) -> None:
    facts = session.facts()
    assert 1 <= len(session.title) <= TITLE_LENGTH
    assert session.description.strip() == session.description
    assert 150 <= len(session.description) <= DESCRIPTION_LENGTH
    assert 2 <= len(session.description.split("\n\n")) <= 4
    assert 30 <= session.duration <= 180
    assert Decimal(0) <= facts["price"] <= Decimal("180.00")
    assert facts["price"].as_tuple().exponent == -2
    assert 1 <= session.seats <= min(40, PARTICIPANTS_MOST)
    assert 2 <= len(set(session.tags)) == len(session.tags) <= min(6, TAGS_MOST)
    assert all(tag == tag.lower() and len(tag) <= TAG_LENGTH for tag in session.tags)
    assert session.hour >= 6
    assert session.hour * 60 + session.duration <= 22 * 60


def test_titles_are_unique() -> None:
    assert len({session.title for session in SESSIONS}) == 60
