"""Accounts in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.catalog.lexemes import (
    INDEX_NAMES,
    LEARN_NAMES,
    RENAMED_AT_ONCE,
    names_vector,
    words_vector,
)
from marketplace.adapters.postgres.connection.locks import BLOCK_BUYERS, SUPERUSERS
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.gathered_reads import GatheredReads
from marketplace.adapters.postgres.rows import USER, columns, stored_user
from marketplace.adapters.postgres.tokens import LOGIN, LOGIN_COLUMNS
from marketplace.core.domain.admin_lists import name_key
from marketplace.core.domain.principals import Login
from marketplace.core.domain.search_terms import indexed_names, names_of
from marketplace.core.domain.user_details import UserDetails
from marketplace.core.domain.users import User, fold
from marketplace.core.errors import NotFound

COLUMNS = ", ".join(USER)
INDEX_OTHERS = "INSERT INTO jobs (kind, subject, run_at) VALUES ('index_names', $1, now())"

BY_ID = f"SELECT {COLUMNS} FROM users WHERE id = $1"  # noqa: S608 - constant text
# The array is a subquery, so that the planner does not see its length and keeps one plan.
BY_IDS = f"SELECT {COLUMNS} FROM users WHERE id = ANY ((SELECT $1::uuid[])::uuid[])"  # noqa: S608 - constant text
BY_EMAIL = f"SELECT {COLUMNS} FROM users WHERE email_folded = $1"  # noqa: S608 - constant text
DETAILS = f"""
    SELECT {columns("u", USER)},
        (SELECT count(*) FROM sessions s WHERE s.creator_id = u.id AND s.archived_at IS NULL) AS sessions,
        (SELECT count(*) FROM bookings b WHERE b.user_id = u.id) AS bookings,
        (SELECT t.confirmed_at FROM second_factors t WHERE t.user_id = u.id) AS second_factor_since,
        ARRAY(SELECT ({LOGIN_COLUMNS}) FROM token_families f LEFT JOIN token_families b ON b.id = f.begun_by
            WHERE f.user_id = u.id AND f.revoked_at IS NULL AND b.revoked_at IS NULL AND f.expires_at > $2
            ORDER BY f.created_at DESC, f.id DESC) AS logins
    FROM users u WHERE u.id = $1
"""  # noqa: S608 - column names
SUPERUSER_IDS = "SELECT id FROM users WHERE is_superuser AND is_active"
ANY = "SELECT 1 FROM users LIMIT 1"
STORED = (*USER, "email_folded", "username_folded", "name_key", "searched")
PLACEHOLDERS = [f"${place}" for place in range(1, len(STORED))] + [f"${len(STORED)}::tsvector"]
ADD = f"INSERT INTO users ({', '.join(STORED)}) VALUES ({', '.join(PLACEHOLDERS)})"  # noqa: S608 - column names
SAVE = f"""
    UPDATE users SET ({", ".join(STORED[1:])}) = ROW({", ".join(PLACEHOLDERS[1:])}) WHERE id = $1
    RETURNING (SELECT ARRAY[u.first_name, u.last_name, u.username] FROM users u WHERE u.id = $1) AS names_before
"""  # noqa: S608 - column names

# a buyer's FOR KEY SHARE does not wait for FOR NO KEY UPDATE and would read the old row
WITH_SESSIONS = "FOR UPDATE"


class PostgresUserDirectory:
    """`UserDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reads = GatheredReads[UUID, User | None](self._find_all)

    async def get(self, user_id: UUID) -> User:
        found = await self._reads.read(user_id)
        if found is None:
            raise NotFound
        return found

    async def _find_all(self, ids: Sequence[UUID]) -> Sequence[User | None]:
        found = {row["id"]: stored_user(row) for row in await self._database.fetch(BY_IDS, [*ids])}
        return [found.get(user_id) for user_id in ids]

    async def find_details(self, user_id: UUID, now: datetime) -> UserDetails | None:
        row = await self._database.fetchrow(DETAILS, user_id, now)
        if row is None:
            return None
        logins = tuple(Login(**dict(zip(LOGIN, login, strict=True))) for login in row["logins"])
        return UserDetails(**dict(row) | {"logins": logins, "languages": tuple(row["languages"])})

    async def find_by_email(self, email: str) -> User | None:
        row = await self._database.fetchrow(BY_EMAIL, fold(email))
        return stored_user(row) if row else None

    async def has_any(self) -> bool:
        return await self._database.fetchrow(ANY) is not None


class PostgresUsers:
    """`Users` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def acquire(self, user_id: UUID) -> User:
        return await self._locked(user_id, "FOR NO KEY UPDATE")

    async def acquire_shared(self, user_id: UUID) -> User:
        return await self._locked(user_id, "FOR SHARE")

    async def acquire_with_staff(
        self, user_id: UUID, staff_id: UUID, *, with_sessions: bool = False
    ) -> tuple[User, User]:
        if with_sessions:
            await self._connection.execute(BLOCK_BUYERS, user_id)
        locks = {staff_id: "FOR SHARE", user_id: WITH_SESSIONS if with_sessions else "FOR NO KEY UPDATE"}
        found = {each: await self._locked(each, locks[each]) for each in sorted(locks)}
        return found[user_id], found[staff_id]

    async def acquire_with_sessions(self, user_id: UUID) -> User:
        await self._connection.execute(BLOCK_BUYERS, user_id)
        return await self._locked(user_id, WITH_SESSIONS)

    async def acquire_superusers(self) -> frozenset[UUID]:
        """Lock in a separate statement, so that the second one sees the changes it waited for."""
        await self._connection.execute(SUPERUSERS)
        return frozenset(row["id"] for row in await self._connection.fetch(SUPERUSER_IDS))

    async def _locked(self, user_id: UUID, lock: str) -> User:
        row = await self._connection.fetchrow(f"{BY_ID} {lock}", user_id)
        if row is None:
            raise NotFound
        return stored_user(row)

    async def add(self, user: User) -> None:
        await self._connection.execute(ADD, *_values(user))

    async def save(self, user: User) -> None:
        row = await self._connection.fetchrow(SAVE, *_values(user))
        if row is not None and tuple(row["names_before"]) != names_of(user):
            await self._rename(user)

    async def _rename(self, user: User) -> None:
        """Index the names in the creator's newest sessions, and enqueue a job for the others, if there may be any."""
        names = names_vector(*names_of(user))
        renamed = await self._connection.fetch(INDEX_NAMES, user.id, names, RENAMED_AT_ONCE)
        if renamed:
            await self._connection.execute(LEARN_NAMES, sorted({each.word for each in indexed_names(*names_of(user))}))
        if len(renamed) == RENAMED_AT_ONCE:
            await self._connection.execute(INDEX_OTHERS, user.id)


def _values(user: User) -> tuple[object, ...]:
    return (
        *(getattr(user, name) for name in USER),
        fold(user.email),
        fold(user.username),
        name_key(user.last_name, user.first_name),
        words_vector(user.email, user.username, user.first_name, user.last_name),
    )
