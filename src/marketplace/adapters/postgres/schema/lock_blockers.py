"""Log the connections that block a statement; a second connection must query them while it waits."""

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
"""Seconds between two log lines during one wait."""
# without the text of statements, which may contain private data; of other roles PostgreSQL shows little
BLOCKERS = """
    SELECT string_agg(format('process %s (%s)', pid, concat_ws(', ',
        coalesce(nullif(application_name, ''), backend_type),
        state || ' for ' || extract(epoch FROM clock_timestamp() - xact_start)::int || ' s')), ', ' ORDER BY pid)
    FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1))
"""


class BlockerWatch:
    """The blockers last seen of one server process."""

    def __init__(self) -> None:
        self._seen: str | None = None

    def record_blockers(self, blockers: str | None) -> None:
        """Store the blockers; an empty answer does not erase the last ones."""
        self._seen = blockers or self._seen

    def take_blockers(self) -> str:
        """Return the blockers seen since the last call, as text, and reset them."""
        seen, self._seen = self._seen, None
        return seen or "a connection that has ended since"


@asynccontextmanager
async def logging_lock_blockers(dsn: str, pid: int, interval: timedelta) -> AsyncIterator[BlockerWatch]:
    """Poll the blockers of a server process while the `with` block runs, and log long waits."""
    watch = BlockerWatch()
    task = asyncio.create_task(_poll(dsn, pid, interval.total_seconds(), watch))
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _poll(dsn: str, pid: int, seconds: float, watch: BlockerWatch) -> None:
    await asyncio.sleep(seconds)  # most waits are shorter
    # a failing query must not stop the migration
    with suppress(*UNREACHABLE, *DRIVER_ERRORS, asyncpg.PostgresError):
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "marketplace migrate: watch"})
        waiting_since = time.monotonic()
        try:
            while True:
                blockers = await connection.fetchval(BLOCKERS, pid)
                watch.record_blockers(blockers)
                now = time.monotonic()
                if not blockers:
                    waiting_since = now
                elif now - waiting_since >= LOG_INTERVAL:
                    LOG.warning("Waiting for %s", blockers)
                    waiting_since = now
                await asyncio.sleep(seconds)
        finally:
            connection.terminate()
