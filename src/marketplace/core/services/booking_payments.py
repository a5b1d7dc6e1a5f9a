"""What a payment does to its booking, within the caller's transaction."""

from dataclasses import replace

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.seat_changes import with_seats_again
from marketplace.core.errors import NotBookable, SoldOut, StaleRead
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.booking_steps import settlement_job
from marketplace.core.services.waitlist_lines import (
    offer_seats_of,
    release,
    with_expired_offers_passed_on,
    with_own_entry_ended,
)


class BookingPayments:
    """Applies payments to bookings. Acquire in lock order: booking, its payments, then call these."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def apply(self, tx: Transaction, booking: BookingHistory, *, requires_confirmation: bool) -> BookingHistory:
        """Save an acquired booking, which asks for a payment, as paid, and return it. Raises `IllegalTransition`."""
        paid, step = booking.paid(self._clock.now(), requires_confirmation=requires_confirmation)
        await tx.bookings.save(paid, step)
        job = settlement_job(paid)
        if job is not None:
            await tx.jobs.enqueue(job)
        return replace(paid, history=(*booking.history, step))

    async def retake(self, tx: Transaction, seen: BookingHistory) -> BookingHistory:
        """Take seats again that a booking gave back unpaid, since their payment came too late, and return it unpaid.

        It acquires the booking itself. Raises as `revive`.
        """
        quote = await tx.slots.acquire_quote(seen.session_id, seen.starts_at, seen.user_id)
        booking = await tx.bookings.acquire(seen.id)
        if (booking.starts_at, booking.seats) != (seen.starts_at, seen.seats):
            raise StaleRead
        changed, step = with_seats_again(booking, self._clock.now())
        if not (quote.session.is_bookable() and quote.buyer_is_active):
            raise NotBookable
        await with_expired_offers_passed_on(tx, quote, step.at)
        if not await tx.slots.change_seats(changed, step):
            raise SoldOut
        return replace(changed, history=(*booking.history, step))

    async def end_unheld(self, tx: Transaction, booking: BookingHistory) -> BookingHistory:
        """Expire an acquired request whose authorization has ended before the creator answered, and return it.

        Nothing holds its amount anymore, so a confirmation would give the seats away.
        """
        now = self._clock.now()
        expired, step = replace(booking, respond_by=now).after("expire", None, now)
        await release(tx, now, booking)
        await tx.bookings.save(expired, step)
        return replace(expired, history=(*booking.history, step))

    async def revive(self, tx: Transaction, seen: BookingHistory, *, requires_confirmation: bool) -> BookingHistory:
        """Take the seats of a booking again that expired unpaid, since its payment came too late, and return it.

        It acquires the booking itself. The schedule decides nothing, since the start was bookable when it was booked.
        A learner who waits for the start by then waits no more, and has the seats that are on offer to them. Raises
        `IllegalTransition` if anything else ended the booking, `TooLate` after its start, `NotBookable` if the session
        is no longer listed, the learner is deactivated, or the creator now comes to learners and the booking has no
        address, `SoldOut`, `AlreadyBooked`, `CreatorUnavailable`, and
        `StaleRead`.
        """
        quote = await tx.slots.acquire_quote(seen.session_id, seen.starts_at, seen.user_id)
        await tx.slots.acquire_creator(seen.creator_id)
        booking = await tx.bookings.acquire(seen.id)
        if booking.starts_at != seen.starts_at:
            raise StaleRead
        revived, step = booking.revived(self._clock.now(), requires_confirmation=requires_confirmation)
        has_place = booking.address is not None or quote.session.format != "at_yours"
        if not (quote.session.is_bookable() and quote.buyer_is_active and has_place):
            raise NotBookable
        slot = quote.new_slot(booking.terms.duration)
        await tx.slots.acquire_for_move(slot, booking)
        await with_own_entry_ended(tx, quote, seen.user_id, step.at)
        if not await tx.slots.move(slot, revived, step, settlement_job(revived)):
            raise SoldOut
        await offer_seats_of(tx, slot.session_id, slot.starts_at, step.at)
        return replace(revived, history=(*booking.history, step))
