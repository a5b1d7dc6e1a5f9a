"""Work for later: a job is written in the transaction whose effect calls for it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from marketplace.core.domain.failing_jobs import FailingJob

JobKind = Literal[
    "attend_booking",
    "renew_open_times",
    "run_bulk",
    "sweep_bulk_runs",
    "sweep_idempotency_keys",
    "sweep_rate_limits",
]
"""`attend_booking`: let a pending booking lapse or complete a confirmed one, when its moment has come.

`renew_open_times`: write anew, day by day, what schedules give in the time to come.

`run_bulk`: carry on with a bulk action.
"""

Handler = Callable[[UUID | None], Awaitable[None]]
"""Does the work of one kind for a job's subject.

It may be called more than once for one job, and at the same time for two of one subject, so it looks at what is there
and does only what is still to do. A job whose handler raises is tried again until it does not.
"""
Handlers = Mapping[str, Handler]
"""By kind. Jobs of a kind that has no handler wait for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do at `run_at` or soon after. `subject` is what it is about; `None` for a chore of the house.

    `attempts` is how often it was tried, and failed.
    """

    kind: JobKind
    subject: UUID | None
    run_at: datetime
    attempts: int = 0


class Jobs(Protocol):
    """Jobs within a transaction."""

    async def enqueue(self, *jobs: Job) -> None:
        """Add jobs. None runs before the transaction is committed, nor before its `run_at`; a rollback leaves none.

        Of a chore (no subject) one is kept per kind and `run_at`. Jobs with a subject are all kept: one left out for
        the sake of another that begins at this moment would not see what this transaction did.
        """
        ...

    async def take_due(self, now: datetime, kinds: Collection[str]) -> Job | None:
        """Remove and return one due job of these kinds, the longest due first, or `None`.

        It is gone once the transaction is committed, and there again after a rollback; until then nobody else has it.
        """
        ...

    async def put_back(self, job: Job, run_at: datetime, fault: str, now: datetime) -> None:
        """Add a job again that was taken and failed at `now`, to be tried at `run_at`; `fault` names what it raised."""
        ...

    async def acquire_failing(self, job_id: int) -> FailingJob:
        """A job that keeps failing, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def run_now(self, job_id: int, now: datetime) -> None:
        """Have it tried at `now`; needs `acquire_failing`."""
        ...


class FailingJobs(Protocol):
    """Jobs that keep failing, as they are read, one statement each, outside a transaction."""

    async def page(self, limit: int, offset: int) -> tuple[FailingJob, ...]:
        """Those that failed most often first, ties by id, after the first `offset` of them."""
        ...

    async def count(self) -> int:
        """How many there are."""
        ...
