"""Identities in PostgreSQL."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import columns
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.identities import Identity

IDENTITY = field_names(Identity)
SELECT = f"SELECT {columns('i', IDENTITY)} FROM identities i"  # noqa: S608 - column names
FIND = f"{SELECT} WHERE i.issuer = $1 AND i.subject = $2"
OF_USER = f"{SELECT} WHERE i.user_id = $1 ORDER BY i.connected_at, i.id"
ADD = f"""
    INSERT INTO identities ({", ".join(IDENTITY)}) VALUES ({", ".join(f"${n + 1}" for n in range(len(IDENTITY)))})
"""  # noqa: S608 - column names
SAVE = "UPDATE identities SET email = $2, last_used_at = $3 WHERE id = $1"
REMOVE = "DELETE FROM identities WHERE user_id = $1 AND id = $2 RETURNING id"
REMOVE_ALL = "DELETE FROM identities WHERE user_id = $1 RETURNING id"


class PostgresIdentityDirectory:
    """`IdentityDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, issuer: str, subject: str) -> Identity | None:
        row = await self._database.fetchrow(FIND, issuer, subject)
        return Identity(**row) if row else None

    async def of_user(self, user_id: UUID) -> tuple[Identity, ...]:
        return _identities(await self._database.fetch(OF_USER, user_id))


class PostgresIdentities:
    """`Identities` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, issuer: str, subject: str) -> Identity | None:
        row = await self._connection.fetchrow(FIND, issuer, subject)
        return Identity(**row) if row else None

    async def of_user(self, user_id: UUID) -> tuple[Identity, ...]:
        return _identities(await self._connection.fetch(OF_USER, user_id))

    async def add(self, identity: Identity) -> None:
        await self._connection.execute(ADD, *(getattr(identity, name) for name in IDENTITY))

    async def save(self, identity: Identity) -> None:
        await self._connection.execute(SAVE, identity.id, identity.email, identity.last_used_at)

    async def remove(self, user_id: UUID, identity_id: UUID) -> bool:
        return await self._connection.fetchrow(REMOVE, user_id, identity_id) is not None

    async def remove_all(self, user_id: UUID) -> int:
        return len(await self._connection.fetch(REMOVE_ALL, user_id))


def _identities(rows: Iterable[asyncpg.Record]) -> tuple[Identity, ...]:
    return tuple(Identity(**row) for row in rows)
