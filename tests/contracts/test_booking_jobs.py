"""The statement that reserves seats enqueues the jobs of the booking, only if it succeeds."""

from datetime import timedelta

import pytest

from builders import TOMORROW, a_booking, a_principal, open_slot, stored_booking, stored_session, stored_user, take
from contracts.harness import broken_transaction
from due_jobs import take_due
from fakes import NOW
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction

HALF_AN_HOUR = timedelta(minutes=30)


async def a_seat(storage: Storage, session: Session) -> Booking:
    return a_booking(session, (await stored_user(storage)).id)


async def due(storage: Storage) -> list[Job]:
    """Claim and return every job."""
    return await take_due(storage.job_queue, NOW + timedelta(days=999), "attend_booking")


@pytest.mark.parametrize("has_job", [True, False])
async def test_job_is_enqueued_atomically_with_its_seats(storage: Storage, *, has_job: bool) -> None:
    session = await stored_session(storage, max_participants=3)
    bookable, taking = [await a_seat(storage, session) for _ in range(2)]
    jobs = [
        Job(kind="attend_booking", subject=booking.id, run_at=TOMORROW + timedelta(hours=place)) if has_job else None
        for place, booking in enumerate((bookable, taking))
    ]
    await due(storage)

    async with storage.unit_of_work() as tx:
        assert await open_slot(tx, session, bookable, jobs[0])
    async with storage.unit_of_work() as tx:
        assert await take(tx, session, taking, jobs[1])

    assert await due(storage) == [job for job in jobs if job]


async def test_booking_without_seat_enqueues_no_job(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=1)
    late, held = await a_seat(storage, session), await a_seat(storage, session)
    job = Job(kind="attend_booking", subject=late.id, run_at=TOMORROW)
    await due(storage)

    async with storage.unit_of_work() as tx:
        assert not await take(tx, session, late, job)
    async with storage.unit_of_work() as tx:
        assert await open_slot(tx, session, held)
    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_creator(session.creator_id)
        assert not await take(tx, session, late, job)
        assert not await open_slot(tx, session, late, job)
        rescheduled, step = held.rescheduled(
            TOMORROW + HALF_AN_HOUR,
            a_principal(held.user_id),
            NOW,
            requires_confirmation=False,
        )
        assert not await tx.slots.move(Slot.of(session, TOMORROW), rescheduled, step, job)

    assert await due(storage) == []


async def test_rescheduling_enqueues_its_job_and_rollback_enqueues_none(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    slot = Slot.of(session, TOMORROW + timedelta(hours=5))
    rescheduled, step = booking.rescheduled(
        slot.starts_at, a_principal(booking.user_id), NOW, requires_confirmation=False
    )
    job = Job(kind="attend_booking", subject=booking.id, run_at=slot.ends_at)
    await due(storage)

    async def move(tx: Transaction) -> None:
        await tx.slots.acquire_creator(session.creator_id)
        await tx.bookings.acquire(booking.id)
        await tx.slots.release(booking)
        assert await tx.slots.move(slot, rescheduled, step, job)

    async with broken_transaction(storage) as tx:
        await move(tx)
    assert await due(storage) == []
    async with storage.unit_of_work() as tx:
        await move(tx)
    assert await due(storage) == [job]
