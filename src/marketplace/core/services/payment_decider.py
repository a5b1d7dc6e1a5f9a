"""Deciding from events what the payments of a booking require."""

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

    It locks nothing, since the relay's transaction holds many bookings' events. A free booking costs no statement, one
    that nothing was asked of the provider for costs one. It decides where payments are off, too: what was paid before
    is returned once they are on again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def handle(self, tx: Transaction, delivery: Delivery) -> None:
        event = delivery.event
        if not isinstance(event, BookingEvent) or event.kind not in DECIDING:
            return
        if not event.amount:
            return
        # the first payment has the booking's ID
        if await tx.payments.operations([event.booking_id]):
            await tx.jobs.enqueue(Job(kind="settle_booking", subject=event.booking_id, run_at=self._clock.now()))
