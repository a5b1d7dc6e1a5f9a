"""Jobs in pgqueuer's table.

Written by a statement of ours: pgqueuer's own takes a delay after the database's clock where a job has an instant, and
writes to its log under the locks of a booking. The columns are those of migration 0003; this module does not load
pgqueuer, which takes half a second that only a worker needs to spend.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from marketplace.adapters.postgres.pool import Connection
from marketplace.core.ports.jobs import Job, JobKind

INSERT = """
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
    SELECT 0, kind, subject, run_at, chore, 'queued'
    FROM {jobs} AS job (kind, subject, run_at, chore) {condition}
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
"""
JOBS = "unnest(${}::text[], ${}::bytea[], ${}::timestamptz[], ${}::text[])"
ENQUEUE = INSERT.format(jobs=JOBS.format(1, 2, 3, 4), condition="")
TAKE_DUE = """
    DELETE FROM pgqueuer WHERE id = (
        SELECT id FROM pgqueuer WHERE status = 'queued' AND execute_after <= $1 AND entrypoint = ANY($2)
        ORDER BY execute_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING entrypoint, payload, execute_after
"""


class PostgresJobs:
    """`Jobs` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def enqueue(self, *jobs: Job) -> None:
        """See the port."""
        if jobs:
            await self._connection.execute(ENQUEUE, *values_of(jobs))

    async def take_due(self, now: datetime, kinds: Collection[str]) -> Job | None:
        """See the port."""
        row = await self._connection.fetchrow(TAKE_DUE, now, list(kinds))
        if row is None:
            return None
        kind = cast("JobKind", row["entrypoint"])
        return Job(kind=kind, subject=subject_of(row["payload"]), run_at=row["execute_after"])


def enqueued_with(part: str, first: int) -> str:
    """A part of a statement that enqueues jobs if an earlier part has a row; their values are at `$first` and on."""
    jobs = JOBS.format(*range(first, first + 4))
    return f"queued AS ({INSERT.format(jobs=jobs, condition=f'WHERE EXISTS (SELECT FROM {part})')})"


def values_of(jobs: Sequence[Job]) -> tuple[object, ...]:
    """The four values that a statement enqueues jobs by."""
    return (
        [job.kind for job in jobs],
        [payload_of(job.subject) for job in jobs],
        [job.run_at for job in jobs],
        [_chore(job) for job in jobs],
    )


def payload_of(subject: UUID | None) -> bytes | None:
    """A subject as pgqueuer keeps it."""
    return None if subject is None else subject.bytes


def subject_of(payload: bytes | None) -> UUID | None:
    """And back."""
    return None if payload is None else UUID(bytes=payload)


def _chore(job: Job) -> str | None:
    return f"{job.kind} {job.run_at.isoformat()}" if job.subject is None else None
