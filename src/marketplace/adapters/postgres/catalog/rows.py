"""The next slot of catalog sessions, and the conversion of rows.

Only sessions with a schedule have a next slot, and PostgreSQL prepares its many subqueries for every execution of a
statement, also when no row needs them. So lists ask for it in a second statement, of the sessions with a schedule.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle, islice
from typing import Any
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.catalog.availability import first_slots, next_slot, next_slots
from marketplace.adapters.postgres.connection.pool import Rows
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.rows import (
    SESSION_WITH_CREATOR,
    STORED_SESSION,
    TIME_ZONE,
    WRITTEN_BY,
    constructor,
    session_values,
)
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import SessionVersion

SESSION_WITH_NEXT_SLOT = f"{SESSION_WITH_CREATOR}, {next_slot('$2::timestamptz')} AS next_slot"
NEXT_SLOTS = next_slots("$2::timestamptz", "$1::uuid[]")
FIRST_SLOTS = first_slots("$2::timestamptz", "$3::timestamptz", "$4::timestamptz", "$1::uuid[]")
VERSION = f"s.id, s.schedule IS NULL AS is_open, {WRITTEN_BY}"
FREE_STARTS = f"""
    SELECT {VERSION}, s.duration, s.max_participants, {TIME_ZONE} AS time_zone, next.starts_at, next.seats_taken
    FROM sessions s JOIN users c ON c.id = s.creator_id LEFT JOIN ({NEXT_SLOTS}) AS next ON next.id = s.id
    WHERE s.id = ANY($1::uuid[])
"""  # noqa: S608 - constant text

FEWEST_IDS = 10
"""Elements that PostgreSQL expects in an array that it does not know."""

_catalog_session = constructor(CatalogSession, STORED_SESSION)


def repeated(ids: Sequence[UUID]) -> list[UUID]:
    """Repeat IDs for `= ANY`, which ignores that, until there are `FEWEST_IDS`.

    With fewer, PostgreSQL expects a plan for just these to be cheaper than its plan for any array, and so plans at each
    execution, which takes several times as long as finding a next slot.
    """
    return [*islice(cycle(ids), max(len(ids), FEWEST_IDS))]


async def catalog_sessions(database: Reading, rows: Rows, now: datetime) -> tuple[CatalogSession, ...]:
    """Convert rows that start with the columns of `SESSION_WITH_CREATOR`, and find their next slots."""
    scheduled = [row["id"] for row in rows if not row["is_open"]]
    found = await database.fetch(NEXT_SLOTS, repeated(scheduled), now) if scheduled else ()
    slots = {session_id: (starts_at, seats_taken) for session_id, starts_at, seats_taken in found}
    return tuple(catalog_session(row, slots.get(row["id"])) for row in rows)


def catalog_session(row: asyncpg.Record, next_slot: Sequence[Any] | None) -> CatalogSession:
    """Convert a row that starts with the columns of `SESSION_WITH_CREATOR`; `next_slot` is a start and its seats."""
    session = _catalog_session(*session_values(row), None)
    if next_slot is not None:
        # a copy would cost as much as all the rest, and until it is returned the session is under construction
        starts_at, seats_taken = next_slot
        found = BookableStart.free(
            starts_at, session.duration, session.max_participants, seats_taken, session.time_zone
        )
        object.__setattr__(session, "next_slot", found)
    return session


def session_version(row: asyncpg.Record) -> SessionVersion:
    """Convert a row with `VERSION`."""
    return SessionVersion(row["id"], (row["version"], row["creator_version"]), row["is_open"])


def free_start(row: asyncpg.Record) -> BookableStart | None:
    """Convert a row of `FREE_STARTS`."""
    if row["starts_at"] is None:
        return None
    return BookableStart.free(
        row["starts_at"], row["duration"], row["max_participants"], row["seats_taken"], row["time_zone"]
    )
