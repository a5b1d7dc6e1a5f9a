"""A large marketplace, loaded by COPY.

The word `everywhere` is in every description, `common` in three titles of ten, `rare` in one of ten thousand, among
tens of thousands of others. One user and one creator have thousands of bookings. One session of sixteen is by
arrangement (half of those of the category `wellbeing`), one of ten thousand is bookable at night, at one o'clock (all
of them of the category `business`), and the others for eight hours of the day, half of them on working days only.
"""

import json
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import md5
from typing import cast
from uuid import UUID

import asyncpg

from builders import a_schedule
from fakes import NOW
from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.materialized_availability import PostgresMaterializedAvailability
from marketplace.adapters.postgres.schedules import document_of
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.schedules import Schedule, TimeRange, WeeklyHours
from postgres.bulk_copy import SETTINGS, Rows, copy_rows, insert_rows, without_indexes, without_keys

PEOPLE = 5_000
CREATORS = 2_000
BUSY_CREATOR = 1
BUSY_PERSON = PEOPLE
BUSY = 5_000
"""Maximum number of bookings of the one busy user; the busy creator's sessions have more."""

OWNER = "md5('user' || CASE WHEN n % 10 = 0 THEN 1 ELSE 1 + n % $2::int END)::uuid"
"""The creator of session `n`: one of ten sessions is the busy creator's."""

PATTERNS = 48
NIGHT_SHIFT = 1
MODELS = (NIGHT_SHIFT, *range(PATTERNS, 2 * PATTERNS))
"""Numbers of the sessions whose schedules the others share."""
MODEL = f"CASE WHEN n % 10000 = {NIGHT_SHIFT} THEN {NIGHT_SHIFT} ELSE {PATTERNS} + n % {PATTERNS} END"
IS_OPEN = "n % 16 = 15"

USERS = Rows(
    "users",
    "id, email, email_folded, username, username_folded, password_hash, role, avatar, first_name, last_name, "
    "time_zone, is_active, is_staff, is_superuser, date_joined",
    """
    SELECT md5('user' || n)::uuid, name || '@example.org', name || '@example.org', name, name, 'plain:x',
        CASE WHEN n <= $2::int THEN 'creator' ELSE 'user' END, NULL, 'Ada', 'Lovelace', 'UTC', n % 100 <> 50, false,
        false, '2026-01-01Z'
    FROM generate_series(1, $1::int) n, format('person%s', n) AS name
""",
)
SESSIONS = Rows(
    "sessions",
    "id, creator_id, title, title_key, description, duration, price, max_participants, image_url, status, "
    "category, tags, created_at, archived_at, featured_at, schedule, searched",
    f"""
    SELECT md5('session' || n)::uuid, {OWNER}, title, title, description, 15 + 15 * (n % 12),
        (n * 7919::bigint % 20000) / 100.0, 10, NULL, CASE WHEN n % 20 = 7 THEN 'inactive' ELSE 'active' END,
        (ARRAY['art', 'business', 'cooking', 'fitness', 'languages', 'music', 'technology', 'wellbeing'])[1 + n % 8],
        ARRAY['tag' || n % 50, 'tag' || (50 + n % 1000)], '2026-01-01Z'::timestamptz + n * interval '1 minute',
        CASE WHEN n % 50 = 13 THEN now() END, CASE WHEN n % 5000 = 1 THEN now() - n * interval '1 minute' END,
        CASE WHEN NOT {IS_OPEN} THEN ($3::jsonb -> ({MODEL})::text) END,
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', description), 'B')
            || setweight(to_tsvector('simple', format('tag%s tag%s ada lovelace', n % 50, 50 + n % 1000)), 'C')
            || (SELECT string_agg(format($text$'en~%s':1A$text$, word), ' ') || $text$ '~2':2B$text$
                FROM regexp_split_to_table(title || ' ' || description, ' ') AS word)::tsvector
    FROM generate_series(1, $1::int) n,
        concat_ws(' ', CASE WHEN n % 10 < 3 THEN 'common' END, CASE WHEN n % 10000 = 1 THEN 'rare' END,
            left(md5('t' || n % 4000), 7), left(md5('u' || n % 700), 6)) AS title,
        concat_ws(' ', 'everywhere', left(md5('a' || n % 20000), 8), left(md5('b' || n % 3000), 7),
            left(md5('c' || n % 500), 6), left(md5('d' || n % 90), 5)) AS description
""",  # noqa: S608 - constant text
)
OPEN_TIMES = Rows(
    "open_times",
    "session_id, firsts, steps, counts, days, hours, outdated_at, notice, horizon, buffer_before, buffer_after",
    f"""
    SELECT md5('session' || n)::uuid, firsts, steps, counts, days, hours, outdated_at, notice, horizon, buffer_before,
        buffer_after
    FROM generate_series(1, $1::int) n JOIN open_times o ON o.session_id = md5('session' || {MODEL})::uuid
    WHERE NOT {IS_OPEN} AND n % 50 <> 13 AND n <> ALL ($2::int[])
""",  # noqa: S608 - constant text
)
LEXEMES = Rows(
    "lexemes",
    "lexeme, deletions",
    """
    SELECT word, CASE WHEN word ~ '~' THEN '{}'
        ELSE word || ARRAY(SELECT overlay(word PLACING '' FROM i FOR 1) FROM generate_series(1, length(word)) i) END
    FROM ts_stat('SELECT searched FROM sessions') UNION ALL VALUES ('en~', '{}'::text[])
""",
)
SLOTS = Rows(
    "slots",
    "session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken",
    f"""
    SELECT md5('session' || n)::uuid, {OWNER}, starts_at, starts_at + interval '15 minutes',
        tstzrange(starts_at, starts_at + interval '15 minutes'), 10, $3::int
    FROM generate_series(1, $1::int) n,
        LATERAL (SELECT '2030-02-01Z'::timestamptz + n * interval '1 hour') AS at (starts_at)
""",  # noqa: S608 - constant text
)
BOOKINGS = Rows(
    "bookings",
    "id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at",
    f"""
    SELECT md5(s || 'booking' || n)::uuid, md5('session' || n)::uuid, {OWNER},
        CASE WHEN s = 1 AND n <= $5::int THEN md5('user' || $4::int)::uuid
            ELSE md5('user' || ($2::int + 1 + (n * 4 + s) % ($4::int - $2::int - 1)))::uuid END,
        '2030-02-01Z'::timestamptz + n * interval '1 hour', 1, 10, 'confirmed',
        '2026-06-01Z'::timestamptz + (n * 4 + s) * interval '1 second'
    FROM generate_series(1, $1::int) n, generate_series(1, $3::int) s
""",  # noqa: S608 - constant text
)
STEPS = Rows(
    "booking_steps",
    "booking_id, at, actor_id, action, from_status, to_status, reason, deliver_at",
    """
    SELECT id, created_at, user_id, 'book', NULL, status, '', NULL FROM bookings
""",
)
LONG_BUSY = 100_000
"""Bookings that one creator and one user have with each other, one an hour for eleven years."""
LONG_BUSY_SLOTS = """
    INSERT INTO slots (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken)
    SELECT md5('busy session' || session)::uuid, md5('user1')::uuid, starts_at, starts_at + interval '1 hour',
        tstzrange(starts_at, starts_at + interval '1 hour'), 10, 0
    FROM generate_series(1, $1::int) n,
        LATERAL (SELECT CASE WHEN n % 20000 = 1 THEN 0 ELSE 1 + n % 19 END AS session,
            '2018-01-01Z'::timestamptz + n * interval '1 hour' AS starts_at) AS at
"""
LONG_BUSY_SESSIONS = """
    INSERT INTO sessions (id, creator_id, title, title_key, description, duration, price, max_participants, image_url,
        status, category, tags, created_at, archived_at, searched)
    SELECT md5('busy session' || n)::uuid, md5('user1')::uuid, 'x', 'x', 'x', 60, 10, 10, NULL, 'active', NULL, '{}',
        '2017-01-01Z'::timestamptz, NULL, ''
    FROM generate_series(0, 19) n
"""
LONG_BUSY_BOOKINGS = """
    INSERT INTO bookings (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at)
    SELECT md5('busy booking' || n)::uuid, session_id, creator_id, md5('user' || $1::int)::uuid, starts_at, 1, 10,
        CASE WHEN n > $2 - 3 THEN 'pending' WHEN n > $2 - 100 THEN 'confirmed' WHEN n % 2000 = 0 THEN 'cancelled'
            ELSE 'completed' END,
        starts_at - interval '30 days' + n % 7 * interval '1 day'
    FROM (SELECT row_number() OVER (ORDER BY starts_at) AS n, * FROM slots WHERE starts_at < '2030-01-01Z') AS busy
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Numbers of rows. Every slot has `seats` bookings of one seat."""

    sessions: int = 200_000
    slots: int = 50_000
    seats: int = 4
    people: int = PEOPLE
    creators: int = CREATORS
    now: datetime = NOW
    """The time at which availability is materialized."""


async def load(dsn: str, size: Size) -> None:
    """Fill a migrated database, and update the planner's statistics."""
    connection = await asyncpg.connect(dsn, server_settings=SETTINGS)
    try:
        async with (
            without_keys(connection, "slots", "bookings", "booking_steps"),
            without_indexes(connection, "sessions", "open_times", "bookings"),
        ):
            await copy_rows(dsn, USERS, size.people, size.creators)
            documents = {number: json.loads(document_of(schedule_of(number)) or "") for number in MODELS}
            await insert_rows(connection, SESSIONS, size.sessions, size.creators, json.dumps(documents))
            await _load_open_times(connection, size)
            await copy_rows(dsn, LEXEMES)
            await copy_rows(dsn, SLOTS, size.slots, size.creators, size.seats)
            await copy_rows(dsn, BOOKINGS, size.slots, size.creators, size.seats, size.people, BUSY)
            await copy_rows(dsn, STEPS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def load_long_busy(dsn: str) -> None:
    """Add to `load` a creator and a user with many bookings of each other.

    Nearly all are completed; 50 are cancelled, the last 97 are confirmed and then 3 pending. The session that is
    numbered 0 has five bookings, the other 19 share the rest.
    """
    connection = await asyncpg.connect(dsn, server_settings={"synchronous_commit": "off", "jit": "off"})
    try:
        await connection.execute(LONG_BUSY_SESSIONS)
        await connection.execute(LONG_BUSY_SLOTS, LONG_BUSY)
        async with without_indexes(connection, "bookings"):
            await connection.execute(LONG_BUSY_BOOKINGS, BUSY_PERSON, LONG_BUSY)
        await connection.execute("VACUUM ANALYZE sessions, slots, bookings")
    finally:
        await connection.close()


def schedule_of(number: int) -> Schedule:
    """Return the schedule of a model."""
    if number == NIGHT_SHIFT:
        hours, days = TimeRange(starts=time(1), ends=time(5), step=240), range(1, 8)
    else:
        begin = 4 + number % 12
        hours, days = TimeRange(starts=time(begin), ends=time(begin + 8), step=60), range(1, 8 if number % 2 else 6)
    return a_schedule(
        weekly=tuple(WeeklyHours(weekday=day, hours=hours) for day in days),
        buffer_before=number % 3 * 5,
        buffer_after=number % 2 * 10,
        notice=number % 4 * 60,
    )


def duration_of(number: int) -> int:
    """Return the duration of a session in minutes."""
    return 15 + 15 * (number % 12)


async def _load_open_times(connection: asyncpg.Connection, size: Size) -> None:
    materialized = PostgresMaterializedAvailability(cast("Connection", connection))
    models = [number for number in MODELS if number % 16 != 15]
    for number in models:
        schedule = schedule_of(number)
        written = MaterializedAvailability.of(schedule, duration_of(number), size.now)
        await materialized.save(numbered("session", number), schedule, written)
    await insert_rows(connection, OPEN_TIMES, size.sessions, models)


def numbered(kind: str, number: int) -> UUID:
    """Return the id of the user or session with this number."""
    return UUID(md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())
