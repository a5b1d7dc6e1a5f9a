"""The connection pool, and reads outside a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from marketplace.adapters.postgres.connection.errors import (
    DRIVER_ERRORS,
    LOST,
    UNREACHABLE,
    translated,
    translating_errors,
)
from marketplace.adapters.postgres.connection.held_connections import HeldConnections, is_open
from marketplace.core.errors import Busy, OutcomeUnknown
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
    idle_timeout: timedelta = timedelta(minutes=5)
    """How long an unused connection above `min_size` stays open, roughly."""


def milliseconds(span: timedelta) -> str:
    """Format a timedelta as PostgreSQL's settings expect it, in milliseconds."""
    return str(int(span.total_seconds() * 1000))


async def _run(connection: Any, call: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
    """Run a statement, raise the core's error in place of the driver's, and add it to the current timing, if any."""
    timing = DATABASE_TIMING.get()
    started = perf_counter()
    try:
        return await call(*arguments)
    except Exception as error:
        known = translated(error, is_lost=not is_open(connection))
        if known is None:
            raise
        raise known from error
    finally:
        if timing is not None:
            timing.timeline.append((started, perf_counter() - started))


class Connection:
    """A connection in a transaction. Every method raises the core's errors."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        rows: Rows = await _run(self._connection, self._connection.fetch, statement, *arguments)
        return rows

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        row: asyncpg.Record | None = await _run(self._connection, self._connection.fetchrow, statement, *arguments)
        return row

    async def fetch_slowly(self, within: timedelta, statement: str, *arguments: object) -> Rows:
        """Run a statement that may take longer than others do, on a connection that serves nothing else meanwhile."""
        await self.execute(f"SET LOCAL statement_timeout = {milliseconds(within)}")
        fetch = partial(self._connection.fetch, timeout=within.total_seconds())
        rows: Rows = await _run(self._connection, fetch, statement, *arguments)
        return rows

    async def execute(self, statement: str, *arguments: object) -> None:
        """Run a statement without a result."""
        await _run(self._connection, self._connection.execute, statement, *arguments)

    def end(self) -> None:
        """Refuse further statements: the next caller has the connection by then."""
        del self._connection


async def _leave_clean(connection: Any) -> None:
    # asyncpg's own reset costs a round trip per release; here only an open transaction can be left behind
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


class Database:
    """A connection pool with its limits; `dsn` is its address.

    Every method raises the core's errors: `Busy` when no connection is free in time or the server is unreachable.
    """

    def __init__(self, pool: asyncpg.Pool, limits: PoolLimits, dsn: str) -> None:
        self._held = HeldConnections(pool, limits.acquire_timeout, limits.idle_timeout / 2)
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self.dsn = dsn
        self.limits = limits

    @property
    def usage(self) -> PoolUsage:
        """The current usage of the pool."""
        return self._held.usage

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        rows: Rows = await self._run_alone(PoolConnectionProxy.fetch, statement, *arguments)
        return rows

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        row: asyncpg.Record | None = await self._run_alone(PoolConnectionProxy.fetchrow, statement, *arguments)
        return row

    async def write(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """Run a statement that commits by itself. Raises `OutcomeUnknown` if the connection is lost meanwhile."""
        row: asyncpg.Record | None = await self._run_alone(_write, statement, *arguments)
        return row

    async def _run_alone(self, call: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
        """Run a statement on a connection, outside a transaction."""
        connection = self._held.take() or await self._held.wait()
        try:
            result = await _run(connection, call, connection, *arguments)
        except BaseException:
            self._held.discard(connection)
            raise
        self._held.give(connection)
        return result

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Run a transaction: committed when the block ends, rolled back when it raises."""
        connection = self._held.take() or await self._held.wait()
        wrapped = Connection(connection)
        try:
            transaction = connection.transaction()
            await _run(connection, transaction.start)
            try:
                yield wrapped
            except BaseException:
                with suppress(*UNREACHABLE, *DRIVER_ERRORS):
                    await transaction.rollback()
                raise
            await _run(connection, _commit, connection, transaction)
            if (timing := DATABASE_TIMING.get()) is not None:
                timing.has_committed = True
        except BaseException:
            self._held.discard(connection)
            raise
        else:
            self._held.give(connection)
        finally:
            wrapped.end()

    def close_before(self, close: Callable[[], Awaitable[None]]) -> None:
        """Register a callback that runs before the pool is closed."""
        self._closing.append(close)

    async def close(self) -> None:
        """Run the callbacks, then close the pool once its connections are returned."""
        while self._closing:
            await self._closing.pop()()
        await self._held.close()


async def _commit(connection: Any, transaction: Any) -> None:
    """Commit. Raises `Busy` if the connection is lost, but `OutcomeUnknown` if that happens while committing."""
    if not is_open(connection):
        raise Busy
    try:
        await transaction.commit()
    except (*UNREACHABLE, *DRIVER_ERRORS) as error:
        raise OutcomeUnknown from error


async def _write(connection: Any, statement: str, *arguments: object) -> Any:
    """Raises `Busy` if the connection is lost, but `OutcomeUnknown` if that happens while writing."""
    if not is_open(connection):
        raise Busy
    try:
        return await connection.fetchrow(statement, *arguments)
    except LOST as error:
        raise OutcomeUnknown from error
    except DRIVER_ERRORS as error:
        if is_open(connection):
            raise
        raise OutcomeUnknown from error


async def connect(dsn: str, limits: PoolLimits | None = None, *, application_name: str = "marketplace") -> Database:
    """Open the pool, in the event loop that will use it. Raises `Busy` when the server cannot be reached."""
    limits = limits or PoolLimits()
    with translating_errors():
        pool = await asyncpg.create_pool(
            dsn,
            min_size=limits.min_size,
            max_size=limits.max_size,
            command_timeout=limits.command_timeout.total_seconds(),
            max_inactive_connection_lifetime=limits.idle_timeout.total_seconds() / 2,
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
