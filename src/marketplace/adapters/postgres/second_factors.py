"""Second factors in PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.core.domain.second_factors import SecondFactorState, TotpFactor

STATE = """
    SELECT confirmed_at AS since,
        (SELECT count(*) FROM recovery_codes c WHERE c.user_id = f.user_id AND c.used_at IS NULL) AS recovery_codes_left
    FROM second_factors f WHERE user_id = $1 AND confirmed_at IS NOT NULL
"""
FIND = """
    SELECT user_id, sealed_secret, created_at, confirmed_at, last_step FROM second_factors WHERE user_id = $1
"""
BEGIN = """
    INSERT INTO second_factors AS f (user_id, sealed_secret, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at
        WHERE f.confirmed_at IS NULL
    RETURNING user_id
"""
CONFIRM = """
    UPDATE second_factors SET confirmed_at = $3, last_step = $2
    WHERE user_id = $1 AND confirmed_at IS NULL RETURNING user_id
"""
USE_STEP = """
    UPDATE second_factors SET last_step = $2, sealed_secret = $3
    WHERE user_id = $1 AND confirmed_at IS NOT NULL AND (last_step IS NULL OR last_step < $2) RETURNING user_id
"""
REPLACE_CODES = """
    WITH gone AS (DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash <> ALL ($2::bytea[]))
    INSERT INTO recovery_codes (user_id, code_hash, created_at) SELECT $1, unnest($2::bytea[]), $3
"""
USE_CODE = """
    WITH used AS (
        UPDATE recovery_codes SET used_at = $3
        WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL
            AND EXISTS (SELECT FROM second_factors f WHERE f.user_id = $1 AND f.confirmed_at IS NOT NULL)
        RETURNING code_hash)
    SELECT (SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL AND code_hash <> $2) AS left
    FROM used
"""
REMOVE = """
    WITH codes AS (DELETE FROM recovery_codes WHERE user_id = $1)
    DELETE FROM second_factors WHERE user_id = $1 RETURNING confirmed_at IS NOT NULL AS was_on
"""


class PostgresSecondFactorDirectory:
    """`SecondFactorDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, user_id: UUID) -> SecondFactorState:
        row = await self._database.fetchrow(STATE, user_id)
        return SecondFactorState(**row) if row else SecondFactorState()


class PostgresSecondFactors:
    """`SecondFactors` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, user_id: UUID) -> TotpFactor | None:
        row = await self._connection.fetchrow(FIND, user_id)
        return TotpFactor(**row) if row else None

    async def begin(self, factor: TotpFactor) -> bool:
        values = (factor.user_id, factor.sealed_secret, factor.created_at)
        return await self._connection.fetchrow(BEGIN, *values) is not None

    async def confirm(self, user_id: UUID, step: int, now: datetime) -> bool:
        return await self._connection.fetchrow(CONFIRM, user_id, step, now) is not None

    async def use_step(self, user_id: UUID, step: int, sealed_secret: bytes) -> bool:
        return await self._connection.fetchrow(USE_STEP, user_id, step, sealed_secret) is not None

    async def replace_recovery_codes(self, user_id: UUID, hashes: Collection[bytes], now: datetime) -> None:
        await self._connection.execute(REPLACE_CODES, user_id, sorted(hashes), now)

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes, now: datetime) -> int | None:
        row = await self._connection.fetchrow(USE_CODE, user_id, code_hash, now)
        return row["left"] if row else None

    async def remove(self, user_id: UUID) -> bool:
        row = await self._connection.fetchrow(REMOVE, user_id)
        return bool(row and row["was_on"])
