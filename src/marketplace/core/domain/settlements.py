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
    seats = booking.seats if booking.status in LIVE else 0 if booking.status == "cancelled" else paid_seats(booking)
    return kept(_currency_of(payments).minor(booking.terms.price), seats, releases_of(booking))


def price_of_unpaid(booking: BookingHistory, payments: Sequence[Payment] = ()) -> int:
    """Return the price of the seats that are not paid for, in minor units of the payments' currency."""
    return _currency_of(payments).minor(booking.terms.price) * (booking.seats - paid_seats(booking))


def refund_due(payments: Sequence[Payment], kept_amount: int) -> int:
    """Return what has to be returned and is not claimed yet: never more than was paid and not claimed."""
    return max(0, _paid(payments) - kept_amount)


def releases_of(booking: BookingHistory) -> tuple[Release, ...]:
    """Return the seats that were given back since the payment, by the booking's history.

    What the creator, staff or the marketplace ends is returned in full, and so is what the creator has not confirmed.
    """
    found = _Paid.of(booking).released
    return tuple(Release(seats, _tier(booking, place, booking.history[place]).refund_percent) for place, seats in found)


def paid_seats(booking: BookingHistory) -> int:
    """Return how many of the seats are paid for: fewer than it has while it owes seats, none once it is cancelled."""
    return _Paid.of(booking).seats


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
        # the price of an old booking may have more decimals than the currency that the marketplace has now
        refund=refund_due(payments, kept_now(cancelled, payments)) if payments else 0,
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


class _Paid(NamedTuple):
    """The seats that are paid for, and those of them that were given back, with the places of their steps."""

    seats: int
    released: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, booking: BookingHistory) -> "_Paid":
        first = _place_of_payment(booking)
        later = booking.history[first:]
        seats = paid = next((each.from_seats for each in later if each.from_seats), booking.seats)
        released = list[tuple[int, int]]()
        for place, step in enumerate(later, first):
            if step.to_seats:
                seats = step.to_seats
            elif step.pays_seats:
                paid = seats
            left = 0 if step.cancels and step.from_status in LIVE else seats
            if left < paid:
                released.append((place, paid - left))
                paid = left
        return cls(paid, tuple(released))


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
