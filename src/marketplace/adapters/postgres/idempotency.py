"""Idempotency keys in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.errors import KeyReused
from marketplace.core.ports.idempotency import MAX_PURGED

# ON CONFLICT waits for a concurrent request with the same key; then its row is there, or it rolled back and ours is
CLAIM = """
    INSERT INTO idempotency_keys AS used (user_id, route, key, body_hash, thing_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (user_id, route, key) DO UPDATE
        SET body_hash = excluded.body_hash, thing_id = excluded.thing_id, created_at = excluded.created_at
        WHERE used.created_at <= $7
    RETURNING thing_id
"""
FIND = "SELECT body_hash, thing_id FROM idempotency_keys WHERE (user_id, route, key) = ($1, $2, $3)"
PURGE = """
    WITH old AS (
        SELECT user_id, route, key FROM idempotency_keys WHERE created_at <= $1
        ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (
        DELETE FROM idempotency_keys k USING old
        WHERE (k.user_id, k.route, k.key) = (old.user_id, old.route, old.key) RETURNING 1)
    SELECT count(*) FROM purged
"""


class PostgresIdempotencyKeys:
    """`IdempotencyKeys` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self, key: IdempotencyKey, resource_id: UUID, now: datetime) -> UUID | None:
        """Read an existing key in a separate statement, so that it sees what the first one waited for."""
        key_columns = (key.user_id, key.route, key.key)
        if await self._connection.fetchrow(CLAIM, *key_columns, key.body_hash, resource_id, now, now - TTL):
            return None
        (used,) = await self._connection.fetch(FIND, *key_columns)
        if used["body_hash"] != key.body_hash:
            raise KeyReused
        used_for: UUID = used["thing_id"]
        return used_for

    async def purge(self, before: datetime) -> int:
        """Remove old keys; a key that is being claimed again is skipped."""
        row = await self._connection.fetchrow(PURGE, before, MAX_PURGED)
        return int(row["count"]) if row else 0
