"""Reporting a session to the staff."""

from uuid import UUID

from marketplace.core.entities.fields import require
from marketplace.core.entities.idempotency import IdempotencyKey
from marketplace.core.entities.reports import Report, ReportReason
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import NotFound, OwnSession
from marketplace.core.ports.reports import ReportQueue
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.idempotency import Made, once


class ReportService:
    """Reports. Everybody is heard once about a session, so nobody can flood the queue with one."""

    def __init__(self, *, unit_of_work: UnitOfWork, queue: ReportQueue, clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock
        self._ids = ids

    async def report(
        self, caller: Caller, session_id: UUID, reason: ReportReason, text: str, *, key: IdempotencyKey | None = None
    ) -> Made[Report]:
        """Tell the staff of a session. Raises `Invalid`, `NotFound`, `OwnSession`, `AlreadyReported`, `KeyReused`."""
        report = Report(
            id=self._ids.new(),
            session_id=session_id,
            reporter_id=caller.user_id,
            reason=reason,
            text=text,
            created_at=self._clock.now(),
        )
        require(report.validate())

        async def effect(tx: Transaction) -> Report:
            session = await tx.sessions.find(session_id)
            if session is None or not session.visible_to(caller):
                raise NotFound
            if session.creator_id == caller.user_id:
                raise OwnSession("You cannot report your own session.")
            await tx.reports.add(report)
            return report

        return await once(self._unit_of_work, effect, self._read, key=key, thing_id=report.id, now=report.created_at)

    async def _read(self, report_id: UUID) -> Report:
        found = await self._queue.find(report_id)
        if found is None:
            raise NotFound
        return found
