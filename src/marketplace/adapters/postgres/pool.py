"""The one pool of connections, and the reads that need no transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from marketplace.adapters.postgres.errors import OF_THE_CLIENT, OUT_OF_REACH, committing, translated
from marketplace.core.errors import Busy

Rows = Sequence[asyncpg.Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """How many connections one process holds, and how long anything may wait."""

    min_size: int = 2
    max_size: int = 10
    acquire_timeout: timedelta = timedelta(seconds=10)
    command_timeout: timedelta = timedelta(seconds=15)
    statement_timeout: timedelta = timedelta(seconds=10)
    lock_timeout: timedelta = timedelta(seconds=5)


def milliseconds(span: timedelta) -> str:
    """A span as PostgreSQL's settings have it."""
    return str(int(span.total_seconds() * 1000))


class Connection:
    """One connection of the pool while it is ours. Every method raises the core's errors."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """All rows."""
        with translated(self._connection.is_closed):
            rows: Rows = await self._connection.fetch(statement, *arguments)
            return rows

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or `None`."""
        with translated(self._connection.is_closed):
            row: asyncpg.Record | None = await self._connection.fetchrow(statement, *arguments)
            return row

    async def execute(self, statement: str, *arguments: object) -> None:
        """Run for the effect."""
        with translated(self._connection.is_closed):
            await self._connection.execute(statement, *arguments)


async def _leave_clean(connection: Any) -> None:
    # asyncpg's own reset is a round trip per release; here nothing but an open transaction can be left behind
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


class Database:
    """A pool and how long to wait for it; `dsn` is where it leads.

    Every method raises the core's errors: `Busy` when no connection can be had in time or the server is away.
    """

    def __init__(self, pool: asyncpg.Pool, limits: PoolLimits, dsn: str) -> None:
        self._pool = pool
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self.dsn = dsn
        self.limits = limits
        self._acquire_timeout = limits.acquire_timeout.total_seconds()

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """All rows."""
        async with self._connection() as connection:
            return await connection.fetch(statement, *arguments)

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or `None`."""
        async with self._connection() as connection:
            return await connection.fetchrow(statement, *arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction: committed when the block ends, rolled back when it raises."""
        async with self._acquired() as connection:
            transaction = connection.transaction()
            with translated():
                await transaction.start()
            try:
                yield Connection(connection)
            except BaseException:
                with suppress(*OUT_OF_REACH, *OF_THE_CLIENT):
                    await transaction.rollback()
                raise
            if connection.is_closed():
                raise Busy
            with committing():
                await transaction.commit()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        async with self._acquired() as connection:
            yield Connection(connection)

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[Any]:
        with translated():
            connection = await self._pool.acquire(timeout=self._acquire_timeout)
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    def close_before(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have something closed with the pool, and before it."""
        self._closing.append(close)

    async def close(self) -> None:
        """Close the pool once its connections are returned."""
        while self._closing:
            await self._closing.pop()()
        await self._pool.close()


async def connect(dsn: str, limits: PoolLimits | None = None) -> Database:
    """Open the pool, in the event loop that will use it. Raises `Busy` when the server cannot be reached."""
    limits = limits or PoolLimits()
    with translated():
        pool = await asyncpg.create_pool(
            dsn,
            min_size=limits.min_size,
            max_size=limits.max_size,
            command_timeout=limits.command_timeout.total_seconds(),
            max_inactive_connection_lifetime=300,
            reset=_leave_clean,
            server_settings={
                "application_name": "marketplace",
                "timezone": "UTC",
                "jit": "off",
                "lock_timeout": milliseconds(limits.lock_timeout),
                "statement_timeout": milliseconds(limits.statement_timeout),
                "idle_in_transaction_session_timeout": milliseconds(limits.command_timeout),
            },
        )
    return Database(pool, limits, dsn)
