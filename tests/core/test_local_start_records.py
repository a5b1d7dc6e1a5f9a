"""Local starts of what earlier releases sold are recorded in batches."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from fakes import NOW, MovableClock
from marketplace.core.domain.zone_changes import UnrecordedStart
from marketplace.core.errors import TransactionConflict
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.local_starts import LocalStart
from marketplace.core.services.zones import TRANSACTIONS_PER_JOB, ZoneService

VANCOUVER = "America/Vancouver"


@dataclass
class Backlog:
    """Bookings of earlier releases, found in batches of two. Each conflict ends one transaction."""

    batches: int
    conflicts: int = 0
    recorded: list[LocalStart] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(local_starts=self, jobs=self)

    async def acquire_unrecorded(self, now: datetime, since: datetime, _: int) -> tuple[UnrecordedStart, ...]:
        assert since >= now
        if self.conflicts:
            self.conflicts -= 1
            raise TransactionConflict
        if not self.batches:
            return ()
        self.batches -= 1
        starts_at = since + timedelta(hours=1)
        return tuple(
            UnrecordedStart(booking_id=uuid4(), session_id=uuid4(), starts_at=starts_at, time_zone=VANCOUVER)
            for _ in range(2)
        )

    async def record(self, starts: Sequence[tuple[UnrecordedStart, LocalStart]]) -> None:
        self.recorded += [agreed for _, agreed in starts]

    async def enqueue(self, *jobs: Job) -> None:
        self.jobs += jobs


@dataclass
class CountedZones:
    """Zone data of an earlier release; counts the reads."""

    reads: Counter[str] = field(default_factory=Counter)

    def find(self, name: str) -> tzinfo | None:
        self.reads[name] += 1
        return timezone(timedelta(hours=-8))


def service_over(backlog: Backlog, zones: CountedZones) -> ZoneService:
    unused: Any = None
    unit_of_work: Any = backlog.transaction
    return ZoneService(
        unit_of_work=unit_of_work,
        promised_slots=unused,
        availability=unused,
        former_zones=zones,
        clock=MovableClock(),
    )


async def test_all_local_starts_are_recorded_however_many_there_are() -> None:
    backlog = Backlog(TRANSACTIONS_PER_JOB + 1)

    await service_over(backlog, CountedZones()).record_all()

    assert (backlog.batches, len(backlog.recorded)) == (0, 2 * (TRANSACTIONS_PER_JOB + 1))


@pytest.mark.parametrize("conflicts", [0, 1])
async def test_job_records_despite_a_conflict_and_is_due_again_tomorrow(conflicts: int) -> None:
    backlog = Backlog(2, conflicts)

    await service_over(backlog, CountedZones()).record_missing()

    assert len(backlog.recorded) == 4
    assert backlog.recorded[0] == ((NOW - timedelta(hours=7)).replace(tzinfo=None), VANCOUVER)
    assert [job.run_at.date() for job in backlog.jobs] == [NOW.date() + timedelta(days=1)]


async def test_zone_file_is_read_once_per_batch() -> None:
    zones = CountedZones()

    await service_over(Backlog(3), zones).record_all()

    assert zones.reads == {VANCOUVER: 3}
