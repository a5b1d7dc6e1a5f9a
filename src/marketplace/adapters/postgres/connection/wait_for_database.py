"""Wait for a server that is starting, such as the one of the same compose file."""

import asyncio
import logging
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg

from marketplace.adapters.postgres.connection.errors import UNREACHABLE

LOG = logging.getLogger(__name__)

MIN_PAUSE, MAX_PAUSE = 0.1, 2.0
"""Seconds between two attempts; the pause doubles."""
TIMEOUT = 5.0
"""Timeout of one attempt, in seconds."""
PERMANENT_ERRORS = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""Errors that waiting does not change: wrong names and passwords."""


async def wait_for_database(dsn: str, at_most: timedelta) -> None:
    """Return once a connection succeeds. Raises the driver's own error if none does within `at_most`."""
    end = time.monotonic() + at_most.total_seconds()
    pause = MIN_PAUSE
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=TIMEOUT)
            await connection.close(timeout=TIMEOUT)
        except PERMANENT_ERRORS:
            raise
        except UNREACHABLE as error:
            remaining = end - time.monotonic()
            if remaining <= 0:
                raise
            LOG.warning("Waiting for the database at %s, for %d s at most: %s", _host(dsn), remaining + 1, error)
            await asyncio.sleep(min(pause, remaining))
            pause = min(2 * pause, MAX_PAUSE)
        else:
            return


def _host(dsn: str) -> str:
    """Return the host of a DSN, without user and password."""
    parts = urlsplit(dsn)
    return parts.netloc.rpartition("@")[2] or ", ".join(parse_qs(parts.query).get("host", ["this machine"]))
