"""Work for later: a job is written in the transaction whose effect calls for it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

JobKind = Literal["attend_booking", "renew_open_times", "sweep_idempotency_keys", "sweep_rate_limits"]
"""`attend_booking`: let a pending booking lapse or complete a confirmed one, when its moment has come.

`renew_open_times`: write anew, day by day, what schedules give in the time to come.
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
    """Something to do at `run_at` or soon after. `subject` is what it is about; `None` for a chore of the house."""

    kind: JobKind
    subject: UUID | None
    run_at: datetime


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
