"""Changing the number of seats of a live booking: who may, until when, and the step."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from marketplace.core.domain.booking_moments import seats_refusal as refusal
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import MarketplaceError

B = TypeVar("B", bound=Booking)


def seats_refusal(
    booking: Booking, seats: int, actor: Principal, now: datetime, *, requires_confirmation: bool
) -> MarketplaceError | None:
    """Return the error that refuses this number of seats for this actor now, or `None`.

    Only the learner may: fewer seats as long as they can cancel, more until the start, as for a new booking. Where the
    creator confirms each booking, more seats can only be asked for while the booking is pending, since the confirmation
    was for the seats it had.
    """
    moment = booking.moment(actor, now)
    return refusal(moment, is_more=seats > booking.seats, requires_confirmation=requires_confirmation)


def with_seats(booking: B, seats: int, actor: Principal, now: datetime) -> tuple[B, BookingStep]:
    """Return the booking with another number of seats, each for the price as sold, and its history step."""
    step = BookingStep(
        booking_id=booking.id,
        at=now,
        actor_id=actor.user_id,
        action="seats",
        from_status=booking.status,
        to_status=booking.status,
        reason="",
        from_seats=booking.seats,
        to_seats=seats,
    )
    return replace(booking, seats=seats, amount=booking.terms.price * seats), step
