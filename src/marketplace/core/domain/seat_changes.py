"""Changing the number of seats of a live booking: who may, until when, and the step."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_moments import seats_refusal as refusal
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.settlements import paid_seats
from marketplace.core.errors import IllegalTransition, MarketplaceError, TooLate


class GivenBack(NamedTuple):
    """Seats that were added to a paid booking and given back unpaid."""

    at: datetime
    seats: int


def seats_refusal(
    booking: Booking, seats: int, actor: Principal, now: datetime, *, requires_confirmation: bool
) -> MarketplaceError | None:
    """Return the error that refuses this number of seats for this actor now, or `None`.

    Only the learner may: fewer seats as long as they can cancel, more until the start, as for a new booking. Where the
    creator confirms each booking, more seats can only be asked for while the booking is pending, since the confirmation
    was for the seats it had. More of a paid booking have to be paid, too; see `with_seats`.
    """
    moment = booking.moment(actor, now)
    return refusal(moment, is_more=seats > booking.seats, requires_confirmation=requires_confirmation)


def with_seats(
    booking: BookingHistory, seats: int, actor: Principal, now: datetime, *, pay_within: timedelta | None = None
) -> tuple[BookingHistory, BookingStep]:
    """Return the booking with another number of seats, each for the price as sold, and its history step.

    A confirmed booking that is paid owes what is above the seats that are paid for, within `pay_within` and before its
    start. More seats do not extend a deadline that runs.
    """
    pay_by = booking.pay_by
    if booking.status == "confirmed" and booking.is_paid:
        until = booking.starts_at if pay_within is None else min(now + pay_within, booking.starts_at)
        pay_by = (pay_by or until) if seats > paid_seats(booking) else None
    return _changed(booking, seats, now, actor, pay_by)


def without_unpaid_seats(booking: BookingHistory, now: datetime) -> tuple[BookingHistory, BookingStep]:
    """Return the booking with the seats that are paid for, once the time to pay for more has passed, and its step.

    The step has no actor. Raises `IllegalTransition` if all are paid, or can still be.
    """
    if not booking.owes_seats() or booking.pay_by is None or now < booking.pay_by:
        raise IllegalTransition("The learner can still pay.")
    return _changed(booking, paid_seats(booking), now, None, None)


def given_back(booking: BookingHistory) -> GivenBack | None:
    """Return the seats that a confirmed booking gave back unpaid, if nothing changed its seats or paid since."""
    last = next((each for each in reversed(booking.history) if each.to_seats or each.pays or each.pays_seats), None)
    if booking.status != "confirmed" or last is None or last.actor_id is not None or last.action != "seats":
        return None
    number = (last.from_seats or 0) - (last.to_seats or 0)
    return GivenBack(last.at, number) if number > 0 else None


def changes_only_owed_seats(booking: BookingHistory, place: int) -> bool:
    """Return whether the step at a place, counted from 1, only held seats until they are paid, or gave such back."""
    *before, step = booking.history[:place]
    if step.from_seats is None or step.to_seats is None or not any(each.pays for each in before):
        return False
    paid = paid_seats(replace(booking, seats=step.from_seats, history=tuple(before)))
    return min(step.from_seats, step.to_seats) >= paid


def with_seats_again(booking: BookingHistory, now: datetime) -> tuple[BookingHistory, BookingStep]:
    """Return the booking with the seats that it gave back unpaid, since their payment has come, and its step.

    They have to be taken again. Raises `IllegalTransition` if it gave back none, and `TooLate` after its start.
    """
    missing = given_back(booking)
    if missing is None or booking.requested_start is not None:
        raise IllegalTransition(f"The booking is {booking.status}.")
    if now >= booking.starts_at:
        raise TooLate
    return _changed(booking, booking.seats + missing.seats, now, None, now)


def _changed(
    booking: BookingHistory, seats: int, now: datetime, actor: Principal | None, pay_by: datetime | None
) -> tuple[BookingHistory, BookingStep]:
    step = BookingStep(
        booking_id=booking.id,
        at=now,
        actor_id=actor.user_id if actor else None,
        action="seats",
        from_status=booking.status,
        to_status=booking.status,
        reason="",
        from_seats=booking.seats,
        to_seats=seats,
    )
    return replace(booking, seats=seats, amount=booking.terms.price * seats, pay_by=pay_by), step
