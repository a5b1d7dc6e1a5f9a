"""Jobs in pgqueuer's table.

Written by a statement of ours: pgqueuer's own takes a delay after the database's clock where a job has an instant, and
writes to its log under the locks of a booking. The columns are those of migration 0003; this module does not load
pgqueuer, which takes half a second that only a worker needs to spend.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.jobs.failing import ACQUIRE as ACQUIRE_FAILING
from marketplace.adapters.postgres.jobs.failing import PUT_BACK, RUN_NOW, failing_job, subject_of
from marketplace.core.domain.failing_jobs import FailingJob
from marketplace.core.errors import NotFound
from marketplace.core.ports.jobs import Job, JobKind

ENQUEUE = """
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
    SELECT 0, kind, subject, run_at, chore, 'queued'
    FROM unnest($1::text[], $2::bytea[], $3::timestamptz[], $4::text[]) AS job (kind, subject, run_at, chore)
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
"""
ENQUEUED_WITH = """
    queued AS (
        INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)
        SELECT 0, ${}::text, ${}::bytea, ${}::timestamptz, 'queued' FROM {part} WHERE ${}::text IS NOT NULL)
"""
TAKE_DUE = """
    DELETE FROM pgqueuer WHERE id = (
        SELECT id FROM pgqueuer WHERE status = 'queued' AND execute_after <= $1 AND entrypoint = ANY($2)
        ORDER BY execute_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING entrypoint, payload, execute_after, attempts
"""


class PostgresJobs:
    """`Jobs` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def enqueue(self, *jobs: Job) -> None:
        """See the port."""
        if jobs:
            await self._connection.execute(
                ENQUEUE,
                [job.kind for job in jobs],
                [payload_of(job.subject) for job in jobs],
                [job.run_at for job in jobs],
                [_chore(job) for job in jobs],
            )

    async def take_due(self, now: datetime, kinds: Collection[str]) -> Job | None:
        """See the port."""
        row = await self._connection.fetchrow(TAKE_DUE, now, list(kinds))
        if row is None:
            return None
        kind = cast("JobKind", row["entrypoint"])
        return Job(kind=kind, subject=subject_of(row["payload"]), run_at=row["execute_after"], attempts=row["attempts"])

    async def put_back(self, job: Job, run_at: datetime, fault: str, now: datetime) -> None:
        """See the port."""
        again = replace(job, run_at=run_at, attempts=job.attempts + 1)
        values = (again.kind, payload_of(again.subject), run_at, _chore(again), again.attempts)
        await self._connection.execute(PUT_BACK, *values, now, fault)

    async def acquire_failing(self, job_id: int) -> FailingJob:
        """See the port."""
        row = await self._connection.fetchrow(ACQUIRE_FAILING, job_id)
        if row is None:
            raise NotFound
        return failing_job(row)

    async def run_now(self, job_id: int, now: datetime) -> None:
        """See the port."""
        await self._connection.execute(RUN_NOW, job_id, now)


def enqueued_with(part: str, first: int) -> str:
    """A part of a statement that enqueues a job if an earlier part has a row; its values are at `$first` and on."""
    return ENQUEUED_WITH.format(first, first + 1, first + 2, first, part=part)


def job_values(job: Job | None) -> tuple[object, ...]:
    """The three values that a statement enqueues a job with a subject by, or none."""
    return (None, None, None) if job is None else (job.kind, payload_of(job.subject), job.run_at)


def payload_of(subject: UUID | None) -> bytes | None:
    """A subject as pgqueuer keeps it."""
    return None if subject is None else subject.bytes


def _chore(job: Job) -> str | None:
    return f"{job.kind} {job.run_at.isoformat()}" if job.subject is None else None
