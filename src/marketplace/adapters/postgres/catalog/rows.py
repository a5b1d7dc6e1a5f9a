"""The columns of a catalog session, and the conversion of a row."""

from dataclasses import replace

import asyncpg

from marketplace.adapters.postgres.catalog.availability import next_slot
from marketplace.adapters.postgres.rows import SESSION_WITH_CREATOR, session_values
from marketplace.core.domain.availability import BookableStart, CatalogSession
from marketplace.core.domain.slots import Slot


def session_columns(now: str) -> str:
    """Return the columns of a session with its next slot; `now` is an SQL expression."""
    return f"{SESSION_WITH_CREATOR}, {next_slot(now)} AS next_slot"


def catalog_session(row: asyncpg.Record) -> CatalogSession:
    """Convert a row with the columns of `session_columns`."""
    session = CatalogSession(**session_values(row), next_slot=None)
    if row["next_slot"] is None:
        return session
    starts_at, seats_taken = row["next_slot"]
    return replace(session, next_slot=BookableStart.of(Slot.of(session, starts_at, seats_taken)))
