"""Reports."""

import asyncio
from collections.abc import Callable
from dataclasses import fields
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment, newest_first
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.domain.pages import Page
from marketplace.core.domain.reports import Report, ReportDetails
from marketplace.core.domain.users import contact
from marketplace.core.errors import AlreadyReported, NotFound


class MemoryReportQueue:
    """`ReportQueue` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, report_id: UUID) -> ReportDetails | None:
        await asyncio.sleep(0)
        report = self._database.reports.rows.get(report_id)
        return None if report is None else self._details(report)

    async def list_open(self, limit: int, offset: int) -> tuple[ReportDetails, ...]:
        reports = await self._select(lambda report: report.resolution is None)
        return tuple(self._details(report) for report in reports[offset : offset + limit])

    async def count_open(self) -> int:
        return len(await self._select(lambda report: report.resolution is None))

    async def of_session(self, session_id: UUID, limit: int) -> tuple[ReportDetails, ...]:
        reports = await self._select(lambda report: report.session_id == session_id)
        return tuple(self._details(report) for report in reversed(reports[-limit:]))

    async def of_reporter(self, user_id: UUID, limit: int, after: str | None) -> Page[Report]:
        return newest_first(await self._select(lambda report: report.reporter_id == user_id), limit, after)

    async def _select(self, predicate: Callable[[Report], bool]) -> list[Report]:
        await asyncio.sleep(0)
        return sorted(filter(predicate, self._database.reports.rows.values()), key=moment)

    def _details(self, report: Report) -> ReportDetails:
        rows = Rows(self._database)
        return ReportDetails(
            **{field.name: getattr(report, field.name) for field in fields(Report)},
            session_details=session_details(rows, rows.get(self._database.sessions, report.session_id), contact),
            reporter_details=contact(rows.get(self._database.users, report.reporter_id)),
        )


class MemoryReports:
    """`Reports` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def add(self, report: Report) -> None:
        """Insert. The lock on person and session serializes duplicates. Raises `AlreadyReported`."""
        key = (report.session_id, report.reporter_id)
        if await self._rows.acquire_key(self._database.reported, key) is not None:
            raise AlreadyReported
        self._rows.put(self._database.reported, key, report.id)
        self._rows.put(self._database.reports, report.id, report)

    async def find(self, report_id: UUID) -> Report | None:
        await asyncio.sleep(0)
        return self._rows.find(self._database.reports, report_id)

    async def acquire(self, report_id: UUID) -> Report:
        report = await self._rows.acquire(self._database.reports, report_id)
        if report is None:
            raise NotFound
        return report

    async def acquire_open(self, session_id: UUID) -> tuple[Report, ...]:
        """Lock the reports of the session in order of id, and return those still open."""
        candidates = (one for one in self._rows.all(self._database.reports) if one.session_id == session_id)
        acquired = [await self.acquire(report_id) for report_id in sorted(one.id for one in candidates)]
        return tuple(report for report in acquired if report.resolution is None)

    async def save(self, report: Report) -> None:
        await self._rows.lock(self._database.reports, report.id)
        self._rows.put(self._database.reports, report.id, report)
