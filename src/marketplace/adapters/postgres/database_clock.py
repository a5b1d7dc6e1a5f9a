"""Measures how far the database's clock is ahead of this machine's."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.core.domain.clock_offset import ClockOffset
from marketplace.core.errors import Busy

LOG = logging.getLogger(__name__)
MEASURE_EVERY = 10.0
"""Seconds."""


def machine_time() -> datetime:
    return datetime.now(UTC)


class DatabaseClock:
    """Keeps a `ClockOffset` up to date."""

    def __init__(self, database: Database, offset: ClockOffset, now: Callable[[], datetime] = machine_time) -> None:
        self._database = database
        self._offset = offset
        self._now = now

    async def measure(self) -> None:
        """Read the database's clock once. Raises as `Database`."""
        before, started_at = self._now(), time.monotonic()
        row = await self._database.fetchrow("SELECT clock_timestamp() AS read")
        took = timedelta(seconds=time.monotonic() - started_at)
        was_wide = self._offset.is_wide
        if row is not None:
            self._offset.measure(before, row["read"], before + took)
        if self._offset.is_wide and not was_wide:
            seconds = self._offset.ahead.total_seconds()
            LOG.error("The database's clock is %.1f s ahead of this machine's: check its time service", seconds)

    async def follow(self) -> None:
        """Measure until cancelled. While the database is away, the last offset stays."""
        while True:
            await asyncio.sleep(MEASURE_EVERY)
            try:
                await self.measure()
            except (Busy, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                LOG.debug("The database's clock was not read: %r", error)
