"""The audit log in PostgreSQL. Triggers reject changes to it, and move the values of new entries to `audit_values`."""

import asyncpg
import msgspec

from marketplace.adapters.postgres.catalog.lexemes import words_vector
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import PUBLIC_USER, columns, public_user
from marketplace.core.domain.audit import AuditDetails, AuditEntry, Target, email_addresses
from marketplace.core.domain.fields import field_names

COLUMNS = field_names(AuditEntry)
ADD = f"""
    INSERT INTO audit_entries ({", ".join(COLUMNS)}, searched)
    SELECT {", ".join(COLUMNS)}, searched::tsvector FROM unnest(
        $1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::uuid[], $10::jsonb[], $11::jsonb[], $12::text[], $13::text[]) AS entries ({", ".join(COLUMNS)}, searched)
"""  # noqa: S608 - column names
VALUES = ("address", "agent", "before", "after", "reason")
"""What can be erased: migration 0055."""
FACTS = tuple(name for name in COLUMNS if name not in VALUES)
DETAILS = f"""
    SELECT {columns("e", FACTS)}, {columns("v", VALUES)},
        a.id IS NOT NULL AS has_actor, ({columns("a", PUBLIC_USER)}) AS actor,
        w.id IS NOT NULL AS has_as, ({columns("w", PUBLIC_USER)}) AS seen_as
    FROM audit_entries e JOIN audit_values v ON v.id = e.id
        LEFT JOIN users a ON a.id = e.actor_id LEFT JOIN users w ON w.id = e.as_id
"""  # noqa: S608 - column names
NEWEST = f"{DETAILS} ORDER BY e.at DESC, e.id DESC LIMIT $1"
NEWEST_ABOUT = f"{DETAILS} WHERE e.target_id = $2 AND e.target_kind = $3 ORDER BY e.at DESC, e.id DESC LIMIT $1"


class PostgresAuditLogReader:
    """`AuditLogReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, limit: int, about: Target | None = None) -> tuple[AuditDetails, ...]:
        if about is None:
            rows = await self._database.fetch(NEWEST, limit)
        else:
            kind, target_id = about
            rows = await self._database.fetch(NEWEST_ABOUT, limit, target_id, kind)
        return tuple(_details(row) for row in rows)


class PostgresAuditLog:
    """`AuditLog` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, *entries: AuditEntry) -> None:
        if entries:
            rows = [_values(entry) for entry in entries]
            await self._connection.execute(ADD, *map(list, zip(*rows, strict=True)))


def _values(entry: AuditEntry) -> tuple[object, ...]:
    values = {name: getattr(entry, name) for name in COLUMNS}
    values |= {name: msgspec.json.encode(values[name]).decode() for name in ("before", "after")}
    return (*values.values(), words_vector(entry.action, entry.reason, *email_addresses(entry)))


def _details(row: asyncpg.Record) -> AuditDetails:
    changes = {name: msgspec.json.decode(row[name]) for name in ("before", "after")}
    return AuditDetails(
        **{name: row[name] for name in COLUMNS} | changes,
        actor_details=public_user(*row["actor"]) if row["has_actor"] else None,
        as_details=public_user(*row["seen_as"]) if row["has_as"] else None,
    )
