"""Reads of many requests by one statement.

A request reads at once, unless a read is under way. Then it waits until that is done, and goes into the next one with
all that came meanwhile. So no request is answered by a statement that began before it came.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Generic, NamedTuple, TypeVar

from marketplace.core.errors import Busy
from marketplace.telemetry.database_timing import DATABASE_TIMING

A = TypeVar("A")
R = TypeVar("R")

MAX_TOGETHER = 32
"""Requests of one statement; further ones wait for the next, in the order in which they came."""
MAX_AGE = 0.1
"""Seconds that a read may have taken when a request begins to wait for it; later ones read alone."""


class _Found(NamedTuple, Generic[R]):
    """A result, which may itself be `None`."""

    result: R


class GatheredReads(Generic[A, R]):
    """Gathers reads of one process. `read` returns one result for each of its arguments, in their order."""

    def __init__(self, read: Callable[[Sequence[A]], Awaitable[Sequence[R]]]) -> None:
        self._read = read
        self._waiting: list[tuple[A, asyncio.Future[_Found[R] | None]]] = []
        self._started: float | None = None
        """When the read under way began, by `perf_counter`."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, argument: A) -> R:
        """Return the result for this argument. Raises what `read` raises.

        A busy database is the error of all in a read; after any other failure each of them reads alone.
        """
        now = perf_counter()
        if self._started is None:
            self._started = now
            try:
                return (await self._read((argument,)))[0]
            finally:
                self._read_next()
        if now - self._started > MAX_AGE:
            return (await self._read((argument,)))[0]
        found = await self._in_line(argument, now)
        return (await self._read((argument,)))[0] if found is None else found.result

    async def _in_line(self, argument: A, now: float) -> _Found[R] | None:
        outcome: asyncio.Future[_Found[R] | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((argument, outcome))
        try:
            return await outcome
        finally:
            timing = DATABASE_TIMING.get()
            if timing is not None:
                timing.timeline.append((now, perf_counter() - now))

    def _read_next(self) -> None:
        waiting = [each for each in self._waiting if not each[1].done()]  # the others have left
        self._waiting = waiting[MAX_TOGETHER:]
        if not waiting:
            self._started = None
            return
        self._started = perf_counter()
        task = asyncio.get_running_loop().create_task(self._read_together(waiting[:MAX_TOGETHER]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_together(self, waiting: Sequence[tuple[A, asyncio.Future[_Found[R] | None]]]) -> None:
        DATABASE_TIMING.set(None)  # each request adds its own waiting
        results: Sequence[R] | None = None
        failure: type[Busy] | None = Busy
        try:
            results = await self._read([argument for argument, _ in waiting])
        except Busy as error:
            failure = type(error)
        except Exception:  # noqa: BLE001 - whichever argument causes it meets it again when it is read alone
            failure = None
        finally:
            self._read_next()
            for place, (_, outcome) in enumerate(waiting):
                if outcome.done():
                    continue
                if results is not None:
                    outcome.set_result(_Found(results[place]))
                elif failure is None:
                    outcome.set_result(None)
                else:
                    # one for each request: a shared one would grow by the traceback of every request that raises it
                    outcome.set_exception(failure())
