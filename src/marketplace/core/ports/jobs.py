"""Background jobs, enqueued in the transaction that requires them."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from marketplace.core.domain.failing_jobs import FailingJob

JobKind = Literal[
    "add_reminders",
    "attend_booking",
    "claim_usernames",
    "encode_avif",
    "find_forgetful",
    "index_names",
    "index_sessions",
    "leave_waitlists",
    "purge_events",
    "purge_messages",
    "reconcile_payments",
    "reconcile_pictures",
    "record_local_starts",
    "record_terms",
    "renew_open_times",
    "run_bulk",
    "settle_booking",
    "settle_operation",
    "settle_payment",
    "settle_waitlist",
    "sweep_api_keys",
    "sweep_bulk_runs",
    "sweep_email_requests",
    "sweep_idempotency_keys",
    "sweep_logins",
    "sweep_notifications",
    "sweep_passkey_challenges",
    "sweep_payment_events",
    "sweep_pictures",
    "sweep_rate_limits",
    "sweep_waitlist",
]
"""Stored names, which do not follow renames in the code.

`add_reminders`: adds missing reminders hourly. `attend_booking`: the settlement job; expires a pending booking or
completes a confirmed one when due. `claim_usernames`: claims the usernames of accounts that an older release created or
renamed. `index_names`: indexes the new names of a creator in their older sessions. `index_sessions`: indexes the words
of sessions that an older release wrote. `record_local_starts`, `record_terms`: record daily what earlier releases sold.
`encode_avif`: stores a picture as AVIF, too. `find_forgetful`: finds the account of a forgotten password.
`reconcile_payments`: compares payments with those of the provider daily. `settle_booking`: asks for what a step of a
booking means for its payments. `settle_operation`: asks the provider for an effect. `settle_payment`: looks a payment
up at the provider. `settle_waitlist`: passes an offer on that expired, or closes a line. `leave_waitlists`: ends what a
deactivated account waits for. `reconcile_pictures`: compares stored bytes with their records daily. `renew_open_times`:
refreshes materialized availability daily. `run_bulk`: continues a bulk action. `sweep_*` and `purge_*`: delete old rows
hourly; `sweep_waitlist` settles lines, too.
"""

Handler = Callable[[UUID | None], Awaitable[None]]
"""Runs the jobs of one kind, given the job's subject.

Handlers must be idempotent: one may be called more than once for a job, and concurrently for two jobs of one subject. A
job whose handler raises is retried until it succeeds.
"""
Handlers = Mapping[str, Handler]
"""Handlers by kind. Jobs of a kind without a handler stay queued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job to run at `run_at` or soon after. `subject` is the ID of its object; `None` for recurring chores."""

    kind: JobKind
    subject: UUID | None
    run_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job leased by a worker. `attempts` is its number of consecutive failures."""

    id: int
    kind: str
    subject: UUID | None
    run_at: datetime
    attempts: int


class Jobs(Protocol):
    """Jobs within a transaction."""

    async def enqueue(self, *jobs: Job) -> None:
        """Enqueue jobs. None runs before the transaction commits or before its `run_at`.

        A chore (no subject) is stored once per kind and `run_at`. Jobs with a subject are never deduplicated: an
        existing job that starts at this moment would not see what this transaction did.
        """
        ...

    async def acquire_failing(self, job_id: int) -> FailingJob:
        """Return a failing job, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def run_now(self, job_id: int, now: datetime) -> None:
        """Make the job due at `now`; needs `acquire_failing`."""
        ...


class JobQueue(Protocol):
    """Job queue for workers; each method commits by itself.

    A worker owns a claimed job until its lease expires, and renews the lease while the handler runs. After expiry
    another worker may claim the job, and reports of the first are ignored. Leases use the storage's clock, so workers'
    clocks need not agree.
    """

    async def claim(
        self, worker: UUID, kinds: Collection[str], *, now: datetime, limit: int, lease: timedelta
    ) -> tuple[ClaimedJob, ...]:
        """Lease up to `limit` jobs of these kinds that are due at `now`, longest overdue first.

        Never waits for jobs leased by others. A job whose lease expired counts as failed once, with `WORKER_LOST`.
        """
        ...

    async def renew(self, worker: UUID, job_ids: Collection[int], lease: timedelta) -> None:
        """Extend the leases to `lease` from now."""
        ...

    async def finish(self, worker: UUID, job_ids: Collection[int]) -> None:
        """Delete jobs whose handlers succeeded."""
        ...

    async def retry(self, worker: UUID, job_id: int, *, run_at: datetime, fault: str, now: datetime) -> None:
        """Return a job that failed at `now` to the queue, due at `run_at`. `fault` is the name of the error."""
        ...

    async def release(self, worker: UUID, job_ids: Collection[int]) -> None:
        """Return unfinished jobs to the queue with their old due time, without counting a failure."""
        ...


class FailingJobs(Protocol):
    """Reads of failing jobs, one statement each, outside a transaction."""

    async def page(self, limit: int, offset: int) -> tuple[FailingJob, ...]:
        """Return failing jobs after the first `offset`, most failures first, ties by ID."""
        ...

    async def count(self) -> int: ...


WORKER_LOST = "WorkerLost"
"""Fault of a job whose worker did not report a result: killed, disconnected, or blocked longer than the lease."""
