"""Logins in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.gathered_reads import GatheredReads
from marketplace.core.domain.messages import UNSAID, MessageKind
from marketplace.core.domain.principals import MAX_LOGINS, Login, Principal
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from marketplace.core.ports.tokens import PURGE_BATCH

STARTED = ("id", "user_id", "created_at", "expires_at", "address", "agent", "impersonated_from")
LOGIN = (*STARTED, "proved_at", "is_by_passkey")
LOGIN_COLUMNS = (
    "f.id, f.user_id, f.created_at, f.expires_at, f.address, f.agent, f.begun_by, f.proved_at, f.is_by_passkey"
)
"""The columns of `LOGIN`, in order; `begun_by` is the stored name of `impersonated_from`."""

# The array is a subquery, so that the planner does not see its length and keeps one plan.
FIND_PRINCIPALS = """
    SELECT u.id AS user_id, f.id AS family_id, u.role, u.is_staff, u.is_superuser, a.id AS impersonator_id,
        u.time_zone, coalesce(f.proved_at, f.created_at) AS proved_at, coalesce(a.is_staff, u.is_staff) AND NOT EXISTS (
            SELECT FROM second_factors t WHERE t.user_id = coalesce(a.id, u.id) AND t.confirmed_at IS NOT NULL
        ) AND NOT (coalesce(b.is_by_passkey, f.is_by_passkey) AND EXISTS (
            SELECT FROM passkeys k WHERE k.user_id = coalesce(a.id, u.id))) AS lacks_second_factor
    FROM token_families f JOIN users u ON u.id = f.user_id
        LEFT JOIN token_families b ON b.id = f.begun_by LEFT JOIN users a ON a.id = b.user_id
    WHERE f.id = ANY ((SELECT $1::uuid[])::uuid[]) AND f.revoked_at IS NULL AND u.is_active AND (f.begun_by IS NULL OR (
        b.revoked_at IS NULL AND a.is_active AND a.is_staff AND NOT u.is_staff AND NOT u.is_superuser))
"""
ADD_LOGIN = """
    WITH expired AS (DELETE FROM token_families WHERE user_id = $2 AND expires_at <= $3),
    too_many AS (
        UPDATE token_families SET revoked_at = $3 WHERE id IN (
            SELECT id FROM token_families
            WHERE user_id = $2 AND begun_by IS NULL AND revoked_at IS NULL AND expires_at > $3
            ORDER BY expires_at DESC, id DESC OFFSET $11)),
    family AS (
        INSERT INTO token_families (id, user_id, created_at, expires_at, address, agent, is_by_passkey, proved_at)
        VALUES ($1, $2, $3, $4, $6, $7, $10, $12) RETURNING id),
    token AS (INSERT INTO refresh_tokens (token_hash, family_id, expires_at) SELECT $5, id, $4 FROM family)
    SELECT count(*) > 0 AND NOT coalesce(bool_or(agent IS NOT DISTINCT FROM $7 AND NOT EXISTS (
        SELECT FROM messages m WHERE m.user_id = $2 AND m.subject = f.id::text AND m.kind = $8 AND m.state = ANY ($9)
    )), false) AS is_elsewhere
    FROM token_families f WHERE user_id = $2 AND begun_by IS NULL
"""
ADD_IMPERSONATION = """
    INSERT INTO token_families (id, user_id, created_at, expires_at, address, agent, begun_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
PROVE = """
    UPDATE token_families SET proved_at = $2, is_by_passkey = is_by_passkey OR $3
    WHERE id = $1 AND revoked_at IS NULL AND begun_by IS NULL RETURNING id
"""
REVOKE = "UPDATE token_families SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id"
REVOKE_OWN = REVOKE.replace("RETURNING", "AND user_id = $3 AND begun_by IS NULL RETURNING")
FIND = f"SELECT {LOGIN_COLUMNS} FROM token_families f WHERE f.id = $1"  # noqa: S608 - columns
ENDED = "SELECT FROM token_families WHERE id = $1 AND revoked_at IS NOT NULL"
ACTIVE = f"""
    SELECT {LOGIN_COLUMNS} FROM token_families f
    WHERE f.user_id = $1 AND f.revoked_at IS NULL AND f.expires_at > $2 AND f.begun_by IS NULL
    ORDER BY f.created_at DESC, f.id DESC LIMIT $3
"""  # noqa: S608 - column names
USE = f"""
    WITH used AS (
        UPDATE refresh_tokens SET used_at = $2
        WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING family_id)
    SELECT {LOGIN_COLUMNS}
    FROM token_families f JOIN used ON used.family_id = f.id JOIN users u ON u.id = f.user_id
    WHERE f.revoked_at IS NULL AND u.is_active
    FOR UPDATE OF f
"""  # noqa: S608 - column names
FIND_UNUSED = f"""
    SELECT {LOGIN_COLUMNS}
    FROM refresh_tokens t JOIN token_families f ON f.id = t.family_id JOIN users u ON u.id = f.user_id
    WHERE t.token_hash = $1 AND t.used_at IS NULL AND t.expires_at > $2 AND f.revoked_at IS NULL AND u.is_active
"""  # noqa: S608 - column names
ADD = """
    WITH extended AS (UPDATE token_families SET expires_at = $3 WHERE id = $2)
    INSERT INTO refresh_tokens (token_hash, family_id, expires_at) VALUES ($1, $2, $3)
"""
REVOKE_LOGIN_OF = """
    UPDATE token_families SET revoked_at = $2
    WHERE id = (SELECT family_id FROM refresh_tokens WHERE token_hash = $1) AND revoked_at IS NULL
    RETURNING user_id
"""
REVOKE_ALL_OF = """
    UPDATE token_families SET revoked_at = $2
    WHERE revoked_at IS NULL AND user_id = (
        SELECT f.user_id FROM refresh_tokens t JOIN token_families f ON f.id = t.family_id
        WHERE t.token_hash = $1 AND f.revoked_at IS NULL AND f.expires_at > $2)
    RETURNING user_id
"""
PURGE_TOKENS = """
    WITH old AS (
        SELECT token_hash FROM refresh_tokens WHERE expires_at <= $1
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM refresh_tokens t USING old WHERE t.token_hash = old.token_hash RETURNING 1)
    SELECT count(*) AS n FROM purged
"""
PURGE_LOGINS = """
    WITH old AS (
        SELECT id FROM token_families WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM token_families f USING old WHERE f.id = old.id RETURNING 1)
    SELECT count(*) AS n FROM purged
"""
REVOKE_ALL = """
    UPDATE token_families SET revoked_at = $2
    WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $3::uuid
"""


class PostgresPrincipals:
    """`Principals` over the pool. Those asked for at the same time are read together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reads = GatheredReads[Claims, Principal | None](self._read)

    async def find(self, claims: Claims) -> Principal | None:
        return await self._reads.read(claims)

    async def _read(self, claims: Sequence[Claims]) -> Sequence[Principal | None]:
        rows = await self._database.fetch(FIND_PRINCIPALS, [each.family_id for each in claims])
        found = {(row["family_id"], row["user_id"]): Principal(**row) for row in rows}
        return [found.get((each.family_id, each.user_id)) for each in claims]


class PostgresLoginDirectory:
    """`LoginDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def active(self, user_id: UUID, now: datetime, limit: int) -> tuple[Login, ...]:
        return tuple(map(_login, await self._database.fetch(ACTIVE, user_id, now, limit)))


class PostgresTokens:
    """`Tokens` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add_login(self, login: Login, token_hash: bytes) -> bool:
        started = (login.id, login.user_id, login.created_at, login.expires_at)
        announced = (MessageKind.NEW_SIGN_IN, list(UNSAID))
        options = (login.is_by_passkey, MAX_LOGINS - 1, login.proved_at)
        origin = (login.address, login.agent)
        row = await self._connection.fetchrow(ADD_LOGIN, *started, token_hash, *origin, *announced, *options)
        return bool(row and row["is_elsewhere"])

    async def find(self, login_id: UUID) -> Login | None:
        row = await self._connection.fetchrow(FIND, login_id)
        return _login(row) if row else None

    async def require_not_ended(self, login_id: UUID) -> None:
        if await self._connection.fetchrow(ENDED, login_id) is not None:
            raise NotSignedIn

    async def add_impersonation(self, login: Login) -> None:
        await self._connection.execute(ADD_IMPERSONATION, *(getattr(login, name) for name in STARTED))

    async def prove(self, login_id: UUID, now: datetime, *, by_passkey: bool = False) -> bool:
        return await self._connection.fetchrow(PROVE, login_id, now, by_passkey) is not None

    async def revoke(self, family_id: UUID, now: datetime) -> bool:
        return await self._connection.fetchrow(REVOKE, family_id, now) is not None

    async def revoke_own(self, user_id: UUID, family_id: UUID, now: datetime) -> bool:
        return await self._connection.fetchrow(REVOKE_OWN, family_id, now, user_id) is not None

    async def use(self, token_hash: bytes, now: datetime) -> Login | None:
        row = await self._connection.fetchrow(USE, token_hash, now)
        return _login(row) if row else None

    async def find_unused(self, token_hash: bytes, now: datetime) -> Login | None:
        row = await self._connection.fetchrow(FIND_UNUSED, token_hash, now)
        return _login(row) if row else None

    async def add(self, login: Login, token_hash: bytes) -> None:
        await self._connection.execute(ADD, token_hash, login.id, login.expires_at)

    async def purge(self, now: datetime, before: datetime) -> int:
        purged = 0
        for statement, moment in ((PURGE_TOKENS, now), (PURGE_LOGINS, before)):
            row = await self._connection.fetchrow(statement, moment, PURGE_BATCH)
            purged += row["n"] if row else 0
        return purged

    async def revoke_login_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        row = await self._connection.fetchrow(REVOKE_LOGIN_OF, token_hash, now)
        return row["user_id"] if row else None

    async def revoke_all_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        row = await self._connection.fetchrow(REVOKE_ALL_OF, token_hash, now)
        return row["user_id"] if row else None

    async def revoke_all(self, user_id: UUID, now: datetime, *, except_id: UUID | None = None) -> None:
        await self._connection.execute(REVOKE_ALL, user_id, now, except_id)


def _login(row: asyncpg.Record) -> Login:
    return Login(**dict(zip(LOGIN, row.values(), strict=True)))
