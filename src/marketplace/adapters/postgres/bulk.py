"""Bulk actions in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import PUBLIC_USER, columns, public_user
from marketplace.core.domain.bulk import AgreedRows, BulkRefusal, BulkRun, BulkRunDetails
from marketplace.core.errors import NotFound

RUN = tuple(field.name for field in fields(BulkRun))
AGREED = tuple(field.name for field in fields(AgreedRows))
DETAILS = f"""
    SELECT {columns("r", RUN)}, ({columns("u", PUBLIC_USER)}) AS staff
    FROM bulk_runs r JOIN users u ON u.id = r.staff_id
"""  # noqa: S608 - column names
FIND = f"{DETAILS} WHERE r.id = $1"
NEWEST = f"{DETAILS} ORDER BY r.created_at DESC, r.id DESC LIMIT $1 OFFSET $2"
COUNT = "SELECT count(*) AS n FROM bulk_runs"
TARGETS = "SELECT target_id FROM bulk_targets WHERE run_id = $1 AND place >= $2 AND place < $2 + $3 ORDER BY place"
REFUSALS = """
    SELECT target_id AS id, label, code, detail FROM bulk_refusals WHERE run_id = $1
    ORDER BY place LIMIT $2 OFFSET $3
"""
ADD = f"""
    INSERT INTO bulk_runs ({", ".join(RUN)}) VALUES ({", ".join(f"${place}" for place in range(1, len(RUN) + 1))})
"""  # noqa: S608 - column names
ADD_TARGETS = """
    INSERT INTO bulk_targets (run_id, place, target_id)
    SELECT $1, place - 1, target_id FROM unnest($2::uuid[]) WITH ORDINALITY AS chosen (target_id, place)
"""
ADD_REFUSALS = """
    INSERT INTO bulk_refusals (run_id, place, target_id, label, code, detail)
    SELECT $1, place - 1, target_id, label, code, detail FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
        WITH ORDINALITY AS refused (target_id, label, code, detail, place)
"""
ADD_AGREED = f"""
    INSERT INTO bulk_previews ({", ".join(AGREED)}) VALUES ({", ".join(f"${n}" for n in range(1, len(AGREED) + 1))})
"""  # noqa: S608 - column names
FIND_AGREED = f"""
    SELECT {", ".join(AGREED)} FROM bulk_previews
    WHERE staff_id = $1 AND kind = $2 AND action = $3 AND filters = $4 AND created_at > $5
        AND ($6::uuid IS NULL OR id = $6) AND NOT is_used
    ORDER BY created_at DESC, id DESC LIMIT 1
"""  # noqa: S608 - column names
HAS_PREVIEWED = """
    SELECT id FROM bulk_previews
    WHERE staff_id = $1 AND kind = $2 AND action = $3 AND filters = $4 AND created_at > $5 LIMIT 1
"""
TAKE_AGREED = "UPDATE bulk_previews SET is_used = true, rows = '{}' WHERE id = $1 AND NOT is_used RETURNING id"
PURGE_AGREED = """
    WITH purged AS (DELETE FROM bulk_previews WHERE created_at <= $1 RETURNING 1) SELECT count(*) AS count FROM purged
"""
ACQUIRE = f"SELECT {', '.join(RUN)} FROM bulk_runs WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608 - column names
SAVE = "UPDATE bulk_runs SET state = $2, changed = $3, refused = $4, finished_at = $5, detail = $6 WHERE id = $1"
ADD_REFUSAL = """
    INSERT INTO bulk_refusals (run_id, place, target_id, label, code, detail) VALUES ($1, $2, $3, $4, $5, $6)
"""
FIND_OLD = "SELECT id FROM bulk_runs WHERE finished_at <= $1 ORDER BY finished_at LIMIT 1 FOR UPDATE SKIP LOCKED"
DELETE = (
    "DELETE FROM bulk_refusals WHERE run_id = $1",
    "DELETE FROM bulk_targets WHERE run_id = $1",
    "DELETE FROM bulk_runs WHERE id = $1",
)


class PostgresBulkLists:
    """`BulkLists` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, run_id: UUID) -> BulkRunDetails | None:
        row = await self._database.fetchrow(FIND, run_id)
        return _details(row) if row else None

    async def newest(self, limit: int, offset: int) -> tuple[BulkRunDetails, ...]:
        return tuple(_details(row) for row in await self._database.fetch(NEWEST, limit, offset))

    async def count(self) -> int:
        row = await self._database.fetchrow(COUNT)
        return int(row["n"]) if row else 0

    async def targets(self, run_id: UUID, begin: int, maximum: int) -> tuple[UUID, ...]:
        return tuple(row["target_id"] for row in await self._database.fetch(TARGETS, run_id, begin, maximum))

    async def refusals(self, run_id: UUID, limit: int, offset: int) -> tuple[BulkRefusal, ...]:
        return tuple(BulkRefusal(**row) for row in await self._database.fetch(REFUSALS, run_id, limit, offset))

    async def find_agreed(self, order: AgreedRows, agreed_id: UUID | None, since: datetime) -> AgreedRows | None:
        same = (order.staff_id, order.kind, order.action, order.filters)
        row = await self._database.fetchrow(FIND_AGREED, *same, since, agreed_id)
        return AgreedRows(**dict(row) | {"rows": tuple(row["rows"])}) if row else None

    async def has_previewed(self, order: AgreedRows, since: datetime) -> bool:
        same = (order.staff_id, order.kind, order.action, order.filters)
        return await self._database.fetchrow(HAS_PREVIEWED, *same, since) is not None


class PostgresBulkRuns:
    """`BulkRuns` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, run: BulkRun, targets: Sequence[UUID], refusals: Sequence[BulkRefusal] = ()) -> None:
        await self._connection.execute(ADD, *(getattr(run, name) for name in RUN))
        await self._connection.execute(ADD_TARGETS, run.id, list(targets))
        if refusals:
            values = ([getattr(each, name) for each in refusals] for name in ("id", "label", "code", "detail"))
            await self._connection.execute(ADD_REFUSALS, run.id, *values)

    async def add_agreed(self, agreed: AgreedRows) -> None:
        await self._connection.execute(ADD_AGREED, *(getattr(agreed, name) for name in AGREED))

    async def take_agreed(self, agreed_id: UUID) -> bool:
        return await self._connection.fetchrow(TAKE_AGREED, agreed_id) is not None

    async def purge_agreed(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE_AGREED, before)
        return int(row["count"]) if row else 0

    async def acquire(self, run_id: UUID) -> BulkRun:
        row = await self._connection.fetchrow(ACQUIRE, run_id)
        if row is None:
            raise NotFound
        return BulkRun(**row)

    async def save(self, run: BulkRun) -> None:
        counts = (run.state, run.changed, run.refused, run.finished_at, run.detail)
        await self._connection.execute(SAVE, run.id, *counts)

    async def add_refusal(self, run: BulkRun, refusal: BulkRefusal) -> None:
        why = (refusal.label, refusal.code, refusal.detail)
        await self._connection.execute(ADD_REFUSAL, run.id, run.done, refusal.id, *why)

    async def purge(self, before: datetime) -> int:
        row = await self._connection.fetchrow(FIND_OLD, before)
        if row is None:
            return 0
        for statement in DELETE:
            await self._connection.execute(statement, row["id"])
        return 1


def _details(row: asyncpg.Record) -> BulkRunDetails:
    return BulkRunDetails(**{name: row[name] for name in RUN}, staff_details=public_user(*row["staff"]))
