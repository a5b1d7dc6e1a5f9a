"""The least code that books safely: an ASGI application over asyncpg's pool, on four tables of its own.

It has the same guards in the database as the marketplace: a CHECK on the seats, an exclusion constraint that keeps a
creator in one place, one live booking per person and start. It writes a step and a job for each booking. It neither
authenticates nor knows rules.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from benchmarks.peers.bare_reads import DATABASE, POOL_SIZE, leave_as_it_is

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

TABLES = """
    CREATE EXTENSION btree_gist;
    CREATE TABLE people (id uuid PRIMARY KEY, username text NOT NULL, email text NOT NULL);
    CREATE TABLE sessions (
        id uuid PRIMARY KEY, creator_id uuid NOT NULL REFERENCES people, title text NOT NULL, description text NOT NULL,
        price numeric(10, 2) NOT NULL, duration int NOT NULL, capacity int NOT NULL);
    CREATE TABLE slots (
        session_id uuid REFERENCES sessions, starts_at timestamptz, creator_id uuid NOT NULL,
        ends_at timestamptz NOT NULL,
        capacity int NOT NULL, seats_taken int NOT NULL, occupied bool GENERATED ALWAYS AS (seats_taken > 0) STORED,
        PRIMARY KEY (session_id, starts_at), CHECK (seats_taken BETWEEN 0 AND capacity),
        EXCLUDE USING gist (creator_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (occupied)
    ) WITH (fillfactor = 80);
    CREATE TABLE bookings (
        id uuid PRIMARY KEY, session_id uuid NOT NULL REFERENCES sessions, creator_id uuid NOT NULL,
        user_id uuid NOT NULL REFERENCES people, starts_at timestamptz NOT NULL, seats int NOT NULL,
        amount numeric(10, 2) NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL);
    CREATE UNIQUE INDEX ON bookings (user_id, session_id, starts_at) WHERE status IN ('pending', 'confirmed');
    CREATE INDEX ON bookings (user_id, created_at DESC);
    CREATE INDEX ON bookings (creator_id, created_at DESC);
    CREATE TABLE steps (
        booking_id uuid NOT NULL, at timestamptz NOT NULL, actor_id uuid NOT NULL, status text NOT NULL);
    CREATE TABLE jobs (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, subject uuid NOT NULL,
        due timestamptz NOT NULL);
    CREATE INDEX ON jobs (due);
"""
OFFER = """
    SELECT s.*, c.username, c.email, b.username AS buyer, l.session_id IS NOT NULL AS has_slot
    FROM sessions s JOIN people c ON c.id = s.creator_id JOIN people b ON b.id = $3
        LEFT JOIN slots l ON l.session_id = s.id AND l.starts_at = $2
    WHERE s.id = $1 FOR KEY SHARE OF s
"""
OPEN = """
    INSERT INTO slots AS l (session_id, creator_id, starts_at, ends_at, capacity, seats_taken)
    VALUES ($1, $2, $3, $4, $5, 1)
    ON CONFLICT (session_id, starts_at) DO UPDATE SET seats_taken = l.seats_taken + 1 WHERE l.seats_taken < l.capacity
    RETURNING 1
"""
TAKE = """
    UPDATE slots SET seats_taken = seats_taken + 1
    WHERE session_id = $1 AND starts_at = $2 AND seats_taken < capacity RETURNING 1
"""
BOOK = """
    WITH booked AS (
        INSERT INTO bookings VALUES ($1, $2, $3, $4, $5, 1, $6, 'confirmed', $7) RETURNING id, user_id, created_at),
    queued AS (INSERT INTO jobs (kind, subject, due) SELECT 'settle', id, $5 FROM booked)
    INSERT INTO steps SELECT id, created_at, user_id, 'confirmed' FROM booked
"""
ENCODER = msgspec.json.Encoder()


class Wish(msgspec.Struct):
    """The body of a request."""

    session: UUID
    booking_date: datetime
    user: UUID


DECODER = msgspec.json.Decoder(Wish)


class BareBookings:
    """The application."""

    def __init__(self) -> None:
        self._pool: asyncpg.Pool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        status, body = await self._book(DECODER.decode((await receive())["body"]))
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": ENCODER.encode(body)})

    async def _book(self, wish: Wish) -> tuple[int, dict[str, Any]]:
        assert self._pool is not None
        start, number = wish.booking_date, uuid4()
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                offer = await connection.fetchrow(OFFER, wish.session, start, wish.user)
                if offer is None:
                    return 404, {"code": "not_found"}
                creator, price = offer["creator_id"], offer["price"]
                if offer["has_slot"]:
                    taken = await connection.fetchval(TAKE, wish.session, start)
                else:
                    end = start + timedelta(minutes=offer["duration"])
                    taken = await connection.fetchval(OPEN, wish.session, creator, start, end, offer["capacity"])
                if not taken:
                    return 409, {"code": "sold_out"}
                now = datetime.now(UTC)
                await connection.execute(BOOK, number, wish.session, creator, wish.user, start, price, now)
        except asyncpg.IntegrityConstraintViolationError as error:
            return 409, {"code": type(error).__name__}
        return 201, dict(offer) | {"booking": number, "starts_at": start}

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(
            os.environ[DATABASE],
            min_size=POOL_SIZE,
            max_size=POOL_SIZE,
            reset=leave_as_it_is,
            server_settings={"jit": "off"},
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = BareBookings()
