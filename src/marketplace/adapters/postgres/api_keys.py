"""API keys in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.gathered_reads import GatheredReads
from marketplace.core.domain.api_keys import USE_INTERVAL, ApiKey
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound, NotSignedIn, TooManyApiKeys
from marketplace.core.ports.api_keys import PURGE_BATCH, KeyUser

KEY = tuple(each.name for each in fields(ApiKey))
COLUMNS = ", ".join(KEY)
OF_USER = f"SELECT {COLUMNS} FROM api_keys WHERE user_id = $1 ORDER BY created_at DESC, id DESC"  # noqa: S608 - names
FIND = f"SELECT {COLUMNS} FROM api_keys WHERE id = $1"  # noqa: S608 - column names
# The array is a subquery, so that the planner does not see its length and keeps one plan.
FIND_USERS = """
    SELECT k.key_hash, k.id, k.scopes, k.last_used_at, k.expires_at, k.user_id, u.role, u.time_zone
    FROM api_keys k JOIN users u ON u.id = k.user_id
    WHERE k.key_hash = ANY ((SELECT $1::bytea[])::bytea[]) AND k.revoked_at IS NULL AND u.is_active
"""
NOTE_USE = """
    UPDATE api_keys SET last_used_at = $2
    WHERE id = (SELECT id FROM api_keys WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)
        FOR NO KEY UPDATE SKIP LOCKED)
"""
ADD = f"""
    INSERT INTO api_keys ({COLUMNS}, key_hash)
    SELECT {", ".join(f"${place}" for place in range(1, len(KEY) + 2))} WHERE ${len(KEY) + 2} > (
        SELECT count(*) FROM api_keys WHERE user_id = $2 AND revoked_at IS NULL AND expires_at > $6)
    RETURNING id
"""  # noqa: S608 - column names
# Uses share the key by FOR KEY SHARE, which waits for this lock and makes it wait, but not that of `NOTE_USE`.
ACQUIRE = f"SELECT {COLUMNS} FROM api_keys WHERE id = $1 AND user_id = $2 FOR UPDATE"  # noqa: S608 - column names
SAVE = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1"
REQUIRE_LIVE = "SELECT id FROM api_keys WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2 FOR KEY SHARE"
REVOKE_ALL = """
    UPDATE api_keys SET revoked_at = $2
    WHERE id IN (SELECT id FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id FOR UPDATE)
"""
PURGE = """
    WITH old AS (
        SELECT id FROM api_keys WHERE LEAST(revoked_at, expires_at) <= $1
        ORDER BY LEAST(revoked_at, expires_at) LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM api_keys k USING old WHERE k.id = old.id RETURNING 1)
    SELECT count(*) AS n FROM purged
"""


class PostgresApiKeyDirectory:
    """`ApiKeyDirectory` over the pool. Users asked for at the same time are read together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reads = GatheredReads[bytes, asyncpg.Record | None](self._read)

    async def of_user(self, user_id: UUID) -> tuple[ApiKey, ...]:
        return tuple(map(_key, await self._database.fetch(OF_USER, user_id)))

    async def find_user(self, key_hash: bytes, now: datetime) -> KeyUser | None:
        row = await self._reads.read(key_hash)
        if row is None or row["expires_at"] <= now:
            return None
        principal = Principal(
            user_id=row["user_id"],
            family_id=row["id"],
            role=row["role"],
            is_staff=False,
            is_superuser=False,
            time_zone=row["time_zone"],
            key_id=row["id"],
            scopes=frozenset(row["scopes"]),
        )
        return KeyUser(principal=principal, last_used_at=row["last_used_at"])

    async def note_use(self, key_id: UUID, now: datetime) -> None:
        await self._database.write(NOTE_USE, key_id, now, now - USE_INTERVAL)

    async def _read(self, hashes: Sequence[bytes]) -> Sequence[asyncpg.Record | None]:
        found = {row["key_hash"]: row for row in await self._database.fetch(FIND_USERS, list(hashes))}
        return [found.get(each) for each in hashes]


class PostgresApiKeys:
    """`ApiKeys` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, key_hash: bytes, maximum: int) -> None:
        values = [getattr(key, name) for name in KEY]
        if await self._connection.fetchrow(ADD, *values, key_hash, maximum) is None:
            raise TooManyApiKeys

    async def find(self, key_id: UUID) -> ApiKey | None:
        row = await self._connection.fetchrow(FIND, key_id)
        return _key(row) if row else None

    async def acquire_of_user(self, user_id: UUID, key_id: UUID) -> ApiKey:
        row = await self._connection.fetchrow(ACQUIRE, key_id, user_id)
        if row is None:
            raise NotFound
        return _key(row)

    async def save(self, key: ApiKey) -> None:
        await self._connection.execute(SAVE, key.id, key.revoked_at)

    async def require_live(self, key_id: UUID, now: datetime) -> None:
        if await self._connection.fetchrow(REQUIRE_LIVE, key_id, now) is None:
            raise NotSignedIn

    async def revoke_all(self, user_id: UUID, now: datetime) -> None:
        await self._connection.execute(REVOKE_ALL, user_id, now)

    async def purge(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE, before, PURGE_BATCH)
        return int(row["n"]) if row else 0


def _key(row: asyncpg.Record) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"])})
