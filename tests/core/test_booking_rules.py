from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from builders import TOMORROW, a_booking, a_contact, a_principal, a_quote, a_session, a_slot, a_user
from fakes import NOW
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.booking_steps import BookingStatus, BookingStep
from marketplace.core.domain.slots import LATEST_START, Slot, validate_start
from marketplace.core.errors import (
    AlreadyBooked,
    IllegalTransition,
    MarketplaceError,
    NotBookable,
    NotFound,
    OwnSession,
    SoldOut,
    StaleRead,
    TooLate,
)


def test_booking_takes_seats_at_the_price_of_that_moment() -> None:
    session = a_session(price=Decimal("49.99"), max_participants=5)
    quote = a_quote(session, slot=a_slot(session, seats_taken=2))

    booking = quote.book(booking_id := uuid4(), 3, NOW)

    expected = a_booking(session, quote.buyer.id, id=booking_id, seats=3, amount=Decimal("149.97"))
    assert booking == expected.promised_in("UTC")
    assert booking.created() == BookingStep(
        booking_id=booking_id,
        at=NOW,
        actor_id=quote.buyer.id,
        action="book",
        from_status=None,
        to_status="confirmed",
        reason="",
    )


def refused_quotes() -> list[Any]:
    session = a_session(max_participants=3)
    creator = a_user(id=session.creator_id, role="creator")
    archived = replace(session, archived_at=NOW)
    return [
        pytest.param(a_quote(archived), NotFound, id="archived"),
        pytest.param(a_quote(archived, buyer=a_contact(creator)), NotFound, id="own but archived"),
        pytest.param(a_quote(session, creator=creator, buyer=a_contact(creator)), OwnSession, id="own"),
        pytest.param(a_quote(replace(session, status="inactive")), NotFound, id="inactive"),
        pytest.param(a_quote(session, creator=replace(creator, is_active=False)), NotFound, id="creator inactive"),
        pytest.param(a_quote(session, starts_at=NOW), NotBookable, id="started"),
        pytest.param(a_quote(session, starts_at=LATEST_START), NotBookable, id="far future"),
        pytest.param(a_quote(session, already_booked=True), AlreadyBooked, id="booked by the same person"),
        pytest.param(
            a_quote(session, already_booked=True, slot=a_slot(session, seats_taken=3)),
            AlreadyBooked,
            id="booked by the same person and full",
        ),
        pytest.param(a_quote(session, slot=a_slot(session, seats_taken=2)), SoldOut, id="one seat left of two"),
    ]


@pytest.mark.parametrize(("quote", "error"), refused_quotes())
def test_unbookable_quote_raises_its_reason(quote: BookingQuote, error: type[MarketplaceError]) -> None:
    with pytest.raises(error):
        quote.book(uuid4(), 2, NOW)


def test_quote_with_slot_older_than_session_edit_is_a_stale_read() -> None:
    session = a_session(max_participants=3)
    before = a_slot(replace(session, max_participants=2), seats_taken=2)

    with pytest.raises(StaleRead):
        a_quote(session, slot=before).check(1, NOW)
    a_quote(session, slot=replace(before, seats_taken=0)).check(3, NOW)


def test_only_a_slot_with_a_seat_taken_is_occupied() -> None:
    session = a_session()

    assert not a_quote(session).is_occupied()
    assert not a_quote(session, slot=a_slot(session, seats_taken=0)).is_occupied()
    assert a_quote(session, slot=a_slot(session, seats_taken=1)).is_occupied()


@pytest.mark.parametrize(
    ("starts_at", "is_good"),
    [
        (NOW, False),
        (NOW - timedelta(days=1), False),
        (NOW + timedelta(microseconds=1), True),
        (LATEST_START - timedelta(microseconds=1), True),
        (LATEST_START, False),
        (datetime.max.replace(tzinfo=UTC), False),
    ],
)
def test_a_start_lies_after_now_and_before_the_year_2200(starts_at: datetime, *, is_good: bool) -> None:
    assert (validate_start(starts_at, NOW) == []) is is_good


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize("by_creator", [False, True])
def test_either_party_can_cancel_live_booking(status: BookingStatus, *, by_creator: bool) -> None:
    booking = a_booking(a_session(), status=status)
    actor = booking.creator_id if by_creator else booking.user_id

    cancelled, step = booking.after("cancel", a_principal(actor), NOW)

    assert cancelled == replace(booking, status="cancelled")
    assert step == BookingStep(
        booking_id=booking.id,
        at=NOW,
        actor_id=actor,
        action="cancel",
        from_status=status,
        to_status="cancelled",
        reason="",
    )


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_settled_booking_cannot_be_cancelled(status: BookingStatus) -> None:
    booking = a_booking(a_session(), status=status)

    with pytest.raises(IllegalTransition, match=status):
        booking.after("cancel", a_principal(booking.user_id), NOW)


def test_a_learner_can_cancel_until_the_start() -> None:
    booking = a_booking(a_session())

    assert booking.after("cancel", a_principal(booking.user_id), TOMORROW - timedelta(microseconds=1))
    with pytest.raises(TooLate):
        booking.after("cancel", a_principal(booking.user_id), TOMORROW)


@pytest.mark.parametrize("is_staff", [False, True])
def test_the_creator_and_staff_can_cancel_until_the_end(*, is_staff: bool) -> None:
    booking = a_booking(a_session())
    actor = a_principal(is_staff=True) if is_staff else a_principal(booking.creator_id)

    assert booking.after("cancel", actor, booking.ends_at - timedelta(microseconds=1))
    with pytest.raises(TooLate):
        booking.after("cancel", actor, booking.ends_at)


def test_booking_is_not_found_for_unrelated_user() -> None:
    booking = a_booking(a_session(), status="cancelled")

    with pytest.raises(NotFound):
        booking.after("cancel", a_principal(uuid4()), NOW)


@pytest.mark.parametrize(("minutes", "excludes"), [(-60, False), (-59, True), (0, True), (59, True), (60, False)])
def test_slots_of_one_creator_exclude_each_other_when_they_overlap(minutes: int, *, excludes: bool) -> None:
    session = a_session(duration=60)
    slot, other = a_slot(session), a_slot(a_session(creator_id=session.creator_id, duration=60))
    rescheduled = Slot.of(replace(session, id=other.session_id), TOMORROW + timedelta(minutes=minutes))

    assert slot.excludes(rescheduled) is rescheduled.excludes(slot) is excludes
    assert not slot.excludes(slot)
    assert not replace(slot, creator_id=uuid4()).excludes(rescheduled)
