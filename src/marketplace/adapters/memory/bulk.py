"""Bulk actions."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import BulkRow, MemoryDatabase, Rows
from marketplace.core.domain.bulk import BulkRefusal, BulkRun, BulkRunDetails
from marketplace.core.domain.users import public_user
from marketplace.core.errors import NotFound


class MemoryBulkLists:
    """Runs as they are read."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, run_id: UUID) -> BulkRunDetails | None:
        """The run."""
        row = await self._row(run_id)
        return None if row is None else self._details(row.run)

    async def newest(self, limit: int, offset: int) -> tuple[BulkRunDetails, ...]:
        """A part of all."""
        await asyncio.sleep(0)
        runs = (row.run for row in self._database.bulk_runs.rows.values())
        newest = sorted(runs, key=lambda run: (run.created_at, run.id), reverse=True)
        return tuple(self._details(run) for run in newest[offset : offset + limit])

    async def count(self) -> int:
        """All."""
        await asyncio.sleep(0)
        return len(self._database.bulk_runs.rows)

    async def targets(self, run_id: UUID, begin: int, maximum: int) -> tuple[UUID, ...]:
        """A part of what it is about."""
        row = await self._row(run_id)
        return () if row is None else row.targets[begin : begin + maximum]

    async def refusals(self, run_id: UUID, limit: int, offset: int) -> tuple[BulkRefusal, ...]:
        """A part of what it left."""
        row = await self._row(run_id)
        return () if row is None else row.refusals[offset : offset + limit]

    async def _row(self, run_id: UUID) -> BulkRow | None:
        await asyncio.sleep(0)
        return self._database.bulk_runs.rows.get(run_id)

    def _details(self, run: BulkRun) -> BulkRunDetails:
        changes = {field.name: getattr(run, field.name) for field in fields(BulkRun)}
        return BulkRunDetails(**changes, staff_details=public_user(self._database.users.rows[run.staff_id]))


class MemoryBulkRuns:
    """Runs within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.bulk_runs

    async def add(self, run: BulkRun, targets: Sequence[UUID]) -> None:
        """Insert."""
        await asyncio.sleep(0)
        self._rows.put(self._table, run.id, BulkRow(run=run, targets=tuple(targets)))

    async def acquire(self, run_id: UUID) -> BulkRun:
        """The run, locked."""
        row = await self._rows.acquire(self._table, run_id)
        if row is None:
            raise NotFound
        return row.run

    async def save(self, run: BulkRun) -> None:
        """Update."""
        row = await self._rows.acquire(self._table, run.id)
        if row is not None:
            self._rows.put(self._table, run.id, replace(row, run=run))

    async def add_refusal(self, run: BulkRun, refusal: BulkRefusal) -> None:
        """Append: rows are met in their order."""
        row = await self._rows.acquire(self._table, run.id)
        if row is not None:
            self._rows.put(self._table, run.id, replace(row, refusals=(*row.refusals, refusal)))

    async def purge(self, before: datetime) -> int:
        """Remove the first that was over by then."""
        await asyncio.sleep(0)
        for row in self._rows.all(self._table):
            if row.run.finished_at is not None and row.run.finished_at <= before:
                await self._rows.acquire(self._table, row.run.id)
                self._rows.drop(self._table, row.run.id)
                return 1
        return 0
