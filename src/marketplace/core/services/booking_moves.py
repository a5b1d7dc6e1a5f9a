"""Moving a booking to another start: what is locked first, and the seats of a start that is only requested."""

from dataclasses import replace
from datetime import datetime

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import CreatorUnavailable, NotBookable, SoldOut, StaleRead
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.booking_steps import BookingSteps, acquire_actor, require_reason, settlement_job
from marketplace.core.services.waitlist_lines import offer_again, with_own_entry_ended


class BookingMoves:
    """Steps that give a booking another start, within a transaction. `seen` is the booking, read without a lock."""

    def __init__(self, clock: Clock, steps: BookingSteps) -> None:
        self._clock = clock
        self._steps = steps

    async def move(
        self, tx: Transaction, principal: Principal, seen: BookingHistory, starts_at: datetime, reason: str
    ) -> BookingHistory:
        """Move a booking, or request the start if the creator has to confirm it. Raises like `reschedule`."""
        quote = await tx.slots.acquire_quote(seen.session_id, starts_at, seen.user_id)
        if principal.user_id == seen.user_id:
            quote.require_active_buyer()
        principal = await acquire_actor(tx, principal)
        booking = await _acquire(tx, seen)
        slot, now = quote.new_slot(booking.terms.duration), self._clock.now()
        rescheduled, step = booking.rescheduled(
            slot.starts_at,
            principal,
            now,
            requires_confirmation=quote.session.requires_confirmation,
            reason=reason,
        )
        require_reason(principal, booking, reason)
        if not quote.session.is_bookable():
            raise NotBookable
        if quote.slot is not None and quote.slot.waiting:
            await tx.slots.acquire_for_move(slot, booking)
            quote = await with_own_entry_ended(tx, quote, seen.user_id, now)
        quote.check(booking.seats, now)
        await self._steps.write_audit_entry(tx, principal, "booking_rescheduled", booking, rescheduled, reason)
        await tx.slots.acquire_for_move(slot, booking)
        if rescheduled.requested_start is not None:
            freed = await tx.slots.release_held(booking)
            held_seats = await _hold_requested(tx, slot, booking, quote.session.time_zone)
            rescheduled = replace(rescheduled, held_seats=held_seats)
            await tx.bookings.save(rescheduled, step)
            await self._steps.schedule_settlement(tx, rescheduled)
        else:
            rescheduled = rescheduled.promised_in(quote.session.time_zone)
            freed = await tx.slots.release(booking)
            if not await tx.slots.move(slot, rescheduled, step, settlement_job(rescheduled)):
                raise SoldOut
        entered = () if quote.slot is None else (quote.slot,)
        await offer_again(tx, (*freed, *entered), now)
        return replace(rescheduled, history=(*booking.history, step))

    async def confirm(
        self, tx: Transaction, principal: Principal, seen: BookingHistory, requested: datetime, reason: str
    ) -> BookingHistory:
        """Confirm the requested start. Raises `IllegalTransition`, `SoldOut`, `CreatorUnavailable`, `StaleRead`."""
        quote = await tx.slots.acquire_quote(seen.session_id, requested, seen.user_id)
        principal = await acquire_actor(tx, principal)
        booking = await _acquire(tx, seen)
        moved, step = booking.after("confirm", principal, self._clock.now(), reason=reason)
        require_reason(principal, booking, reason)
        await self._steps.write_audit_entry(tx, principal, "booking_confirmed", booking, moved, reason)
        slot, moved = quote.new_slot(booking.terms.duration), moved.promised_in(quote.session.time_zone)
        await tx.slots.acquire_for_move(slot, booking)
        freed = await tx.slots.release(booking)
        if not await tx.slots.move(slot, moved, step, settlement_job(moved)):
            raise SoldOut
        await offer_again(tx, freed, step.at)
        return replace(moved, history=(*booking.history, step))


async def _acquire(tx: Transaction, seen: BookingHistory) -> BookingHistory:
    """Lock the creator's seats, then the booking. Raises `StaleRead` if it has been moved or asks for another start."""
    await tx.slots.acquire_creator(seen.creator_id)
    booking = await tx.bookings.acquire(seen.id)
    if (booking.starts_at, booking.requested_start) != (seen.starts_at, seen.requested_start):
        raise StaleRead  # the quote would count its own old seats as another's
    return booking


async def _hold_requested(tx: Transaction, slot: Slot, booking: Booking, time_zone: str) -> int:
    """Hold seats at a requested start and return their number: none if it overlaps only the booking's own slot.

    Needs `_acquire` and `Slots.acquire_for_move`. Raises `CreatorUnavailable`, `SoldOut`.
    """
    occupied = await tx.slots.find_occupied(slot.creator_id, slot.blocked_from, slot.blocked_until)
    overlapping = [other for other in occupied if other.excludes(slot)]
    own = (booking.session_id, booking.starts_at, booking.seats)
    if [(other.session_id, other.starts_at, other.seats_taken) for other in overlapping] == [own]:
        return 0
    if overlapping:
        raise CreatorUnavailable
    if not await tx.slots.hold(slot, booking.held_at(slot.starts_at, time_zone)):
        raise SoldOut
    return booking.seats
