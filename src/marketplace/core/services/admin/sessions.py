"""Moderating sessions. Edits on a creator's behalf are in `SessionService`, by the creator's rules."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.audit import AuditAction, AuditDetails, differences
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.fields import OptionalStaffReason, StaffReason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.reports import REPORT_FIELDS, Report, ReportDetails, Resolution
from marketplace.core.domain.sessions import SESSION_FIELDS, SessionDetails
from marketplace.core.domain.waitlist import WaitlistDetails
from marketplace.core.errors import NotFound
from marketplace.core.ports.audit import AuditLogReader
from marketplace.core.ports.reports import ReportQueue
from marketplace.core.ports.sessions import Catalog
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.waitlist import Waitlists
from marketplace.core.services.admin.users import MAX_LOG
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.events import record_change
from marketplace.core.services.idempotency import Outcome, idempotently, no_replay
from marketplace.core.services.rights import acquire_staff
from marketplace.core.services.waitlist_lines import close_session

MAX_REPORTS = 50
"""Reports shown with a session."""


class SessionAdminService:
    """Hides, restores and features sessions, and resolves reports."""

    def __init__(  # noqa: PLR0913 - one argument per port
        self,
        *,
        unit_of_work: UnitOfWork,
        catalog: Catalog,
        queue: ReportQueue,
        audit_log: AuditLogReader,
        waitlists: Waitlists,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._catalog = catalog
        self._queue = queue
        self._audit_log = audit_log
        self._waitlists = waitlists
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def get(self, session_id: UUID) -> CatalogSession:
        """Return a session in any state, without its private details. Raises `NotFound`."""
        found = await self._catalog.find(session_id, self._clock.now())
        if found is None:
            raise NotFound
        return found.seen_by(None)

    async def reports(self, session_id: UUID) -> tuple[ReportDetails, ...]:
        """Return the latest reports about a session, newest first."""
        return _shown(await self._queue.of_session(session_id, MAX_REPORTS))

    async def log(self, session_id: UUID) -> tuple[AuditDetails, ...]:
        """Return the latest audit log entries of a session, newest first."""
        return await self._audit_log.newest(MAX_LOG, ("session", session_id))

    async def waitlist(self, session_id: UUID, limit: int, after: str | None) -> Page[WaitlistDetails]:
        """Return a page of who waits for a session, by start and place in line. Raises `NotFound`."""
        found = await self.get(session_id)
        return await self._waitlists.open_of_creator(found.creator_id, limit, after, session_id)

    async def hide(
        self, staff: Principal, session_id: UUID, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[CatalogSession]:
        """Hide a session from everyone but its creator, who sees the reason, and resolve its open reports.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `KeyReused`.
        """
        require(validate_field("reason", StaffReason, reason))

        async def operation(tx: Transaction) -> None:
            await self.hide_within(tx, staff, session_id, reason)

        return await self._idempotently(session_id, operation, key)

    async def restore(
        self, staff: Principal, session_id: UUID, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[CatalogSession]:
        """Restore a hidden session. Raises `Invalid`, `NotFound`, `IllegalTransition`, `KeyReused`."""
        return await self._moderate(staff, session_id, self.restore_within, reason, key)

    async def restore_within(self, tx: Transaction, staff: Principal, session_id: UUID, reason: str) -> None:
        """Restore within the caller's transaction."""
        await self._step(tx, staff, session_id, "session_restored", lambda session, _: session.restored(), reason)

    async def feature(
        self, staff: Principal, session_id: UUID, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[CatalogSession]:
        """Feature a session on the front page.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `NotListed`, `KeyReused`.
        """
        return await self._moderate(staff, session_id, self.feature_within, reason, key)

    async def feature_within(self, tx: Transaction, staff: Principal, session_id: UUID, reason: str) -> None:
        """Feature within the caller's transaction."""
        await self._step(tx, staff, session_id, "session_featured", lambda session, now: session.featured(now), reason)

    async def unfeature(
        self, staff: Principal, session_id: UUID, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[CatalogSession]:
        """Remove a session from the front page. Raises `Invalid`, `NotFound`, `IllegalTransition`, `KeyReused`."""
        return await self._moderate(staff, session_id, self.unfeature_within, reason, key)

    async def unfeature_within(self, tx: Transaction, staff: Principal, session_id: UUID, reason: str) -> None:
        """Unfeature within the caller's transaction."""
        await self._step(tx, staff, session_id, "session_unfeatured", lambda session, _: session.unfeatured(), reason)

    async def open_reports(self, limit: int, offset: int) -> tuple[tuple[ReportDetails, ...], int]:
        """Return a page of open reports, oldest first, and their total."""
        return _shown(await self._queue.list_open(limit, offset)), await self._queue.count_open()

    async def resolve(
        self,
        staff: Principal,
        report_id: UUID,
        resolution: Resolution,
        note: str,
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[ReportDetails]:
        """Dismiss a report, or hide its session with the note as the reason, which resolves all its open reports.

        Raises `Invalid`, `NotFound`, `IllegalTransition`, `KeyReused`.
        """
        require(
            validate_field("resolution", Resolution, resolution),
            validate_field("reason", StaffReason, note),
        )

        async def operation(tx: Transaction) -> None:
            if resolution == "dismissed":
                await acquire_staff(tx, staff)
                await self._settle(tx, staff, await tx.reports.acquire(report_id), resolution, note)
                return
            # not locked yet, since sessions are locked before reports
            report = await tx.reports.find(report_id)
            if report is None:
                raise NotFound
            report.require_open()
            await self.hide_within(tx, staff, report.session_id, note)

        now = self._clock.now()
        created = await idempotently(self._unit_of_work, operation, no_replay, key=key, resource_id=report_id, now=now)
        return Outcome(await self._report(report_id), is_replay=created.is_replay)

    async def _report(self, report_id: UUID) -> ReportDetails:
        found = await self._queue.find(report_id)
        if found is None:
            raise NotFound
        return _shown([found])[0]

    async def hide_within(self, tx: Transaction, staff: Principal, session_id: UUID, reason: str) -> None:
        """Hide within the caller's transaction."""
        before, now = await tx.sessions.acquire(session_id), self._clock.now()
        await acquire_staff(tx, staff)
        session = before.hidden(reason, now)
        await close_session(tx, session_id, now)
        await tx.sessions.save(session)
        await record_change(tx, staff, before, session, now)
        change = differences(before, session, SESSION_FIELDS)
        await self._audit.write(tx, staff, "session_hidden", ("session", session_id), change, reason)
        for report in await tx.reports.acquire_open(session_id):
            await self._settle(tx, staff, report, "hidden", reason)

    async def _settle(
        self, tx: Transaction, staff: Principal, report: Report, resolution: Resolution, note: str
    ) -> None:
        settled = report.resolved(resolution, staff.user_id, note, self._clock.now())
        await tx.reports.save(settled)
        action: AuditAction = "report_dismissed" if resolution == "dismissed" else "report_upheld"
        change = differences(report, settled, REPORT_FIELDS)
        await self._audit.write(tx, staff, action, ("report", report.id), change, note)

    async def _step(
        self,
        tx: Transaction,
        staff: Principal,
        session_id: UUID,
        action: AuditAction,
        rule: Callable[[SessionDetails, datetime], SessionDetails],
        reason: str,
    ) -> None:
        before, now = await tx.sessions.acquire(session_id), self._clock.now()
        await acquire_staff(tx, staff)
        session = rule(before, now)
        await tx.sessions.save(session)
        await record_change(tx, staff, before, session, now)
        change = differences(before, session, SESSION_FIELDS)
        await self._audit.write(tx, staff, action, ("session", session_id), change, reason)

    async def _moderate(
        self,
        staff: Principal,
        session_id: UUID,
        step: Callable[[Transaction, Principal, UUID, str], Awaitable[None]],
        reason: str,
        key: IdempotencyKey | None,
    ) -> Outcome[CatalogSession]:
        require(validate_field("reason", OptionalStaffReason, reason))

        async def operation(tx: Transaction) -> None:
            await step(tx, staff, session_id, reason)

        return await self._idempotently(session_id, operation, key)

    async def _idempotently(
        self,
        session_id: UUID,
        operation: Callable[[Transaction], Awaitable[None]],
        key: IdempotencyKey | None,
    ) -> Outcome[CatalogSession]:
        now = self._clock.now()
        created = await idempotently(self._unit_of_work, operation, no_replay, key=key, resource_id=session_id, now=now)
        return Outcome(await self.get(session_id), is_replay=created.is_replay)


def _shown(reports: Iterable[ReportDetails]) -> tuple[ReportDetails, ...]:
    """Return reports without the private details of their sessions."""
    return tuple(replace(each, session_details=each.session_details.seen_by(None)) for each in reports)
