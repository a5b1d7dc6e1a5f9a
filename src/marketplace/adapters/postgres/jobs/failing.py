"""Jobs that keep failing."""

import asyncpg

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.core.domain.failing_jobs import FAILING_AFTER, FailingJob

IS_FAILING = f"attempts >= {FAILING_AFTER}"
"""The predicate of the index `ix_jobs_failing`."""
FAILING = f"""
    SELECT id, kind AS name, subject, attempts, fault, failed_at, run_at AS next_at,
        coalesce(locked_until > now(), false) AS is_under_way
    FROM jobs WHERE {IS_FAILING}
"""  # noqa: S608 - constant text
# One page, most failures first.
PAGE = f"{FAILING} ORDER BY attempts DESC, id LIMIT $1 OFFSET $2"
COUNT = f"SELECT count(*) AS n FROM jobs WHERE {IS_FAILING}"  # noqa: S608 - constant text


class PostgresFailingJobs:
    """`FailingJobs` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, limit: int, offset: int) -> tuple[FailingJob, ...]:
        return tuple(failing_job(row) for row in await self._database.fetch(PAGE, limit, offset))

    async def count(self) -> int:
        row = await self._database.fetchrow(COUNT)
        return int(row["n"]) if row else 0


def failing_job(row: asyncpg.Record) -> FailingJob:
    """Convert a row of `FAILING`."""
    return FailingJob(**row)
