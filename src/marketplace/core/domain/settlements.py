"""What a booking owes whom: how much of what was paid is kept, and how much is returned.

The quote that a learner sees is the refund: both are `refund_due` of the same booking and payments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.money import currency
from marketplace.core.domain.payments import Payment
from marketplace.core.domain.refund_policies import ALL, refund_percent, refund_start


class Release(NamedTuple):
    """Seats that a learner gives back, and the share that the policy returns for them, in percent."""

    seats: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationQuote:
    """What is returned if the viewer cancels now. Amounts in minor units."""

    paid: int
    refund: int
    percent: int
    until: datetime | None
    """Until when this share is returned, if it becomes less before the learner can no longer cancel."""


def kept(price: int, seats: int, releases: Iterable[Release]) -> int:
    """Return what the marketplace and the creator keep: for `seats` that are taken, and for those given back.

    `price` is that of a seat. The returned share of each release is rounded down to the minor unit, and the rest kept.
    """
    return price * seats + sum(price * each.seats - price * each.seats * each.percent // ALL for each in releases)


def refund_due(payments: Sequence[Payment], kept_amount: int) -> int:
    """Return what has to be returned and is not claimed yet: never more than was paid and not claimed."""
    return max(0, sum(each.refundable for each in payments) - kept_amount)


def releases_of(booking: BookingHistory) -> tuple[Release, ...]:
    """Return the seats that were given back, by the booking's history.

    What the creator, staff or the marketplace cancels, declines or lets expire is returned in full.
    """
    found = []
    for place, step in enumerate(booking.history):
        seats = _released_seats(step, booking)
        if seats:
            is_learners = step.actor_id == booking.user_id and step.from_status == "confirmed"
            percent = _percent(booking, booking.history[:place], step.at) if is_learners else ALL
            found.append(Release(seats, percent))
    return tuple(found)


def cancellation_quote(
    booking: BookingHistory, payments: Sequence[Payment], viewer_id: UUID, now: datetime
) -> CancellationQuote:
    """Return what is returned to the learner if this viewer cancels the live booking now."""
    is_learner = viewer_id == booking.user_id
    percent = _percent(booking, booking.history, now) if is_learner and not _is_unconfirmed(booking) else ALL
    releases = (*releases_of(booking), Release(booking.seats, percent))
    refund = refund_due(payments, kept(currency().minor(booking.terms.price), 0, releases))
    paid = sum(each.captured - each.refunded for each in payments)
    return CancellationQuote(paid=paid, refund=refund, percent=percent, until=None)


def _percent(booking: BookingHistory, earlier: Sequence[BookingStep], at: datetime) -> int:
    starts_at = next(
        (each.from_start for each in booking.history[len(earlier) :] if each.from_start), booking.starts_at
    )
    start = refund_start(starts_at, booking.user_id, earlier)
    return refund_percent(booking.terms.cancellation_policy, start, at)


def _released_seats(step: BookingStep, booking: BookingHistory) -> int:
    if step.cancels and step.from_status is not None:
        return booking.seats
    if step.action == "seats":
        return max(0, (step.from_seats or 0) - (step.to_seats or 0))
    return 0


def _is_unconfirmed(booking: BookingHistory) -> bool:
    return booking.status == "pending"
