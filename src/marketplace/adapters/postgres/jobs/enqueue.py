"""Jobs in a transaction.

No statement here uses NOTIFY: PostgreSQL serializes the commits of transactions that do. Workers poll.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.jobs.failing import FAILING, failing_job
from marketplace.core.domain.failing_jobs import FailingJob
from marketplace.core.errors import NotFound
from marketplace.core.ports.jobs import Job

# Add jobs; skip a chore that is already queued.
ENQUEUE = """
    INSERT INTO jobs (kind, subject, run_at, dedupe_key)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[])
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING
"""
# Add a job if an earlier CTE of the same statement has a row.
ENQUEUED_WITH = """
    queued AS (
        INSERT INTO jobs (kind, subject, run_at)
        SELECT ${}::text, ${}::uuid, ${}::timestamptz FROM {part} WHERE ${}::text IS NOT NULL)
"""
# Lock one job that keeps failing.
ACQUIRE_FAILING = f"{FAILING} AND id = $1 FOR NO KEY UPDATE"
# Make a job due.
RUN_NOW = "UPDATE jobs SET run_at = $2 WHERE id = $1"


class PostgresJobs:
    """`Jobs` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def enqueue(self, *jobs: Job) -> None:
        if jobs:
            await self._connection.execute(ENQUEUE, *enqueued_values(jobs))

    async def acquire_failing(self, job_id: int) -> FailingJob:
        row = await self._connection.fetchrow(ACQUIRE_FAILING, job_id)
        if row is None:
            raise NotFound
        return failing_job(row)

    async def run_now(self, job_id: int, now: datetime) -> None:
        await self._connection.execute(RUN_NOW, job_id, now)


def enqueued_values(jobs: Sequence[Job]) -> tuple[list[object], ...]:
    """Return the arguments of `ENQUEUE`."""
    kinds: list[object] = [job.kind for job in jobs]
    return kinds, [job.subject for job in jobs], [job.run_at for job in jobs], [_dedupe_key(job) for job in jobs]


def enqueued_with(part: str, first: int) -> str:
    """Return a CTE that enqueues a job if the CTE `part` has a row; its values start at `$first`."""
    return ENQUEUED_WITH.format(first, first + 1, first + 2, first, part=part)


def job_values(job: Job | None) -> tuple[str | None, UUID | None, datetime | None]:
    """Return the values of `enqueued_with`; three NULLs enqueue nothing."""
    return (None, None, None) if job is None else (job.kind, job.subject, job.run_at)


def _dedupe_key(job: Job) -> str | None:
    # the format of the previous release, so that a chore it enqueued is not added twice
    return f"{job.kind} {job.run_at.isoformat()}" if job.subject is None else None
