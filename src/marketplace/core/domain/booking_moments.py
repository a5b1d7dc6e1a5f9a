"""What a person may do with a booking at a moment.

The rules read nothing but the facts of a `Moment`, and those of its session that are passed, so equal facts are judged
once: a list asks for every action of every row.
"""

from functools import cache
from typing import NamedTuple

from marketplace.core.domain.booking_steps import (
    AUTOMATIC_ACTIONS,
    CREATOR_ACTIONS,
    LIVE,
    MANUAL_ACTIONS,
    REQUEST_ANSWERS,
    TRANSITIONS,
    AllowedAction,
    BookingAction,
    BookingStatus,
)
from marketplace.core.errors import IllegalTransition, MarketplaceError, NotFound, NotYours, TooLate
from marketplace.core.errors.payments import PaymentUnconfirmed, SeatsPaid

ANSWER_IS_LATE = "The time to respond has passed."
PAYMENT_IS_LATE = "The time to pay has passed."
MOVE_REQUESTED = "Another time is requested. Withdraw the request, then change the seats."
SEATS_UNPAID = "Pay for the added seats, or give them back, before you ask for another time."
SEATS_CONFIRMED = "The creator confirmed this number of seats. Ask them before you bring more people."


class Moment(NamedTuple):
    """A booking as its rules see it: its state, who acts, and which of its times have passed."""

    status: BookingStatus
    is_requested: bool
    """Whether another start is requested."""
    is_automatic: bool
    """Whether the marketplace acts, not a person."""
    is_learner: bool
    is_party: bool
    is_staff: bool
    is_past_answer: bool
    """Whether the creator's time to respond has passed; without a deadline, the start."""
    is_past_notice: bool
    """Whether it is too late for the learner to cancel."""
    is_past_start: bool
    is_past_end: bool
    awaits_payment: bool = False
    """Whether it is pending because the learner has not paid yet."""
    is_past_payment: bool = False
    """Whether the time to pay has passed."""
    is_paid: bool = False
    """Whether the learner has paid through the marketplace, as far as the history is known."""
    owes_seats: bool = False
    """Whether seats were added to a paid booking that are not paid yet."""

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def awaits_creator(self) -> bool:
        return (self.status == "pending" and not self.awaits_payment) or self.is_requested

    def status_after(self, action: BookingAction) -> BookingStatus | None:
        """Return the resulting status, or `None` if the action is illegal."""
        return status_after(action, self.status, is_requested=self.is_requested)

    def is_expired(self) -> bool:
        """Return whether the marketplace is about to end what is not paid, or what the creator has not answered."""
        return self.is_past_payment if self.awaits_payment else self.awaits_creator() and self.is_past_answer


class Offer(NamedTuple):
    """What decides upon other starts and other seats: the booking's seats, and its session as it stands."""

    has_several_seats: bool
    is_sold: bool
    """Whether the session can be booked."""
    requires_confirmation: bool


def status_after(action: BookingAction, status: BookingStatus, *, is_requested: bool) -> BookingStatus | None:
    """Return the status of a booking after an action, or `None` if the action is illegal."""
    if is_requested and action in REQUEST_ANSWERS:
        return status
    return TRANSITIONS[action].get(status)


def refusal(action: BookingAction, moment: Moment) -> MarketplaceError | None:
    """Return the error that refuses an action, or `None`. See `Booking.after`."""
    illegal = f"The booking is {moment.status}." if moment.status_after(action) is None else None
    return _actor_refusal(action, moment) or _illegal(illegal) or _time_refusal(action, moment)


def move_refusal(moment: Moment, illegal: str | None) -> MarketplaceError | None:
    """Return the error that refuses moving a booking, or `None`; `illegal` says why no person may move it, if so."""
    late = _late(moment) if moment.status == "pending" and moment.is_expired() else None
    return _actor_refusal("cancel", moment) or _illegal(illegal) or _time_refusal("cancel", moment) or late


def seats_refusal(moment: Moment, *, is_more: bool, requires_confirmation: bool) -> MarketplaceError | None:
    """Return the error that refuses more or fewer seats, or `None`. See `seat_changes`."""
    if not moment.is_learner:
        is_seen = moment.is_party or moment.is_staff
        return NotYours("Only the learner can change the seats.") if is_seen else NotFound()
    if not moment.is_live or moment.is_requested:
        return IllegalTransition(MOVE_REQUESTED if moment.is_live else f"The booking is {moment.status}.")
    if moment.is_past_start if is_more else moment.is_past_notice and not moment.awaits_payment:
        return TooLate()
    if moment.is_expired():
        return _late(moment)
    if is_more and requires_confirmation and moment.status == "confirmed":
        return IllegalTransition(SEATS_CONFIRMED)
    return SeatsPaid() if is_more and moment.is_paid and moment.status == "pending" else None


@cache
def allowed_actions(moment: Moment, offer: Offer) -> tuple[AllowedAction, ...]:
    """Return the actions that are not refused.

    `reschedule` also needs an available start, and `seats` a free seat if more are wanted.
    """
    steps: list[AllowedAction] = [action for action in MANUAL_ACTIONS if refusal(action, moment) is None]
    if not moment.is_live:
        return tuple(steps)
    if (moment.awaits_payment or moment.owes_seats) and moment.is_learner and not moment.is_past_payment:
        steps.append("pay")
    is_unasked = moment.owes_seats and moment.is_learner and offer.requires_confirmation
    if offer.is_sold and not is_unasked and move_refusal(moment, None) is None:
        steps.append("reschedule")

    def may_have(*, is_more: bool) -> bool:
        return seats_refusal(moment, is_more=is_more, requires_confirmation=offer.requires_confirmation) is None

    if (offer.is_sold and may_have(is_more=True)) or (offer.has_several_seats and may_have(is_more=False)):
        steps.append("seats")
    return tuple(steps)


def _illegal(sentence: str | None) -> MarketplaceError | None:
    return None if sentence is None else IllegalTransition(sentence)


def _late(moment: Moment) -> MarketplaceError:
    return TooLate(PAYMENT_IS_LATE if moment.awaits_payment else ANSWER_IS_LATE)


def _actor_refusal(action: BookingAction, moment: Moment) -> MarketplaceError | None:
    if moment.is_automatic:
        return None
    if not (moment.is_party or moment.is_staff):
        return NotFound()
    if action in AUTOMATIC_ACTIONS:
        return NotYours("This happens automatically.")
    is_withdrawal = action == "decline" and moment.is_requested
    if action in CREATOR_ACTIONS and moment.is_learner and not is_withdrawal:
        return NotYours("Only the creator can do this.")
    return None


def _time_refusal(action: BookingAction, moment: Moment) -> MarketplaceError | None:
    if moment.awaits_payment:
        return _unpaid_refusal(action, moment)
    if action in {"confirm", "decline"} and moment.is_past_answer:
        return TooLate(ANSWER_IS_LATE)
    if action == "expire" and not moment.is_past_answer:
        return IllegalTransition("The creator can still respond.")
    if action == "complete" and not moment.is_past_end:
        return IllegalTransition("The session hasn't ended yet.")
    if action == "cancel" and (moment.is_past_notice if moment.is_learner else moment.is_past_end):
        return TooLate()
    return None


def _unpaid_refusal(action: BookingAction, moment: Moment) -> MarketplaceError | None:
    """Return the error that refuses an action before the payment, or `None`: seats that are only held cost nothing."""
    if action == "confirm":
        return PaymentUnconfirmed()
    if action == "expire" and not moment.is_past_payment:
        return IllegalTransition("The learner can still pay.")
    return TooLate() if action in {"cancel", "decline"} and moment.is_past_start else None
