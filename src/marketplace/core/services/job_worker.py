"""A worker: claims jobs as they fall due, runs their handlers, and says how each ended."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from traceback import extract_tb
from uuid import UUID, uuid4

from marketplace.core.errors import Busy
from marketplace.core.ports.jobs import ClaimedJob, Handler, Handlers, JobQueue
from marketplace.core.ports.system import Clock

LOG = logging.getLogger(__name__)

MAX_DOUBLINGS = 20
"""Any delay has reached its maximum by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much at once, and how long until the next time."""

    jobs_at_once: int = 10
    poll_every: timedelta = timedelta(seconds=0.25)
    """While there is nothing to do. A job that follows another is claimed at once."""
    lease: timedelta = timedelta(seconds=30)
    """After which another worker claims the job of one that was killed."""
    grace: timedelta = timedelta(seconds=20)
    """What handlers may take to end when the worker stops. Shorter than `deploy/` waits before it kills."""
    retry_first: timedelta = timedelta(seconds=1)
    retry_most: timedelta = timedelta(minutes=10)
    reconnect_first: timedelta = timedelta(seconds=0.5)
    reconnect_most: timedelta = timedelta(seconds=30)

    @property
    def renew_every(self) -> timedelta:
        """So that two renewals may fail before a lease runs out."""
        return self.lease / 3

    def retry_delay(self, failures: int) -> timedelta:
        """How long until a job that failed so often in a row is tried again."""
        return _backoff(self.retry_first, failures - 1, self.retry_most)


class JobWorker:
    """Runs the jobs of a queue in this event loop."""

    def __init__(self, queue: JobQueue, clock: Clock, handlers: Handlers, pace: Pace | None = None) -> None:
        self._queue = queue
        self._clock = clock
        self._handlers = handlers
        self._pace = pace or Pace()
        self._id: UUID = uuid4()
        self._running: dict[asyncio.Task[None], ClaimedJob] = {}
        self._renewed_at = 0.0
        self._troubles = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set, then let those under way end or give them back.

        Outlives whatever the queue raises: what could not be written is written once the queue answers again.
        """
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                claimed = await self._guarded(self._turn()) or 0
                await self._wait_for_something(stopping, is_busy=claimed > 0)
            await self._wind_down()
        finally:
            # a worker that is cancelled leaves its leases to run out
            stopping.cancel()
            await self._cancel_handlers()

    async def _turn(self) -> int:
        """Say what has ended, keep what has not, claim more. Returns how many jobs were claimed."""
        await self._report()
        # before the claim: a loop that was blocked would claim the jobs that it still runs
        await self._renew()
        free = self._pace.jobs_at_once - len(self._running)
        if free == 0:
            return 0
        jobs = await self._queue.claim(
            self._id, self._handlers, now=self._clock.now(), limit=free, lease=self._pace.lease
        )
        if not self._running:
            self._renewed_at = asyncio.get_running_loop().time()
        for job in jobs:
            self._running[asyncio.create_task(_run(self._handlers[job.kind], job.subject))] = job
        return len(jobs)

    async def _report(self) -> None:
        """A handler that ended stays among the running until the queue has taken note of it."""
        ended = [task for task in self._running if task.done()]
        failed = [(task, error) for task in ended if (error := _error_of(task)) is not None]
        done = [task for task in ended if _error_of(task) is None]
        if done:
            await self._queue.finish(self._id, [self._running[task].id for task in done])
            for task in done:
                del self._running[task]
        for task, error in failed:
            job, now = self._running[task], self._clock.now()
            delay = self._pace.retry_delay(job.attempts + 1)
            await self._queue.retry(self._id, job.id, run_at=now + delay, fault=type(error).__name__, now=now)
            del self._running[task]
            LOG.log(
                logging.WARNING if isinstance(error, Busy) else logging.ERROR,
                "Job %d (%s) failed at attempt %d, next in %g s: %s",
                job.id,
                job.kind,
                job.attempts + 1,
                delay.total_seconds(),
                _seen(error),
            )

    async def _renew(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._running and now - self._renewed_at >= self._pace.renew_every.total_seconds():
            await self._queue.renew(self._id, [job.id for job in self._running.values()], self._pace.lease)
            self._renewed_at = now

    async def _wait_for_something(self, stopping: asyncio.Task[bool], *, is_busy: bool) -> None:
        """Until a handler ends, it is time to look again, or to stop."""
        delay = self._pace.poll_every
        if self._troubles:
            delay = _backoff(self._pace.reconnect_first, self._troubles, self._pace.reconnect_most)
        if self._running:
            delay = min(delay, self._pace.renew_every)
        if self._troubles or not any(task.done() for task in self._running):
            # what was claimed just now may be done already, and there may be more
            timeout = 0.0 if is_busy and len(self._running) < self._pace.jobs_at_once else delay.total_seconds()
            waited_for = {stopping} if self._troubles else {stopping, *self._running}
            await asyncio.wait(waited_for, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)

    async def _wind_down(self) -> None:
        """Give handlers some time, then interrupt them and give their jobs back."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._pace.grace.total_seconds()
        while self._running and loop.time() < end:
            pending = [task for task in self._running if not task.done()]
            if pending:
                left = min(end - loop.time(), self._pace.renew_every.total_seconds())
                await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            await self._guarded(self._settle())
            if self._troubles:
                await asyncio.sleep(min(self._pace.reconnect_first.total_seconds(), max(0.0, end - loop.time())))
        interrupted = await self._cancel_handlers()
        if interrupted:
            LOG.warning("The worker is stopping and releases %d unfinished jobs", len(interrupted))
            await self._guarded(self._queue.release(self._id, interrupted))

    async def _settle(self) -> None:
        await self._report()
        await self._renew()

    async def _cancel_handlers(self) -> list[int]:
        """Interrupt what runs. Returns the jobs."""
        jobs = [job.id for job in self._running.values()]
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()
        return jobs

    async def _guarded(self, step: Awaitable[int | None]) -> int | None:
        """The result of a step, or `None` and a line in the log."""
        try:
            result = await step
        except Exception as error:  # noqa: BLE001 - a worker outlives its database, and a table that is not there yet
            self._troubles += 1
            LOG.warning("The worker lost its connection and is retrying: %s", _seen(error))
            return None
        self._troubles = 0
        return result


async def _run(handler: Handler, subject: UUID | None) -> None:
    await handler(subject)


def _error_of(task: asyncio.Task[None]) -> BaseException | None:
    """What a handler that ended raised. One that was cancelled from elsewhere has not done its work either."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _backoff(first: timedelta, times: int, maximum: timedelta) -> timedelta:
    return min(first * (1 << min(times, MAX_DOUBLINGS)), maximum)


def _seen(error: BaseException) -> str:
    """What kind of error and where, without its message, which may quote what people wrote."""
    frames = extract_tb(error.__traceback__)
    return (
        f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        if frames
        else type(error).__name__
    )
