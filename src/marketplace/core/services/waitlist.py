"""Waiting for seats of a full start: joining, leaving, and accepting an offer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.slots import validate_start
from marketplace.core.domain.waitlist import (
    MAX_LINE,
    MAX_OPEN,
    FullStarts,
    WaitlistDetails,
    WaitlistEntry,
    closing_of,
    last_offer_before,
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
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.waitlist import Waitlists
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.new_bookings import NewBookings
from marketplace.core.services.retries import with_retries
from marketplace.core.services.visibility import require_visible
from marketplace.core.services.waitlist_jobs import WaitlistJobs
from marketplace.core.services.waitlist_lines import leave, pass_on, settlement_job

TOO_MANY_SEATS = "This session never has that many seats."
TOO_MANY_LINES = f"You're on {MAX_OPEN} waitlists. Leave one first."


class WaitlistService:
    """Waitlists. `WaitlistJobs` has what happens by itself."""

    def __init__(  # noqa: PLR0913 - one argument per port or setting
        self,
        *,
        unit_of_work: UnitOfWork,
        waitlists: Waitlists,
        availabilities: Availabilities,
        bookings: BookingLists,
        new_bookings: NewBookings,
        jobs: WaitlistJobs,
        clock: Clock,
        ids: Ids,
        only_verified: bool,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._waitlists = waitlists
        self._availabilities = availabilities
        self._bookings = bookings
        self._new_bookings = new_bookings
        self._jobs = jobs
        self._clock = clock
        self._ids = ids
        self._only_verified = only_verified

    def validate(self, starts_at: datetime) -> FieldErrors:
        """Validate the start to wait for."""
        errors = validate_start(starts_at, self._clock.now())
        return {"starts_at": errors} if errors else {}

    async def join(
        self,
        principal: Principal,
        session_id: UUID,
        starts_at: datetime,
        seats: int = 1,
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[WaitlistDetails]:
        """Wait for seats of a start that has too few left, by the rules of booking.

        Raises `Invalid`, `NotFound`, `OwnSession`, `AlreadyBooked`, `NotBookable`, `CreatorUnavailable`,
        `EmailUnverified`, `SoldOut` if the session never has that many seats, `SeatsFree`, `AlreadyWaiting`,
        `WaitlistFull`, `WaitlistClosed`, `KeyReused`.
        """
        require(validate_field("seats", Seats, seats))
        entry_id, now = self._ids.new(), self._clock.now()

        async def operation(tx: Transaction) -> UUID:
            errors = self.validate(starts_at)
            if errors:
                raise Invalid(errors)
            await self._join(tx, principal, entry_id, (session_id, starts_at), seats)
            return entry_id

        async def replay(before: UUID) -> UUID:
            return before

        joined = await idempotently(self._unit_of_work, operation, replay, key=key, resource_id=entry_id, now=now)
        return Outcome(await self._read(joined.resource), is_replay=joined.is_replay)

    async def _join(
        self, tx: Transaction, principal: Principal, entry_id: UUID, start: tuple[UUID, datetime], seats: int
    ) -> None:
        session_id, starts_at = start
        now = self._clock.now()
        quote = await tx.slots.acquire_quote(session_id, starts_at, principal.user_id)
        quote.require_active_buyer()
        await tx.waitlist.acquire_person(principal.user_id)  # so that their entries are counted one after the other
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
        entry = WaitlistEntry(
            id=entry_id,
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
        await tx.waitlist.add(with_entry(slot), entry, settlement_job(entry))

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
        seen = await self._waitlists.find(entry_id)
        if seen is not None and seen.is_due(self._clock.now()):
            await self._jobs.settle(entry_id)
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
        now = self._clock.now()
        slots = found.full_slots(begin, end, now, seats)
        open_lines = (slot for slot in slots if now < last_offer_before(closing_of(slot.starts_at, found.schedule)))
        return FullStarts(time_zone=found.time_zone, slots=tuple(open_lines))

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
