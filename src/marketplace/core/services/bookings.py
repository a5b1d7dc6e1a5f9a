"""Bookings: taking and releasing seats, and the lists of both parties."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from marketplace.core.domain.audit import AuditAction, differences
from marketplace.core.domain.bookings import (
    ANY_BOOKING,
    BOOKING_FIELDS,
    Booking,
    BookingAction,
    BookingDetails,
    BookingFilters,
    BookingHistory,
    Seats,
)
from marketplace.core.domain.fields import Reason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.slots import validate_start
from marketplace.core.errors import FieldErrors, Invalid, NotACreator, NotBookable, NotFound, SoldOut, StaleRead
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.retries import with_retries

T = TypeVar("T")

STAFF_AUDIT_ACTIONS: dict[BookingAction, AuditAction] = {
    "cancel": "booking_cancelled",
    "confirm": "booking_confirmed",
    "decline": "booking_declined",
    "complete": "booking_completed",
}
"""Audit log actions of staff changes to bookings."""


class BookingService:
    """Bookings. The database counts seats; what is read before only decides what to try."""

    def __init__(self, *, unit_of_work: UnitOfWork, lists: BookingLists, clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._clock = clock
        self._ids = ids
        self._audit = AuditWriter(unit_of_work, clock, ids)

    def validate(self, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the start among the provided fields."""
        if "booking_date" not in provided:
            return {}
        errors = validate_start(provided["booking_date"], self._clock.now())
        return {"booking_date": errors} if errors else {}

    async def book(
        self,
        principal: Principal,
        session_id: UUID,
        starts_at: datetime,
        seats: int = 1,
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[BookingDetails]:
        """Book seats at a start.

        Raises `Invalid`, `NotFound`, `OwnSession`, `AlreadyBooked`, `SoldOut`, `CreatorUnavailable`, `NotBookable`,
        `KeyReused`.
        """
        require(validate_field("seats", Seats, seats))
        booking_id = self._ids.new()

        async def operation(tx: Transaction) -> BookingDetails:
            self._check_start(starts_at)
            quote = await tx.slots.acquire_quote(session_id, starts_at, principal.user_id)
            booking = quote.book(booking_id, seats, self._clock.now())
            if await tx.slots.reserve(quote, booking, settlement_job(booking)) == "stale":
                raise StaleRead
            return BookingDetails(
                **{field.name: getattr(booking, field.name) for field in fields(booking)},
                session_details=quote.session,
                user_details=quote.buyer,
            )

        return await self._idempotently(key, booking_id, operation, self._read)

    async def get(self, principal: Principal, booking_id: UUID) -> BookingHistory:
        """Return a booking with its history, to its two parties. Raises `NotFound` for others."""
        found = await self._read(booking_id)
        if not found.has_party(principal.user_id):
            raise NotFound
        return found

    async def list_own(
        self, principal: Principal, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """Return a page of the principal's bookings."""
        if filters.is_contradictory():
            return Page((), None)
        return await self._lists.of_user(principal.user_id, limit, after, filters)

    async def list_of_creator(
        self, principal: Principal, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """Return a page of the bookings of the principal's sessions. Raises `NotACreator`."""
        if principal.role != "creator":
            raise NotACreator
        if filters.is_contradictory():
            return Page((), None)
        return await self._lists.of_creator(principal.user_id, limit, after, filters)

    async def act(
        self,
        principal: Principal,
        booking_id: UUID,
        action: BookingAction,
        reason: str = "",
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[BookingHistory]:
        """Confirm, decline, cancel or complete a booking. Cancelling releases its seats immediately.

        Raises `Invalid`, `NotFound`, `NotYours`, `IllegalTransition`, `TooLate`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))

        async def operation(tx: Transaction) -> BookingHistory:
            return await self.act_within(tx, principal, booking_id, action, reason)

        if action not in STAFF_AUDIT_ACTIONS:
            return await self._idempotently(key, booking_id, operation, self._read)
        async with self._audit.refusals(principal, STAFF_AUDIT_ACTIONS[action], ("booking", booking_id)):
            return await self._idempotently(key, booking_id, operation, self._read)

    async def act_within(
        self, tx: Transaction, principal: Principal, booking_id: UUID, action: BookingAction, reason: str
    ) -> BookingHistory:
        """Act within the caller's transaction."""
        return await self._step(tx, await tx.bookings.acquire(booking_id), action, principal, reason)

    async def reschedule(
        self,
        principal: Principal,
        booking_id: UUID,
        starts_at: datetime,
        reason: str = "",
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[BookingHistory]:
        """Move a booking to another start of its session. It gets the new seats or keeps the old ones.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `TooLate`, `NotBookable`, `AlreadyBooked`, `SoldOut`,
        `CreatorUnavailable`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))

        async def operation(tx: Transaction) -> BookingHistory:
            return await self._move(tx, principal, booking_id, starts_at, reason)

        return await self._idempotently(key, booking_id, operation, self._read)

    async def _move(
        self, tx: Transaction, principal: Principal, booking_id: UUID, starts_at: datetime, reason: str
    ) -> BookingHistory:
        self._check_start(starts_at)
        seen = await tx.bookings.find(booking_id)
        if seen is None or not (seen.has_party(principal.user_id) or principal.is_staff):
            raise NotFound
        quote = await tx.slots.acquire_quote(seen.session_id, starts_at, seen.user_id)
        await tx.slots.acquire_creator(seen.creator_id)
        booking = await tx.bookings.acquire(booking_id)
        if booking.starts_at != seen.starts_at:
            raise StaleRead  # the quote would count its own old seats as another's
        slot, now = quote.new_slot(), self._clock.now()
        rescheduled, step = booking.rescheduled(
            slot,
            principal,
            now,
            notice=cancellation_notice_of(quote.session),
            requires_confirmation=quote.session.requires_confirmation,
            reason=reason,
        )
        if not quote.session.is_bookable():
            raise NotBookable
        quote.check(booking.seats, now)
        await self._write_audit_entry(tx, principal, "booking_rescheduled", booking, rescheduled, reason)
        await tx.slots.release(booking)
        if not await tx.slots.move(slot, rescheduled, step, settlement_job(rescheduled)):
            raise SoldOut
        return replace(rescheduled, history=(*booking.history, step))

    def _check_start(self, starts_at: datetime) -> None:
        # checked within the operation: a repeat after the start must still get the stored outcome
        errors = self.validate({"booking_date": starts_at})
        if errors:
            raise Invalid(errors)

    async def _idempotently(
        self,
        key: IdempotencyKey | None,
        booking_id: UUID,
        operation: Callable[[Transaction], Awaitable[T]],
        replay: Callable[[UUID], Awaitable[T]],
    ) -> Outcome[T]:
        now = self._clock.now()
        return await idempotently(self._unit_of_work, operation, replay, key=key, resource_id=booking_id, now=now)

    async def _read(self, booking_id: UUID) -> BookingHistory:
        found = await self._lists.find(booking_id)
        if found is None:
            raise NotFound
        return found

    async def settle_due(self, booking_id: UUID | None) -> None:
        """Expire or complete a booking if it is due; otherwise reschedule the check.

        Idempotent: the job may run twice, early, or for a settled booking. The handler of `attend_booking`.
        """
        if booking_id is None:
            return

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                booking = await tx.bookings.acquire(booking_id)
                action = booking.due(self._clock.now())
                if action is not None:
                    await self._step(tx, booking, action, None, "")
                else:
                    await self._schedule_settlement(tx, booking)

        with suppress(NotFound):
            await with_retries(operation)

    async def _schedule_settlement(self, tx: Transaction, booking: Booking) -> None:
        job = settlement_job(booking)
        if job is not None:
            await tx.jobs.enqueue(job)

    async def _step(
        self, tx: Transaction, booking: BookingHistory, action: BookingAction, principal: Principal | None, reason: str
    ) -> BookingHistory:
        notice = cancellation_notice_of(booking.session_details)
        stepped, step = booking.after(action, principal, self._clock.now(), notice=notice, reason=reason)
        if principal is not None and action in STAFF_AUDIT_ACTIONS:
            await self._write_audit_entry(tx, principal, STAFF_AUDIT_ACTIONS[action], booking, stepped, reason)
        if stepped.status == "cancelled":
            # lock the slot first: a buyer who books it again holds it while reading this booking
            await tx.slots.release(booking)
        await tx.bookings.save(stepped, step)
        if action == "confirm":
            await self._schedule_settlement(tx, stepped)
        return replace(stepped, history=(*booking.history, step))

    async def _write_audit_entry(
        self, tx: Transaction, principal: Principal, action: AuditAction, before: Booking, after: Booking, reason: str
    ) -> None:
        # before slots are locked, since buyers wait for those
        if principal.is_staff:
            change = differences(before, after, BOOKING_FIELDS)
            await self._audit.write(tx, principal, action, ("booking", after.id), change, reason)


def cancellation_notice_of(session: SessionDetails) -> timedelta:
    """Return the notice a learner must give to cancel or reschedule."""
    return timedelta(hours=session.cancellation_notice)


def settlement_job(booking: Booking) -> Job | None:
    """Return the job for the booking's next automatic action, or `None`."""
    moment = booking.next_due()
    return None if moment is None else Job(kind="attend_booking", subject=booking.id, run_at=moment)
