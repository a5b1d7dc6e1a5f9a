"""The connection pool, and reads outside a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any

import asyncpg

from marketplace.adapters.postgres.connection.errors import (
    DRIVER_ERRORS,
    UNREACHABLE,
    translating_commit_errors,
    translating_errors,
)
from marketplace.core.errors import Busy
from marketplace.telemetry.database_timing import DATABASE_TIMING, PoolUsage

Rows = Sequence[asyncpg.Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """The size of the pool of one process, and its timeouts."""

    min_size: int = 2
    max_size: int = 10
    acquire_timeout: timedelta = timedelta(seconds=10)
    command_timeout: timedelta = timedelta(seconds=15)
    statement_timeout: timedelta = timedelta(seconds=10)
    lock_timeout: timedelta = timedelta(seconds=5)
    idle_in_transaction_timeout: timedelta = timedelta(seconds=15)


@contextmanager
def _timed() -> Iterator[None]:
    """Add a statement to the timing of the current request or job, if there is one."""
    timing = DATABASE_TIMING.get()
    if timing is None:
        yield
        return
    started = perf_counter()
    try:
        yield
    finally:
        timing.timeline.append((started, perf_counter() - started))


def milliseconds(span: timedelta) -> str:
    """Format a timedelta as PostgreSQL's settings expect it, in milliseconds."""
    return str(int(span.total_seconds() * 1000))


class Connection:
    """A connection acquired from the pool. Every method raises the core's errors."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def is_lost(self) -> bool:
        """Tell whether it is gone. A connection that the server ended is back in the pool, and its proxy raises."""
        try:
            return bool(self._connection.is_closed())
        except asyncpg.InterfaceError:
            return True

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        with _timed(), translating_errors(self.is_lost):
            rows: Rows = await self._connection.fetch(statement, *arguments)
            return rows

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        with _timed(), translating_errors(self.is_lost):
            row: asyncpg.Record | None = await self._connection.fetchrow(statement, *arguments)
            return row

    async def execute(self, statement: str, *arguments: object) -> None:
        """Run a statement without a result."""
        with _timed(), translating_errors(self.is_lost):
            await self._connection.execute(statement, *arguments)


async def _leave_clean(connection: Any) -> None:
    # asyncpg's own reset costs a round trip per release; here only an open transaction can be left behind
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


class Database:
    """A connection pool with its limits; `dsn` is its address.

    Every method raises the core's errors: `Busy` when no connection is free in time or the server is unreachable.
    """

    def __init__(self, pool: asyncpg.Pool, limits: PoolLimits, dsn: str) -> None:
        self._pool = pool
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self.dsn = dsn
        self.limits = limits
        self._acquire_timeout = limits.acquire_timeout.total_seconds()
        self._waiting = 0

    @property
    def usage(self) -> PoolUsage:
        """The current usage of the pool."""
        return PoolUsage(size=self._pool.get_size(), idle=self._pool.get_idle_size(), waiting=self._waiting)

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        async with self._connection() as connection:
            return await connection.fetch(statement, *arguments)

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        async with self._connection() as connection:
            return await connection.fetchrow(statement, *arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Run a transaction: committed when the block ends, rolled back when it raises."""
        async with self._acquired() as connection:
            wrapped = Connection(connection)
            transaction = connection.transaction()
            with _timed(), translating_errors():
                await transaction.start()
            try:
                yield wrapped
            except BaseException:
                with suppress(*UNREACHABLE, *DRIVER_ERRORS):
                    await transaction.rollback()
                raise
            if wrapped.is_lost():
                raise Busy
            with _timed(), translating_commit_errors():
                await transaction.commit()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        async with self._acquired() as connection:
            yield Connection(connection)

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[Any]:
        timing = DATABASE_TIMING.get()
        started = perf_counter()
        self._waiting += 1
        try:
            with translating_errors():
                connection = await self._pool.acquire(timeout=self._acquire_timeout)
        finally:
            self._waiting -= 1
            if timing is not None:
                timing.waiting_seconds += perf_counter() - started
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    def close_before(self, close: Callable[[], Awaitable[None]]) -> None:
        """Register a callback that runs before the pool is closed."""
        self._closing.append(close)

    async def close(self) -> None:
        """Run the callbacks, then close the pool once its connections are returned."""
        while self._closing:
            await self._closing.pop()()
        await self._pool.close()


async def connect(dsn: str, limits: PoolLimits | None = None, *, application_name: str = "marketplace") -> Database:
    """Open the pool, in the event loop that will use it. Raises `Busy` when the server cannot be reached."""
    limits = limits or PoolLimits()
    with translating_errors():
        pool = await asyncpg.create_pool(
            dsn,
            min_size=limits.min_size,
            max_size=limits.max_size,
            command_timeout=limits.command_timeout.total_seconds(),
            max_inactive_connection_lifetime=300,
            reset=_leave_clean,
            server_settings={
                "application_name": application_name,
                "timezone": "UTC",
                "jit": "off",
                "lock_timeout": milliseconds(limits.lock_timeout),
                "statement_timeout": milliseconds(limits.statement_timeout),
                "idle_in_transaction_session_timeout": milliseconds(limits.idle_in_transaction_timeout),
            },
        )
    return Database(pool, limits, dsn)
