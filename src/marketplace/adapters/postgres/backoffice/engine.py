"""The connections of the back office: few, and opened on demand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.adapters.postgres.connection.errors import translating_errors
from marketplace.adapters.postgres.connection.pool import PoolLimits, milliseconds
from marketplace.core.errors import Busy

POOL_SIZE = 4
"""Maximum per process, for pages of lists."""
STALLED_EXPORT_TIMEOUT = 600_000
"""Milliseconds after which an export is aborted if its client reads nothing."""
SETTINGS = {
    "timezone": "UTC",
    "jit": "off",
    # plan each statement for its own values
    "plan_cache_mode": "force_custom_plan",
}


class Engine:
    """SQLAlchemy engines and sessions (not bookable ones). Raises `Busy` as the pool does."""

    def __init__(self, dsn: str, limits: PoolLimits) -> None:
        page = {
            **SETTINGS,
            "application_name": "marketplace lists",
            "statement_timeout": milliseconds(limits.statement_timeout),
        }
        # each fetch of an export is a statement, and the first may have to sort everything
        export = {
            **SETTINGS,
            "application_name": "marketplace export",
            "statement_timeout": "0",
            "idle_in_transaction_session_timeout": str(STALLED_EXPORT_TIMEOUT),
            "cursor_tuple_fraction": "0.001",
        }
        # asyncpg parses the DSN itself: SQLAlchemy's dialect does not accept all of its parameters
        self._pages = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: asyncpg.connect(
                dsn, server_settings=page, command_timeout=limits.command_timeout.total_seconds()
            ),
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=limits.acquire_timeout.total_seconds(),
            pool_recycle=300,
        )
        self._exports = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: asyncpg.connect(dsn, server_settings=export),
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
        )

    @asynccontextmanager
    async def for_page(self) -> AsyncIterator[AsyncSession]:
        """Open a session for a page of a list."""
        with _translating_driver_errors():
            async with AsyncSession(self._pages) as session:
                yield session

    @asynccontextmanager
    async def for_export(self) -> AsyncIterator[AsyncSession]:
        """Open a session for a whole list: a separate connection that reads one snapshot."""
        with _translating_driver_errors():
            async with AsyncSession(self._exports) as session:
                yield session

    async def close(self) -> None:
        await self._pages.dispose()
        await self._exports.dispose()


class _translating_driver_errors:  # noqa: N801 - used as a statement
    """Raise the core's error for the driver's error that SQLAlchemy wraps."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PoolTimeoutError):
            raise Busy from error
        if isinstance(error, DBAPIError):
            with translating_errors():
                raise _driver_error(error) from error
        if isinstance(error, OSError | TimeoutError | asyncpg.PostgresError):
            with translating_errors():
                raise error


def _driver_error(error: DBAPIError) -> BaseException:
    """Return asyncpg's error, which SQLAlchemy wraps twice."""
    cause = error.orig.__cause__ if error.orig is not None else None
    return cause or error
