"""Group commit: writes of many requests for the same row, together.

The first request for a row writes at once. Those that come until it is done wait, and then go into one write, so that
the row is locked and the log flushed once for all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Generic, TypeVar

from marketplace.core.errors import Busy, MarketplaceError, OutcomeUnknown
from marketplace.telemetry.database_timing import DATABASE_TIMING

K = TypeVar("K", bound=Hashable)
E = TypeVar("E")

MAX_TOGETHER = 32
"""Entries of one write; further ones wait for the next, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[E]):
    """An entry that waits for its turn, and then for what became of it: `None` if it is to be written alone."""

    entry: E
    outcome: asyncio.Future[bool | None]
    timer: asyncio.TimerHandle


class Crowds(Generic[K, E]):
    """Groups entries of one process by key. `write` stores all of its entries, or none of them.

    An entry whose turn does not come within `max_wait` is refused or, if it `may_overtake`, written alone.
    """

    def __init__(
        self, write: Callable[[Sequence[E]], Awaitable[bool]], max_wait: timedelta, *, may_overtake: bool = False
    ) -> None:
        self._write = write
        self._max_wait = max_wait.total_seconds()
        self._expire = _let_pass if may_overtake else _refuse
        self._waiting: dict[K, list[_Waiting[E]]] = {}
        """By key; a key is present while a write of it is under way."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, key: K, entry: E) -> bool:
        """Store an entry, with others if a write of this key is under way; return what `write` does.

        If a write of several entries is refused, each is written alone; if it waited in vain for a lock or for the
        database, all get its error, since alone they would wait again with a connection each. Cancelling stops only the
        waiting once an entry is being written together with others. Raises `Busy` if its turn does not come in
        time, unless it may overtake.
        """
        if key not in self._waiting:
            self._waiting[key] = []
            try:
                return await self._write([entry])
            finally:
                self._write_next(key)
        is_written = await self._in_line(key, entry)
        return await self._write([entry]) if is_written is None else is_written

    async def _in_line(self, key: K, entry: E) -> bool | None:
        loop, started = asyncio.get_running_loop(), perf_counter()
        outcome: asyncio.Future[bool | None] = loop.create_future()
        timer = loop.call_later(self._max_wait, self._expire, outcome)
        self._waiting[key].append(_Waiting(entry, outcome, timer))
        try:
            return await outcome
        finally:
            timer.cancel()
            timing = DATABASE_TIMING.get()
            if timing is not None:
                timing.timeline.append((started, perf_counter() - started))

    def _write_next(self, key: K) -> None:
        waiting = [each for each in self._waiting.pop(key) if not each.outcome.done()]  # the others have left
        if waiting:
            self._waiting[key] = waiting[MAX_TOGETHER:]
            crowd = waiting[:MAX_TOGETHER]
            for each in crowd:
                each.timer.cancel()
            task = asyncio.get_running_loop().create_task(self._write_together(key, crowd))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _write_together(self, key: K, crowd: Sequence[_Waiting[E]]) -> None:
        DATABASE_TIMING.set(None)  # each request adds its own waiting
        is_written: bool | None = None
        failure: type[MarketplaceError] | None = OutcomeUnknown
        try:
            is_written = await self._write([each.entry for each in crowd]) or None
            failure = None
        except (Busy, OutcomeUnknown) as error:
            failure = type(error)
        except Exception:  # noqa: BLE001 - whichever entry causes it meets it again when it is written alone
            failure = None
        finally:
            for each in crowd:
                if each.outcome.done():
                    continue
                if failure is None:
                    each.outcome.set_result(is_written)
                else:
                    each.outcome.set_exception(failure())
            self._write_next(key)


def _refuse(outcome: asyncio.Future[bool | None]) -> None:
    if not outcome.done():
        outcome.set_exception(Busy())


def _let_pass(outcome: asyncio.Future[bool | None]) -> None:
    if not outcome.done():
        outcome.set_result(None)
