"""Password resets in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.core.domain.password_resets import PasswordReset

FIND = "SELECT user_id, issuer_id, token_hash, created_at, expires_at FROM password_resets WHERE token_hash = $1"
SAVE = """
    INSERT INTO password_resets (user_id, issuer_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id) DO UPDATE
        SET issuer_id = excluded.issuer_id, token_hash = excluded.token_hash, created_at = excluded.created_at,
            expires_at = excluded.expires_at
"""
TAKE = "DELETE FROM password_resets WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING user_id"
DROP = "DELETE FROM password_resets WHERE user_id = $1"
DROP_ISSUED_BY = """
    DELETE FROM password_resets WHERE user_id = ANY(ARRAY(
        SELECT user_id FROM password_resets WHERE issuer_id = $1 ORDER BY user_id FOR UPDATE))
"""


class PostgresResetDirectory:
    """`ResetDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, token_hash: bytes) -> PasswordReset | None:
        row = await self._database.fetchrow(FIND, token_hash)
        return PasswordReset(**row) if row else None


class PostgresResets:
    """`Resets` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def save(self, reset: PasswordReset) -> None:
        people = (reset.user_id, reset.issuer_id)
        await self._connection.execute(SAVE, *people, reset.token_hash, reset.created_at, reset.expires_at)

    async def consume(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        return await self._connection.fetchrow(TAKE, user_id, token_hash, now) is not None

    async def drop(self, user_id: UUID) -> None:
        await self._connection.execute(DROP, user_id)

    async def drop_issued_by(self, issuer_id: UUID) -> None:
        await self._connection.execute(DROP_ISSUED_BY, issuer_id)
