"""Notifications in PostgreSQL."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import PUBLIC_USER, columns, public_user
from marketplace.core.domain.notifications import CHANGES_TOGETHER, Notification, NotificationDetails
from marketplace.core.domain.pages import Page
from marketplace.core.ports.notifications import PURGE_BATCH

NOTIFICATION = tuple(field.name for field in fields(Notification))
COLUMNS = ", ".join(NOTIFICATION)
TYPES = ("uuid", "uuid", "text", "uuid", "timestamptz", "text", "timestamptz", "numeric", "text", "uuid")
ARRAYS = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(TYPES, 1))
ONCE = "ON CONFLICT (user_id, source, booking_id) DO NOTHING"
# UUIDs of version 7: see `conversations`
ID = """(lpad(to_hex((extract(epoch FROM {at}::timestamptz) * 1000)::bigint), 12, '0') || '7'
    || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid"""
ADD = f"INSERT INTO notifications ({COLUMNS}) SELECT * FROM unnest({ARRAYS}) {ONCE}"  # noqa: S608 - column names
ADD_OF_SESSION = f"""
    INSERT INTO notifications (id, user_id, kind, booking_id, created_at, source)
    SELECT {ID.format(at="$2")}, b.user_id, 'session_changed', b.id, $2, $3
    FROM (
        SELECT DISTINCT ON (user_id) user_id, id
        FROM bookings WHERE session_id = $1 AND starts_at > $2 AND created_at <= $5
            AND status IN ('pending', 'confirmed')
        ORDER BY user_id, starts_at, id) b
    WHERE NOT EXISTS (
        SELECT FROM notifications n WHERE n.user_id = b.user_id AND n.read_at IS NULL
            AND n.booking_id = b.id AND n.kind = 'session_changed' AND n.created_at > $4)
    ORDER BY b.user_id {ONCE}
"""  # noqa: S608 - constant text
ADD_OF_MESSAGES = f"""
    INSERT INTO notifications (id, user_id, kind, booking_id, created_at, source)
    SELECT {ID.format(at="created_at")}, recipient_id, 'message', booking_id, created_at, 'message-' || id
    FROM booking_messages WHERE batch_id = $1 ORDER BY id {ONCE}
"""  # noqa: S608 - constant text
# OFFSET 0 keeps the planner from merging the few bookings with all of the index
PAGE = f"""
    SELECT n.*, s.id AS session_id, coalesce(b.terms ->> 'title', s.title) AS title,
        coalesce(b.starts_at, w.starts_at) AS starts_at, coalesce(b.creator_id = n.user_id, false) AS as_creator,
        ({columns("o", PUBLIC_USER)}) AS other
    FROM (SELECT {COLUMNS} FROM notifications WHERE user_id = $1 {{after}}
            ORDER BY created_at DESC, id DESC LIMIT $2) n
        LEFT JOIN LATERAL (SELECT * FROM bookings WHERE id = n.booking_id OFFSET 0) b ON true
        LEFT JOIN LATERAL (SELECT * FROM waitlist_entries WHERE id = n.waitlist_id OFFSET 0) w ON true
        JOIN sessions s ON s.id = coalesce(b.session_id, w.session_id)
        JOIN users o ON o.id = CASE
            WHEN b.creator_id = n.user_id THEN b.user_id ELSE coalesce(b.creator_id, w.creator_id) END
    ORDER BY n.created_at DESC, n.id DESC
"""  # noqa: S608 - column names
FIRST, LATER = PAGE.format(after=""), PAGE.format(after="AND (created_at, id) < ($3, $4)")
COUNT_UNREAD = """
    SELECT count(*) AS n FROM (SELECT FROM notifications WHERE user_id = $1 AND read_at IS NULL LIMIT $2) unread
"""
FIND = f"SELECT {COLUMNS} FROM notifications WHERE id = $1"  # noqa: S608 - column names
MARK_READ = """
    UPDATE notifications SET read_at = $4 WHERE user_id = $1 AND read_at IS NULL AND (created_at, id) <= ($2, $3)
"""
MARK_MESSAGES_READ = """
    UPDATE notifications SET read_at = $4
    WHERE user_id = $1 AND booking_id = $2 AND read_at IS NULL AND kind = 'message' AND created_at <= $3
"""
PURGE = """
    WITH old AS (
        SELECT id FROM notifications WHERE created_at <= $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM notifications n USING old WHERE n.id = old.id RETURNING 1)
    SELECT count(*) AS n FROM purged
"""


def added_values(notifications: Sequence[Notification]) -> tuple[list[object], ...]:
    """Return the arguments of `ADD`.

    They are in the order of the key, so that transactions that add the same wait for each other instead of deadlocking.
    """
    ordered = sorted(notifications, key=lambda each: (each.user_id, each.source, each.booking_id))
    return tuple([getattr(each, name) for each in ordered] for name in NOTIFICATION)


class PostgresNotificationFeeds:
    """`NotificationFeeds` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[NotificationDetails]:
        if after is None:
            rows = await self._database.fetch(FIRST, user_id, limit + 1)
        else:
            created_at, notification_id = json.loads(after)
            position = (datetime.fromisoformat(created_at), UUID(notification_id))
            rows = await self._database.fetch(LATER, user_id, limit + 1, *position)
        items = tuple(_details(row) for row in rows[:limit])
        last = json.dumps([items[-1].created_at.isoformat(), str(items[-1].id)]) if len(rows) > limit else None
        return Page(items, last)

    async def count_unread(self, user_id: UUID, maximum: int) -> int:
        row = await self._database.fetchrow(COUNT_UNREAD, user_id, maximum)
        return int(row["n"]) if row else 0

    async def find(self, notification_id: UUID) -> Notification | None:
        row = await self._database.fetchrow(FIND, notification_id)
        return Notification(**row) if row else None


class PostgresNotifications:
    """`Notifications` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, notifications: Sequence[Notification]) -> None:
        await self._connection.execute(ADD, *added_values(notifications))

    async def add_of_session(self, session_id: UUID, at: datetime, booked_by: datetime, source: str) -> None:
        await self._connection.execute(ADD_OF_SESSION, session_id, at, source, at - CHANGES_TOGETHER, booked_by)

    async def add_of_messages(self, batch_id: UUID) -> None:
        await self._connection.execute(ADD_OF_MESSAGES, batch_id)

    async def mark_read(self, up_to: Notification, now: datetime) -> None:
        await self._connection.execute(MARK_READ, up_to.user_id, up_to.created_at, up_to.id, now)

    async def mark_messages_read(self, user_id: UUID, booking_id: UUID, up_to: datetime, now: datetime) -> None:
        await self._connection.execute(MARK_MESSAGES_READ, user_id, booking_id, up_to, now)

    async def purge(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE, before, PURGE_BATCH)
        return int(row["n"]) if row else 0


def _details(row: asyncpg.Record) -> NotificationDetails:
    return NotificationDetails(
        **{name: row[name] for name in NOTIFICATION},
        session_id=row["session_id"],
        title=row["title"],
        starts_at=row["starts_at"],
        as_creator=row["as_creator"],
        other=public_user(*row["other"]),
    )
