"""A booking that is paid online: held until it is paid, then as any other."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from builders import TOMORROW, a_booking, a_history, a_principal, a_quote, a_session, a_user
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_moments import Offer, allowed_actions
from marketplace.core.domain.booking_steps import BookingAction, BookingStep
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.seat_changes import seats_refusal
from marketplace.core.errors import IllegalTransition, MarketplaceError, NotFound, NotYours, TooLate
from marketplace.core.errors.payments import PaymentUnconfirmed

MINUTE, HOUR, DAY, INSTANT = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(microseconds=1),
)
PAY_WITHIN = timedelta(minutes=15)
PAY_BY = NOW + PAY_WITHIN


def unpaid(**changes: Any) -> BookingHistory:
    creator, learner = a_user(role="creator"), a_user()
    session = a_session(creator_id=creator.id, cancellation_notice=changes.pop("cancellation_notice", 48))
    booking = a_booking(session, learner.id, status="pending", pay_by=PAY_BY, **changes)
    return a_history(booking, session, creator, learner)


def stepped(booking: BookingHistory, step: tuple[BookingHistory, BookingStep]) -> BookingHistory:
    return replace(step[0], history=(*booking.history, step[1]))


def expired(booking: BookingHistory) -> BookingHistory:
    return stepped(booking, booking.after("expire", None, PAY_BY))


@pytest.mark.parametrize("requires_confirmation", [True, False])
def test_booking_awaits_payment_only_if_it_has_a_price_and_is_paid_online(*, requires_confirmation: bool) -> None:
    priced = a_session(requires_confirmation=requires_confirmation)
    booked = a_quote(priced).book(uuid4(), 2, NOW, pay_within=PAY_WITHIN)
    assert (booked.status, booked.pay_by, booked.respond_by) == ("pending", PAY_BY, None)
    assert booked.awaits_payment()
    assert not booked.awaits_creator()
    soon = a_quote(priced, starts_at=NOW + MINUTE).book(uuid4(), 1, NOW, pay_within=PAY_WITHIN)
    assert soon.pay_by == NOW + MINUTE

    free, at_session = replace(priced, price=Decimal(0)), replace(priced, payment_method="at_session")
    for session, pay_within in ((free, PAY_WITHIN), (at_session, PAY_WITHIN), (priced, None)):
        other = a_quote(session).book(uuid4(), 2, NOW, pay_within=pay_within)
        expected = ("pending", NOW + DAY) if requires_confirmation else ("confirmed", None)
        assert (other.status, other.respond_by, other.pay_by) == (*expected, None)


def test_unpaid_booking_expires_when_the_time_to_pay_has_passed() -> None:
    booking = unpaid()
    assert (booking.next_due(), booking.due(PAY_BY - INSTANT), booking.due(PAY_BY)) == (PAY_BY, None, "expire")
    with pytest.raises(IllegalTransition):
        booking.after("expire", None, PAY_BY - INSTANT)

    after, step = booking.after("expire", None, PAY_BY)

    assert (after.status, after.pay_by, after.next_due()) == ("cancelled", PAY_BY, None)
    assert (step.action, step.actor_id, step.pays) == ("expire", None, False)
    assert not after.awaits_payment()


def people(booking: BookingHistory) -> dict[str, Principal | None]:
    return {
        "learner": a_principal(booking.user_id),
        "creator": a_principal(booking.creator_id),
        "staff": a_principal(is_staff=True),
        "stranger": a_principal(),
        "marketplace": None,
    }


REFUSALS: dict[tuple[str, BookingAction], type[MarketplaceError] | None] = {
    ("learner", "cancel"): None,
    ("creator", "cancel"): None,
    ("staff", "cancel"): None,
    ("stranger", "cancel"): NotFound,
    ("learner", "confirm"): NotYours,
    ("creator", "confirm"): PaymentUnconfirmed,
    ("staff", "confirm"): PaymentUnconfirmed,
    ("marketplace", "confirm"): PaymentUnconfirmed,
    ("learner", "decline"): NotYours,
    ("creator", "decline"): None,
    ("staff", "decline"): None,
    ("creator", "expire"): NotYours,
    ("marketplace", "expire"): IllegalTransition,
    ("creator", "complete"): IllegalTransition,
}


@pytest.mark.parametrize(("who", "action"), REFUSALS)
def test_action_on_an_unpaid_booking_is_allowed_or_refused(who: str, action: BookingAction) -> None:
    booking, expected = unpaid(), REFUSALS[who, action]
    found = booking.refusal(action, people(booking)[who], NOW)
    assert (None if found is None else type(found)) is expected


def test_learner_cancels_and_changes_an_unpaid_booking_despite_the_cancellation_notice() -> None:
    booking = unpaid(starts_at=NOW + 5 * HOUR, seats=2)
    learner = a_principal(booking.user_id)
    assert booking.refusal("cancel", learner, NOW) is None
    assert booking.cancellable_until == booking.starts_at
    assert booking.reschedule_refusal(learner, NOW, starts_at=NOW + 7 * HOUR) is None
    assert seats_refusal(booking, 1, learner, NOW, requires_confirmation=False) is None

    late = booking.reschedule_refusal(learner, PAY_BY, starts_at=NOW + 7 * HOUR)
    assert isinstance(late, TooLate)
    assert isinstance(seats_refusal(booking, 1, learner, PAY_BY, requires_confirmation=False), TooLate)
    assert booking.refusal("cancel", learner, PAY_BY) is None
    assert isinstance(booking.refusal("cancel", learner, booking.starts_at), TooLate)


def test_only_the_learner_is_offered_to_pay_and_no_one_to_confirm() -> None:
    booking, offer = unpaid(), Offer(has_several_seats=False, is_sold=True, requires_confirmation=True)
    offered = {
        who: set(allowed_actions(booking.moment(person, NOW), offer))
        for who, person in people(booking).items()
        if person
    }
    assert offered == {
        "learner": {"cancel", "pay", "reschedule", "seats"},
        "creator": {"decline", "cancel", "reschedule"},
        "staff": {"decline", "cancel", "reschedule"},
        "stranger": set(),
    }
    assert "pay" not in allowed_actions(booking.moment(people(booking)["learner"], PAY_BY), offer)
    paid, _ = booking.paid(NOW, requires_confirmation=True)
    assert "pay" not in allowed_actions(paid.moment(people(booking)["learner"], NOW), offer)


def test_payment_confirms_the_booking() -> None:
    booking = unpaid()

    paid, step = booking.paid(NOW + MINUTE, requires_confirmation=False)

    assert (paid.status, paid.pay_by, paid.respond_by) == ("confirmed", None, None)
    expected = BookingStep(
        booking_id=booking.id,
        at=NOW + MINUTE,
        actor_id=None,
        action="confirm",
        from_status="pending",
        to_status="confirmed",
        reason="",
    )
    assert step == expected
    assert step.pays
    for other in (paid, expired(booking)):
        with pytest.raises(IllegalTransition):
            other.paid(NOW, requires_confirmation=False)


@pytest.mark.parametrize(
    ("starts_at", "respond_by"), [(NOW + 3 * DAY, NOW + 2 * DAY), (NOW + 5 * HOUR, NOW + 5 * HOUR)]
)
def test_payment_asks_the_creator_where_they_have_to_confirm(starts_at: datetime, respond_by: datetime) -> None:
    booking = unpaid(starts_at=starts_at)

    paid, step = booking.paid(NOW, requires_confirmation=True)

    assert (paid.status, paid.pay_by, paid.respond_by) == ("pending", None, respond_by)
    assert (paid.awaits_creator(), paid.due(respond_by), paid.next_due()) == (True, "expire", respond_by)
    assert (step.from_status, step.to_status, step.pays) == ("pending", "pending", True)
    confirmed, answer = paid.after("confirm", a_principal(booking.creator_id), NOW)
    assert (confirmed.status, answer.pays) == ("confirmed", False)


def test_unpaid_booking_keeps_its_time_to_pay_when_it_is_moved() -> None:
    booking = unpaid()
    learner = a_principal(booking.user_id)
    for starts_at, pay_by in ((TOMORROW + DAY, PAY_BY), (NOW + MINUTE, NOW + MINUTE)):
        moved, _ = booking.rescheduled(starts_at, learner, NOW, requires_confirmation=True)
        assert (moved.status, moved.starts_at, moved.pay_by) == ("pending", starts_at, pay_by)
        assert (moved.respond_by, moved.requested_start) == (None, None)
        with_clocks, _ = booking.moved_with_clocks(starts_at, starts_at, "UTC", NOW)
        assert (with_clocks.pay_by, with_clocks.respond_by) == (pay_by, None)


def test_moves_of_a_paid_request_extend_its_deadline_to_six_days_after_the_payment_at_most() -> None:
    booking = unpaid(starts_at=NOW + 30 * DAY, cancellation_notice=0)
    learner, now = a_principal(booking.user_id), NOW
    booking = stepped(booking, booking.paid(NOW, requires_confirmation=True))
    deadlines = []
    for day in range(1, 6):
        now += DAY
        starts_at = NOW + (30 + day) * DAY
        moved = booking.rescheduled(starts_at, learner, now, requires_confirmation=True)
        booking = stepped(booking, moved)
        deadlines.append((booking.respond_by or starts_at) - NOW)
    assert deadlines == [3 * DAY, 4 * DAY, 5 * DAY, 6 * DAY, 6 * DAY]


@pytest.mark.parametrize("requires_confirmation", [True, False])
def test_late_payment_revives_a_booking_that_expired_unpaid(*, requires_confirmation: bool) -> None:
    booking = expired(unpaid(starts_at=NOW + 3 * DAY))
    at = PAY_BY + HOUR

    revived, step = booking.revived(at, requires_confirmation=requires_confirmation)

    expected = ("pending", at + 2 * DAY) if requires_confirmation else ("confirmed", None)
    assert (revived.status, revived.respond_by, revived.pay_by) == (*expected, None)
    assert (step.from_status, step.to_status, step.pays) == ("cancelled", revived.status, True)
    again = stepped(booking, (revived, step))
    assert again.messages_until > again.ends_at
    with pytest.raises(TooLate):
        booking.revived(booking.starts_at, requires_confirmation=requires_confirmation)


def test_payment_revives_nothing_that_ended_otherwise() -> None:
    held = unpaid()
    cancelled = stepped(held, held.after("cancel", a_principal(held.user_id), NOW))
    declined = stepped(held, held.after("decline", a_principal(held.creator_id), NOW))
    asked = stepped(held, held.paid(NOW, requires_confirmation=True))
    unanswered = stepped(asked, asked.after("expire", None, asked.starts_at))
    for booking in (held, cancelled, declined, asked, unanswered):
        with pytest.raises(IllegalTransition):
            booking.revived(PAY_BY, requires_confirmation=False)


def test_history_says_which_steps_came_before_the_payment() -> None:
    held = unpaid()
    paid = stepped(held, held.paid(NOW, requires_confirmation=True))
    confirmed = stepped(paid, paid.after("confirm", a_principal(held.creator_id), NOW))
    assert [held.was_paid_after(0), held.was_paid_after(1), expired(held).was_paid_after(2)] == [True, True, True]
    assert [confirmed.was_paid_after(place) for place in range(4)] == [True, True, False, False]
