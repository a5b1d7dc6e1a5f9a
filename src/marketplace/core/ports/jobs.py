"""Work for later: a job is written in the transaction whose effect calls for it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from marketplace.core.domain.failing_jobs import FailingJob

JobKind = Literal[
    "attend_booking",
    "purge_events",
    "renew_open_times",
    "run_bulk",
    "sweep_bulk_runs",
    "sweep_idempotency_keys",
    "sweep_rate_limits",
]
"""The names are stored, so they stay when the code's words change.

`attend_booking`: expire a pending booking or complete a confirmed one when it is due (the settlement job).

`renew_open_times`: write anew, day by day, what schedules give in the time to come.

`run_bulk`: carry on with a bulk action.
"""

Handler = Callable[[UUID | None], Awaitable[None]]
"""Does the work of one kind for a job's subject.

It is idempotent: it may be called more than once for one job, and at the same time for two jobs of one subject. A job
whose handler raises is tried again until it does not.
"""
Handlers = Mapping[str, Handler]
"""By kind. Jobs of a kind that has no handler wait for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do at `run_at` or soon after. `subject` is what it is about; `None` for a chore."""

    kind: JobKind
    subject: UUID | None
    run_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job that a worker has a lease on. `attempts` is how often in a row it has failed."""

    id: int
    kind: str
    subject: UUID | None
    run_at: datetime
    attempts: int


class Jobs(Protocol):
    """Jobs within a transaction."""

    async def enqueue(self, *jobs: Job) -> None:
        """Add jobs. None runs before the transaction is committed, nor before its `run_at`; a rollback leaves none.

        A chore (no subject) is added once per kind and `run_at`. Jobs with a subject are all kept: one left out because
        another starts at this moment would not see what this transaction did.
        """
        ...

    async def acquire_failing(self, job_id: int) -> FailingJob:
        """A job that keeps failing, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def run_now(self, job_id: int, now: datetime) -> None:
        """Make it due at `now`; needs `acquire_failing`."""
        ...


class JobQueue(Protocol):
    """Jobs as workers take them: each method commits by itself.

    A worker has a claimed job until its lease runs out; it renews the lease while the handler runs. After that another
    worker may claim the job, and what the first still says about it has no effect. Leases are counted by the storage's
    own clock, so the clocks of workers need not agree.
    """

    async def claim(
        self, worker: UUID, kinds: Collection[str], *, now: datetime, limit: int, lease: timedelta
    ) -> tuple[ClaimedJob, ...]:
        """Lease up to `limit` jobs of these kinds that are due at `now`, the longest due first.

        Never waits for jobs that others have. A job whose lease ran out counts as failed once, with `WORKER_LOST`.
        """
        ...

    async def renew(self, worker: UUID, job_ids: Collection[int], lease: timedelta) -> None:
        """Lease these jobs for `lease` from now on."""
        ...

    async def finish(self, worker: UUID, job_ids: Collection[int]) -> None:
        """Remove jobs whose handler succeeded."""
        ...

    async def retry(self, worker: UUID, job_id: int, *, run_at: datetime, fault: str, now: datetime) -> None:
        """Give a job back whose handler failed at `now`, to be tried at `run_at`. `fault` is the name of the error."""
        ...

    async def release(self, worker: UUID, job_ids: Collection[int]) -> None:
        """Give jobs back that were not finished, due as before, without counting a failure."""
        ...


class FailingJobs(Protocol):
    """Jobs that keep failing, as they are read, one statement each, outside a transaction."""

    async def page(self, limit: int, offset: int) -> tuple[FailingJob, ...]:
        """Those that failed most often first, ties by id, after the first `offset` of them."""
        ...

    async def count(self) -> int:
        """How many there are."""
        ...


WORKER_LOST = "WorkerLost"
"""The fault of a job whose worker did not say how it ended: killed, cut off, or blocked for longer than the lease."""
