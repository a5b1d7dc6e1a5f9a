"""A session with many upcoming bookings, written by a few statements."""

from datetime import datetime
from uuid import UUID

import asyncpg

from builders import stored_booking
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

SLOTS = """
    INSERT INTO slots (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken, local_start,
        time_zone)
    SELECT session_id, creator_id, starts_at + step, ends_at + step,
        tstzrange(lower(blocked) + step, upper(blocked) + step), capacity, $3, local_start + step, time_zone
    FROM slots, generate_series(1, $2) n, LATERAL (SELECT n * interval '1 hour' AS step) AS at WHERE session_id = $1
"""
BOOKINGS = """
    WITH buyer AS (
        SELECT id FROM users WHERE id NOT IN (SELECT creator_id FROM sessions WHERE id = $1) ORDER BY id LIMIT $2),
    sold AS (
        INSERT INTO bookings (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at, terms)
        SELECT gen_random_uuid(), b.session_id, b.creator_id, buyer.id, l.starts_at, 1, b.amount, b.status,
            b.created_at, b.terms
        FROM buyer, slots l, bookings b
        WHERE l.session_id = $1 AND b.session_id = $1 AND l.starts_at > b.starts_at
        RETURNING id, user_id, starts_at, status, created_at),
    queued AS (
        INSERT INTO jobs (kind, subject, run_at)
        SELECT 'attend_booking', id, starts_at + interval '1 hour' FROM sold)
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason)
    SELECT id, created_at, user_id, 'book', NULL, status, '' FROM sold
"""


async def fill_session(  # noqa: PLR0913 - one argument per number
    dsn: str, storage: Storage, session: Session, buyer: UUID, *, first: datetime, slots: int, seats: int
) -> None:
    """Sell a new session: a seat of its first start to a buyer, and `seats` at each hour after it to others.

    There are as many accounts already.
    """
    await stored_booking(storage, session, buyer, starts_at=first)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(SLOTS, session.id, slots, seats)
        await connection.execute(BOOKINGS, session.id, seats)
        await connection.execute("VACUUM ANALYZE slots, bookings, jobs, booking_steps")
    finally:
        await connection.close()
