"""Reports in PostgreSQL."""

import json
from dataclasses import fields
from datetime import datetime
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database, Rows
from marketplace.adapters.postgres.rows import CONTACT, SESSION_WITH_CONTACT, columns, contact, reported_session
from marketplace.core.domain.pages import Page
from marketplace.core.domain.reports import Report, ReportDetails
from marketplace.core.errors import NotFound

REPORT = tuple(field.name for field in fields(Report))
DETAILS = f"""
    SELECT {columns("r", REPORT)}, {SESSION_WITH_CONTACT}, ({columns("u", CONTACT)}) AS reporter
    FROM reports r
        JOIN sessions s ON s.id = r.session_id
        JOIN users c ON c.id = s.creator_id
        JOIN users u ON u.id = r.reporter_id
"""  # noqa: S608 - column names
FIND = f"{DETAILS} WHERE r.id = $1"
LIST_OPEN = f"{DETAILS} WHERE r.resolved_at IS NULL ORDER BY r.created_at, r.id LIMIT $1 OFFSET $2"
COUNT_OPEN = "SELECT count(*) AS n FROM reports WHERE resolved_at IS NULL"
OF_SESSION = f"{DETAILS} WHERE r.session_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT $2"
OF_REPORTER = f"""
    SELECT {", ".join(REPORT)} FROM reports WHERE reporter_id = $1 {{after}} ORDER BY created_at DESC, id DESC LIMIT $2
"""  # noqa: S608 - column names
NEWEST, OLDER = OF_REPORTER.format(after=""), OF_REPORTER.format(after="AND (created_at, id) < ($3, $4)")
ADD = f"""
    INSERT INTO reports ({", ".join(REPORT)}) VALUES ({", ".join(f"${place}" for place in range(1, len(REPORT) + 1))})
"""  # noqa: S608 - column names
FIND_ROW = f"SELECT {', '.join(REPORT)} FROM reports WHERE id = $1"  # noqa: S608 - column names
ACQUIRE = f"{FIND_ROW} FOR UPDATE"
ACQUIRE_OPEN = f"""
    SELECT {", ".join(REPORT)} FROM reports WHERE session_id = $1 AND resolved_at IS NULL ORDER BY id FOR UPDATE
"""  # noqa: S608 - column names
SAVE = "UPDATE reports SET resolution = $2, resolved_at = $3, resolved_by = $4, note = $5 WHERE id = $1"


class PostgresReportQueue:
    """`ReportQueue` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, report_id: UUID) -> ReportDetails | None:
        row = await self._database.fetchrow(FIND, report_id)
        return _details(row) if row else None

    async def list_open(self, limit: int, offset: int) -> tuple[ReportDetails, ...]:
        return _all_details(await self._database.fetch(LIST_OPEN, limit, offset))

    async def count_open(self) -> int:
        row = await self._database.fetchrow(COUNT_OPEN)
        return int(row["n"]) if row else 0

    async def of_session(self, session_id: UUID, limit: int) -> tuple[ReportDetails, ...]:
        return _all_details(await self._database.fetch(OF_SESSION, session_id, limit))

    async def of_reporter(self, user_id: UUID, limit: int, after: str | None) -> Page[Report]:
        if after is None:
            rows = await self._database.fetch(NEWEST, user_id, limit + 1)
        else:
            created_at, last = json.loads(after)
            moment = datetime.fromisoformat(created_at)
            rows = await self._database.fetch(OLDER, user_id, limit + 1, moment, UUID(last))
        items = tuple(Report(**row) for row in rows[:limit])
        position = json.dumps([items[-1].created_at.isoformat(), str(items[-1].id)]) if len(rows) > limit else None
        return Page(items, position)


class PostgresReports:
    """`Reports` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, report: Report) -> None:
        await self._connection.execute(ADD, *(getattr(report, name) for name in REPORT))

    async def find(self, report_id: UUID) -> Report | None:
        row = await self._connection.fetchrow(FIND_ROW, report_id)
        return Report(**row) if row else None

    async def acquire(self, report_id: UUID) -> Report:
        row = await self._connection.fetchrow(ACQUIRE, report_id)
        if row is None:
            raise NotFound
        return Report(**row)

    async def acquire_open(self, session_id: UUID) -> tuple[Report, ...]:
        return tuple(Report(**row) for row in await self._connection.fetch(ACQUIRE_OPEN, session_id))

    async def save(self, report: Report) -> None:
        resolution = (report.resolution, report.resolved_at, report.resolved_by, report.note)
        await self._connection.execute(SAVE, report.id, *resolution)


def _all_details(rows: Rows) -> tuple[ReportDetails, ...]:
    return tuple(_details(row) for row in rows)


def _details(row: asyncpg.Record) -> ReportDetails:
    return ReportDetails(
        **{name: row[name] for name in REPORT},
        session_details=reported_session(row),
        reporter_details=contact(*row["reporter"]),
    )
