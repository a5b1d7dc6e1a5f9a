"""Targets of bulk actions, read in batches of thousands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Database, Rows
from marketplace.adapters.postgres.rows import (
    BOOKING_COLUMNS,
    SESSION_WITH_CREATOR,
    USER,
    columns,
    session_details,
    stored_booking,
    stored_user,
)
from marketplace.core.domain.bulk import BulkKind
from marketplace.core.domain.bulk_targets import BookingTarget, BulkTarget, SessionTarget, UserTarget

DESCRIPTION, NONE = "s.description", "''::text"
"""A description has up to 20,000 characters, and no rule of a bulk action needs it."""

FIND_USERS = f"""
    SELECT {columns("u", USER)},
        EXISTS (SELECT FROM sessions s WHERE s.creator_id = u.id AND s.archived_at IS NULL) AS has_sessions,
        (SELECT coalesce(sum(l.seats_taken - l.seats_on_offer), 0) FROM slots l WHERE l.creator_id = u.id AND l.occupied
            AND l.blocked && tstzrange($2, NULL) AND l.starts_at > $2) AS seats
    FROM users u WHERE u.id = ANY($1)
"""  # noqa: S608 - column names
FIND_SESSIONS = f"""
    SELECT {SESSION_WITH_CREATOR.replace(DESCRIPTION, f"{NONE} AS description")},
        (SELECT coalesce(sum(l.seats_taken - l.seats_on_offer), 0) FROM slots l
            WHERE l.session_id = s.id AND l.starts_at > $2) AS seats
    FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = ANY($1)
"""  # noqa: S608 - column names
FIND_BOOKINGS = f"""
    SELECT {BOOKING_COLUMNS}, u.email
    FROM bookings b
        JOIN sessions s ON s.id = b.session_id
        JOIN users u ON u.id = b.user_id
    WHERE b.id = ANY($1)
"""  # noqa: S608 - column names


class PostgresBulkTargets:
    """`BulkTargets` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, kind: BulkKind, ids: Sequence[UUID], now: datetime) -> tuple[BulkTarget, ...]:
        if kind == "users":
            return _users(await self._database.fetch(FIND_USERS, list(ids), now))
        if kind == "sessions":
            return _sessions(await self._database.fetch(FIND_SESSIONS, list(ids), now))
        return _bookings(await self._database.fetch(FIND_BOOKINGS, list(ids)))


def _users(rows: Rows) -> tuple[UserTarget, ...]:
    return tuple(
        UserTarget(user=stored_user(row), has_sessions=row["has_sessions"], seats=row["seats"]) for row in rows
    )


def _sessions(rows: Rows) -> tuple[SessionTarget, ...]:
    return tuple(SessionTarget(session=session_details(row), seats=row["seats"]) for row in rows)


def _bookings(rows: Rows) -> tuple[BookingTarget, ...]:
    return tuple(BookingTarget(booking=stored_booking(row), email=row["email"]) for row in rows)
