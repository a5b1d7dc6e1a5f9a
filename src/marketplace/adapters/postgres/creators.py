"""Creators in PostgreSQL."""

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.rows import columns
from marketplace.core.domain.creators import MAX_PEOPLE_TAUGHT, Creator
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.users import fold

STORED = field_names(Creator, "people_taught", "has_taught_more")
NEXT_PERSON = """
    SELECT b.user_id FROM bookings b
    WHERE b.creator_id = creator.id AND b.status = 'completed'{after} ORDER BY b.user_id LIMIT 1
"""
# One probe of `ix_bookings_taught` for each person, however many bookings they have.
FIND = f"""
    WITH RECURSIVE creator AS MATERIALIZED (
        SELECT {columns("c", STORED)} FROM users c
        WHERE c.username_folded = $1 AND c.role = 'creator' AND c.is_active),
    taught AS (
        SELECT first.user_id, 1 AS number FROM creator, LATERAL ({NEXT_PERSON.format(after="")}) AS first
        UNION ALL
        SELECT other.user_id, t.number + 1
        FROM taught t, creator, LATERAL ({NEXT_PERSON.format(after=" AND b.user_id > t.user_id")}) AS other
        WHERE t.number <= {MAX_PEOPLE_TAUGHT})
    SELECT creator.*, (SELECT count(*) FROM taught) AS taught FROM creator
"""  # noqa: S608 - column names


class PostgresCreatorDirectory:
    """`CreatorDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, username: str) -> Creator | None:
        row = await self._database.fetchrow(FIND, fold(username))
        if row is None:
            return None
        values = {name: row[name] for name in STORED} | {"languages": tuple(row["languages"])}
        return Creator.counted(values, row["taught"])
