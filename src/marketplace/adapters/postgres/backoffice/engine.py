"""The back office's own connections: few, and none of them open before somebody asks."""

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

CONNECTIONS = 4
"""Of one process, for pages of lists."""
STALLED = 600_000
"""Milliseconds for which the reader of an export may take nothing before it is given up."""
SETTINGS = {
    "timezone": "UTC",
    "jit": "off",
    # a statement is planned for the very values that it is asked with
    "plan_cache_mode": "force_custom_plan",
}


class Engine:
    """Sessions of SQLAlchemy, as unlike bookable sessions as can be. Raises `Busy` as the pool does."""

    def __init__(self, dsn: str, limits: PoolLimits) -> None:
        page = {
            **SETTINGS,
            "application_name": "marketplace lists",
            "statement_timeout": milliseconds(limits.statement_timeout),
        }
        # each step of an export is a statement of its own, and the first may have to sort everything
        export = {
            **SETTINGS,
            "application_name": "marketplace export",
            "statement_timeout": "0",
            "idle_in_transaction_session_timeout": str(STALLED),
            "cursor_tuple_fraction": "0.001",
        }
        # asyncpg reads the address itself: SQLAlchemy's dialect does not take all of its parameters
        self._pages = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: asyncpg.connect(
                dsn, server_settings=page, command_timeout=limits.command_timeout.total_seconds()
            ),
            pool_size=CONNECTIONS,
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
        """For a page of a list."""
        with _told():
            async with AsyncSession(self._pages) as session:
                yield session

    @asynccontextmanager
    async def for_export(self) -> AsyncIterator[AsyncSession]:
        """For all of a list: a connection of its own, on which everything is as it was at one moment."""
        with _told():
            async with AsyncSession(self._exports) as session:
                yield session

    async def close(self) -> None:
        """Close what was opened."""
        await self._pages.dispose()
        await self._exports.dispose()


class _told:  # noqa: N801 - read as a statement
    """SQLAlchemy's errors as those of the driver that they wrap, in the core's words."""

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
    """What asyncpg raised, under SQLAlchemy's two wrappings."""
    cause = error.orig.__cause__ if error.orig is not None else None
    return cause or error
