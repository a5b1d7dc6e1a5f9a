"""Booking in two steps: a quote, and the booking that was decided upon it."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User, contact
from marketplace.core.errors import KeyReused, StaleRead
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.unit_of_work import UnitOfWork


def quoted(rows: Rows, session: Session, starts_at: datetime, buyer: User) -> BookingQuote:
    """Return the quote of a start for a buyer, as these rows are."""
    details, schedule = session_details(rows, session, contact), rows.find(rows.database.schedules, session.id)
    return BookingQuote(
        session=details,
        buyer=contact(buyer),
        starts_at=starts_at,
        slot=rows.find(rows.database.slots, (session.id, starts_at)),
        already_booked=is_booked(rows, buyer.id, session.id, starts_at),
        schedule=schedule,
        buyer_is_active=buyer.is_active,
        buyer_is_verified=buyer.is_email_verified,
        version=(_deciding(session), schedule, details.creator_is_active, details.time_zone, buyer.is_active),
    )


def _deciding(session: Session) -> Session:
    """Leave out what decides no booking and is written without an edit of it."""
    return replace(session, pictures=(), description="")


def is_booked(rows: Rows, buyer_id: UUID, session_id: UUID, starts_at: datetime) -> bool:
    has_seat = rows.find(rows.database.seats, (buyer_id, session_id, starts_at)) is not None
    return has_seat or is_requested(rows, buyer_id, session_id, starts_at)


def is_requested(rows: Rows, buyer_id: UUID, session_id: UUID, starts_at: datetime) -> bool:
    return any(
        (booking.session_id, booking.requested_start) == (session_id, starts_at)
        for booking in rows.group(rows.database.bookings, buyer_id)
    )


class MemoryBookingQuotes:
    """`BookingQuotes` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase, unit_of_work: UnitOfWork) -> None:
        self._database = database
        self._unit_of_work = unit_of_work

    async def find(
        self, session_id: UUID, starts_at: datetime, buyer_id: UUID, now: datetime, key: IdempotencyKey | None = None
    ) -> BookingQuote | UUID | None:
        """Read the committed rows, with nothing awaited in between."""
        await asyncio.sleep(0)
        if key is not None:
            used = self._database.keys.rows.get((key.user_id, key.route, key.key))
            if used is not None and used.created_at > now - TTL:
                if used.key.body_hash != key.body_hash:
                    raise KeyReused
                return used.resource_id
        session = self._database.sessions.rows.get(session_id)
        buyer = self._database.users.rows.get(buyer_id)
        if session is None or buyer is None:
            return None
        return quoted(Rows(self._database), session, starts_at, buyer)

    async def accept(
        self,
        quote: BookingQuote,
        booking: Booking,
        job: Job | None = None,
        key: IdempotencyKey | None = None,
        *,
        max_live: int | None = None,
    ) -> None:
        async with self._unit_of_work() as tx:
            if key is not None and await tx.idempotency_keys.claim(key, booking.id, booking.created_at) is not None:
                raise StaleRead
            current = await tx.slots.acquire_quote(booking.session_id, booking.starts_at, booking.user_id)
            if current.version != quote.version:
                raise StaleRead
            if max_live is not None:
                await tx.slots.require_room(booking.user_id, booking.created_at, max_live)
            if not await tx.slots.reserve(quote, booking, job):
                raise StaleRead
