"""The one pool of connections, and the reads that need no transaction."""

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
    """How many connections one process holds, and how long anything may wait."""

    min_size: int = 2
    max_size: int = 10
    acquire_timeout: timedelta = timedelta(seconds=10)
    command_timeout: timedelta = timedelta(seconds=15)
    statement_timeout: timedelta = timedelta(seconds=10)
    lock_timeout: timedelta = timedelta(seconds=5)
    idle_in_transaction_timeout: timedelta = timedelta(seconds=15)


@contextmanager
def _counted() -> Iterator[None]:
    """Count a statement towards what is under way."""
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
    """A span as PostgreSQL's settings have it."""
    return str(int(span.total_seconds() * 1000))


class Connection:
    """One connection of the pool while it is ours. Every method raises the core's errors."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def is_lost(self) -> bool:
        """Whether it is gone. The pool takes back at once what the server ended, and its stand-in answers nothing."""
        try:
            return bool(self._connection.is_closed())
        except asyncpg.InterfaceError:
            return True

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """All rows."""
        with _counted(), translating_errors(self.is_lost):
            rows: Rows = await self._connection.fetch(statement, *arguments)
            return rows

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or `None`."""
        with _counted(), translating_errors(self.is_lost):
            row: asyncpg.Record | None = await self._connection.fetchrow(statement, *arguments)
            return row

    async def execute(self, statement: str, *arguments: object) -> None:
        """Run for the effect."""
        with _counted(), translating_errors(self.is_lost):
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
        self._waiting = 0

    @property
    def usage(self) -> PoolUsage:
        """How the pool is used at this moment."""
        return PoolUsage(size=self._pool.get_size(), idle=self._pool.get_idle_size(), waiting=self._waiting)

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
            ours = Connection(connection)
            transaction = connection.transaction()
            with _counted(), translating_errors():
                await transaction.start()
            try:
                yield ours
            except BaseException:
                with suppress(*UNREACHABLE, *DRIVER_ERRORS):
                    await transaction.rollback()
                raise
            if ours.is_lost():
                raise Busy
            with _counted(), translating_commit_errors():
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
        """Have something closed with the pool, and before it."""
        self._closing.append(close)

    async def close(self) -> None:
        """Close the pool once its connections are returned."""
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
