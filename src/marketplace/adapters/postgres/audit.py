"""The audit log in PostgreSQL, which refuses to change it: see the migration that makes its table."""

import asyncpg
import msgspec

from marketplace.adapters.postgres.pool import Connection, Database
from marketplace.core.entities.audit import AuditEntry, Target

COLUMNS = (
    "id",
    "at",
    "actor_id",
    "as_id",
    "address",
    "agent",
    "action",
    "target_kind",
    "target_id",
    "before",
    "after",
    "reason",
)
ADD = f"""
    INSERT INTO audit_entries ({", ".join(COLUMNS)})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12)
"""  # noqa: S608 - column names
NEWEST = f"SELECT {', '.join(COLUMNS)} FROM audit_entries ORDER BY at DESC, id DESC LIMIT $1"  # noqa: S608 - as above
NEWEST_ABOUT = f"""
    SELECT {", ".join(COLUMNS)} FROM audit_entries WHERE target_id = $2 AND target_kind = $3
    ORDER BY at DESC, id DESC LIMIT $1
"""  # noqa: S608 - as above


class PostgresAuditTrail:
    """`AuditTrail` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, limit: int, about: Target | None = None) -> tuple[AuditEntry, ...]:
        """See the port."""
        if about is None:
            rows = await self._database.fetch(NEWEST, limit)
        else:
            kind, target_id = about
            rows = await self._database.fetch(NEWEST_ABOUT, limit, target_id, kind)
        return tuple(_entry(row) for row in rows)


class PostgresAudit:
    """`Audit` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, entry: AuditEntry) -> None:
        """See the port."""
        values = {name: getattr(entry, name) for name in COLUMNS}
        values |= {name: msgspec.json.encode(values[name]).decode() for name in ("before", "after")}
        await self._connection.execute(ADD, *values.values())


def _entry(row: asyncpg.Record) -> AuditEntry:
    changed = {name: msgspec.json.decode(row[name]) for name in ("before", "after")}
    return AuditEntry(**dict(row) | changed)
