"""Deciding from events what the payments of a booking require."""

from collections.abc import Sequence

from marketplace.core.domain.events import BookingEvent, BookingEventKind, Delivery
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction

DECIDING: frozenset[BookingEventKind] = frozenset(
    {
        "booking.confirmed",
        "booking.declined",
        "booking.expired",
        "booking.cancelled",
        "booking.completed",
        "booking.seats_changed",
    }
)
"""Steps after which an amount is captured, released, returned or earned."""


class PaymentDecider:
    """A `Subscriber` that enqueues the job that balances a booking's payments, for every way to change a booking.

    It locks nothing, since the relay's transaction holds many bookings' events. Free bookings cost no statement, those
    that nothing was asked of the provider for cost one together. It decides where payments are off, too: what was paid
    before is returned once they are on again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        events = [each.event for each in deliveries]
        bookings = {event.booking_id for event in events if isinstance(event, BookingEvent) and _decides(event)}
        if not bookings:
            return
        # the first payment has the booking's ID
        paid = {each.payment_id for each in await tx.payments.operations(sorted(bookings))}
        if paid:
            now = self._clock.now()
            await tx.jobs.enqueue(*(Job(kind="settle_booking", subject=each, run_at=now) for each in sorted(paid)))


def _decides(event: BookingEvent) -> bool:
    # a confirmation without an actor is a payment, whose transaction has decided already
    is_payment = event.kind == "booking.confirmed" and event.actor_id is None
    return event.kind in DECIDING and not is_payment and bool(event.amount)
