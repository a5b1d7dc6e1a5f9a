"""Rules of waitlists: how long an offer lasts, when a line closes, and what a slot counts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from builders import TOMORROW, a_schedule, a_session, a_slot
from fakes import NOW
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.waitlist import (
    MIN_OFFER_HOLD,
    OFFER_HOLD,
    WaitlistEntry,
    closing_of,
    with_entry,
    with_offer,
    without_entry,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def an_entry(**changes: Any) -> WaitlistEntry:
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "session_id": uuid4(),
        "creator_id": uuid4(),
        "user_id": uuid4(),
        "starts_at": TOMORROW,
        "seats": 2,
        "status": "waiting",
        "created_at": NOW,
        "closes_at": TOMORROW,
    }
    return WaitlistEntry(**defaults | changes)


FULL = a_slot(a_session(max_participants=5), seats_taken=5)


def slot(**changes: Any) -> Slot:
    return Slot(**{name: getattr(FULL, name) for name in Slot.__dataclass_fields__} | changes)


@pytest.mark.parametrize(
    ("left", "lasts"),
    [(24 * HOUR, OFFER_HOLD), (4 * HOUR, OFFER_HOLD), (3 * HOUR, 90 * MINUTE), (HOUR, 30 * MINUTE)],
)
def test_offer_lasts_two_hours_or_half_of_the_time_that_is_left(left: timedelta, lasts: timedelta) -> None:
    now = TOMORROW - left

    offer = an_entry().offered(now)

    assert (offer.status, offer.offered_at, offer.offer_until) == ("offered", now, now + lasts)


def test_line_is_open_as_long_as_an_offer_would_last_a_minute() -> None:
    entry = an_entry()

    assert not entry.is_due(TOMORROW - 2 * MIN_OFFER_HOLD - timedelta(seconds=1))
    assert entry.is_due(TOMORROW - 2 * MIN_OFFER_HOLD)


def test_offer_can_be_accepted_until_it_ends() -> None:
    offer = an_entry().offered(NOW)

    assert offer.is_offered(NOW + OFFER_HOLD - timedelta(microseconds=1))
    assert not offer.is_due(NOW + OFFER_HOLD - timedelta(microseconds=1))
    assert not offer.is_offered(NOW + OFFER_HOLD)
    assert offer.is_due(NOW + OFFER_HOLD)
    assert not an_entry().is_offered(NOW)


def test_start_closes_by_the_minimum_notice() -> None:
    assert closing_of(TOMORROW, None) == TOMORROW
    assert closing_of(TOMORROW, a_schedule(notice=90)) == TOMORROW - 90 * MINUTE


@pytest.mark.parametrize("status", ["booked", "left", "expired", "closed"])
def test_ended_entry_is_neither_open_nor_due(status: Any) -> None:
    ended = an_entry().offered(NOW).ended(status, NOW + HOUR)

    assert (ended.is_open, ended.held_seats, ended.ended_at) == (False, 0, NOW + HOUR)
    assert not ended.is_due(TOMORROW)


def test_offer_is_part_of_the_seats_taken() -> None:
    line = with_entry(slot(seats_taken=3))
    offer = an_entry().offered(NOW)

    offered = with_offer(line, offer)
    assert (offered.seats_taken, offered.seats_on_offer, offered.seats_booked, offered.waiting) == (5, 2, 3, 1)
    assert offered.offers_until == NOW + OFFER_HOLD
    assert not offered.has_due_offers(NOW + OFFER_HOLD - timedelta(seconds=1))
    assert offered.has_due_offers(NOW + OFFER_HOLD)
    assert without_entry(offered, offer) == slot(seats_taken=3)
    assert without_entry(offered, offer, booked=2) == slot(seats_taken=5)


def test_first_offer_to_expire_is_known() -> None:
    first, second = an_entry(seats=1).offered(NOW), an_entry(seats=1).offered(NOW + HOUR)

    both = with_offer(with_offer(with_entry(with_entry(slot(seats_taken=3))), first), second)

    assert both.offers_until == first.offer_until
    assert without_entry(both, second).offers_until == first.offer_until
