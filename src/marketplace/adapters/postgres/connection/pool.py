"""The connection pool, and reads outside a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any, Protocol

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


class Draft(Protocol):
    """What a transaction has read ahead, and writes in one statement."""

    def has_writes(self) -> bool: ...

    def statement(self) -> tuple[str, Sequence[object]]:
        """Return the statement that locks what was read, raises `StaleRead` if it has changed, and writes.

        It returns its transaction, as rows have it that it wrote.
        """
        ...

    def written(self, transaction: str) -> None:
        """Note that all was written by a transaction that is over."""
        ...


class Connection:
    """A connection in a transaction, which begins with its first statement. Every method raises the core's errors.

    What a `draft` holds is written before that statement, or if there is none by one that commits by itself.
    """

    def __init__(self, held: HeldConnections) -> None:
        self._held = held
        self._connection: Any = None
        self._transaction: Any = None
        self.draft: Draft | None = None

    @property
    def has_begun(self) -> bool:
        return self._connection is not None

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        connection = self._connection or await self.begin()
        rows: Rows = await _run(connection, connection.fetch, statement, *arguments)
        return rows

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        connection = self._connection or await self.begin()
        row: asyncpg.Record | None = await _run(connection, connection.fetchrow, statement, *arguments)
        return row

    async def fetch_slowly(self, within: timedelta, statement: str, *arguments: object) -> Rows:
        """Run a statement that may take longer than others do, on a connection that serves nothing else meanwhile."""
        await self.execute(f"SET LOCAL statement_timeout = {milliseconds(within)}")
        fetch = partial(self._connection.fetch, timeout=within.total_seconds())
        rows: Rows = await _run(self._connection, fetch, statement, *arguments)
        return rows

    async def execute(self, statement: str, *arguments: object) -> None:
        """Run a statement without a result."""
        connection = self._connection or await self.begin()
        await _run(connection, connection.execute, statement, *arguments)

    async def fetch_ahead(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """Read a row before the transaction begins, without a lock."""
        row: asyncpg.Record | None = await _run_alone(self._held, PoolConnectionProxy.fetchrow, statement, *arguments)
        return row

    async def begin(self) -> Any:
        """Begin, and write what the draft holds. Raises `StaleRead` if what was read ahead has changed."""
        self._connection = self._held.take() or await self._held.wait()
        self._transaction = self._connection.transaction()
        await _run(self._connection, self._transaction.start)
        draft, self.draft = self.draft, None
        if draft is not None:
            statement, arguments = draft.statement()
            await _run(self._connection, self._connection.fetchrow, statement, *arguments)
        return self._connection

    async def commit(self) -> None:
        """Commit. Raises `StaleRead` if what was read ahead has changed."""
        if self._connection is not None:
            await _run(self._connection, _commit, self._connection, self._transaction)
            _note_commit()
        elif self.draft is not None and self.draft.has_writes():
            statement, arguments = self.draft.statement()
            row = await _run_alone(self._held, _write, statement, *arguments)
            self.draft.written(row[0])
            _note_commit()

    async def roll_back(self) -> None:
        """Roll back, as far as the connection is there to do it."""
        if self._transaction is not None:
            with suppress(*UNREACHABLE, *DRIVER_ERRORS):
                await self._transaction.rollback()

    def end(self, *, is_clean: bool) -> None:
        """Return the connection, and refuse further statements: the next caller has it by then."""
        if self._connection is not None:
            (self._held.give if is_clean else self._held.discard)(self._connection)
        del self._connection


def _note_commit() -> None:
    if (timing := DATABASE_TIMING.get()) is not None:
        timing.has_committed = True


async def _run_alone(held: HeldConnections, call: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
    """Run a statement on a connection, outside a transaction."""
    connection = held.take() or await held.wait()
    try:
        result = await _run(connection, call, connection, *arguments)
    except BaseException:
        held.discard(connection)
        raise
    held.give(connection)
    return result


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
        rows: Rows = await _run_alone(self._held, PoolConnectionProxy.fetch, statement, *arguments)
        return rows

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        row: asyncpg.Record | None = await _run_alone(self._held, PoolConnectionProxy.fetchrow, statement, *arguments)
        return row

    async def write(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        """Run a statement that commits by itself. Raises `OutcomeUnknown` if the connection is lost meanwhile."""
        row: asyncpg.Record | None = await _run_alone(self._held, _write, statement, *arguments)
        return row

    @asynccontextmanager
    async def transaction(self, *, begins_at_once: bool = True) -> AsyncIterator[Connection]:
        """Run a transaction: committed when the block ends, rolled back when it raises."""
        connection, is_clean = Connection(self._held), False
        try:
            try:
                if begins_at_once:
                    await connection.begin()
                yield connection
            except BaseException:
                await connection.roll_back()
                raise
            await connection.commit()
            is_clean = True
        finally:
            connection.end(is_clean=is_clean)

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
