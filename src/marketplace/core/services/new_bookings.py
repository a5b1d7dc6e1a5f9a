"""Taking seats: of a start, or those that an offer of its waitlist holds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking, Seats
from marketplace.core.domain.fields import require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.places import Address
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.slots import Slot, validate_start
from marketplace.core.domain.waitlist import WaitlistEntry, without_entry
from marketplace.core.errors import Invalid, NotBookable, NotFound, StaleRead
from marketplace.core.errors.waitlist import NotOffered, OfferExpired
from marketplace.core.ports.booking_quotes import BookingQuotes
from marketplace.core.ports.bookings import BookingLists, Bookings
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.waitlist import Waitlists
from marketplace.core.services.booking_steps import settlement_job
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.retries import with_retries
from marketplace.core.services.visibility import require_visible
from marketplace.core.services.waitlist_lines import offer_seats_of, pass_on

MAX_QUOTES = 3
"""Attempts to book without a lock. Continuous edits of the session make every quote stale; then it is locked first."""


class NewBookings:
    """Books seats. The database counts them; what is read before only decides what to try.

    With `only_verified`, people book once their e-mail address is verified; with `pay_within`, they have
    that time to pay for what is paid online. `max_live` bounds the upcoming live bookings of a person.
    """

    def __init__(  # noqa: PLR0913 - one argument per port or setting
        self,
        *,
        unit_of_work: UnitOfWork,
        quotes: BookingQuotes,
        lists: BookingLists,
        waitlists: Waitlists,
        clock: Clock,
        ids: Ids,
        only_verified: bool = False,
        pay_within: timedelta | None = None,
        max_live: int | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._quotes = quotes
        self._lists = lists
        self._waitlists = waitlists
        self._clock = clock
        self._ids = ids
        self._only_verified = only_verified
        self._pay_within = pay_within
        self._max_live = max_live

    async def book(
        self, principal: Principal, session_id: UUID, starts_at: datetime, wanted: "Wanted", key: IdempotencyKey | None
    ) -> Outcome[BookingDetails]:
        """Do what `BookingService.book` does."""
        wanted.check()
        booking_id = self._ids.new()

        async def book_unlocked() -> Outcome[BookingDetails] | None:
            """Return `None` if the buyer waits for this start, or an offer of it has expired."""
            quote = await self._quotes.find(session_id, starts_at, principal.user_id, self._clock.now(), key)
            if isinstance(quote, UUID):
                return Outcome(await self._read(quote), is_replay=True)
            self._check_start(starts_at)
            if quote is None:
                raise NotFound
            if quote.slot is not None and await self._needs_line(principal, quote.slot):
                return None
            booking = await self._decide(quote, self._lists, principal, booking_id, wanted)
            await self._quotes.accept(quote, booking, settlement_job(booking), key, max_live=self._max_live)
            return Outcome(quote.details(booking))

        async def book_locked(tx: Transaction) -> BookingDetails:
            self._check_start(starts_at)
            quote = await tx.slots.acquire_quote(session_id, starts_at, principal.user_id)
            await self._require_room(tx, principal)
            own = await self._own_entry(tx, quote)
            if own is not None:
                quote = await tx.slots.acquire_quote(session_id, starts_at, principal.user_id)
                return await self._take(tx, principal, quote, own, booking_id, wanted)
            booking = await self._decide(quote, tx.bookings, principal, booking_id, wanted)
            if not await tx.slots.reserve(quote, booking, settlement_job(booking)):
                raise StaleRead
            return quote.details(booking)

        tries = count(1)

        async def attempt() -> Outcome[BookingDetails]:
            is_by_key = principal.key_id is not None
            if is_by_key:
                await self._pass_on_expired(principal, session_id, starts_at)
            # only a transaction holds the API key of a request until it commits
            is_unlocked = not is_by_key and next(tries) <= MAX_QUOTES
            outcome = await book_unlocked() if is_unlocked else None
            return outcome or await self._idempotently(book_locked, booking_id, key)

        return await with_retries(attempt)

    async def accept(
        self,
        principal: Principal,
        entry_id: UUID,
        expected_price: Decimal | None,
        address: str | None,
        key: IdempotencyKey | None,
    ) -> Outcome[BookingDetails]:
        """Do what `WaitlistService.accept` does, once expired offers are passed on."""
        booking_id = self._ids.new()

        async def operation(tx: Transaction) -> BookingDetails:
            seen = await _find_own(tx, principal, entry_id)
            await tx.slots.acquire_quote(*seen.slot_key, principal.user_id)
            await self._require_room(tx, principal)
            await tx.waitlist.acquire_slot(*seen.slot_key)
            # what was waited for is read under the lock of the slot
            quote = await tx.slots.acquire_quote(*seen.slot_key, principal.user_id)
            entry = await _find_own(tx, principal, entry_id)
            await self._require_offered(tx, entry)
            wanted = Wanted(seats=entry.seats, expected_price=expected_price, address=address)
            wanted.check()
            return await self._take(tx, principal, quote, entry, booking_id, wanted)

        return await self._idempotently(operation, booking_id, key)

    async def _require_room(self, tx: Transaction, principal: Principal) -> None:
        if self._max_live is not None:
            await tx.slots.require_room(principal.user_id, self._clock.now(), self._max_live)

    async def _require_offered(self, tx: Transaction, entry: WaitlistEntry) -> None:
        if entry.is_offered(self._clock.now()):
            return
        if entry.offer_until is not None and entry.status in {"offered", "expired"}:
            raise OfferExpired(entry.offer_until, await tx.waitlist.place_of(replace(entry, number=0)))
        if entry.status == "waiting":
            raise NotOffered
        raise NotFound

    async def _own_entry(self, tx: Transaction, quote: BookingQuote) -> WaitlistEntry | None:
        """Lock the slot if people wait for it, pass expired offers on, and return the buyer's open entry."""
        if quote.slot is None or not quote.slot.waiting:
            return None
        slot = await tx.waitlist.acquire_slot(*quote.slot.key)
        if slot is not None:
            await pass_on(tx, slot, self._clock.now())
        return await tx.waitlist.find_open(quote.buyer.id, *quote.slot.key)

    async def _take(
        self,
        tx: Transaction,
        principal: Principal,
        quote: BookingQuote,
        entry: WaitlistEntry,
        booking_id: UUID,
        wanted: "Wanted",
    ) -> BookingDetails:
        """Book seats for the person of an open entry, which ends; the seats that its offer holds are theirs.

        The quote was read under the lock of the slot.
        """
        slot, now = quote.slot, self._clock.now()
        if slot is None:
            raise StaleRead
        own = replace(quote, slot=replace(slot, seats_taken=slot.seats_taken - entry.held_seats))
        booking = await self._decide(own, tx.bookings, principal, booking_id, wanted)
        slot = without_entry(slot, entry, booked=booking.seats)
        await tx.waitlist.book(slot, entry.ended("booked", now), booking, settlement_job(booking))
        await pass_on(tx, slot, now)
        return quote.details(booking)

    async def _decide(
        self,
        quote: BookingQuote,
        bookings: BookingLists | Bookings,
        principal: Principal,
        booking_id: UUID,
        wanted: "Wanted",
    ) -> Booking:
        try:
            return quote.book(
                booking_id,
                wanted.seats,
                self._clock.now(),
                wanted.expected_price,
                wanted.address,
                only_verified=self._only_verified,
                pay_within=self._pay_within,
            )
        except NotFound:
            await require_visible(quote.session, principal, bookings)
            raise NotBookable from None

    async def _needs_line(self, principal: Principal, slot: Slot) -> bool:
        """Return whether a booking has to lock the line of a slot. Expired offers are passed on before."""
        if await self._has_passed_on(slot):
            return True
        return slot.waiting > 0 and await self._waitlists.is_waiting(principal.user_id, *slot.key)

    async def _pass_on_expired(self, principal: Principal, session_id: UUID, starts_at: datetime) -> None:
        quote = await self._quotes.find(session_id, starts_at, principal.user_id, self._clock.now())
        if isinstance(quote, BookingQuote) and quote.slot is not None:
            await self._has_passed_on(quote.slot)

    async def _has_passed_on(self, slot: Slot) -> bool:
        """Pass on expired offers, and return whether there were any.

        In a transaction of its own: it must stay if the buyer is refused, and a booking that holds the line of an empty
        slot would wait for those that open it, and they for it.
        """
        now = self._clock.now()
        if not slot.has_due_offers(now):
            return False
        async with self._unit_of_work() as tx:
            await offer_seats_of(tx, *slot.key, now)
        return True

    def _check_start(self, starts_at: datetime) -> None:
        # checked within the operation: a repeat after the start must still get the stored outcome
        errors = validate_start(starts_at, self._clock.now())
        if errors:
            raise Invalid({"booking_date": errors})

    async def _idempotently(
        self,
        operation: Callable[[Transaction], Awaitable[BookingDetails]],
        booking_id: UUID,
        key: IdempotencyKey | None,
    ) -> Outcome[BookingDetails]:
        now = self._clock.now()
        return await idempotently(self._unit_of_work, operation, self._read, key=key, resource_id=booking_id, now=now)

    async def _read(self, booking_id: UUID) -> BookingDetails:
        found = await self._lists.find(booking_id)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: seats, perhaps only for this price per seat, and where the creator comes to."""

    seats: int
    expected_price: Decimal | None = None
    address: str | None = None

    def check(self) -> None:
        """Raise `Invalid` unless the fields are valid."""
        require(validate_field("seats", Seats, self.seats), validate_field("address", Address, self.address))


async def _find_own(tx: Transaction, principal: Principal, entry_id: UUID) -> WaitlistEntry:
    entry = await tx.waitlist.find(entry_id)
    if entry is None or entry.user_id != principal.user_id:
        raise NotFound
    return entry
