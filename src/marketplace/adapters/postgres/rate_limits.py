"""Rate limits in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.core.domain.rate_limits import Attempt, Count
from marketplace.core.ports.rate_limits import MAX_PURGED

# rows are always locked in order of key, against deadlocks
COUNT = """
    INSERT INTO rate_limits AS seen (key, attempts, ends_at)
    SELECT key, 1, ends_at FROM unnest($1::bytea[], $2::timestamptz[]) AS attempts (key, ends_at) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        attempts = CASE WHEN seen.ends_at <= $3 THEN 1 ELSE seen.attempts + 1 END,
        ends_at = CASE WHEN seen.ends_at <= $3 THEN excluded.ends_at ELSE seen.ends_at END
    RETURNING key, attempts, ends_at
"""
GIVE_BACK = """
    WITH counted AS (
        SELECT key FROM rate_limits WHERE key = ANY($1) AND ends_at > $2 AND attempts > 0 ORDER BY key FOR UPDATE)
    UPDATE rate_limits seen SET attempts = attempts - 1 FROM counted WHERE seen.key = counted.key RETURNING 1
"""
PURGE = """
    WITH ended AS (
        SELECT key FROM rate_limits WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM rate_limits seen USING ended WHERE seen.key = ended.key RETURNING 1)
    SELECT count(*) FROM purged
"""


class PostgresRateLimits:
    """`RateLimits` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, attempts: Sequence[Attempt], now: datetime) -> tuple[Count, ...]:
        keys = [attempt.key for attempt in attempts]
        rows = await self._database.fetch(COUNT, keys, [now + attempt.limit.span for attempt in attempts], now)
        counts = {row["key"]: Count(attempts=row["attempts"], ends_at=row["ends_at"]) for row in rows}
        return tuple(counts[key] for key in keys)

    async def give_back(self, attempts: Sequence[Attempt], now: datetime) -> None:
        await self._database.fetch(GIVE_BACK, [attempt.key for attempt in attempts], now)

    async def purge(self, now: datetime) -> int:
        row = await self._database.fetchrow(PURGE, now, MAX_PURGED)
        return int(row["count"]) if row else 0
