"""Connections held above asyncpg's pool, which opens, resets and closes them.

asyncpg's own acquire and release take several times as long as a short statement, so a connection that is clean is kept
on a stack for the next caller. Every other one (after an error or a cancellation, lost, or inside a transaction) goes
back to asyncpg, which waits until a cancelled statement has ended and rolls back, or closes it.
"""

import asyncio
from collections import deque
from contextlib import suppress
from datetime import timedelta
from time import perf_counter
from typing import Any

import asyncpg

from marketplace.adapters.postgres.connection.errors import translated
from marketplace.core.errors import Busy
from marketplace.telemetry.database_timing import DATABASE_TIMING, PoolUsage


class HeldConnections:
    """Lends the connections of a pool, each to one caller at a time.

    At most the pool's maximum is claimed from it: held, lent, being opened, or on the way back. Callers wait in the
    order of arrival, and are handed either a connection or the claim of one that has gone back.
    """

    def __init__(self, pool: asyncpg.Pool, acquire_timeout: timedelta, held_for: timedelta) -> None:
        self._pool = pool
        self._acquire_timeout = acquire_timeout.total_seconds()
        self._held_for = held_for.total_seconds()
        self._idle: list[Any] = []
        self._unclaimed = pool.get_max_size()
        self._queue: deque[asyncio.Future[Any]] = deque()
        self._waiting = 0
        self._returning: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closing = False

    @property
    def usage(self) -> PoolUsage:
        """The current usage of the pool."""
        idle = self._pool.get_idle_size() + sum(map(is_open, self._idle))
        return PoolUsage(size=self._pool.get_size(), idle=idle, waiting=self._waiting)

    def take(self) -> Any:
        """Return a held connection, or `None` if the caller has to `wait`."""
        while self._idle:
            connection = self._idle.pop()
            if is_open(connection):
                return connection
            self.discard(connection)
        return None

    async def wait(self) -> Any:
        """Open a connection, or wait for one. Raises `Busy` when none is free in time, and once the pool is closing."""
        if self._is_closing:
            raise Busy
        started = perf_counter()
        self._waiting += 1
        try:
            return await self._claimed(asyncio.get_running_loop().time() + self._acquire_timeout)
        except Exception as error:
            known = translated(error)
            if known is None:
                raise
            raise known from error
        finally:
            self._waiting -= 1
            if (timing := DATABASE_TIMING.get()) is not None:
                timing.waiting_seconds += perf_counter() - started

    def give(self, connection: Any) -> None:
        """Take back a connection after a success."""
        if not is_open(connection) or connection.is_in_transaction():
            self.discard(connection)
        elif self._hand_over(connection):
            return
        elif self._is_closing:
            self.discard(connection)
        else:
            self._idle.append(connection)
            if self._sweep is None:
                self._sweep = asyncio.get_running_loop().call_later(self._held_for, self._give_back_idle)

    def discard(self, connection: Any) -> None:
        """Take back a connection that may not be clean. Its claim is free once asyncpg is done with it."""
        task = asyncio.get_running_loop().create_task(self._release(connection))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def close(self) -> None:
        """Close the pool once its connections are returned."""
        self._is_closing = True
        self._give_back_idle()
        await asyncio.gather(*self._returning)
        await self._pool.close()

    async def _claimed(self, deadline: float) -> Any:
        if self._unclaimed:
            self._unclaimed -= 1
        else:
            connection = await self._in_line(deadline)
            if connection is not None:
                return connection
        try:
            return await self._pool.acquire(timeout=deadline - asyncio.get_running_loop().time())
        except BaseException:
            self._free_claim()
            raise

    async def _in_line(self, deadline: float) -> Any:
        """Wait for a connection, or for a claim: `None`."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Any] = loop.create_future()
        timer = loop.call_at(deadline, _expire, turn)
        self._queue.append(turn)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                # handed over, and then cancelled before it ran
                self._free_claim() if turn.result() is None else self.give(turn.result())
            elif turn in self._queue:
                self._queue.remove(turn)
            raise
        finally:
            timer.cancel()

    def _hand_over(self, connection: Any) -> bool:
        """Wake the first in line, with a connection or, for `None`, a claim."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def _free_claim(self) -> None:
        if not self._hand_over(None):
            self._unclaimed += 1

    async def _release(self, connection: Any) -> None:
        with suppress(Exception):  # asyncpg has closed what it could not reset
            await self._pool.release(connection, timeout=self._acquire_timeout)
        self._free_claim()

    def _give_back_idle(self) -> None:
        """Let asyncpg close what has been idle for long, or was used often enough."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        while self._idle:
            self.discard(self._idle.pop())


def _expire(turn: asyncio.Future[Any]) -> None:
    if not turn.done():
        turn.set_exception(TimeoutError())


def is_open(connection: Any) -> bool:
    """Return whether the connection is not lost. Of one that the server ended, asyncpg's proxy raises."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
