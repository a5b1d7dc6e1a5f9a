"""Settlement jobs of bookings, run on either storage."""

import asyncio
from datetime import datetime, timedelta

import pytest

from builders import TOMORROW, Services, a_user, principal_of, seats_taken, services_over, stored_session, stored_user
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import Conflict
from marketplace.core.ports.storage import Storage

LATER = TOMORROW + timedelta(days=5)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def timed(empty_storage: Storage, clock: MovableClock) -> Services:
    return services_over(empty_storage, clock=clock)


async def work(storage: Storage, services: Services, clock: MovableClock) -> int:
    return await run_due(storage.job_queue, clock.now(), {"attend_booking": services.bookings.settle_due})


async def requested(storage: Storage, **changes: object) -> tuple[Session, Principal, Principal]:
    """Set up a session that requires confirmation, its creator and a learner."""
    session = await stored_session(storage, requires_confirmation=True, **changes)
    creator = principal_of(a_user(id=session.creator_id, role="creator"))
    return session, creator, principal_of(await stored_user(storage))


async def seen(services: Services, learner: Principal, booking: object) -> BookingHistory:
    return await services.bookings.get(learner, booking.id)  # type: ignore[attr-defined]


async def test_pending_booking_expires_after_48_hours(
    empty_storage: Storage, timed: Services, clock: MovableClock
) -> None:
    session, _, learner = await requested(empty_storage)
    booking = (await timed.bookings.book(learner, session.id, LATER)).resource

    clock.at = NOW + timedelta(hours=48) - timedelta(seconds=1)
    assert await work(empty_storage, timed, clock) == 0
    clock.at = NOW + timedelta(hours=48)
    assert await work(empty_storage, timed, clock) == 1

    expired = await seen(timed, learner, booking)
    assert (expired.status, expired.history[-1].actor_id, expired.history[-1].at) == ("cancelled", None, clock.at)
    assert await seats_taken(empty_storage, session) == 0


async def test_pending_booking_expires_at_its_start(
    empty_storage: Storage, timed: Services, clock: MovableClock
) -> None:
    session, _, learner = await requested(empty_storage)
    booking = (await timed.bookings.book(learner, session.id, TOMORROW)).resource
    assert booking.respond_by == TOMORROW

    clock.at = TOMORROW
    await work(empty_storage, timed, clock)

    assert (await seen(timed, learner, booking)).status == "cancelled"


async def test_confirmed_booking_is_completed_at_its_end(
    empty_storage: Storage, timed: Services, clock: MovableClock
) -> None:
    session, creator, learner = await requested(empty_storage)
    booking = (await timed.bookings.book(learner, session.id, TOMORROW)).resource
    await timed.bookings.act(creator, booking.id, "confirm")

    clock.at = booking.ends_at - timedelta(seconds=1)
    await work(empty_storage, timed, clock)
    assert (await seen(timed, learner, booking)).status == "confirmed"
    clock.at = booking.ends_at
    await work(empty_storage, timed, clock)

    completed = await seen(timed, learner, booking)
    assert [step.to_status for step in completed.history] == ["pending", "confirmed", "completed"]


@pytest.mark.parametrize(("start", "other"), [(TOMORROW, LATER), (LATER, TOMORROW)], ids=["later", "sooner"])
async def test_rescheduled_booking_is_completed_at_its_new_end(
    empty_storage: Storage, timed: Services, clock: MovableClock, start: datetime, other: datetime
) -> None:
    session = await stored_session(empty_storage)
    learner = principal_of(await stored_user(empty_storage))
    booking = (await timed.bookings.book(learner, session.id, start)).resource
    rescheduled = (await timed.bookings.reschedule(learner, booking.id, other)).resource

    for clock.at in sorted([booking.ends_at, rescheduled.ends_at]):
        await work(empty_storage, timed, clock)
        status = "completed" if clock.at >= rescheduled.ends_at else "confirmed"
        assert (await seen(timed, learner, booking)).status == status

    last = (await seen(timed, learner, booking)).history[-1]
    assert (last.to_status, last.at) == ("completed", rescheduled.ends_at)


async def test_pending_booking_rescheduled_earlier_expires_at_its_new_start(
    empty_storage: Storage, timed: Services, clock: MovableClock
) -> None:
    session, _, learner = await requested(empty_storage)
    booking = (await timed.bookings.book(learner, session.id, LATER)).resource
    await timed.bookings.reschedule(learner, booking.id, TOMORROW)

    clock.at = TOMORROW
    await work(empty_storage, timed, clock)

    assert (await seen(timed, learner, booking)).status == "cancelled"


@pytest.mark.parametrize("minutes", [20, 90])
async def test_booking_is_completed_once_at_the_end_that_was_sold(
    empty_storage: Storage, timed: Services, clock: MovableClock, minutes: int
) -> None:
    session = await stored_session(empty_storage, duration=60)
    creator = principal_of(a_user(id=session.creator_id, role="creator"))
    learner = principal_of(await stored_user(empty_storage))
    booking = (await timed.bookings.book(learner, session.id, TOMORROW)).resource
    await timed.sessions.change(creator, session.id, {"duration": minutes})

    clock.at = booking.ends_at - timedelta(seconds=1)
    await work(empty_storage, timed, clock)
    assert (await seen(timed, learner, booking)).status == "confirmed"
    clock.at = booking.ends_at
    await work(empty_storage, timed, clock)
    completed = await seen(timed, learner, booking)
    assert (completed.status, completed.history[-1].at, completed.ends_at) == ("completed", clock.at, clock.at)
    assert await work(empty_storage, timed, clock) == 0


async def test_cancelled_booking_is_not_settled(empty_storage: Storage, timed: Services, clock: MovableClock) -> None:
    session, _, learner = await requested(empty_storage)
    booking = (await timed.bookings.book(learner, session.id, TOMORROW)).resource
    await timed.bookings.act(learner, booking.id, "cancel")

    clock.at = TOMORROW
    await work(empty_storage, timed, clock)

    assert len((await seen(timed, learner, booking)).history) == 2


async def test_settlement_job_is_idempotent(empty_storage: Storage, timed: Services, clock: MovableClock) -> None:
    session, _, learner = await requested(empty_storage)
    booking = (await timed.bookings.book(learner, session.id, TOMORROW)).resource
    clock.at = TOMORROW

    await asyncio.gather(*(timed.bookings.settle_due(booking.id) for _ in range(10)))

    assert [step.to_status for step in (await seen(timed, learner, booking)).history] == ["pending", "cancelled"]


@pytest.mark.parametrize("seconds", [-1, 0])
async def test_expiry_and_confirmation_race_has_one_winner(
    empty_storage: Storage, timed: Services, clock: MovableClock, seconds: int
) -> None:
    session, creator, learner = await requested(empty_storage)
    booking = (await timed.bookings.book(learner, session.id, TOMORROW)).resource
    clock.at = TOMORROW + timedelta(seconds=seconds)

    outcomes = await asyncio.gather(
        timed.bookings.settle_due(booking.id),
        timed.bookings.act(creator, booking.id, "confirm"),
        return_exceptions=True,
    )

    statuses = [step.to_status for step in (await seen(timed, learner, booking)).history]
    assert statuses == ["pending", "confirmed" if seconds < 0 else "cancelled"]
    assert isinstance(outcomes[1], Conflict) is (seconds == 0)
