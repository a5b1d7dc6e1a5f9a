"""Jobs that keep failing, in pgqueuer's tables: the queue has how often, its log has why.

Like `jobs`, this does not load pgqueuer.
"""

from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.core.domain.failing_jobs import FAILING_AFTER, FailingJob

IS_FAILING = f"attempts >= {FAILING_AFTER}"
"""As the index `ix_pgqueuer_failing` has it."""
FAILING = f"""
    SELECT q.id, q.entrypoint AS name, q.payload, q.attempts, q.execute_after AS next_at,
        q.status = 'picked' AS is_under_way, seen.fault, seen.failed_at
    FROM pgqueuer q LEFT JOIN LATERAL (
        SELECT traceback -> 'additional_context' ->> 'reason' AS fault, created AS failed_at FROM pgqueuer_log l
        WHERE l.job_id = q.id AND l.traceback IS NOT NULL ORDER BY created DESC LIMIT 1) AS seen ON true
    WHERE q.{IS_FAILING}
"""  # noqa: S608 - constant text
PAGE = f"{FAILING} ORDER BY q.attempts DESC, q.id LIMIT $1 OFFSET $2"
COUNT = f"SELECT count(*) AS n FROM pgqueuer WHERE {IS_FAILING}"  # noqa: S608 - constant text
ACQUIRE = f"{FAILING} AND q.id = $1 FOR NO KEY UPDATE OF q"
RUN_NOW = "UPDATE pgqueuer SET execute_after = $2 WHERE id = $1"
PUT_BACK = """
    WITH back AS (
        INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status, attempts)
        VALUES (0, $1, $2, $3, $4, 'queued', $5)
        ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
        RETURNING id, entrypoint, priority)
    INSERT INTO pgqueuer_log (created, job_id, status, entrypoint, priority, traceback)
    SELECT $6, id, 'queued', entrypoint, priority,
        jsonb_build_object('additional_context', jsonb_build_object('reason', $7::text))
    FROM back
"""


def subject_of(payload: bytes | None) -> UUID | None:
    """A subject, from the bytes that pgqueuer keeps."""
    return None if payload is None else UUID(bytes=payload)


class PostgresFailingJobs:
    """`FailingJobs` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, limit: int, offset: int) -> tuple[FailingJob, ...]:
        """See the port."""
        return tuple(failing_job(row) for row in await self._database.fetch(PAGE, limit, offset))

    async def count(self) -> int:
        """See the port."""
        row = await self._database.fetchrow(COUNT)
        return int(row["n"]) if row else 0


def failing_job(row: asyncpg.Record) -> FailingJob:
    """The job of a row of `FAILING`."""
    changes = dict(row)
    return FailingJob(subject=subject_of(changes.pop("payload")), **changes)
