"""Creators in PostgreSQL."""

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.rows import columns, rating_from
from marketplace.core.domain.creators import MAX_COUNTED, Creator
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.users import fold

STORED = field_names(Creator, "people_taught", "is_bounded", "rating")
# in the order of `ix_bookings_taught`, so that the bookings of each person come together
FIND = f"""
    SELECT {columns("c", STORED)}, taught.people, taught.bookings,
        (SELECT star_counts FROM creator_ratings r WHERE r.creator_id = c.id) AS rating
    FROM users c, LATERAL (
        SELECT count(*) AS people, coalesce(sum(n), 0) AS bookings FROM (
            SELECT count(*) AS n FROM (
                SELECT b.user_id FROM bookings b WHERE b.creator_id = c.id AND b.status = 'completed'
                ORDER BY b.user_id LIMIT {MAX_COUNTED + 1}) AS counted
            GROUP BY user_id) AS people) AS taught
    WHERE c.username_folded = $1 AND c.role = 'creator' AND c.is_active
"""  # noqa: S608 - column names


class PostgresCreatorDirectory:
    """`CreatorDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, username: str) -> Creator | None:
        if "\0" in username:  # which PostgreSQL has in no text, and refuses as a parameter
            return None
        row = await self._database.fetchrow(FIND, fold(username))
        if row is None:
            return None
        values = {name: row[name] for name in STORED} | {
            "languages": tuple(row["languages"]),
            "rating": rating_from(row["rating"]),
        }
        return Creator.counted(values, row["people"], row["bookings"])
