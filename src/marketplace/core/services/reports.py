"""Reporting sessions to staff."""

from uuid import UUID

from marketplace.core.domain.fields import require
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.reports import Report, ReportReason
from marketplace.core.errors import NotFound, OwnSession
from marketplace.core.ports.reports import ReportQueue
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.rights import acquire_principal
from marketplace.core.services.visibility import require_visible


class ReportService:
    """Reports. Each user can report a session once, and a bounded number a day, so no one can flood the queue."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, queue: ReportQueue, counts: PersonalCounts, clock: Clock, ids: Ids
    ) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._counts = counts
        self._clock = clock
        self._ids = ids

    async def report(
        self,
        principal: Principal,
        session_id: UUID,
        reason: ReportReason,
        text: str,
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[Report]:
        """Report a session.

        Raises `Invalid`, `RateLimited`, `NotFound`, `OwnSession`, `AlreadyReported`, `KeyReused`.
        """
        report = Report(
            id=self._ids.new(),
            session_id=session_id,
            reporter_id=principal.user_id,
            reason=reason,
            text=text,
            created_at=self._clock.now(),
        )
        require(report.validate())
        await self._counts.report(principal.user_id)

        async def operation(tx: Transaction) -> Report:
            session = await tx.sessions.find(session_id)
            if session is None:
                raise NotFound
            await require_visible(session, await acquire_principal(tx, principal), tx.bookings)
            if session.creator_id == principal.user_id:
                raise OwnSession("You can't report your own session.")
            await tx.reports.add(report)
            return report

        return await idempotently(
            self._unit_of_work, operation, self._read, key=key, resource_id=report.id, now=report.created_at
        )

    async def _read(self, report_id: UUID) -> Report:
        found = await self._queue.find(report_id)
        if found is None:
            raise NotFound
        return found
