"""Messages in PostgreSQL.

A claim moves `next_attempt_at` to the end of its lease, which is the fence of `save` too: a worker whose lease ended
cannot change a message that another one has claimed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.core.domain.address_digests import address_digest
from marketplace.core.domain.booking_steps import LIVE
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.message_causes import REMINDERS
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import Message, MessageKind, MessageState, Recipient
from marketplace.core.domain.users import PublicUser
from marketplace.core.errors import NotFound
from marketplace.core.ports.messages import PURGE_BATCH, RELEASE_BATCH, BookedSeat, SeatPosition, UpcomingSeat

FIELDS = field_names(Message)
COLUMNS = ", ".join(FIELDS)
RETURNED = ", ".join(f"m.{name}" for name in FIELDS)
TYPES = {
    "kind": "text",
    "subject": "text",
    "state": "text",
    "message_id": "text",
    "last_error": "text",
    "version": "bigint",
    "attempts": "smallint",
    "id": "uuid",
    "user_id": "uuid",
    "booking_id": "uuid",
    "session_id": "uuid",
}
# Rows of a newer release, during its rollout, may have other kinds and states: its own workers deliver them.
KINDS, STATES = (", ".join(f"'{each}'" for each in values) for values in (MessageKind, MessageState))
KNOWN = f"kind IN ({KINDS}) AND state IN ({STATES})"


def _arrays(names: Sequence[str], first: int = 1) -> str:
    """Return numbered parameters that hold arrays of these columns."""
    return ", ".join(f"${place}::{TYPES.get(name, 'timestamptz')}[]" for place, name in enumerate(names, first))


# In the order of the key: transactions that add the same messages wait for each other instead of deadlocking.
ADD = f"""
    INSERT INTO messages ({COLUMNS})
    SELECT {COLUMNS} FROM unnest({_arrays(FIELDS)}) AS new ({COLUMNS}) ORDER BY user_id, subject, kind, version
    ON CONFLICT (user_id, subject, kind, version) DO NOTHING
"""  # noqa: S608 - column names
ACQUIRE_DUE = f"""
    SELECT {{columns}} FROM messages WHERE next_attempt_at <= $1 AND {KNOWN} ORDER BY next_attempt_at, id LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - kinds
CLAIM = f"""
    WITH due AS ({ACQUIRE_DUE.format(columns="id")})
    UPDATE messages m SET next_attempt_at = $3 FROM due WHERE m.id = due.id RETURNING {RETURNED}
"""  # noqa: S608 - column names and kinds
SAVED = ("state", "attempts", "next_attempt_at", "unknown_at", "last_error", "sent_at")
SAVE = f"""
    UPDATE messages m SET {", ".join(f"{name} = n.{name}" for name in SAVED)}
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], {_arrays(SAVED, 4)})
        AS n (id, lease, former_state, {", ".join(SAVED)})
    WHERE m.id = n.id AND m.next_attempt_at IS NOT DISTINCT FROM n.lease AND m.state = n.former_state
    RETURNING m.id
"""  # noqa: S608 - column names
RELEASE = f"""
    WITH held AS (
        SELECT id FROM messages WHERE state = 'held' ORDER BY due_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE messages m SET
        state = CASE WHEN m.expires_at <= $2 THEN 'dropped' ELSE 'pending' END,
        next_attempt_at = CASE WHEN m.expires_at > $2 THEN greatest(m.due_at, $2) END,
        last_error = CASE WHEN m.expires_at <= $2 THEN $3 ELSE m.last_error END
    FROM held WHERE m.id = held.id RETURNING {RETURNED}
"""  # noqa: S608 - column names
COUNT_STARTED = """
    SELECT count(*) AS number FROM messages
    WHERE user_id = $1 AND created_at >= $2 AND kind = ANY($3) AND attempts > 0
"""
IS_ANNOUNCED = """
    SELECT EXISTS (
        SELECT FROM messages WHERE user_id = $1 AND subject = $2 AND kind = $3 AND due_at > $4 AND id <> $5
            AND attempts > 0 AND state NOT IN ('refused', 'dropped')) AS found
"""
PURGE = """
    WITH old AS (
        SELECT id FROM messages WHERE next_attempt_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2
        FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM messages m USING old WHERE m.id = old.id RETURNING 1)
    SELECT count(*) AS number FROM purged
"""
NAMES = ", ".join(f"u.{name}" for name in field_names(PublicUser))
RECIPIENTS = f"""
    SELECT {NAMES}, u.email, u.time_zone, u.locale, u.is_active, u.email_verified_at, a.digest, a.refused_at,
        ARRAY(SELECT s.kind FROM unsubscribed_kinds s WHERE s.user_id = u.id AND s.kind IN ({KINDS})) AS unsubscribed
    FROM users u LEFT JOIN email_addresses a ON a.user_id = u.id WHERE u.id = ANY($1)
"""  # noqa: S608 - column names and kinds
ACCEPT = "DELETE FROM email_addresses WHERE user_id = $1"
REFUSE = """
    INSERT INTO email_addresses (user_id, digest, refused_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest, refused_at = excluded.refused_at
"""
UNSUBSCRIBE = """
    INSERT INTO unsubscribed_kinds (user_id, kind, at) VALUES ($1, $2, $3) ON CONFLICT (user_id, kind) DO NOTHING
"""
RESUBSCRIBE = "DELETE FROM unsubscribed_kinds WHERE user_id = $1 AND kind = $2"
SEATS = """
    (SELECT id, user_id, starts_at FROM bookings
    WHERE session_id = $1 AND status = '{status}' AND (starts_at, id) > ($2, $3) AND created_at <= $8
    ORDER BY starts_at, id LIMIT $4)
"""
LAST_START = """
    (SELECT starts_at FROM bookings o WHERE o.user_id = b.user_id AND o.session_id = $1 AND o.status = '{status}'
    ORDER BY o.starts_at DESC LIMIT 1)
"""
# One scan per status, each in the order of its index.
BOOKED_SEATS = f"""
    SELECT b.id AS booking_id, b.user_id, b.starts_at, ARRAY(
        SELECT m.version FROM messages m
        WHERE m.user_id = b.user_id AND m.subject = $5 AND m.kind = $6 AND m.version > $7 ORDER BY m.version
    ) AS announced, greatest({", ".join(LAST_START.format(status=status) for status in sorted(LIVE))}) AS last_start
    FROM ({" UNION ALL ".join(SEATS.format(status=status) for status in sorted(LIVE))}) b
    ORDER BY b.starts_at, b.id LIMIT $4
"""  # noqa: S608 - statuses
UPCOMING_SEATS = """
    SELECT b.id AS booking_id, b.starts_at, b.status, b.created_at, ARRAY(
        SELECT (m.kind, m.due_at) FROM messages m
        WHERE m.user_id = b.user_id AND m.subject = b.id::text AND m.kind = ANY($5)
    ) AS reminders
    FROM bookings b
    WHERE b.status IN ('pending', 'confirmed') AND (b.starts_at, b.id) > ($1, $2) AND b.starts_at <= $3
    ORDER BY b.starts_at, b.id LIMIT $4
"""
NEXT_SEATS_OF = """
    (SELECT id, status, starts_at FROM bookings
    WHERE user_id = $1 AND session_id = $2 AND status = '{status}' AND starts_at > $3 ORDER BY starts_at LIMIT $4)
"""
NEXT_SEATS = f"""
    SELECT id FROM ({" UNION ALL ".join(NEXT_SEATS_OF.format(status=status) for status in sorted(LIVE))}) b
    ORDER BY status <> 'confirmed', starts_at LIMIT $4
"""  # noqa: S608 - statuses
ACQUIRE = f"SELECT {COLUMNS} FROM messages WHERE id = $1 AND {KNOWN} FOR NO KEY UPDATE"  # noqa: S608 - column names


def added_values(messages: Sequence[Message]) -> tuple[list[object], ...]:
    """Return the arguments of `ADD`."""
    return tuple([getattr(message, name) for message in messages] for name in FIELDS)


class PostgresMessages:
    """`Messages` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, messages: Sequence[Message]) -> None:
        if messages:
            await self._connection.execute(ADD, *added_values(messages))

    async def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Message]:
        rows = await self._connection.fetch(CLAIM, now, limit, now + lease)
        return sorted(map(message_of, rows), key=lambda message: (message.due_at, message.id))

    async def acquire_due(self, now: datetime, limit: int) -> Sequence[Message]:
        return tuple(map(message_of, await self._connection.fetch(ACQUIRE_DUE.format(columns=COLUMNS), now, limit)))

    async def acquire(self, message_id: UUID) -> Message:
        row = await self._connection.fetchrow(ACQUIRE, message_id)
        if row is None:
            raise NotFound
        return message_of(row)

    async def save(self, claimed: Message, after: Message) -> bool:
        return bool(await self.save_all([(claimed, after)]))

    async def save_all(self, changes: Sequence[tuple[Message, Message]]) -> frozenset[UUID]:
        fences = zip(*((before.id, before.next_attempt_at, before.state) for before, _ in changes), strict=True)
        values = ([getattr(after, name) for _, after in changes] for name in SAVED)
        rows = await self._connection.fetch(SAVE, *map(list, fences), *values) if changes else ()
        return frozenset(row["id"] for row in rows)

    async def release_held(self, now: datetime, limit: int = RELEASE_BATCH) -> tuple[Message, ...]:
        return tuple(map(message_of, await self._connection.fetch(RELEASE, limit, now, MessageReason.TOO_LATE)))

    async def count_started(self, user_id: UUID, kinds: Collection[MessageKind], since: datetime) -> int:
        row = await self._connection.fetchrow(COUNT_STARTED, user_id, since, list(kinds))
        return int(row["number"]) if row else 0

    async def is_announced(self, message: Message, since: datetime) -> bool:
        of = (message.user_id, message.subject, message.kind)
        row = await self._connection.fetchrow(IS_ANNOUNCED, *of, since, message.id)
        return bool(row and row["found"])

    async def purge(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE, before, PURGE_BATCH)
        return int(row["number"]) if row else 0

    async def recipient(self, user_id: UUID) -> Recipient | None:
        return (await self.recipients([user_id])).get(user_id)

    async def recipients(self, user_ids: Collection[UUID]) -> Mapping[UUID, Recipient]:
        rows = await self._connection.fetch(RECIPIENTS, list(user_ids))
        return {row["id"]: recipient_of(row) for row in rows}

    async def mark_accepted(self, user_id: UUID) -> None:
        await self._connection.execute(ACCEPT, user_id)

    async def mark_refused(self, user_id: UUID, email: str, at: datetime) -> None:
        await self._connection.execute(REFUSE, user_id, address_digest(email), at)

    async def unsubscribe(self, user_id: UUID, kind: MessageKind, at: datetime) -> None:
        await self._connection.execute(UNSUBSCRIBE, user_id, kind, at)

    async def resubscribe(self, user_id: UUID, kind: MessageKind) -> None:
        await self._connection.execute(RESUBSCRIBE, user_id, kind)

    async def booked_seats(
        self, session_id: UUID, after: SeatPosition, limit: int, *, booked_by: datetime, announced_after: datetime
    ) -> Sequence[BookedSeat]:
        announced = (str(session_id), MessageKind.SESSION_CHANGED, int(announced_after.timestamp()))
        rows = await self._connection.fetch(BOOKED_SEATS, session_id, *after, limit, *announced, booked_by)
        return [BookedSeat(**dict(row) | {"announced": tuple(row["announced"])}) for row in rows]

    async def upcoming_seats(self, after: SeatPosition, until: datetime, limit: int) -> Sequence[UpcomingSeat]:
        rows = await self._connection.fetch(UPCOMING_SEATS, *after, until, limit, list(REMINDERS))
        return [_upcoming_seat(row) for row in rows]

    async def next_seats(self, session_id: UUID, user_id: UUID, after: datetime, maximum: int) -> Sequence[UUID]:
        rows = await self._connection.fetch(NEXT_SEATS, user_id, session_id, after, maximum)
        return [row["id"] for row in rows]


def _upcoming_seat(row: Any) -> UpcomingSeat:
    reminders = frozenset((MessageKind(kind), due_at) for kind, due_at in row["reminders"])
    return UpcomingSeat(**dict(row) | {"reminders": reminders})


def message_of(row: Any) -> Message:
    return Message(**dict(row) | {"kind": MessageKind(row["kind"]), "state": MessageState(row["state"])})


def recipient_of(row: Any) -> Recipient:
    names = {name: row[name] for name in field_names(PublicUser)}
    return Recipient(
        user_id=row["id"],
        email=row["email"],
        display_name=PublicUser(**names).display_name,
        time_zone=row["time_zone"],
        locale=row["locale"],
        is_active=row["is_active"],
        is_verified=row["email_verified_at"] is not None,
        refused_at=row["refused_at"] if row["digest"] == address_digest(row["email"]) else None,
        unsubscribed=frozenset(map(MessageKind, row["unsubscribed"])),
    )
