"""What a cancellation would return now."""

from uuid import UUID

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.settlements import CancellationQuote, cancellation_quote
from marketplace.core.errors import NotFound
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.payments import PaymentLists
from marketplace.core.ports.system import Clock


class CancellationQuotes:
    """Quotes cancellations. The refund of a cancellation is computed by the same function."""

    def __init__(self, *, lists: BookingLists, payments: PaymentLists, clock: Clock) -> None:
        self._lists = lists
        self._payments = payments
        self._clock = clock

    async def quote(self, principal: Principal, booking_id: UUID) -> CancellationQuote:
        """Return what is returned if the principal cancels now. Raises as cancelling does."""
        booking = await self._lists.find(booking_id)
        if booking is None:
            raise NotFound
        now = self._clock.now()
        refused = booking.refusal("cancel", principal, now)
        if refused is not None:
            raise refused
        return cancellation_quote(booking, await self._payments.of_booking(booking_id), principal, now)
