"""General hours of creators in PostgreSQL."""

from uuid import UUID

import msgspec

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.core.domain.creator_hours import CreatorHours

FIND = "SELECT hours FROM creator_hours WHERE creator_id = $1"
SAVE = """
    INSERT INTO creator_hours (creator_id, hours) VALUES ($1, $2::jsonb)
    ON CONFLICT (creator_id) DO UPDATE SET hours = excluded.hours
"""
_DECODER = msgspec.json.Decoder(CreatorHours)


def hours_from(document: str | None) -> CreatorHours | None:
    """Parse the column."""
    return None if document is None else _DECODER.decode(document)


class PostgresHoursDirectory:
    """`HoursDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, creator_id: UUID) -> CreatorHours | None:
        row = await self._database.fetchrow(FIND, creator_id)
        return hours_from(row["hours"]) if row else None


class PostgresHours:
    """`Hours` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def save(self, creator_id: UUID, hours: CreatorHours) -> None:
        await self._connection.execute(SAVE, creator_id, msgspec.json.encode(hours).decode())
