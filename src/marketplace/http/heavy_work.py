"""Heavy work waits for its turn: answers that take many times as long as others, such as slots, feeds and counts.

Each address has one of them at work and addresses take turns, so that one visitor does not slow the others. Who would
wait for longer than the limit is refused at once.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, NamedTuple, Self

from litestar.types import ASGIApp, Receive, Send

from marketplace.core.errors import Overloaded
from marketplace.http.answers import Ask, HasScope
from marketplace.http.security.rate_limits import client_network

AT_ONCE, MAX_WAIT = 2, 5.0
"""Heavy answers at work, and seconds that one waits for its turn at most."""
RESTS, MAX_REST = 3, 0.25
"""After its work an address rests for so many times as long, in seconds at most: it has a quarter of a process."""
BODIES_AT_ONCE = 4
"""Large bodies that are read, in a queue of their own: those that arrive slowly must hold up nothing else."""
EXPORTS_AT_ONCE, MAX_WAIT_FOR_EXPORT = 2, 2.0
FIRST_GUESS = 0.05
"""Seconds that work of a kind is expected to take before any has ended."""
WEIGHT = 0.2
"""Of the latest duration in the mean that later work is expected to take."""


class _Work:
    """A piece of work, at work since `started` or waiting until `turn` is set."""

    def __init__(self, address: str, kind: str) -> None:
        self.address = address
        self.kind = kind
        self.started = 0.0
        self.turn: asyncio.Future[None] | None = None


class HeavyQueue:
    """The work of one process. Work of one address is done one after the other, in the order in which it came."""

    def __init__(
        self, at_once: int, max_wait: float, now: Callable[[], float] = monotonic, *, max_rest: float = 0.0
    ) -> None:
        self._at_once = at_once
        self._max_wait = max_wait
        self._now = now
        self._max_rest = max_rest
        self._resting: set[str] = set()
        self._at_work: dict[str, _Work] = {}
        """By address."""
        self._waiting: defaultdict[str, deque[_Work]] = defaultdict(deque)
        """By address, which has its turn in the order of the keys."""
        self._expected: dict[str, float] = {}
        """Seconds, by kind."""
        self.refused = 0

    @asynccontextmanager
    async def turn(self, request: HasScope, kind: str) -> AsyncIterator[None]:
        """Wait for the turn of this client, and hold it during the block. Raises `Overloaded`."""
        work = _Work(client_network(request), kind)
        await self._wait(work)
        try:
            yield
        finally:
            self._finish(work)

    async def _wait(self, work: _Work) -> None:
        if not self._waiting and len(self._at_work) < self._at_once and self._may_start(work.address):
            self._start(work)
            return
        wait = self._expected_wait(work.address)
        if wait > self._max_wait:
            self.refused += 1
            raise Overloaded(wait)
        work.turn = asyncio.get_running_loop().create_future()
        self._waiting[work.address].append(work)
        self._start_next()
        try:
            async with asyncio.timeout(self._max_wait):
                await work.turn
        except BaseException as error:
            self._leave(work)
            if not isinstance(error, TimeoutError):
                raise
            self.refused += 1
            raise Overloaded(self._expected_wait(work.address)) from None

    def _may_start(self, address: str) -> bool:
        return address not in self._at_work and address not in self._resting

    def _start(self, work: _Work) -> None:
        work.started = self._now()
        self._at_work[work.address] = work

    def _start_next(self) -> None:
        """Start the first work of the addresses that have none at work, and let each address wait behind the others."""
        for address in [*self._waiting]:
            if len(self._at_work) >= self._at_once:
                return
            if not self._may_start(address):
                continue
            line = self._waiting.pop(address)
            work = line.popleft()
            if line:
                self._waiting[address] = line
            self._start(work)
            if work.turn is not None and not work.turn.done():
                work.turn.set_result(None)

    def _finish(self, work: _Work) -> None:
        took = self._now() - work.started
        expected = self._expected.get(work.kind, took)
        self._expected[work.kind] = expected + WEIGHT * (took - expected)
        del self._at_work[work.address]
        rest = self._rest_after(took)
        if rest > 0:
            self._resting.add(work.address)
            asyncio.get_running_loop().call_later(rest, self._end_rest, work.address)
        self._start_next()

    def _rest_after(self, took: float) -> float:
        return min(RESTS * took, self._max_rest)

    def _end_rest(self, address: str) -> None:
        self._resting.discard(address)
        self._start_next()

    def _leave(self, work: _Work) -> None:
        """Take out work whose client does not wait any longer, though its turn may just have come."""
        if self._at_work.get(work.address) is work:
            del self._at_work[work.address]
            self._start_next()
            return
        line = self._waiting[work.address]
        line.remove(work)
        if not line:
            del self._waiting[work.address]

    def _expected_wait(self, address: str) -> float:
        """Return the seconds until work of this address that comes now has its turn, if all takes as long as before."""
        place = len(self._waiting.get(address, ())) + 1
        own = sum(duration + self._rest_after(duration) for duration in self._durations_of(address))
        others = {*self._at_work, *self._waiting} - {address}
        ahead = sum(sum([*self._durations_of(each)][:place]) for each in others)
        return max(own, (own + ahead) / self._at_once)

    def _durations_of(self, address: str) -> Iterator[float]:
        """Yield the seconds that are expected for what is at work, and for each that waits."""
        work = self._at_work.get(address)
        if work is not None:
            passed = self._now() - work.started
            # what has taken longer than usual takes as long again
            yield max(self._expected.get(work.kind, FIRST_GUESS) - passed, passed)
        for each in self._waiting.get(address, ()):
            yield self._expected.get(each.kind, FIRST_GUESS)


class HeavyWork(NamedTuple):
    """The queues of one process: that of answers, and that of exports, which take minutes."""

    answers: HeavyQueue
    exports: HeavyQueue

    @classmethod
    def with_limits(cls) -> Self:
        return cls(HeavyQueue(AT_ONCE, MAX_WAIT, max_rest=MAX_REST), HeavyQueue(EXPORTS_AT_ONCE, MAX_WAIT_FOR_EXPORT))


def with_turn_of_export(app: ASGIApp) -> ASGIApp:
    """Wrap a route of the framework so that its turn lasts until the end of its stream, however that ends."""

    async def answer(scope: Any, receive: Receive, send: Send) -> None:
        heavy = await scope["litestar_app"].state.dishka_container.get(HeavyWork)
        async with heavy.exports.turn(Ask(scope), scope["route_handler"].operation_id):
            await app(scope, receive, send)

    return answer
