"""The job queue of the workers: a lease on a row of `jobs`.

`locked_by` is a fencing token: a worker whose lease ran out cannot change a job that another worker has claimed. Claims
and renewals update no indexed column.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.core.ports.jobs import WORKER_LOST, ClaimedJob

# Lease the jobs that are due longest and have no valid lease. An expired lease counts as a failure.
CLAIM = f"""
    WITH due AS (
        SELECT id FROM jobs
        WHERE run_at <= $3 AND kind = ANY($2) AND (locked_until IS NULL OR locked_until <= now())
        ORDER BY run_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)
    UPDATE jobs j SET locked_by = $1, locked_until = now() + $5::interval,
        attempts = attempts + (locked_until IS NOT NULL)::int,
        fault = CASE WHEN locked_until IS NULL THEN fault ELSE '{WORKER_LOST}' END,
        failed_at = coalesce(locked_until, failed_at)
    FROM due WHERE j.id = due.id
    RETURNING j.id, j.kind, j.subject, j.run_at, j.attempts
"""  # noqa: S608 - constant text
# Extend the leases of a worker.
RENEW = "UPDATE jobs SET locked_until = now() + $3::interval WHERE locked_by = $1 AND id = ANY($2::bigint[])"
# Remove finished jobs.
FINISH = "DELETE FROM jobs WHERE locked_by = $1 AND id = ANY($2::bigint[])"
# Count a failure and reschedule the job.
RETRY = """
    UPDATE jobs SET run_at = $3, attempts = attempts + 1, fault = $4, failed_at = $5, locked_by = NULL,
        locked_until = NULL
    WHERE locked_by = $1 AND id = $2
"""
# End leases early.
RELEASE = "UPDATE jobs SET locked_by = NULL, locked_until = NULL WHERE locked_by = $1 AND id = ANY($2::bigint[])"

WORKERS_OWN = PoolLimits(min_size=0, max_size=1)
"""A worker has its own connection, so that no handler or request can block the renewal of its leases."""


async def connect_worker(dsn: str, limits: PoolLimits = WORKERS_OWN) -> Database:
    """Open a pool for one worker. The first statement connects."""
    return await connect(dsn, limits, application_name="marketplace worker")


class PostgresJobQueue:
    """`JobQueue` over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, worker: UUID, kinds: Collection[str], *, now: datetime, limit: int, lease: timedelta
    ) -> tuple[ClaimedJob, ...]:
        rows = await self._database.fetch(CLAIM, worker, list(kinds), now, limit, lease)
        return tuple(sorted((ClaimedJob(**row) for row in rows), key=lambda job: (job.run_at, job.id)))

    async def renew(self, worker: UUID, job_ids: Collection[int], lease: timedelta) -> None:
        await self._database.fetch(RENEW, worker, list(job_ids), lease)

    async def finish(self, worker: UUID, job_ids: Collection[int]) -> None:
        await self._database.fetch(FINISH, worker, list(job_ids))

    async def retry(self, worker: UUID, job_id: int, *, run_at: datetime, fault: str, now: datetime) -> None:
        await self._database.fetch(RETRY, worker, job_id, run_at, fault, now)

    async def release(self, worker: UUID, job_ids: Collection[int]) -> None:
        await self._database.fetch(RELEASE, worker, list(job_ids))
