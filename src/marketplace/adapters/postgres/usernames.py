"""Claims to usernames in PostgreSQL. Keys are written in order, so that two claims never wait for each other."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.rows import USER, columns, stored_user
from marketplace.core.domain.users import User
from marketplace.core.errors import UsernameTaken

CLAIM = """
    INSERT INTO username_claims AS c (key, user_id, username)
    SELECT key, $2, $4 FROM unnest($1::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET user_id = EXCLUDED.user_id, username = EXCLUDED.username, released_at = NULL
        WHERE c.user_id = EXCLUDED.user_id OR c.released_at <= $3
    RETURNING key
"""
RELEASE = """
    INSERT INTO username_claims AS c (key, user_id, released_at)
    SELECT key, $2, $3 FROM unnest($1::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET released_at = EXCLUDED.released_at WHERE c.user_id = EXCLUDED.user_id
"""
WITHOUT = f"""
    SELECT {columns("u", USER)} FROM users u
    WHERE ($1::uuid IS NULL OR u.id > $1)
        AND NOT EXISTS (SELECT FROM username_claims c
            WHERE c.user_id = u.id AND c.released_at IS NULL AND c.username = u.username)
    ORDER BY u.id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - column names
CLAIM_FREE = """
    INSERT INTO username_claims AS c (key, user_id, username)
    SELECT key, user_id, username FROM unnest($1::text[], $2::uuid[], $3::text[]) AS free (key, user_id, username)
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET username = EXCLUDED.username, released_at = NULL
        WHERE c.user_id = EXCLUDED.user_id
"""
RELEASE_OTHERS = """
    UPDATE username_claims SET released_at = $3 WHERE key = ANY(ARRAY(
        SELECT key FROM username_claims
        WHERE user_id = ANY($2::uuid[]) AND released_at IS NULL
            AND (key, user_id) NOT IN (SELECT * FROM unnest($1::text[], $2::uuid[]))
        ORDER BY key FOR UPDATE))
"""


class PostgresUsernameClaims:
    """`UsernameClaims` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self, user: User, keys: Collection[str], expired_before: datetime) -> None:
        claimed = await self._connection.fetch(CLAIM, list(keys), user.id, expired_before, user.username)
        if len(claimed) < len(keys):
            raise UsernameTaken

    async def release(self, user_id: UUID, keys: Collection[str], now: datetime) -> None:
        if keys:
            await self._connection.execute(RELEASE, list(keys), user_id, now)

    async def acquire_without(self, after: UUID | None, limit: int) -> tuple[User, ...]:
        rows = await self._connection.fetch(WITHOUT, after, limit)
        return tuple(stored_user(row) for row in rows)

    async def claim_free(self, owners: Mapping[str, User]) -> None:
        users = owners.values()
        names = [user.username for user in users]
        await self._connection.execute(CLAIM_FREE, list(owners), [user.id for user in users], names)

    async def release_others(self, present: Collection[tuple[str, UUID]], now: datetime) -> None:
        keys, users = [key for key, _ in present], [user_id for _, user_id in present]
        await self._connection.execute(RELEASE_OTHERS, keys, users, now)
