"""Messages between the parties of bookings, in PostgreSQL."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.core.domain.conversations import BookingMessage, SlotMessage, UnreadMessages
from marketplace.core.domain.pages import Page

MESSAGE = tuple(field.name for field in fields(BookingMessage))
SELECT = f"SELECT {', '.join(MESSAGE)} FROM booking_messages"  # noqa: S608 - column names
FIND = f"{SELECT} WHERE id = $1"
PAGE = f"{SELECT} WHERE {{of}} = $1 {{after}} ORDER BY created_at DESC, id DESC LIMIT $2"
AFTER = "AND (created_at, id) < ($3, $4)"
OF_BOOKING = PAGE.format(of="booking_id", after=""), PAGE.format(of="booking_id", after=AFTER)
OF_AUTHOR = PAGE.format(of="author_id", after=""), PAGE.format(of="author_id", after=AFTER)
"""The first page, and later ones."""
COUNT_OF_BATCH = "SELECT count(*) AS n FROM booking_messages WHERE batch_id = $1"
UNREAD = """
    WITH unread AS MATERIALIZED (
        SELECT booking_id FROM booking_messages WHERE recipient_id = $1 AND read_at IS NULL
        ORDER BY booking_id LIMIT $2)
    SELECT booking_id, count(*) AS n,
        (SELECT b.creator_id FROM bookings b WHERE b.id = unread.booking_id) = $1 AS as_creator
    FROM unread GROUP BY booking_id ORDER BY booking_id
"""
ADD = f"""
    INSERT INTO booking_messages ({", ".join(MESSAGE)})
    SELECT {", ".join(f"${place}" for place in range(1, len(MESSAGE) + 1))}
    WHERE NOT EXISTS (SELECT FROM users WHERE id = ${MESSAGE.index("recipient_id") + 1} AND deleted_at IS NOT NULL)
    RETURNING id
"""  # noqa: S608 - column names
# UUIDs of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, the version, and what is random of version 4
ADD_TO_SLOT = """
    WITH added AS (
        INSERT INTO booking_messages (id, booking_id, author_id, recipient_id, text, created_at, batch_id)
        SELECT (lpad(to_hex((extract(epoch FROM $5::timestamptz) * 1000)::bigint), 12, '0') || '7'
            || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid, id, $3, user_id, $4, $5, $6
        FROM bookings WHERE session_id = $1 AND starts_at = $2
            AND (status = 'confirmed' OR status = 'pending' AND pay_by IS NULL)
            AND NOT EXISTS (SELECT FROM users WHERE users.id = user_id AND deleted_at IS NOT NULL)
        RETURNING 1)
    SELECT count(*) AS n FROM added
"""
ADDRESSEES = "SELECT booking_id, recipient_id FROM booking_messages WHERE batch_id = $1"
# costs what is unread: an answer is looked for from the oldest unread message on
UNANSWERED_SINCE = """
    WITH unread AS MATERIALIZED (
        SELECT created_at FROM booking_messages WHERE recipient_id = $2 AND booking_id = $1 AND read_at IS NULL)
    SELECT min(created_at) AS since FROM unread WHERE created_at >= coalesce(
        (SELECT max(created_at) FROM booking_messages
        WHERE booking_id = $1 AND author_id = $2 AND created_at >= (SELECT min(created_at) FROM unread)), '-infinity')
"""
MARK_READ = """
    UPDATE booking_messages SET read_at = $5
    WHERE recipient_id = $2 AND booking_id = $1 AND read_at IS NULL AND (created_at, id) <= ($3, $4)
"""


class PostgresConversations:
    """`Conversations` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, message_id: UUID) -> BookingMessage | None:
        row = await self._database.fetchrow(FIND, message_id)
        return BookingMessage(**row) if row else None

    async def of_booking(self, booking_id: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        return await self._page(OF_BOOKING, booking_id, limit, after)

    async def of_author(self, author_id: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        return await self._page(OF_AUTHOR, author_id, limit, after)

    async def _page(self, statements: tuple[str, str], of: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        first, later = statements
        if after is None:
            rows = await self._database.fetch(first, of, limit + 1)
        else:
            created_at, message_id = json.loads(after)
            position = (datetime.fromisoformat(created_at), UUID(message_id))
            rows = await self._database.fetch(later, of, limit + 1, *position)
        items = tuple(BookingMessage(**row) for row in rows[:limit])
        last = json.dumps([items[-1].created_at.isoformat(), str(items[-1].id)]) if len(rows) > limit else None
        return Page(items, last)

    async def count_of_batch(self, batch_id: UUID) -> int:
        row = await self._database.fetchrow(COUNT_OF_BATCH, batch_id)
        return int(row["n"]) if row else 0

    async def unread(self, user_id: UUID, maximum: int) -> tuple[UnreadMessages, ...]:
        rows = await self._database.fetch(UNREAD, user_id, maximum)
        return tuple(
            UnreadMessages(booking_id=row["booking_id"], as_creator=row["as_creator"], unread=row["n"]) for row in rows
        )


class PostgresBookingMessages:
    """`BookingMessages` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, message: BookingMessage) -> bool:
        values = (getattr(message, name) for name in MESSAGE)
        return await self._connection.fetchrow(ADD, *values) is not None

    async def add_to_slot(self, message: SlotMessage) -> int:
        slot = (message.session_id, message.starts_at)
        written = (message.author_id, message.text, message.created_at, message.batch_id)
        row = await self._connection.fetchrow(ADD_TO_SLOT, *slot, *written)
        return int(row["n"]) if row else 0

    async def addressees(self, batch_id: UUID) -> Sequence[tuple[UUID, UUID]]:
        rows = await self._connection.fetch(ADDRESSEES, batch_id)
        return [(row["booking_id"], row["recipient_id"]) for row in rows]

    async def unanswered_since(self, booking_id: UUID, user_id: UUID) -> datetime | None:
        row = await self._connection.fetchrow(UNANSWERED_SINCE, booking_id, user_id)
        return row["since"] if row else None

    async def mark_read(self, up_to: BookingMessage, reader_id: UUID, now: datetime) -> None:
        position = (up_to.created_at, up_to.id)
        await self._connection.execute(MARK_READ, up_to.booking_id, reader_id, *position, now)
