"""Rows of the back office in addition to those of `large_dataset`: more users, every state, prices, and a long log.

Of a hundred users two are inactive, of a thousand one is staff. Of bookings an eighth is cancelled, four fifths are
completed; the rest, which starts last, is confirmed or, one in two hundred of all, pending. One session of five
hundred is hidden. Most log entries are sign-ins; one of a thousand is by the one busy staff member.
"""

from dataclasses import dataclass

import asyncpg

from postgres.bulk_copy import without_indexes

STAFF = 1
"""The number of the busy staff member."""

PEOPLE = """
    INSERT INTO users (id, email, email_folded, username, username_folded, password_hash, role, avatar, first_name,
        last_name, time_zone, is_active, is_staff, is_superuser, date_joined, name_key, searched)
    SELECT md5('person' || n)::uuid, email, email, username, username, 'plain:x',
        CASE WHEN n % 40 = 0 THEN 'creator' ELSE 'user' END, NULL, initcap(first), initcap(last), 'UTC', n % 50 <> 7,
        n % 1000 = 1, n % 20000 = 1, '2026-01-01Z'::timestamptz + n * interval '1 minute', last || ' ' || first,
        array_to_tsvector(ARRAY[username, 'host' || n % 500, 'example', first, last])
    FROM generate_series(1, $1::int) n,
        LATERAL (SELECT left(md5('f' || n % 700), 6) AS first, left(md5('l' || n % 9000), 7) AS last,
            format('member%s', n) AS username, format('member%s@host%s.example', n, n % 500) AS email) AS made
"""
WORDS_OF_PEOPLE = """
    UPDATE users SET name_key = lower(last_name || ' ' || first_name),
        searched = array_to_tsvector(ARRAY[username, 'example', 'org', lower(first_name), lower(last_name)])
    WHERE searched = ''
"""
HIDDEN = "UPDATE sessions SET hidden_at = created_at, hidden_reason = 'Spam.' WHERE abs(hashtext(id::text)) % 500 = 1"
STATES = """
    WITH placed AS (SELECT id, row_number() OVER (ORDER BY starts_at) AS n, count(*) OVER () AS total FROM bookings)
    UPDATE bookings b SET amount = (abs(hashtext(b.id::text)) % 40000) / 100.0, status = CASE
        WHEN n % 8 = 0 THEN 'cancelled' WHEN n <= total * 92 / 100 THEN 'completed' WHEN n % 16 = 1 THEN 'pending'
        ELSE 'confirmed' END
    FROM placed WHERE placed.id = b.id
"""
LOG = """
    INSERT INTO audit_entries (id, at, actor_id, as_id, address, agent, action, target_kind, target_id, before, after,
        reason, searched)
    SELECT md5('entry' || n)::uuid, '2026-01-01Z'::timestamptz + n * interval '20 seconds', actor,
        CASE WHEN n % 5000 = 3 THEN md5('person' || n % $2)::uuid END, '192.0.2.7', 'Mozilla/5.0', action, 'user',
        actor, '{}', '{}', reason, array_to_tsvector(string_to_array(replace(action, '_', ' '), ' ')
            || CASE WHEN reason <> '' THEN string_to_array(lower(reason), ' ') ELSE '{}' END)
    FROM generate_series(1, $1::int) n,
        LATERAL (SELECT md5('person' || CASE WHEN n % 1000 = 5 THEN $3 ELSE 1 + n % $2 END)::uuid AS actor,
            CASE WHEN n % 1000 = 5 THEN 'deactivated' WHEN n % 100 = 6 THEN 'sign_in_refused' ELSE 'signed_in' END
                AS action,
            CASE WHEN n % 1000 = 5 THEN 'Reported by ' || left(md5('r' || n % 50000), 7) ELSE '' END AS reason) AS made
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackofficeSize:
    """Numbers of additional rows."""

    people: int = 20_000
    entries: int = 50_000


async def load_backoffice(dsn: str, size: BackofficeSize) -> None:
    """Add rows to those that `load` filled in."""
    connection = await asyncpg.connect(dsn, server_settings={"synchronous_commit": "off", "jit": "off"})
    try:
        await connection.execute(PEOPLE, size.people)
        await connection.execute(WORDS_OF_PEOPLE)
        await connection.execute(HIDDEN)
        async with without_indexes(connection, "bookings"):
            await connection.execute(STATES)
        await connection.execute(LOG, size.entries, size.people, STAFF)
        await connection.execute("VACUUM ANALYZE users, sessions, bookings, audit_entries, audit_values")
    finally:
        await connection.close()
