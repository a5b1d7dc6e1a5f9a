"""Measure the disk space of a booking over a year in which each month's bookings were made, settled and vacuumed."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from marketplace.adapters.system import UuidSeven
from postgres.large_dataset import PEOPLE

SHIPPED = Path(__file__).parents[2] / "deploy" / "postgres" / "postgresql.conf"
MONTHS = 12
MONTHLY = 10_000
"""Bookings per month of the measured year."""

BOOKED = """
    WITH given AS (
        SELECT id, md5('session' || 1 + n % $2)::uuid AS session_id, md5('user' || 1 + n % $3)::uuid AS user_id,
            $4::timestamptz + n / 4 * interval '90 seconds' AS starts_at, n
        FROM unnest($1::uuid[]) WITH ORDINALITY AS i (id, n)),
    opened AS (
        INSERT INTO slots (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken)
        SELECT session_id, s.creator_id, starts_at, starts_at + interval '30 seconds',
            tstzrange(starts_at, starts_at + interval '30 seconds'), 10, 1
        FROM given JOIN sessions s ON s.id = session_id ON CONFLICT DO NOTHING),
    booked AS (
        INSERT INTO bookings (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at)
        SELECT given.id, session_id, s.creator_id, user_id, starts_at, 1, 10 + n % 50, 'confirmed',
            starts_at - n % 30 * interval '1 day'
        FROM given JOIN sessions s ON s.id = session_id RETURNING id, created_at, user_id)
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason, deliver_at)
    SELECT id, created_at, user_id, 'book', NULL, 'confirmed', '', NULL FROM booked
"""
COMPLETED = """
    WITH done AS (UPDATE bookings SET status = 'completed' WHERE id = ANY($1) RETURNING id, starts_at)
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason, deliver_at)
    SELECT id, starts_at, NULL, 'complete', 'confirmed', 'completed', '', NULL FROM done
"""
SIZES = "SELECT pg_relation_size($1::regclass) AS rows, pg_indexes_size($1::regclass) AS indexes"
WHAT_A_BOOKING_WRITES = ("bookings", "booking_steps", "slots")


async def measure_bytes(dsn: str, sessions: int) -> None:
    """Print the bytes by table. `sessions` are those that `load` filled in."""
    ids = UuidSeven()
    connection = await asyncpg.connect(dsn, server_settings={"synchronous_commit": "off"})
    before = {name: (await connection.fetch(SIZES, name))[0] for name in WHAT_A_BOOKING_WRITES}
    for month in range(MONTHS):
        starts_at = datetime(2035, 1, 1, tzinfo=UTC) + timedelta(days=31 * month)
        created = [ids.new() for _ in range(MONTHLY)]
        await connection.execute(BOOKED, created, sessions, PEOPLE, starts_at)
        await connection.execute(COMPLETED, created)
        await connection.execute("VACUUM " + ", ".join(WHAT_A_BOOKING_WRITES))
    number, total = MONTHS * MONTHLY, 0.0
    print(f"\nBytes per booking ({number:,} of them, two steps each, every slot its own){'rows':>12}{'indexes':>9}")
    for name in WHAT_A_BOOKING_WRITES:
        [after] = await connection.fetch(SIZES, name)
        grown = {part: (after[part] - before[name][part]) / number for part in ("rows", "indexes")}
        total += sum(grown.values())
        print(f"  {name:72}{grown['rows']:12.0f}{grown['indexes']:9.0f}")
    await connection.close()
    found = re.search(r"^shared_buffers = (\d+)MB", SHIPPED.read_text(), re.MULTILINE)
    assert found is not None
    print(f"  all {total:,.0f}; shared_buffers as shipped ({found[1]} MB) hold {int(found[1]) * 2**20 / total:,.0f}")
