"""The services of the back office, and readers of the audit log."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from uuid_utils.compat import uuid7

from builders import Services, as_a
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.core.domain.audit import AuditEntry, Target
from marketplace.core.domain.failing_jobs import FAILING_AFTER, FailingJob
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bookings import BookingAdminService
from marketplace.core.services.admin.bulk import BulkService
from marketplace.core.services.admin.bulk_runner import BulkActors, BulkRunner
from marketplace.core.services.admin.dashboards import DashboardService
from marketplace.core.services.admin.impersonation import ImpersonationService
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.admin.users import UserAdminService
from marketplace.core.services.password_resets import ResetService
from marketplace.core.services.reports import ReportService


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffServices:
    """All services of the back office over one storage."""

    clock: MovableClock
    users: UserAdminService
    resets: ResetService
    impersonations: ImpersonationService
    sessions: SessionAdminService
    bookings: BookingAdminService
    reports: ReportService
    actors: BulkActors
    bulk: BulkService
    runner: BulkRunner
    dashboards: DashboardService

    async def run(self, storage: Storage) -> int:
        """Run the due bulk jobs; return how many succeeded."""
        return await run_due(storage.job_queue, self.clock.now(), {"run_bulk": self.runner.run})


def staff_over(services: Services) -> StaffServices:
    return StaffServices(
        clock=services.clock,
        users=services.user_admin,
        resets=services.resets,
        impersonations=services.impersonations,
        sessions=services.session_admin,
        bookings=services.booking_admin,
        reports=services.reports,
        actors=services.bulk_actors,
        bulk=services.bulk,
        runner=services.bulk_runner,
        dashboards=services.dashboards,
    )


def an_entry(**changes: Any) -> AuditEntry:
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "at": NOW,
        "actor_id": uuid7(),
        "as_id": None,
        "address": "192.0.2.7",
        "agent": "a browser",
        "action": "activated",
        "target_kind": "user",
        "target_id": uuid7(),
        "before": {"is_active": False},
        "after": {"is_active": True},
        "reason": "",
    }
    return AuditEntry(**defaults | changes)


FAR = NOW + timedelta(days=9)
"""A time at which every job of a test is due."""


async def a_failing_job(storage: Storage, fault: str = "Trouble") -> FailingJob:
    """Store a job that failed often enough to be listed, last at `NOW`, with its retry an hour later."""
    subject, worker, queue = uuid7(), uuid7(), storage.job_queue
    async with storage.unit_of_work() as tx:
        await tx.jobs.enqueue(Job(kind="attend_booking", subject=subject, run_at=NOW))
    for _ in range(FAILING_AFTER):
        claimed = await queue.claim(worker, ["attend_booking"], now=FAR, limit=999, lease=timedelta(minutes=1))
        for job in claimed:
            if job.subject == subject:
                await queue.retry(worker, job.id, run_at=NOW + timedelta(hours=1), fault=fault, now=NOW)
        await queue.release(worker, [job.id for job in claimed if job.subject != subject])
    (found,) = [each for each in await storage.failing_jobs.page(100, 0) if each.subject == subject]
    return found


async def logged(storage: Storage, target: Target | None = None, maximum: int = 100) -> list[AuditEntry]:
    """Return the audit entries of a target, or all, oldest first."""
    return [as_a(AuditEntry, entry) for entry in reversed(await storage.audit.newest(maximum, target))]
