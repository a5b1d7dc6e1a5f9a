"""Reports about sessions."""

from typing import Protocol
from uuid import UUID

from marketplace.core.domain.pages import Page
from marketplace.core.domain.reports import Report, ReportDetails


class ReportQueue(Protocol):
    """Reads of reports, one statement each, outside a transaction."""

    async def find(self, report_id: UUID) -> ReportDetails | None:
        """Return the report, open or resolved, or `None`."""
        ...

    async def list_open(self, limit: int, offset: int) -> tuple[ReportDetails, ...]:
        """Return open reports, oldest first, after the first `offset`."""
        ...

    async def count_open(self) -> int: ...

    async def of_session(self, session_id: UUID, limit: int) -> tuple[ReportDetails, ...]:
        """Return the reports about a session, open or resolved, newest first."""
        ...

    async def of_reporter(self, user_id: UUID, limit: int, after: str | None) -> Page[Report]:
        """Return a page of the reports that a person made, newest first, ties by descending ID."""
        ...


class Reports(Protocol):
    """Reports within a transaction. If their session is locked too, lock it first."""

    async def add(self, report: Report) -> None:
        """Insert a report. Raises `AlreadyReported` if this user reported this session before, resolved or not."""
        ...

    async def find(self, report_id: UUID) -> Report | None:
        """Return the report, not locked, or `None`."""
        ...

    async def acquire(self, report_id: UUID) -> Report:
        """Return the report, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def acquire_open(self, session_id: UUID) -> tuple[Report, ...]:
        """Return the open reports about a session by ID, locked until the transaction ends."""
        ...

    async def save(self, report: Report) -> None:
        """Update the resolution."""
        ...
