"""Changing the seats of a booking: all of the change, or none of it."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.money import currency
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.seat_changes import seats_refusal, with_seats
from marketplace.core.errors import NotBookable, NotFound, SoldOut, StaleRead
from marketplace.core.errors.payments import SeatsPaid
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.booking_steps import settlement_job
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.waitlist_lines import offer_seats_of, with_expired_offers_passed_on


class SeatChanges:
    """Takes or gives back seats of a booking at its start."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, lists: BookingLists, clock: Clock, pay_within: timedelta | None
    ) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._clock = clock
        self._pay_within = pay_within

    async def change(
        self, principal: Principal, booking_id: UUID, seats: int, *, key: IdempotencyKey | None = None
    ) -> Outcome[BookingHistory]:
        """Give a live booking of the principal this number of seats; the number that it has changes nothing.

        More seats are taken as in booking, for the price as sold; those of a paid booking are held until they are paid.
        Raises `Invalid`, `NotFound`, `NotYours`, `IllegalTransition`, `TooLate`, `NotBookable`, `SoldOut`,
        `NotSignedIn`, `KeyReused`, `SeatsPaid`.
        """
        require(validate_field("seats", Seats, seats))
        operation, replay = partial(self._change, principal, booking_id, seats), partial(self._replay, principal)
        now = self._clock.now()
        return await idempotently(self._unit_of_work, operation, replay, key=key, resource_id=booking_id, now=now)

    async def _change(self, principal: Principal, booking_id: UUID, seats: int, tx: Transaction) -> BookingHistory:
        seen = await tx.bookings.find(booking_id)
        if seen is None or not (seen.has_party(principal.user_id) or principal.is_staff):
            raise NotFound
        quote = await tx.slots.acquire_quote(seen.session_id, seen.starts_at, seen.user_id)
        booking = await tx.bookings.acquire(booking_id)
        if (booking.starts_at, booking.seats) != (seen.starts_at, seen.seats):
            raise StaleRead  # the quote is of another start, or more is wanted than it says
        now, more = self._clock.now(), seats - booking.seats
        requires_confirmation = quote.session.requires_confirmation
        refusal = seats_refusal(booking, seats, principal, now, requires_confirmation=requires_confirmation)
        if refusal is not None:
            raise refusal
        if not more:
            return booking
        quote.require_active_buyer()
        if more > 0:
            quote = await with_expired_offers_passed_on(tx, quote, now)
            try:
                replace(quote, already_booked=False).check(more, now)
            except NotFound:
                raise NotBookable from None
        if more > 0 and booking.is_paid:
            await self._require_payable(tx, booking)
        changed, step = with_seats(booking, seats, principal, now, pay_within=self._pay_within)
        await self._save(tx, changed, step)
        job = settlement_job(changed)
        if changed.pay_by != booking.pay_by and job is not None:
            await tx.jobs.enqueue(job)
        return replace(changed, history=(*booking.history, step))

    async def _save(self, tx: Transaction, changed: BookingHistory, step: BookingStep) -> None:
        if not await tx.slots.change_seats(changed, step):
            raise SoldOut
        if step.from_seats is not None and changed.seats < step.from_seats:
            await offer_seats_of(tx, changed.session_id, changed.starts_at, step.at)

    async def _require_payable(self, tx: Transaction, booking: BookingHistory) -> None:
        """Require that more seats can be paid. Raises `SeatsPaid` without payments, or if one waits for staff."""
        payments = await tx.payments.acquire_of_booking(booking.id)
        here = currency().code
        if self._pay_within is None or any(each.parked or each.currency != here for each in payments):
            raise SeatsPaid

    async def _replay(self, principal: Principal, booking_id: UUID) -> BookingHistory:
        found = await self._lists.find(booking_id)
        if found is None or not found.has_party(principal.user_id):
            raise NotFound
        return found
