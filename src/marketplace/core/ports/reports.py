"""Reports of sessions."""

from typing import Protocol
from uuid import UUID

from marketplace.core.domain.reports import Report, ReportDetails


class ReportQueue(Protocol):
    """Reports as they are read, one statement each, outside a transaction."""

    async def find(self, report_id: UUID) -> ReportDetails | None:
        """The report, open or not, or `None`."""
        ...

    async def list_open(self, limit: int, offset: int) -> tuple[ReportDetails, ...]:
        """Open reports, the oldest first, after the first `offset` of them."""
        ...

    async def count_open(self) -> int:
        """How many reports are open."""
        ...

    async def of_session(self, session_id: UUID, limit: int) -> tuple[ReportDetails, ...]:
        """What was reported of a session, open or not, the newest first."""
        ...


class Reports(Protocol):
    """Reports within a transaction. Where their session is acquired too, it comes first."""

    async def add(self, report: Report) -> None:
        """Insert. Raises `AlreadyReported` when this person has reported this session before, whatever came of it."""
        ...

    async def find(self, report_id: UUID) -> Report | None:
        """The report as it is now, not locked, or `None`."""
        ...

    async def acquire(self, report_id: UUID) -> Report:
        """The report, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def acquire_open(self, session_id: UUID) -> tuple[Report, ...]:
        """The open reports of a session, by id, locked until the transaction ends."""
        ...

    async def save(self, report: Report) -> None:
        """Update its resolution."""
        ...
