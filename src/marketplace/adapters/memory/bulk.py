"""Bulk actions."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.records import BulkRow
from marketplace.core.domain.bulk import AgreedRows, BulkRefusal, BulkRun, BulkRunDetails
from marketplace.core.domain.users import public_user
from marketplace.core.errors import NotFound


class MemoryBulkLists:
    """`BulkLists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, run_id: UUID) -> BulkRunDetails | None:
        row = await self._row(run_id)
        return None if row is None else self._details(row.run)

    async def newest(self, limit: int, offset: int) -> tuple[BulkRunDetails, ...]:
        await asyncio.sleep(0)
        runs = (row.run for row in self._database.bulk_runs.rows.values())
        newest = sorted(runs, key=lambda run: (run.created_at, run.id), reverse=True)
        return tuple(self._details(run) for run in newest[offset : offset + limit])

    async def count(self) -> int:
        await asyncio.sleep(0)
        return len(self._database.bulk_runs.rows)

    async def targets(self, run_id: UUID, begin: int, maximum: int) -> tuple[UUID, ...]:
        row = await self._row(run_id)
        return () if row is None else row.targets[begin : begin + maximum]

    async def refusals(self, run_id: UUID, limit: int, offset: int) -> tuple[BulkRefusal, ...]:
        row = await self._row(run_id)
        return () if row is None else row.refusals[offset : offset + limit]

    async def find_agreed(self, order: AgreedRows, agreed_id: UUID | None, since: datetime) -> AgreedRows | None:
        await asyncio.sleep(0)
        found = (
            row
            for row in self._database.agreed_rows.rows.values()
            if row.is_same_order(order) and agreed_id in {None, row.id} and row.created_at > since and not row.is_used
        )
        return max(found, key=lambda row: (row.created_at, row.id), default=None)

    async def has_previewed(self, order: AgreedRows, since: datetime) -> bool:
        await asyncio.sleep(0)
        previews = self._database.agreed_rows.rows.values()
        return any(row.is_same_order(order) and row.created_at > since for row in previews)

    async def _row(self, run_id: UUID) -> BulkRow | None:
        await asyncio.sleep(0)
        return self._database.bulk_runs.rows.get(run_id)

    def _details(self, run: BulkRun) -> BulkRunDetails:
        changes = {field.name: getattr(run, field.name) for field in fields(BulkRun)}
        return BulkRunDetails(**changes, staff_details=public_user(self._database.users.rows[run.staff_id]))


class MemoryBulkRuns:
    """`BulkRuns` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.bulk_runs
        self._agreed = rows.database.agreed_rows

    async def add(self, run: BulkRun, targets: Sequence[UUID], refusals: Sequence[BulkRefusal] = ()) -> None:
        await asyncio.sleep(0)
        self._rows.put(self._table, run.id, BulkRow(run=run, targets=tuple(targets), refusals=tuple(refusals)))

    async def add_agreed(self, agreed: AgreedRows) -> None:
        await asyncio.sleep(0)
        self._rows.put(self._agreed, agreed.id, agreed)

    async def take_agreed(self, agreed_id: UUID) -> bool:
        found = await self._rows.acquire(self._agreed, agreed_id)
        if found is None or found.is_used:
            return False
        self._rows.put(self._agreed, agreed_id, replace(found, rows=(), is_used=True))
        return True

    async def purge_agreed(self, before: datetime) -> int:
        old = [row.id for row in self._rows.all(self._agreed) if row.created_at <= before]
        gone = [agreed_id for agreed_id in old if await self._rows.acquire(self._agreed, agreed_id) is not None]
        for agreed_id in gone:
            self._rows.drop(self._agreed, agreed_id)
        return len(gone)

    async def acquire(self, run_id: UUID) -> BulkRun:
        row = await self._rows.acquire(self._table, run_id)
        if row is None:
            raise NotFound
        return row.run

    async def save(self, run: BulkRun) -> None:
        row = await self._rows.acquire(self._table, run.id)
        if row is not None:
            self._rows.put(self._table, run.id, replace(row, run=run))

    async def add_refusal(self, run: BulkRun, refusal: BulkRefusal) -> None:
        """Append; refusals are added in the order of the targets."""
        row = await self._rows.acquire(self._table, run.id)
        if row is not None:
            self._rows.put(self._table, run.id, replace(row, refusals=(*row.refusals, refusal)))

    async def purge(self, before: datetime) -> int:
        """Remove one run that finished before this time."""
        await asyncio.sleep(0)
        for row in self._rows.all(self._table):
            if row.run.finished_at is not None and row.run.finished_at <= before:
                await self._rows.acquire(self._table, row.run.id)
                self._rows.drop(self._table, row.run.id)
                return 1
        return 0
