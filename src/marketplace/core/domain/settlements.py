"""What a booking owes whom: how much of what was paid is kept, and how much is returned.

The quote that a learner sees is the refund: `refund_due` of the history with the step that would be taken next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import LIVE, BookingStep
from marketplace.core.domain.money import Currency, currency
from marketplace.core.domain.payments import Payment
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.refund_policies import ALL, RefundTier, current_tier, next_percent, refund_start


class Release(NamedTuple):
    """Seats that were given back, and the share that is returned for them, in percent."""

    seats: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationQuote:
    """What is returned if the viewer cancels now. Amounts in minor units of `currency`.

    `paid` is what was captured and is not claimed by a refund, so `0 <= refund <= paid`.
    """

    currency: Currency
    paid: int
    refund: int
    percent: int
    until: datetime | None
    """Until when this share is returned, if it becomes less while the learner can still cancel."""
    next_percent: int | None
    """The share after that."""


def kept(price: int, seats: int, releases: Iterable[Release]) -> int:
    """Return what the marketplace and the creator keep: for `seats` that are taken, and for those given back.

    `price` is that of a seat. The returned share of each release is rounded down to the minor unit, and the rest kept.
    """
    return price * seats + sum(price * each.seats - price * each.seats * each.percent // ALL for each in releases)


def kept_now(booking: BookingHistory, payments: Sequence[Payment] = ()) -> int:
    """Return what is kept of the payments of a booking, in minor units of their currency, as the booking stands."""
    seats = booking.seats if booking.status != "cancelled" else 0
    return kept(_currency_of(payments).minor(booking.terms.price), seats, releases_of(booking))


def refund_due(payments: Sequence[Payment], kept_amount: int) -> int:
    """Return what has to be returned and is not claimed yet: never more than was paid and not claimed."""
    return max(0, _paid(payments) - kept_amount)


def releases_of(booking: BookingHistory) -> tuple[Release, ...]:
    """Return the seats that were given back since the payment, by the booking's history.

    What the creator, staff or the marketplace ends is returned in full, and so is what the creator has not confirmed.
    """
    found = []
    for place in range(_place_of_payment(booking), len(booking.history)):
        step = booking.history[place]
        seats = _released_seats(step, booking)
        if seats:
            found.append(Release(seats, _tier(booking, place, step).refund_percent))
    return tuple(found)


def cancellation_quote(
    booking: BookingHistory, payments: Sequence[Payment], viewer: Principal, now: datetime
) -> CancellationQuote:
    """Return what is returned to the learner if this viewer cancels now. Raises as `Booking.after` for `cancel`."""
    ended, step = booking.after("cancel", viewer, now)
    cancelled, place = replace(ended, history=(*booking.history, step)), len(booking.history)
    tier = _tier(cancelled, place, step)
    until = tier.ends_at(_policy_start(cancelled, place))
    falls = _is_by_policy(step, booking) and tier.hours_before > 0 and until < booking.last_cancellation
    return CancellationQuote(
        currency=_currency_of(payments),
        paid=_paid(payments),
        refund=refund_due(payments, kept_now(cancelled, payments)),
        percent=tier.refund_percent,
        until=until if falls else None,
        next_percent=next_percent(booking.terms.cancellation_policy, tier) if falls else None,
    )


def _paid(payments: Sequence[Payment]) -> int:
    return sum(each.refundable for each in payments)


def _currency_of(payments: Sequence[Payment]) -> Currency:
    """Return the currency that was paid in, which a marketplace may have changed since."""
    return Currency.of(payments[0].currency) if payments else currency()


def _place_of_payment(booking: BookingHistory) -> int:
    """Return the number of steps up to the payment, before which nothing could be returned."""
    return max((place for place, step in enumerate(booking.history, 1) if step.pays), default=0)


def _released_seats(step: BookingStep, booking: BookingHistory) -> int:
    if step.cancels and step.from_status in LIVE:
        return booking.seats
    if step.action == "seats":
        return max(0, (step.from_seats or 0) - (step.to_seats or 0))
    return 0


def _is_by_policy(step: BookingStep, booking: BookingHistory) -> bool:
    return step.actor_id == booking.user_id and step.from_status == "confirmed"


def _tier(booking: BookingHistory, place: int, step: BookingStep) -> RefundTier:
    """Return the tier of the seats that a step gives back; `place` is that of the step."""
    if not _is_by_policy(step, booking):
        return RefundTier(0, ALL)
    return current_tier(booking.terms.cancellation_policy, _policy_start(booking, place), step.at)


def _policy_start(booking: BookingHistory, place: int) -> datetime:
    """Return the start that the policy counts from for the step at a place."""
    since = _place_of_payment(booking)
    starts_at = next((each.from_start for each in booking.history[place:] if each.from_start), booking.starts_at)
    return refund_start(starts_at, booking.user_id, booking.history[min(since, place) : place])
