"""Rows for the databases of the peers: as many sessions and people as the marketplace has in the same run."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from benchmarks.peers.bare_bookings import TABLES
from marketplace.adapters.postgres.rows import PUBLIC_USER, SESSION, columns

PEOPLE = 8_000
SESSIONS = 50_000
SEATS = 10_000
LEARNER = 7_000
"""The person with 25 bookings."""

COPY = f"""
    CREATE TABLE bare_sessions AS
        SELECT {columns("s", SESSION)}, {", ".join(f"c.{name} AS by_{name}" for name in PUBLIC_USER)}
        FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = ANY('{{{{{{}}}}}}')
"""  # noqa: S608 - column names
DJANGO_ROWS = (
    """
    INSERT INTO django_marketplace_user (id, password, is_superuser, username, first_name, last_name, is_staff,
        is_active, date_joined, email, role, avatar)
    SELECT n, '', false, 'person' || n, 'Ada', 'Lovelace', false, true, now(), 'person' || n || '@example.org',
        CASE WHEN n <= 2000 THEN 'creator' ELSE 'user' END, ''
    FROM generate_series(1, 8000) n
    """,
    """
    INSERT INTO authtoken_token (key, created, user_id)
    SELECT md5('token' || n), now(), n FROM generate_series(1, 8000) n
    """,
    """
    INSERT INTO django_marketplace_session (id, creator_id, title, description, duration, price, max_participants,
        image_url, status, created_at)
    SELECT n, 1 + n % 2000, 'common ' || left(md5('t' || n), 14), 'everywhere ' || left(md5('a' || n), 30),
        60, (n * 7919::bigint % 20000) / 100.0, CASE WHEN n <= 100 THEN 3 ELSE 10000 END, '', 'active',
        '2026-01-01Z'::timestamptz + n * interval '1 minute'
    FROM generate_series(1, 50000) n
    """,
    """
    INSERT INTO django_marketplace_booking (session_id, user_id, booking_date, status, amount, created_at)
    SELECT 1000 + n, CASE WHEN n <= 25 THEN 7000 ELSE 2001 + n % 4000 END,
        '2030-02-01Z'::timestamptz + n * interval '1 hour', 'confirmed', 10,
        '2026-06-01Z'::timestamptz + n * interval '1 second'
    FROM generate_series(1, 40000) n
    """,
    "VACUUM ANALYZE",
)
DJANGO_OVERSOLD = """
    SELECT coalesce(sum(greatest(0, sold - max_participants)), 0)::int FROM (
        SELECT session_id, booking_date, count(*) AS sold FROM django_marketplace_booking
        WHERE status <> 'cancelled' GROUP BY session_id, booking_date) b
    JOIN django_marketplace_session s ON s.id = b.session_id
"""
BARE_PEOPLE = """
    INSERT INTO people SELECT md5('user' || n)::uuid, 'person' || n, 'person' || n || '@example.org'
    FROM generate_series(1, $1::int) n
"""
BARE_SESSIONS = """
    INSERT INTO sessions SELECT md5('session' || n)::uuid, md5('user' || n)::uuid, 'Morning yoga',
        'Breathe in, breathe out.', 49.99, 60, $2 FROM generate_series(1, $1::int) n
"""


async def copy_answers(dsn: str, sessions: Sequence[UUID]) -> None:
    """Keep the answers of a page of sessions in tables of their own, for the plain reads."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DROP TABLE IF EXISTS bare_sessions")
        await connection.execute(COPY.format(",".join(map(str, sessions))))
        await connection.execute("ALTER TABLE bare_sessions ADD PRIMARY KEY (id)")
        await connection.execute("CREATE VIEW bare_page AS SELECT * FROM bare_sessions")
        await connection.execute("ANALYZE bare_sessions")
    finally:
        await connection.close()


async def fill_django(dsn: str) -> None:
    """Fill the tables of the Django peer."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in DJANGO_ROWS:
            await connection.execute(statement)
    finally:
        await connection.close()


async def fill_bare_bookings(dsn: str, creators: int) -> None:
    """Create and fill the tables of the bare booking handler: one session per creator."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(TABLES)
        await connection.execute(BARE_PEOPLE, PEOPLE)
        await connection.execute(BARE_SESSIONS, creators, SEATS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
