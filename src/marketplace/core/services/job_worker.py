"""Job worker: claims due jobs, runs their handlers, and reports the results."""

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
"""Bound of the exponent; every delay has reached its maximum by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Concurrency and timing of a worker."""

    jobs_at_once: int = 10
    poll_every: timedelta = timedelta(seconds=0.25)
    """Poll interval while idle. After a job, the next is claimed immediately."""
    lease: timedelta = timedelta(seconds=30)
    """Lease after which another worker may claim the job of a killed one."""
    grace: timedelta = timedelta(seconds=20)
    """How long handlers may take to finish on shutdown. Shorter than the kill timeout in `deploy/`."""
    retry_first: timedelta = timedelta(seconds=1)
    retry_max: timedelta = timedelta(minutes=10)
    reconnect_first: timedelta = timedelta(seconds=0.5)
    reconnect_max: timedelta = timedelta(seconds=30)

    @property
    def renew_every(self) -> timedelta:
        """Renewal interval; two renewals can fail before a lease expires."""
        return self.lease / 3

    def retry_delay(self, failures: int) -> timedelta:
        """Return the delay before a job with this many consecutive failures is retried."""
        return _backoff(self.retry_first, failures - 1, self.retry_max)


class JobWorker:
    """Runs the jobs of a queue in the current event loop."""

    def __init__(self, queue: JobQueue, clock: Clock, handlers: Handlers, pace: Pace | None = None) -> None:
        self._queue = queue
        self._clock = clock
        self._handlers = handlers
        self._pace = pace or Pace()
        self._id: UUID = uuid4()
        self._running: dict[asyncio.Task[None], ClaimedJob] = {}
        self._renewed_at = 0.0
        self._queue_failures = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set, then let running ones finish or return them to the queue.

        Survives any error of the queue: results that could not be written are written once it responds again.
        """
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                claimed = await self._guarded(self._poll()) or 0
                await self._wait_for_something(stopping, is_busy=claimed > 0)
            await self._wind_down()
        finally:
            # a cancelled worker lets its leases expire
            stopping.cancel()
            await self._cancel_handlers()

    async def _poll(self) -> int:
        """Report finished jobs, renew leases, claim more. Return the number of claimed jobs."""
        await self._report()
        # before the claim: after a blocked loop, it would claim the jobs that it still runs
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
        """Report finished handlers. Each stays in `_running` until the queue has recorded its result."""
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
                _described(error),
            )

    async def _renew(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._running and now - self._renewed_at >= self._pace.renew_every.total_seconds():
            await self._queue.renew(self._id, [job.id for job in self._running.values()], self._pace.lease)
            self._renewed_at = now

    async def _wait_for_something(self, stopping: asyncio.Task[bool], *, is_busy: bool) -> None:
        """Wait until a handler finishes, the next poll is due, or the worker stops."""
        delay = self._pace.poll_every
        if self._queue_failures:
            delay = _backoff(self._pace.reconnect_first, self._queue_failures, self._pace.reconnect_max)
        if self._running:
            delay = min(delay, self._pace.renew_every)
        if self._queue_failures or not any(task.done() for task in self._running):
            # jobs claimed just now may be finished already, and there may be more
            timeout = 0.0 if is_busy and len(self._running) < self._pace.jobs_at_once else delay.total_seconds()
            waited_for = {stopping} if self._queue_failures else {stopping, *self._running}
            await asyncio.wait(waited_for, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)

    async def _wind_down(self) -> None:
        """Let handlers finish within the grace period, then cancel them and release their jobs."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._pace.grace.total_seconds()
        while self._running and loop.time() < end:
            pending = [task for task in self._running if not task.done()]
            if pending:
                left = min(end - loop.time(), self._pace.renew_every.total_seconds())
                await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            await self._guarded(self._settle())
            if self._queue_failures:
                await asyncio.sleep(min(self._pace.reconnect_first.total_seconds(), max(0.0, end - loop.time())))
        interrupted = await self._cancel_handlers()
        if interrupted:
            LOG.warning("The worker is stopping and releases %d unfinished jobs", len(interrupted))
            await self._guarded(self._queue.release(self._id, interrupted))

    async def _settle(self) -> None:
        await self._report()
        await self._renew()

    async def _cancel_handlers(self) -> list[int]:
        """Cancel running handlers. Return the job IDs."""
        jobs = [job.id for job in self._running.values()]
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()
        return jobs

    async def _guarded(self, step: Awaitable[int | None]) -> int | None:
        """Return the result of a step; on an error log it and return `None`."""
        try:
            result = await step
        except Exception as error:  # noqa: BLE001 - a worker outlives its database, and a table that is not there yet
            self._queue_failures += 1
            LOG.warning("The worker lost its connection and is retrying: %s", _described(error))
            return None
        self._queue_failures = 0
        return result


async def _run(handler: Handler, subject: UUID | None) -> None:
    await handler(subject)


def _error_of(task: asyncio.Task[None]) -> BaseException | None:
    """Return what a finished handler raised. One cancelled from outside counts as failed."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _backoff(first: timedelta, times: int, maximum: timedelta) -> timedelta:
    return min(first * (1 << min(times, MAX_DOUBLINGS)), maximum)


def _described(error: BaseException) -> str:
    """Describe an error by type and location, without its message, which may quote user input."""
    frames = extract_tb(error.__traceback__)
    return (
        f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        if frames
        else type(error).__name__
    )
