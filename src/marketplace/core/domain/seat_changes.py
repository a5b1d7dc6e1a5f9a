"""Changing the number of seats of a live booking: who may, until when, and the step."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from marketplace.core.domain.booking_steps import LIVE, BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import IllegalTransition, MarketplaceError, NotFound, NotYours, TooLate

MOVE_REQUESTED = "Another time is requested. Withdraw the request, then change the seats."
SEATS_CONFIRMED = "The creator confirmed this number of seats. Ask them before you bring more people."
B = TypeVar("B", bound=Booking)


def seats_refusal(
    booking: Booking, seats: int, actor: Principal, now: datetime, *, requires_confirmation: bool
) -> MarketplaceError | None:
    """Return the error that refuses this number of seats for this actor now, or `None`.

    Only the learner may: fewer seats as long as they can cancel, more until the start, as for a new booking. Where the
    creator confirms each booking, more seats can only be asked for while the booking is pending, since the confirmation
    was for the seats it had.
    """
    return _party_refusal(booking, actor) or _moment_refusal(
        booking, now, is_more=seats > booking.seats, requires_confirmation=requires_confirmation
    )


def _party_refusal(booking: Booking, actor: Principal) -> MarketplaceError | None:
    if actor.user_id == booking.user_id:
        return None
    is_seen = booking.has_party(actor.user_id) or actor.is_staff
    return NotYours("Only the learner can change the seats.") if is_seen else NotFound()


def _moment_refusal(
    booking: Booking, now: datetime, *, is_more: bool, requires_confirmation: bool
) -> MarketplaceError | None:
    if booking.status not in LIVE:
        return IllegalTransition(f"The booking is {booking.status}.")
    if booking.requested_start is not None:
        return IllegalTransition(MOVE_REQUESTED)
    if now >= (booking.starts_at if is_more else booking.last_cancellation):
        return TooLate()
    if booking.due(now) == "expire":
        return TooLate("The time to respond has passed.")
    if is_more and requires_confirmation and booking.status == "confirmed":
        return IllegalTransition(SEATS_CONFIRMED)
    return None


def may_change_seats(
    booking: Booking, actor: Principal, now: datetime, *, requires_confirmation: bool, is_sold: bool
) -> bool:
    """Return whether a seat can be given back, or, if the session is sold, another could be taken."""
    if actor.user_id != booking.user_id:
        return False  # most rows of a creator's list

    def may_have(seats: int) -> bool:
        return seats_refusal(booking, seats, actor, now, requires_confirmation=requires_confirmation) is None

    return (is_sold and may_have(booking.seats + 1)) or (booking.seats > 1 and may_have(booking.seats - 1))


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
