"""Who is in the way of a statement that waits for a lock. Only a connection beside it can ask."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import asyncpg

from marketplace.adapters.postgres.connection.errors import DRIVER_ERRORS, UNREACHABLE

LOG = logging.getLogger(__name__)

LOG_INTERVAL = 10.0
"""Seconds of one wait between two lines of the log."""
# not what they said: statements may hold what is nobody's business; of other roles, little is shown
BLOCKERS = """
    SELECT string_agg(format('process %s (%s)', pid, concat_ws(', ',
        coalesce(nullif(application_name, ''), backend_type),
        state || ' for ' || extract(epoch FROM clock_timestamp() - xact_start)::int || ' s')), ', ' ORDER BY pid)
    FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1))
"""


class Watch:
    """What was seen of those who block one server process."""

    def __init__(self) -> None:
        self._seen: str | None = None

    def record_blockers(self, blockers: str | None) -> None:
        """Remember it; that nobody is in the way any more says nothing of who was."""
        self._seen = blockers or self._seen

    def taken(self) -> str:
        """Who was seen since this was last asked, in words."""
        seen, self._seen = self._seen, None
        return seen or "a connection that has ended since"


@asynccontextmanager
async def logging_lock_blockers(dsn: str, pid: int, every: timedelta) -> AsyncIterator[Watch]:
    """Look for who blocks that server process for as long as the block lasts, and tell of long waits in the log."""
    watch = Watch()
    task = asyncio.create_task(_look(dsn, pid, every.total_seconds(), watch))
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _look(dsn: str, pid: int, seconds: float, watch: Watch) -> None:
    await asyncio.sleep(seconds)  # most waits are over before anybody need look
    # whoever cannot look has no reason to stop the one who works
    with suppress(*UNREACHABLE, *DRIVER_ERRORS, asyncpg.PostgresError):
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "marketplace migrate: watch"})
        free_at = time.monotonic()
        try:
            while True:
                blockers = await connection.fetchval(BLOCKERS, pid)
                watch.record_blockers(blockers)
                now = time.monotonic()
                if not blockers:
                    free_at = now
                elif now - free_at >= LOG_INTERVAL:
                    LOG.warning("Waiting for %s", blockers)
                    free_at = now
                await asyncio.sleep(seconds)
        finally:
            connection.terminate()
