from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest

from builders import TOMORROW, a_booking, a_principal, a_quote, a_session
from fakes import NOW
from marketplace.core.domain.booking_steps import BookingAction, BookingStatus, BookingStep
from marketplace.core.domain.bookings import Booking, response_deadline
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import IllegalTransition, MarketplaceError, NotFound, NotYours, TooLate

MINUTE, HOUR, INSTANT = timedelta(minutes=1), timedelta(hours=1), timedelta(microseconds=1)
ACTIONS: tuple[BookingAction, ...] = get_args(BookingAction)
STATUSES: tuple[BookingStatus, ...] = get_args(BookingStatus)
ACTORS = ("learner", "creator", "stranger", "staff", "learner on the staff", "marketplace")
RESPOND_BY = NOW + 5 * HOUR

LEADS_TO: dict[tuple[BookingAction, BookingStatus], BookingStatus] = {
    ("confirm", "pending"): "confirmed",
    ("decline", "pending"): "cancelled",
    ("cancel", "pending"): "cancelled",
    ("cancel", "confirmed"): "cancelled",
    ("complete", "confirmed"): "completed",
    ("expire", "pending"): "cancelled",
}
NOT_FOR_A_LEARNER = {"confirm", "decline", "complete"}
ONLY_FOR_THE_MARKETPLACE = {"expire"}


def pending(**changes: Any) -> Booking:
    return a_booking(a_session(), status="pending", respond_by=RESPOND_BY, **changes)


def in_status(status: BookingStatus, **terms: Any) -> Booking:
    respond_by = RESPOND_BY if status == "pending" else None
    return a_booking(a_session(**terms), status=status, respond_by=respond_by)


def actor_of(booking: Booking, who: str) -> Principal | None:
    return {
        "learner": a_principal(booking.user_id),
        "creator": a_principal(booking.creator_id),
        "stranger": a_principal(),
        "staff": a_principal(is_staff=True),
        "learner on the staff": a_principal(booking.user_id, is_staff=True),
        "marketplace": None,
    }[who]


def person(booking: Booking, who: str) -> Principal:
    actor = actor_of(booking, who)
    assert actor is not None
    return actor


def good_time(booking: Booking, action: BookingAction) -> datetime:
    return {"complete": booking.ends_at, "expire": RESPOND_BY}.get(action, NOW)


def refusal(action: BookingAction, status: BookingStatus, who: str) -> type[MarketplaceError] | None:
    """Return the error expected for this action even at a suitable time."""
    if who == "stranger":
        return NotFound
    if action in ONLY_FOR_THE_MARKETPLACE and who != "marketplace":
        return NotYours
    if who.startswith("learner") and action in NOT_FOR_A_LEARNER:
        return NotYours
    return None if (action, status) in LEADS_TO else IllegalTransition


@pytest.mark.parametrize(("action", "status", "who"), [*product(ACTIONS, STATUSES, ACTORS)])
def test_every_action_is_allowed_or_refused_by_status_and_actor(
    action: BookingAction, status: BookingStatus, who: str
) -> None:
    booking, refused = in_status(status), refusal(action, status, who)
    actor, now = actor_of(booking, who), good_time(booking, action)

    if refused:
        with pytest.raises(refused):
            booking.after(action, actor, now, reason="So be it.")
        return
    after, step = booking.after(action, actor, now, reason="So be it.")

    to_status = LEADS_TO[action, status]
    assert after == replace(booking, status=to_status, respond_by=None)
    assert step == BookingStep(
        booking_id=booking.id,
        at=now,
        actor_id=actor.user_id if actor else None,
        action=action,
        from_status=status,
        to_status=to_status,
        reason="So be it.",
    )


@pytest.mark.parametrize(
    ("starts_at", "respond_by"),
    [
        (NOW + timedelta(hours=72), NOW + timedelta(hours=48)),
        (NOW + timedelta(hours=48), NOW + timedelta(hours=48)),
        (NOW + timedelta(hours=48) - MINUTE, NOW + timedelta(hours=48) - MINUTE),
        (NOW + MINUTE, NOW + MINUTE),
    ],
)
def test_creator_can_respond_for_48_hours_or_until_start(starts_at: datetime, respond_by: datetime) -> None:
    requested = a_quote(a_session(requires_confirmation=True), starts_at=starts_at).book(a_principal().user_id, 1, NOW)

    assert response_deadline(NOW, starts_at) == respond_by
    assert (requested.status, requested.respond_by) == ("pending", respond_by)
    assert requested.created().to_status == "pending"


def test_booking_without_required_confirmation_is_confirmed_at_once() -> None:
    booked = a_quote(a_session()).book(a_principal().user_id, 1, NOW)

    assert (booked.status, booked.respond_by) == ("confirmed", None)


@pytest.mark.parametrize("action", ["confirm", "decline"])
@pytest.mark.parametrize("who", ["creator", "staff"])
def test_response_is_too_late_from_its_deadline(action: BookingAction, who: str) -> None:
    booking = pending()
    actor = actor_of(booking, who)

    assert booking.after(action, actor, RESPOND_BY - INSTANT)
    with pytest.raises(TooLate):
        booking.after(action, actor, RESPOND_BY)


@pytest.mark.parametrize("action", ["confirm", "decline"])
def test_pending_booking_without_deadline_can_be_answered_before_its_start(action: BookingAction) -> None:
    booking = replace(pending(), respond_by=None)

    assert booking.after(action, a_principal(booking.creator_id), TOMORROW - INSTANT)
    with pytest.raises(TooLate):
        booking.after(action, a_principal(booking.creator_id), TOMORROW)


def test_pending_booking_expires_at_its_response_deadline() -> None:
    booking = pending()

    with pytest.raises(IllegalTransition, match="can still respond"):
        booking.after("expire", None, RESPOND_BY - INSTANT)
    expired, step = booking.after("expire", None, RESPOND_BY)
    assert (expired.status, step.actor_id) == ("cancelled", None)


@pytest.mark.parametrize("who", ["creator", "staff", "marketplace"])
def test_booking_can_be_completed_from_its_end(who: str) -> None:
    booking = a_booking(a_session())
    actor = actor_of(booking, who)

    with pytest.raises(IllegalTransition, match="hasn't ended"):
        booking.after("complete", actor, booking.ends_at - INSTANT)
    completed, _ = booking.after("complete", actor, booking.ends_at)
    assert completed.status == "completed"


@pytest.mark.parametrize("hours", [0, 1, 24, 8_760])
@pytest.mark.parametrize("status", ["pending", "confirmed"])
def test_learner_can_cancel_until_cancellation_notice_to_the_minute(hours: int, status: BookingStatus) -> None:
    booking = in_status(status, cancellation_notice=hours)
    last = booking.starts_at - timedelta(hours=hours)
    learner = a_principal(booking.user_id)

    assert booking.after("cancel", learner, last - MINUTE)
    for late in (last, last + MINUTE):
        with pytest.raises(TooLate):
            booking.after("cancel", learner, late)


@pytest.mark.parametrize("who", ["creator", "staff", "marketplace"])
def test_creator_and_staff_can_cancel_until_the_end_despite_cancellation_notice(who: str) -> None:
    booking = in_status("confirmed", cancellation_notice=8_760)
    actor = actor_of(booking, who)

    assert booking.after("cancel", actor, booking.ends_at - INSTANT)
    with pytest.raises(TooLate):
        booking.after("cancel", actor, booking.ends_at)


def test_cancellation_notice_applies_to_learner_who_is_staff() -> None:
    booking = in_status("confirmed", cancellation_notice=6)

    with pytest.raises(TooLate):
        booking.after("cancel", a_principal(booking.user_id, is_staff=True), booking.starts_at - 6 * HOUR)


@pytest.mark.parametrize("who", ["learner", "creator", "staff"])
@pytest.mark.parametrize("status", STATUSES)
def test_live_booking_can_be_rescheduled_by_its_parties_and_staff(who: str, status: BookingStatus) -> None:
    booking = in_status(status)
    starts_at, actor = TOMORROW + 3 * HOUR, person(booking, who)

    if status in {"cancelled", "completed"}:
        with pytest.raises(IllegalTransition, match=status):
            booking.rescheduled(starts_at, actor, NOW, requires_confirmation=False)
        return
    rescheduled, step = booking.rescheduled(starts_at, actor, NOW, requires_confirmation=False)

    assert rescheduled == replace(
        booking,
        starts_at=starts_at,
        respond_by=None if status != "pending" else starts_at if who == "learner" else booking.respond_by,
    )
    assert (step.at, step.actor_id) == (NOW, actor.user_id)
    assert (step.from_status, step.to_status) == (status, status)
    assert (step.action, step.from_start, step.to_start) == ("reschedule", booking.starts_at, starts_at)
    assert step.reason == ""


def test_unrelated_user_cannot_reschedule() -> None:
    booking = a_booking(a_session(), status="cancelled")

    with pytest.raises(NotFound):
        booking.rescheduled(TOMORROW + 3 * HOUR, a_principal(), NOW, requires_confirmation=False)


@pytest.mark.parametrize("status", ["pending", "confirmed"])
def test_booking_cannot_be_rescheduled_to_its_own_start(status: BookingStatus) -> None:
    booking = in_status(status)

    with pytest.raises(IllegalTransition, match="2030-01-08 09:00"):
        booking.rescheduled(
            TOMORROW,
            a_principal(booking.user_id),
            NOW,
            requires_confirmation=False,
        )


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize("who", ["learner", "creator", "staff"])
def test_only_learner_of_confirmed_booking_has_to_ask_for_another_start(status: BookingStatus, who: str) -> None:
    booking, later = in_status(status), NOW + HOUR
    starts_at = TOMORROW + timedelta(days=9)

    rescheduled, step = booking.rescheduled(starts_at, person(booking, who), later, requires_confirmation=True)

    assert (step.action, step.from_status, step.to_status) == ("reschedule", status, status)
    assert rescheduled.status == status
    if (status, who) == ("confirmed", "learner"):
        assert (rescheduled.starts_at, rescheduled.requested_start) == (booking.starts_at, starts_at)
        # an answer is needed before the time that would be given up
        assert rescheduled.respond_by == booking.starts_at
        assert (step.from_start, step.to_start) == (None, starts_at)
        return
    assert (rescheduled.starts_at, rescheduled.requested_start) == (starts_at, None)
    # rescheduling does not extend the deadline of the party that has to respond
    respond_by = later + timedelta(hours=48) if who == "learner" else booking.respond_by
    assert rescheduled.respond_by == (respond_by if status == "pending" else None)


def requested(at: datetime = NOW) -> Booking:
    """Return a confirmed booking whose learner asks for the start in three hours."""
    booking = in_status("confirmed")
    learner = a_principal(booking.user_id)
    return booking.rescheduled(TOMORROW + 3 * HOUR, learner, at, requires_confirmation=True)[0]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("who", ACTORS)
def test_requested_start_is_answered_like_a_booking_and_withdrawn_by_its_learner(
    action: BookingAction, who: str
) -> None:
    booking = requested()
    actor, moment = actor_of(booking, who), booking.respond_by if action == "expire" else NOW
    assert moment is not None
    is_withdrawal = who.startswith("learner") and action == "decline"
    expected = None if is_withdrawal else refusal(action, "confirmed" if action == "cancel" else "pending", who)
    if action == "complete":
        expected = refusal(action, "confirmed", who) or IllegalTransition
    if expected is not None:
        with pytest.raises(expected):
            booking.after(action, actor, moment)
        return

    after, step = booking.after(action, actor, moment)

    moves = action == "confirm"
    assert after.status == step.to_status == ("cancelled" if action == "cancel" else "confirmed")
    assert after.starts_at == (TOMORROW + 3 * HOUR if moves else TOMORROW)
    assert (after.requested_start, after.held_seats, after.respond_by) == (None, 0, None)
    starts = (None, None) if action == "cancel" else (TOMORROW if moves else None, TOMORROW + 3 * HOUR)
    assert (step.from_status, step.from_start, step.to_start) == ("confirmed", *starts)


def test_request_is_due_at_its_deadline_and_the_booking_at_its_end() -> None:
    booking = requested()
    assert (booking.next_due(), booking.due(TOMORROW - INSTANT), booking.due(TOMORROW)) == (TOMORROW, None, "expire")

    expired, _ = booking.after("expire", None, TOMORROW)

    assert (expired.next_due(), expired.due(TOMORROW)) == (expired.ends_at, None)
    with pytest.raises(TooLate, match="respond"):
        booking.after("confirm", a_principal(booking.creator_id), TOMORROW)


def test_requested_start_cannot_be_requested_twice() -> None:
    booking = requested()

    with pytest.raises(IllegalTransition, match="already requested"):
        booking.rescheduled(TOMORROW + 3 * HOUR, a_principal(booking.user_id), NOW, requires_confirmation=True)


@pytest.mark.parametrize(
    ("who", "until"),
    [
        ("learner", TOMORROW - timedelta(hours=6)),
        ("creator", TOMORROW + HOUR),
        ("staff", TOMORROW + HOUR),
    ],
)
def test_booking_can_be_rescheduled_as_long_as_it_can_be_cancelled(who: str, until: datetime) -> None:
    booking = in_status("confirmed", cancellation_notice=6)
    starts_at, actor = TOMORROW + timedelta(days=2), person(booking, who)

    assert booking.rescheduled(starts_at, actor, until - MINUTE, requires_confirmation=False)
    with pytest.raises(TooLate):
        booking.rescheduled(starts_at, actor, until, requires_confirmation=False)


def test_no_step_changes_agreed_price() -> None:
    booking = pending(seats=2)
    rescheduled, _ = booking.rescheduled(
        TOMORROW + 3 * HOUR, a_principal(booking.user_id), NOW, requires_confirmation=True
    )
    confirmed, _ = rescheduled.after("confirm", a_principal(booking.creator_id), NOW)
    completed, _ = confirmed.after("complete", None, confirmed.ends_at)

    kept = {
        (each.amount, each.seats, each.created_at, each.user_id)
        for each in (booking, rescheduled, confirmed, completed)
    }
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("booking", "moment", "action"),
    [(pending(), RESPOND_BY, "expire"), (in_status("confirmed"), in_status("confirmed").ends_at, "complete")],
)
def test_booking_is_due_from_the_exact_moment(booking: Booking, moment: datetime, action: str) -> None:
    assert [booking.due(at) for at in (moment - INSTANT, moment, moment + INSTANT)] == [None, action, action]
    assert booking.next_due() == moment
