"""Quotes in PostgreSQL, and their bookings."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.booking_writes import BookingEntry, Version, agree, open_slots, write_bookings
from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.crowds import Crowds
from marketplace.adapters.postgres.gathered_reads import GatheredReads
from marketplace.adapters.postgres.rows import (
    AFTER_BOOKED_SESSION,
    BOOKED_SESSION,
    CONTACT,
    booked_session,
    columns,
    constructor,
    contact,
)
from marketplace.adapters.postgres.schedules import schedule_from
from marketplace.adapters.postgres.turns import Turns
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import KeyReused, StaleRead, TransactionConflict
from marketplace.core.ports.jobs import Job

SLOT = ("session_id", "creator_id", "starts_at", "ends_at", "capacity", "seats_taken")
LINE = ("waiting", "seats_on_offer", "offers_until")
SLOT_FIELDS = (*SLOT, "blocked_from", "blocked_until", *LINE)

DECIDING = (
    *("title", "duration", "price", "max_participants", "status", "archived_at", "hidden_at"),
    *("requires_confirmation", "cancellation_notice", "format", "schedule", "payment_method", "cancellation_policy"),
)
"""Columns of a session that decide a booking."""
# Rows are also written for what decides nothing, such as a new password, picture or word that is searched, so a version
# is what decides. The functions that write a booking compare with the same expressions.
VERSION_OF_SESSION = f"hash_record_extended(ROW({', '.join(f's.{name}' for name in DECIDING)}), 0)::text"
VERSION_OF_USER = "concat_ws(' ', {user}.is_active, {user}.time_zone)"
# By position: session, buyer, slot, and the seven values after them.
QUOTE = f"""
    {BOOKED_SESSION}, {columns("b", CONTACT, "b_")},
        {columns("l", SLOT, "l_")}, lower(l.blocked) AS blocked_from, upper(l.blocked) AS blocked_until,
        {columns("l", LINE)},
        s.schedule, b.is_active AS buyer_is_active, b.email_verified_at IS NOT NULL AS buyer_is_verified,
        EXISTS (SELECT FROM bookings k WHERE k.user_id = {{buyer}} AND k.session_id = {{session}}
            AND k.starts_at = {{start}} AND k.creator_id = s.creator_id AND k.status IN ('pending', 'confirmed'))
        OR EXISTS (SELECT FROM bookings k WHERE k.creator_id = s.creator_id AND k.session_id = {{session}}
            AND k.requested_start = {{start}} AND k.user_id = {{buyer}}) AS already_booked,
        {VERSION_OF_SESSION} AS session_version, {VERSION_OF_USER.format(user="c")} AS creator_version,
        {VERSION_OF_USER.format(user="b")} AS buyer_version
"""  # noqa: S608 - column names
# One row for each request, in their order. Each array is a subquery, so that the planner does not see its length and
# keeps one plan. Slots are found by columns of `r` alone, so that both are conditions of the index.
FIND = f"""
    SELECT {QUOTE.format(session="r.session", start="r.start", buyer="r.buyer")}, used.thing_id AS used_for,
        used.body_hash
    FROM unnest((SELECT $1::uuid[]), (SELECT $2::timestamptz[]), (SELECT $3::uuid[]), (SELECT $4::text[]),
                (SELECT $5::text[]), (SELECT $6::timestamptz[]))
            WITH ORDINALITY AS r (session, start, buyer, route, key, unused_until, place)
        LEFT JOIN idempotency_keys used
            ON (used.user_id, used.route, used.key) = (r.buyer, r.route, r.key) AND used.created_at > r.unused_until
        LEFT JOIN sessions s ON s.id = r.session
        LEFT JOIN users c ON c.id = s.creator_id
        LEFT JOIN users b ON b.id = r.buyer
        LEFT JOIN slots l ON l.session_id = r.session AND l.starts_at = r.start AND l.creator_id = s.creator_id
    ORDER BY r.place
"""  # noqa: S608 - column names
BUYER = slice(AFTER_BOOKED_SESSION, AFTER_BOOKED_SESSION + len(CONTACT))
SLOT_VALUES = slice(BUYER.stop, BUYER.stop + len(SLOT_FIELDS))
OPENING = "new slots"
"""The key of all bookings that open a slot, since those of other creators lock nothing in common."""
MAX_WAIT_TO_OPEN = timedelta(milliseconds=250)
"""A booking that is written alone may wait for an edit of its session; those of others do not wait for it."""

stored_slot = constructor(Slot)
"""Convert the values of `SLOT_FIELDS`."""


@dataclass(slots=True)
class QuoteRequest:
    """What a quote is asked for."""

    session_id: UUID
    starts_at: datetime
    buyer_id: UUID
    key: IdempotencyKey | None
    now: datetime


def quote_from(row: asyncpg.Record, starts_at: datetime) -> BookingQuote:
    """Convert a row that starts with the columns of `QUOTE`."""
    slot = row[SLOT_VALUES]
    state = row[SLOT_VALUES.stop : SLOT_VALUES.stop + 7]
    schedule, buyer_is_active, buyer_is_verified, already_booked, *version = state
    return BookingQuote(
        session=booked_session(row),
        buyer=contact(*row[BUYER]),
        starts_at=starts_at,
        slot=None if slot[0] is None else stored_slot(*slot),
        already_booked=already_booked,
        schedule=schedule_from(schedule),
        buyer_is_active=buyer_is_active,
        buyer_is_verified=buyer_is_verified,
        version=Version(*version),
    )


class PostgresBookingQuotes:
    """`BookingQuotes` over the pool.

    What comes at the same time is read together, and written together: bookings of one occupied slot, and all bookings
    that open slots.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reads = GatheredReads[QuoteRequest, asyncpg.Record](self._read)
        # an edit of a creator's session keeps their buyers waiting, each with a connection: some stay free for others
        self._turns = Turns[UUID](max(1, database.limits.max_size // 2), database.limits.acquire_timeout)
        self._crowds = Crowds[Hashable, BookingEntry](self._write, database.limits.acquire_timeout)
        self._openings = Crowds[Hashable, BookingEntry](self._open, MAX_WAIT_TO_OPEN, may_overtake=True)

    async def find(
        self, session_id: UUID, starts_at: datetime, buyer_id: UUID, now: datetime, key: IdempotencyKey | None = None
    ) -> BookingQuote | UUID | None:
        row = await self._reads.read(QuoteRequest(session_id, starts_at, buyer_id, key, now))
        if key is not None and row["used_for"]:
            if row["body_hash"] != key.body_hash:
                raise KeyReused
            used_for: UUID = row["used_for"]
            return used_for
        is_found = row[0] is not None and row[BUYER.start] is not None
        return quote_from(row, starts_at) if is_found else None

    async def accept(
        self,
        quote: BookingQuote,
        booking: Booking,
        job: Job | None = None,
        key: IdempotencyKey | None = None,
        *,
        max_live: int | None = None,
    ) -> None:
        entry = BookingEntry(quote=quote, booking=booking, job=job, key=key, max_live=max_live)
        if quote.is_occupied():
            slot = (booking.session_id, booking.starts_at, booking.creator_id, *entry.version[:2])
            is_written = await self._crowds.write(slot, entry)
        elif quote.slot is None:
            is_written = await self._openings.write(OPENING, entry)
        else:
            is_written = await self._write([entry])
        if not is_written:
            raise StaleRead

    async def _read(self, requests: Sequence[QuoteRequest]) -> Sequence[asyncpg.Record]:
        keys = [each.key for each in requests]
        return await self._database.fetch(
            FIND,
            [each.session_id for each in requests],
            [each.starts_at for each in requests],
            [each.buyer_id for each in requests],
            [key and key.route for key in keys],
            [key and key.key for key in keys],
            [each.now - TTL for each in requests],
        )

    async def _write(self, entries: Sequence[BookingEntry]) -> bool:
        async with self._turns.of(entries[0].booking.creator_id):
            return await write_bookings(self._database.write, entries)

    async def _open(self, entries: Sequence[BookingEntry]) -> bool:
        if len(entries) == 1:
            return await self._write(entries)
        if not agree(entries):
            return False
        try:
            return await open_slots(self._database.write, entries)
        except TransactionConflict:
            return False  # one of them waits for a lock; written alone, the others do not
