"""What happens to waitlists by itself: offers expire, lines close, and what was left behind is settled."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from marketplace.core.domain.events import Delivery, UserEvent
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.waitlist import KEPT_FOR
from marketplace.core.errors import CreatorUnavailable, NotFound
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries
from marketplace.core.services.waitlist_lines import leave_all, settle, settlement_job

SETTLE_BATCH = 500
"""Lines that one sweep settles at most."""


class WaitlistJobs:
    """Handlers of jobs, and a subscriber of the event relay: who is deactivated waits for nothing."""

    def __init__(self, *, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def settle_due(self, entry_id: UUID | None) -> None:
        """Pass an expired offer on, or close the line; otherwise reschedule the check. The handler of the job."""
        if entry_id is not None:
            await self.settle(entry_id, is_job=True)

    async def settle(self, entry_id: UUID, *, is_job: bool = False) -> None:
        """Pass the offer on if it has expired, or close the line if its time has come, in a transaction of its own."""

        async def operation() -> None:
            now = self._clock.now()
            async with self._unit_of_work() as tx:
                seen = await tx.waitlist.find(entry_id)
                if seen is None or not seen.is_open or not (is_job or seen.is_due(now)):
                    return
                slot = await tx.waitlist.acquire_slot(*seen.slot_key)
                if slot is None:
                    return
                await settle(tx, slot, now)
                entry = await tx.waitlist.find(entry_id)
                if is_job and entry is not None and entry.status == "waiting":
                    await tx.jobs.enqueue(settlement_job(entry))

        await with_retries(operation)

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        """End what an account that was deactivated waits for."""
        switched = (
            each.event for each in deliveries if isinstance(each.event, UserEvent) and "is_active" in each.event.changed
        )
        now = self._clock.now()
        await tx.jobs.enqueue(*(Job(kind="leave_waitlists", subject=each.user_id, run_at=now) for each in switched))

    async def leave_all(self, user_id: UUID | None) -> None:
        """End what a deactivated account waits for, and the lines of its sessions. The handler of the job."""
        if user_id is None:
            return

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                if not (await tx.users.acquire_shared(user_id)).is_active:
                    await leave_all(tx, user_id, self._clock.now())

        with suppress(NotFound):
            await with_retries(operation)

    async def purge(self, _: UUID | None = None) -> None:
        """Settle lines that an older release left with free seats, delete old entries, and enqueue the next sweep."""
        now = self._clock.now()
        async with self._unit_of_work() as tx:
            unsettled = await tx.waitlist.unsettled(now, SETTLE_BATCH)
        for slot in unsettled:
            with suppress(CreatorUnavailable):  # occupied by another session since; the next sweep ends the line
                await self._settle_slot(slot)

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.waitlist.purge(now - KEPT_FOR)

        await purge_hourly(self._unit_of_work, "sweep_waitlist", now, purge)

    async def _settle_slot(self, seen: Slot) -> None:
        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await tx.slots.acquire_creator(seen.creator_id)  # it may be empty, and become occupied
                slot = await tx.waitlist.acquire_slot(*seen.key)
                if slot is not None:
                    await settle(tx, slot, self._clock.now())

        await with_retries(operation)
