"""Waiting for seats of a full start: joining, leaving, and accepting an offer."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.events import Delivery, UserEvent
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.slots import Slot, validate_start
from marketplace.core.domain.waitlist import (
    KEPT_FOR,
    MAX_LINE,
    MAX_OPEN,
    FullStarts,
    WaitlistDetails,
    WaitlistEntry,
    closing_of,
    with_entry,
)
from marketplace.core.errors import (
    CreatorUnavailable,
    EmailUnverified,
    FieldErrors,
    Invalid,
    NotBookable,
    NotFound,
    SoldOut,
)
from marketplace.core.errors.waitlist import AlreadyWaiting, SeatsFree, WaitlistClosed, WaitlistFull
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.waitlist import Waitlists
from marketplace.core.services.idempotency import Outcome
from marketplace.core.services.new_bookings import NewBookings
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries
from marketplace.core.services.visibility import require_visible
from marketplace.core.services.waitlist_lines import leave, leave_all, pass_on, settle, settlement_job

TOO_MANY_SEATS = "This session never has that many seats."
TOO_MANY_LINES = f"You're on {MAX_OPEN} waitlists. Leave one first."
SETTLE_BATCH = 500
"""Lines that one sweep settles at most."""


class WaitlistService:
    """Waitlists, and a subscriber of the event relay: who is deactivated waits for nothing."""

    def __init__(  # noqa: PLR0913 - one argument per port or setting
        self,
        *,
        unit_of_work: UnitOfWork,
        waitlists: Waitlists,
        availabilities: Availabilities,
        bookings: BookingLists,
        new_bookings: NewBookings,
        clock: Clock,
        ids: Ids,
        only_verified: bool,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._waitlists = waitlists
        self._availabilities = availabilities
        self._bookings = bookings
        self._new_bookings = new_bookings
        self._clock = clock
        self._ids = ids
        self._only_verified = only_verified

    def validate(self, starts_at: datetime) -> FieldErrors:
        """Validate the start to wait for."""
        errors = validate_start(starts_at, self._clock.now())
        return {"starts_at": errors} if errors else {}

    async def join(
        self, principal: Principal, session_id: UUID, starts_at: datetime, seats: int = 1
    ) -> WaitlistDetails:
        """Wait for seats of a start that has too few left, by the rules of booking.

        Raises `Invalid`, `NotFound`, `OwnSession`, `AlreadyBooked`, `NotBookable`, `CreatorUnavailable`,
        `EmailUnverified`, `SoldOut` if the session never has that many seats, `SeatsFree`, `AlreadyWaiting`,
        `WaitlistFull`, `WaitlistClosed`.
        """
        require(validate_field("seats", Seats, seats))

        async def operation() -> UUID:
            errors = self.validate(starts_at)
            if errors:
                raise Invalid(errors)
            async with self._unit_of_work() as tx:
                return (await self._join(tx, principal, session_id, starts_at, seats)).id

        return await self._read(await with_retries(operation))

    async def _join(
        self, tx: Transaction, principal: Principal, session_id: UUID, starts_at: datetime, seats: int
    ) -> WaitlistEntry:
        now = self._clock.now()
        quote = await tx.slots.acquire_quote(session_id, starts_at, principal.user_id)
        quote.require_active_buyer()
        own = await tx.waitlist.open_of_user(principal.user_id)
        # others of the line wait from here on, so little is asked; a booking of the person since ends the entry later
        slot = await tx.waitlist.acquire_slot(session_id, starts_at)
        if slot is not None:
            slot = await pass_on(tx, slot, now)
        if any(entry.slot_key == (session_id, starts_at) for entry in own):
            raise AlreadyWaiting
        await self._require_full(tx, principal, replace(quote, slot=slot), seats, now)
        if self._only_verified and not quote.buyer_is_verified:
            raise EmailUnverified
        if slot is None:
            raise SeatsFree
        if slot.waiting >= MAX_LINE:
            raise WaitlistFull
        if len(own) >= MAX_OPEN:
            raise WaitlistFull(TOO_MANY_LINES)
        return await self._add(tx, slot, quote, seats, now)

    async def _add(self, tx: Transaction, slot: Slot, quote: BookingQuote, seats: int, now: datetime) -> WaitlistEntry:
        entry = WaitlistEntry(
            id=self._ids.new(),
            session_id=slot.session_id,
            creator_id=slot.creator_id,
            user_id=quote.buyer.id,
            starts_at=slot.starts_at,
            seats=seats,
            status="waiting",
            created_at=now,
            closes_at=closing_of(slot.starts_at, quote.schedule),
        )
        if entry.is_due(now):
            raise WaitlistClosed
        return await tx.waitlist.add(with_entry(slot), entry, settlement_job(entry))

    async def _require_full(
        self, tx: Transaction, principal: Principal, quote: BookingQuote, seats: int, now: datetime
    ) -> None:
        """Require that the start could be booked if it had more seats left."""
        try:
            quote.check(seats, now)
        except SoldOut:
            if seats > quote.session.max_participants:
                raise SoldOut(TOO_MANY_SEATS) from None
            return
        except NotFound:
            await require_visible(quote.session, principal, tx.bookings)
            raise NotBookable from None
        slot = quote.new_slot()
        occupied = await tx.slots.find_occupied(slot.creator_id, slot.blocked_from, slot.blocked_until)
        if any(other.excludes(slot) for other in occupied):
            raise CreatorUnavailable
        raise SeatsFree

    async def leave(self, principal: Principal, entry_id: UUID) -> None:
        """Leave the line, or let an offer go, which passes its seats on. Raises `NotFound` unless it is open."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                entry = await tx.waitlist.find(entry_id)
                if entry is None or entry.user_id != principal.user_id or not entry.is_open:
                    raise NotFound
                slot = await tx.waitlist.acquire_slot(*entry.slot_key)
                if slot is not None:
                    await leave(tx, slot, entry_id, self._clock.now())

        await with_retries(operation)

    async def accept(
        self,
        principal: Principal,
        entry_id: UUID,
        *,
        expected_price: Decimal | None = None,
        address: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[BookingDetails]:
        """Book the seats of an offer; the arguments are those of booking.

        Raises `NotFound`, `NotOffered`, `OfferExpired`, and as booking does.
        """
        await self._settle(entry_id)
        return await self._new_bookings.accept(principal, entry_id, expected_price, address, key)

    async def list_full(
        self, principal: Principal | None, session_id: UUID, begin: datetime, end: datetime, seats: int = 1
    ) -> FullStarts:
        """Return the starts in `[begin, end)` at which one can wait for this many seats. Raises `NotFound`.

        The window is at most `MAX_WINDOW` long.
        """
        found = await self._availabilities.find(session_id, begin, end)
        if found is None:
            raise NotFound
        await require_visible(found.session, principal, self._bookings)
        slots = found.full_slots(begin, end, self._clock.now(), seats)
        return FullStarts(time_zone=found.time_zone, slots=slots)

    async def list_own(self, principal: Principal) -> Sequence[WaitlistDetails]:
        """Return the principal's open entries, by start."""
        return await self._waitlists.open_of_user(principal.user_id)

    async def list_of_creator(
        self, principal: Principal, limit: int, after: str | None, session_id: UUID | None = None
    ) -> Page[WaitlistDetails]:
        """Return a page of who waits for the principal's sessions, or for one. Raises `NotACreator`."""
        principal.require_creator()
        return await self._waitlists.open_of_creator(principal.user_id, limit, after, session_id)

    async def _read(self, entry_id: UUID) -> WaitlistDetails:
        found = await self._waitlists.find(entry_id)
        if found is None:
            raise NotFound
        return found

    async def settle_due(self, entry_id: UUID | None) -> None:
        """Pass an expired offer on, or close the line; otherwise reschedule the check. The handler of the job."""
        if entry_id is not None:
            await self._settle(entry_id, is_job=True)

    async def _settle(self, entry_id: UUID, *, is_job: bool = False) -> None:
        async def operation() -> None:
            now = self._clock.now()
            async with self._unit_of_work() as tx:
                seen = await tx.waitlist.find(entry_id)
                if seen is None or not seen.is_open or not (is_job or seen.is_due(now)):
                    return
                slot = await tx.waitlist.acquire_slot(*seen.slot_key)
                if slot is None:
                    return
                await settle(tx, slot, now)
                entry = await tx.waitlist.find(entry_id)
                if is_job and entry is not None and entry.status == "waiting":
                    await tx.jobs.enqueue(settlement_job(entry))

        await with_retries(operation)

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        """End what an account that was deactivated waits for."""
        switched = (
            each.event for each in deliveries if isinstance(each.event, UserEvent) and "is_active" in each.event.changed
        )
        now = self._clock.now()
        await tx.jobs.enqueue(*(Job(kind="leave_waitlists", subject=each.user_id, run_at=now) for each in switched))

    async def leave_all(self, user_id: UUID | None) -> None:
        """End what a deactivated account waits for, and the lines of its sessions. The handler of the job."""
        if user_id is None:
            return

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                if not (await tx.users.acquire_shared(user_id)).is_active:
                    await leave_all(tx, user_id, self._clock.now())

        with suppress(NotFound):
            await with_retries(operation)

    async def purge(self, _: UUID | None = None) -> None:
        """Settle lines that an older release left with free seats, delete old entries, and enqueue the next sweep."""
        now = self._clock.now()
        async with self._unit_of_work() as tx:
            unsettled = await tx.waitlist.unsettled(now, SETTLE_BATCH)
        for slot in unsettled:
            await self._settle_slot(slot)

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.waitlist.purge(now - KEPT_FOR)

        await purge_hourly(self._unit_of_work, "sweep_waitlist", now, purge)

    async def _settle_slot(self, seen: Slot) -> None:
        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await tx.slots.acquire_creator(seen.creator_id)  # it may be empty, and become occupied
                slot = await tx.waitlist.acquire_slot(*seen.key)
                if slot is not None:
                    await settle(tx, slot, self._clock.now())

        await with_retries(operation)
