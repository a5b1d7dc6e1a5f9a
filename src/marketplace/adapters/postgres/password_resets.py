"""Password resets in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import USER, columns
from marketplace.core.domain.password_resets import PasswordReset
from marketplace.core.domain.users import User

FIND_USER = f"""
    SELECT {columns("u", USER)} FROM password_resets r JOIN users u ON u.id = r.user_id
    WHERE r.token_hash = $1 AND r.expires_at > $2 AND u.is_active
"""  # noqa: S608 - column names
SAVE = """
    INSERT INTO password_resets (user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id) DO UPDATE
        SET token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at
"""
TAKE = "DELETE FROM password_resets WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING user_id"
DROP = "DELETE FROM password_resets WHERE user_id = $1"


class PostgresResetDirectory:
    """`ResetDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_user(self, token_hash: bytes, now: datetime) -> User | None:
        row = await self._database.fetchrow(FIND_USER, token_hash, now)
        return User(**row) if row else None


class PostgresResets:
    """`Resets` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def save(self, reset: PasswordReset) -> None:
        await self._connection.execute(SAVE, reset.user_id, reset.token_hash, reset.created_at, reset.expires_at)

    async def consume(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        return await self._connection.fetchrow(TAKE, user_id, token_hash, now) is not None

    async def drop(self, user_id: UUID) -> None:
        await self._connection.execute(DROP, user_id)
