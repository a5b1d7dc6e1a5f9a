"""Bookings: taking and releasing seats, and the lists of both parties."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from marketplace.core.domain.booking_details import ANY_BOOKING, BookingDetails, BookingFilters, BookingHistory
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.fields import Reason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.slots import validate_start
from marketplace.core.errors import FieldErrors, Invalid, NotFound, NotStaff
from marketplace.core.ports.booking_quotes import BookingQuotes
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.ports.waitlist import Waitlists
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.booking_moves import BookingMoves
from marketplace.core.services.booking_steps import (
    STAFF_AUDIT_ACTIONS,
    BookingSteps,
    acquire_actor,
)
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.new_bookings import NewBookings, Wanted
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import require_still_staff

T = TypeVar("T")


class BookingService:
    """Bookings. `NewBookings` takes seats.

    With `only_verified`, people book once their e-mail address is verified; with `pay_within`, they have
    that time to pay for what is paid online. `max_live` bounds the upcoming live bookings of a person.
    """

    def __init__(  # noqa: PLR0913 - one argument per port or setting
        self,
        *,
        unit_of_work: UnitOfWork,
        quotes: BookingQuotes,
        lists: BookingLists,
        users: UserDirectory,
        waitlists: Waitlists,
        clock: Clock,
        ids: Ids,
        only_verified: bool = False,
        pay_within: timedelta | None = None,
        max_live: int | None = None,
    ) -> None:
        self._new = NewBookings(
            unit_of_work=unit_of_work,
            quotes=quotes,
            lists=lists,
            waitlists=waitlists,
            clock=clock,
            ids=ids,
            only_verified=only_verified,
            pay_within=pay_within,
            max_live=max_live,
        )
        self._unit_of_work = unit_of_work
        self._lists = lists
        self._users = users
        self._clock = clock
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._steps = BookingSteps(clock, self._audit)
        self._moves = BookingMoves(clock, self._steps)

    def validate(self, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the start among the provided fields."""
        if "booking_date" not in provided:
            return {}
        errors = validate_start(provided["booking_date"], self._clock.now())
        return {"booking_date": errors} if errors else {}

    async def book(  # noqa: PLR0913 - one argument per fact
        self,
        principal: Principal,
        session_id: UUID,
        starts_at: datetime,
        seats: int = 1,
        *,
        expected_price: Decimal | None = None,
        address: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[BookingDetails]:
        """Book seats at a start, if `expected_price` is given only for this price per seat.

        `address` is where the creator comes to, for the sessions that are held there.

        Raises `Invalid`, `NotFound`, `OwnSession`, `AlreadyBooked`, `SoldOut`, `CreatorUnavailable`, `NotBookable`,
        `PriceChanged`, `TooManyBookings`, `KeyReused`, and `EmailUnverified` if the installation requires a verified
        address.
        """
        wanted = Wanted(seats=seats, expected_price=expected_price, address=address)
        return await self._new.book(principal, session_id, starts_at, wanted, key)

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
        principal.require_creator()
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
        answered: datetime | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[BookingHistory]:
        """Confirm, decline, cancel or complete a booking. Cancelling releases its seats immediately.

        With `answered`, only if this start is still requested. Staff who are not a party must give a reason. Raises
        `Invalid`, `NotFound`, `NotYours`, `IllegalTransition`, `TooLate`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))

        async def operation(tx: Transaction) -> BookingHistory:
            return await self.act_within(tx, principal, booking_id, action, reason, answered)

        if action not in STAFF_AUDIT_ACTIONS:
            return await self._idempotently(key, booking_id, operation, partial(self._replay, principal))
        async with self._audit.refusals(principal, STAFF_AUDIT_ACTIONS[action], ("booking", booking_id)):
            return await self._idempotently(key, booking_id, operation, partial(self._replay, principal))

    async def act_within(
        self,
        tx: Transaction,
        principal: Principal,
        booking_id: UUID,
        action: BookingAction,
        reason: str,
        answered: datetime | None = None,
    ) -> BookingHistory:
        """Act within the caller's transaction."""
        if action == "confirm":
            seen = await tx.bookings.find(booking_id)
            if seen is not None and seen.requested_start is not None and answered in {None, seen.requested_start}:
                return await self._moves.confirm(tx, principal, seen, seen.requested_start, reason)
        principal = await acquire_actor(tx, principal)
        booking = await tx.bookings.acquire(booking_id)
        booking.require_requested(answered, principal)
        return await self._steps.apply(tx, booking, action, principal, reason)

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

        Where the creator has to confirm, a confirmed booking keeps its start and holds seats at both until the creator
        answers. Asking for the start that it has ends the request. Staff who are not a party must give a reason.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `TooLate`, `NotBookable`, `AlreadyBooked`, `SoldOut`,
        `CreatorUnavailable`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))

        async def operation(tx: Transaction) -> BookingHistory:
            return await self._move(tx, principal, booking_id, starts_at, reason)

        return await self._idempotently(key, booking_id, operation, partial(self._replay, principal))

    async def _move(
        self, tx: Transaction, principal: Principal, booking_id: UUID, starts_at: datetime, reason: str
    ) -> BookingHistory:
        self._check_start(starts_at)
        seen = await tx.bookings.find(booking_id)
        if seen is None or not (seen.has_party(principal.user_id) or principal.is_staff):
            raise NotFound
        if seen.requested_start is not None and starts_at == seen.starts_at:
            return await self.act_within(tx, principal, booking_id, "decline", reason)
        if seen.requested_start == starts_at and principal.user_id != seen.user_id:
            return await self.act_within(tx, principal, booking_id, "confirm", reason)
        return await self._moves.move(tx, principal, seen, starts_at, reason)

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

    async def _replay(self, principal: Principal, booking_id: UUID) -> BookingHistory:
        """Read a booking for a party, or for a principal who is still staff. Raises `NotFound`, `NotSignedIn`."""
        found = await self._read(booking_id)
        if not found.has_party(principal.user_id):
            try:
                await require_still_staff(self._users, principal)
            except NotStaff:
                raise NotFound from None
        return found

    async def settle_due(self, booking_id: UUID | None) -> None:
        """Expire or complete a booking if it is due; otherwise reschedule the check.

        Idempotent: the job may run twice, early, or for a settled booking. The handler of `attend_booking`.
        """
        if booking_id is None:
            return

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await self._steps.settle(tx, await tx.bookings.acquire(booking_id))

        with suppress(NotFound):
            await with_retries(operation)
