"""Run the jobs of a storage at the time of a test, without a worker."""

from datetime import datetime, timedelta
from uuid import uuid4

from marketplace.core.ports.jobs import Handlers, Job, JobKind, JobQueue

RETRY_AFTER = timedelta(seconds=1)
LEASE = timedelta(minutes=1)


async def run_due(queue: JobQueue, now: datetime, handlers: Handlers) -> int:
    """Run every due job one at a time, including those that they enqueue; return how many succeeded.

    A job whose handler raises is due again `RETRY_AFTER` now; the errors are raised as an `ExceptionGroup` once the
    others have run. An interrupted job is given back.
    """
    worker, done, raised = uuid4(), 0, list[Exception]()
    while claimed := await queue.claim(worker, handlers, now=now, limit=1, lease=LEASE):
        [job] = claimed
        try:
            await handlers[job.kind](job.subject)
        except Exception as error:  # noqa: BLE001 - a handler may raise anything
            await queue.retry(worker, job.id, run_at=now + RETRY_AFTER, fault=type(error).__name__, now=now)
            raised.append(error)
        except BaseException:
            await queue.release(worker, [job.id])
            raise
        else:
            await queue.finish(worker, [job.id])
            done += 1
    if raised:
        raise ExceptionGroup("jobs that will be tried again", raised)
    return done


async def take_due(queue: JobQueue, now: datetime, *kinds: JobKind) -> list[Job]:
    """Claim and delete every due job of these kinds, and return the jobs as they were enqueued."""
    worker, found = uuid4(), list[Job]()
    for kind in kinds:
        claimed = await queue.claim(worker, [kind], now=now, limit=999, lease=LEASE)
        await queue.finish(worker, [job.id for job in claimed])
        found += [Job(kind=kind, subject=job.subject, run_at=job.run_at) for job in claimed]
    return found
