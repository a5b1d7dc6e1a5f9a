"""Bookings: taking seats, giving them back, and the lists of both parties."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from marketplace.core.entities.audit import BOOKING_FIELDS, AuditAction, differences
from marketplace.core.entities.bookings import (
    ANY_BOOKING,
    Booking,
    BookingAction,
    BookingDetails,
    BookingFilters,
    BookingHistory,
    Seats,
)
from marketplace.core.entities.fields import Reason, require, validate_field
from marketplace.core.entities.idempotency import IdempotencyKey
from marketplace.core.entities.pages import Page
from marketplace.core.entities.sessions import SessionDetails
from marketplace.core.entities.slots import start_faults
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import Faults, Invalid, NotACreator, NotBookable, NotFound, Overtaken, SoldOut
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import Auditor
from marketplace.core.services.idempotency import Made, once
from marketplace.core.services.retrying import retrying

T = TypeVar("T")

OF_THE_STAFF: dict[BookingAction, AuditAction] = {
    "cancel": "booking_cancelled",
    "confirm": "booking_confirmed",
    "decline": "booking_declined",
    "complete": "booking_completed",
}
"""How the audit log calls what the staff does about a booking."""


class BookingService:
    """Bookings. Seats are counted by the database; what is read before only decides what to try."""

    def __init__(self, *, unit_of_work: UnitOfWork, lists: BookingLists, clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._clock = clock
        self._ids = ids
        self._audit = Auditor(unit_of_work, clock, ids)

    def faults(self, given: Mapping[str, Any]) -> Faults:
        """What is wrong with the start among the given fields of a booking."""
        if "booking_date" not in given:
            return {}
        faults = start_faults(given["booking_date"], self._clock.now())
        return {"booking_date": faults} if faults else {}

    async def book(
        self,
        caller: Caller,
        session_id: UUID,
        starts_at: datetime,
        seats: int = 1,
        *,
        key: IdempotencyKey | None = None,
    ) -> Made[BookingDetails]:
        """Take seats at a start.

        Raises `Invalid`, `NotFound`, `OwnSession`, `AlreadyBooked`, `SoldOut`, `CreatorUnavailable`,
        `NotBookable`, `KeyReused`.
        """
        require(validate_field("seats", Seats, seats))
        booking_id = self._ids.new()

        async def effect(tx: Transaction) -> BookingDetails:
            self._check_start(starts_at)
            offer = await tx.slots.acquire_offer(session_id, starts_at, caller.user_id)
            booking = offer.book(booking_id, seats, self._clock.now())
            if offer.is_occupied():
                taken = await tx.slots.take(booking, attendance(booking))
            else:
                await tx.slots.acquire_creator(booking.creator_id)
                taken = await tx.slots.open(offer.fresh_slot(), booking, attendance(booking))
            if not taken:
                raise Overtaken
            return BookingDetails(
                **{field.name: getattr(booking, field.name) for field in fields(booking)},
                session_details=offer.session,
                user_details=offer.buyer,
            )

        return await self._once(key, booking_id, effect, self._read)

    async def get(self, caller: Caller, booking_id: UUID) -> BookingHistory:
        """One booking with its history, for its two parties. Raises `NotFound` for anybody else."""
        found = await self._read(booking_id)
        if not found.concerns(caller.user_id):
            raise NotFound
        return found

    async def list_own(
        self, caller: Caller, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """One page of what the caller booked."""
        if filters.contradict():
            return Page((), None)
        return await self._lists.of_user(caller.user_id, limit, after, filters)

    async def list_of_creator(
        self, caller: Caller, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """One page of what was booked of the caller's sessions. Raises `NotACreator`."""
        if caller.role != "creator":
            raise NotACreator
        if filters.contradict():
            return Page((), None)
        return await self._lists.of_creator(caller.user_id, limit, after, filters)

    async def act(
        self,
        caller: Caller,
        booking_id: UUID,
        action: BookingAction,
        reason: str = "",
        *,
        key: IdempotencyKey | None = None,
    ) -> Made[BookingHistory]:
        """Confirm, decline, cancel or complete a booking. Seats return the moment it is cancelled.

        Raises `Invalid`, `NotFound`, `NotYours`, `IllegalTransition`, `TooLate`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))

        async def effect(tx: Transaction) -> BookingHistory:
            return await self.act_within(tx, caller, booking_id, action, reason)

        if action not in OF_THE_STAFF:
            return await self._once(key, booking_id, effect, self._read)
        async with self._audit.refusals(caller, OF_THE_STAFF[action], ("booking", booking_id)):
            return await self._once(key, booking_id, effect, self._read)

    async def act_within(
        self, tx: Transaction, caller: Caller, booking_id: UUID, action: BookingAction, reason: str
    ) -> BookingHistory:
        """`act` within a transaction of the caller's."""
        return await self._step(tx, await tx.bookings.acquire(booking_id), action, caller, reason)

    async def reschedule(
        self,
        caller: Caller,
        booking_id: UUID,
        starts_at: datetime,
        reason: str = "",
        *,
        key: IdempotencyKey | None = None,
    ) -> Made[BookingHistory]:
        """Move a booking to another start of its session: it has the new seats, or keeps the old.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `TooLate`, `NotBookable`, `AlreadyBooked`, `SoldOut`,
        `CreatorUnavailable`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))

        async def effect(tx: Transaction) -> BookingHistory:
            return await self._move(tx, caller, booking_id, starts_at, reason)

        return await self._once(key, booking_id, effect, self._read)

    async def _move(
        self, tx: Transaction, caller: Caller, booking_id: UUID, starts_at: datetime, reason: str
    ) -> BookingHistory:
        self._check_start(starts_at)
        seen = await tx.bookings.find(booking_id)
        if seen is None or not (seen.concerns(caller.user_id) or caller.is_staff):
            raise NotFound
        offer = await tx.slots.acquire_offer(seen.session_id, starts_at, seen.user_id)
        await tx.slots.acquire_creator(seen.creator_id)
        booking = await tx.bookings.acquire(booking_id)
        if booking.starts_at != seen.starts_at:
            raise Overtaken  # its own old seats were read as somebody's
        slot, now = offer.fresh_slot(), self._clock.now()
        moved, step = booking.moved(
            slot,
            caller,
            now,
            notice=notice_of(offer.session),
            needs_answer=offer.session.requires_confirmation,
            why=reason,
        )
        if not offer.session.is_bookable():
            raise NotBookable
        offer.check(booking.seats, now)
        await self._note(tx, caller, "booking_rescheduled", booking, moved, reason)
        await tx.slots.release(booking)
        if not await tx.slots.move(slot, moved, step, attendance(moved)):
            raise SoldOut
        return replace(moved, history=(*booking.history, step))

    def _check_start(self, starts_at: datetime) -> None:
        # within the effect, or a repeat that comes after the start would be refused for what was done in time
        faults = self.faults({"booking_date": starts_at})
        if faults:
            raise Invalid(faults)

    async def _once(
        self,
        key: IdempotencyKey | None,
        booking_id: UUID,
        effect: Callable[[Transaction], Awaitable[T]],
        replay: Callable[[UUID], Awaitable[T]],
    ) -> Made[T]:
        now = self._clock.now()
        return await once(self._unit_of_work, effect, replay, key=key, thing_id=booking_id, now=now)

    async def _read(self, booking_id: UUID) -> BookingHistory:
        found = await self._lists.find(booking_id)
        if found is None:
            raise NotFound
        return found

    async def attend(self, booking_id: UUID | None) -> None:
        """Let a booking lapse or complete it, if its moment has come; else look again when it will have.

        The handler of `attend_booking`: it may run twice, too early, or for what is settled already.
        """
        if booking_id is None:
            return

        async def effect() -> None:
            async with self._unit_of_work() as tx:
                booking = await tx.bookings.acquire(booking_id)
                action = booking.due(self._clock.now())
                if action is not None:
                    await self._step(tx, booking, action, None, "")
                else:
                    await self._attend_later(tx, booking)

        with suppress(NotFound):
            await retrying(effect)

    async def _attend_later(self, tx: Transaction, booking: Booking) -> None:
        job = attendance(booking)
        if job is not None:
            await tx.jobs.enqueue(job)

    async def _step(
        self, tx: Transaction, booking: BookingHistory, action: BookingAction, caller: Caller | None, reason: str
    ) -> BookingHistory:
        notice = notice_of(booking.session_details)
        stepped, step = booking.after(action, caller, self._clock.now(), notice=notice, reason=reason)
        if caller is not None and action in OF_THE_STAFF:
            await self._note(tx, caller, OF_THE_STAFF[action], booking, stepped, reason)
        if stepped.status == "cancelled":
            # the slot first: who books it again holds it while looking at this booking
            await tx.slots.release(booking)
        await tx.bookings.save(stepped, step)
        if action == "confirm":
            await self._attend_later(tx, stepped)
        return replace(stepped, history=(*booking.history, step))

    async def _note(
        self, tx: Transaction, caller: Caller, action: AuditAction, before: Booking, after: Booking, reason: str
    ) -> None:
        # before slots are locked, since everybody waits for those
        if caller.is_staff:
            change = differences(before, after, BOOKING_FIELDS)
            await self._audit.write(tx, caller, action, ("booking", after.id), change, reason)


def notice_of(session: SessionDetails) -> timedelta:
    """How long before the start a learner may cancel at the latest."""
    return timedelta(hours=session.cancellation_notice)


def attendance(booking: Booking) -> Job | None:
    """The job for when the marketplace will have something to do about a booking, if ever."""
    moment = booking.next_due()
    return None if moment is None else Job(kind="attend_booking", subject=booking.id, run_at=moment)
