"""Waiting for a server that is about to be there, as the one beside us in a compose file is."""

import asyncio
import logging
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg

from marketplace.adapters.postgres.connection.errors import UNREACHABLE

LOG = logging.getLogger(__name__)

FIRST, MOST = 0.1, 2.0
"""Seconds between two attempts: doubled from the first to the most."""
TIMEOUT = 5.0
"""Seconds for one attempt."""
FOR_GOOD = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""What waiting does not change: wrong names and passwords."""


async def wait_for_database(dsn: str, at_most: timedelta) -> None:
    """Return once a connection can be had. Raises the driver's own error when it cannot be within that time."""
    end = time.monotonic() + at_most.total_seconds()
    pause = FIRST
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=TIMEOUT)
            await connection.close(timeout=TIMEOUT)
        except FOR_GOOD:
            raise
        except UNREACHABLE as error:
            left = end - time.monotonic()
            if left <= 0:
                raise
            LOG.warning("Waiting for the database at %s, for %d s at most: %s", _place(dsn), left + 1, error)
            await asyncio.sleep(min(pause, left))
            pause = min(2 * pause, MOST)
        else:
            return


def _place(dsn: str) -> str:
    """Where a server is, without the user and the password."""
    parts = urlsplit(dsn)
    return parts.netloc.rpartition("@")[2] or ", ".join(parse_qs(parts.query).get("host", ["this machine"]))
