"""The dashboard, and failing jobs."""

from marketplace.core.domain.audit import Target, TargetKind
from marketplace.core.domain.dashboards import Dashboard, DashboardWindow
from marketplace.core.domain.failing_jobs import FailingJob
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.dashboards import Dashboards
from marketplace.core.ports.jobs import FailingJobs
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_staff

MAX_JOB_ID = 2**63 - 1
"""Maximum of the ID column (bigint)."""
SUBJECTS: dict[str, TargetKind] = {
    "attend_booking": "booking",
    "run_bulk": "bulk_run",
    "settle_booking": "booking",
    "settle_payment": "payment",
}
"""Kind of the audit log target of a job's subject; other jobs have none."""


class DashboardService:
    """Dashboard numbers and failing jobs."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        dashboards: Dashboards,
        failing_jobs: FailingJobs,
        users: UserDirectory,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._dashboards = dashboards
        self._failing_jobs = failing_jobs
        self._users = users
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def find(self, staff: Principal, days: int) -> Dashboard:
        """Return the numbers of the last `days` days, in the time zone of the staff member's profile."""
        account = await self._users.get(staff.user_id)
        return await self._dashboards.find(DashboardWindow.at(self._clock.now(), days, account.time_zone))

    async def failing_jobs(self, limit: int, offset: int) -> tuple[tuple[FailingJob, ...], int]:
        """Return a page of failing jobs, most failures first, and their total."""
        return await self._failing_jobs.page(limit, offset), await self._failing_jobs.count()

    async def retry_job(self, staff: Principal, job_id: int) -> None:
        """Retry a failing job now. Raises `NotFound`, `IllegalTransition`."""
        if job_id > MAX_JOB_ID:
            raise NotFound

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await acquire_staff(tx, staff)
                job = await tx.jobs.acquire_failing(job_id)
                now = self._clock.now()
                job.require_not_due(now)
                await tx.jobs.run_now(job_id, now)
                kind = SUBJECTS.get(job.name)
                target: Target | None = (kind, job.subject) if kind and job.subject else None
                changes = {"job": job.name, "subject": None if job.subject is None else str(job.subject)}
                change = ({"attempts": job.attempts}, changes)
                await self._audit.write(tx, staff, "job_retried", target, change)

        await with_retries(operation)
