"""Requests for another start when newer zone data moves either of the two."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builders import Services, principal_of, services_over, slots_of, stored_booking, stored_session, stored_user
from contracts.booking_invariants import check_books
from contracts.events import Recorder, relay_over
from contracts.harness import at_once, owner_of
from due_jobs import take_due
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.zone_changes import ZoneChange
from marketplace.core.ports.storage import Storage

VANCOUVER = "America/Vancouver"
NINE = datetime(2030, 1, 14, 9)  # noqa: DTZ001 - a wall time
RIGHT = datetime(2030, 1, 14, 16, tzinfo=UTC)
"""Nine in Vancouver by 2026f."""
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
SOLD = RIGHT + HOUR
"""Nine by the rules before."""


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def a_session(storage: Storage, **changes: Any) -> Session:
    return await stored_session(storage, requires_confirmation=True, max_participants=3, duration=60, **changes)


async def sold(
    storage: Storage, session: Session, after: timedelta = 0 * HOUR, *, by_rules_before: bool = True
) -> Booking:
    """Store a booking of a new learner, agreed for some time after nine."""
    starts_at = (SOLD if by_rules_before else RIGHT) + after
    agreed: dict[str, Any] = {"local_start": NINE + after, "time_zone": VANCOUVER}
    return await stored_booking(storage, session, starts_at=starts_at, **agreed)


async def request(services: Services, storage: Storage, booking: Booking, starts_at: datetime) -> None:
    learner = replace(await stored_user(storage), id=booking.user_id)
    await services.bookings.reschedule(principal_of(learner), booking.id, starts_at)


async def request_alone(
    services: Services, storage: Storage, session: Session, booking: Booking, after: timedelta
) -> None:
    """Request a start that no other booking keeps, agreed by the rules before."""
    other = await sold(storage, session, after)
    await request(services, storage, booking, SOLD + after)
    await services.bookings.act(owner_of(session), other.id, "cancel")


def own(found: tuple[ZoneChange, ...], session: Session) -> list[tuple[datetime, datetime | None, str | None]]:
    mine = (change for change in found if change.slot.creator_id == session.creator_id)
    return [(change.slot.starts_at, change.starts_at, change.kept) for change in mine]


async def checked(storage: Storage, booking: Booking) -> BookingHistory:
    """Return the booking, having checked all books of its creator."""
    return next(each for each in await check_books(storage, booking.creator_id) if each.id == booking.id)


def steps(booking: BookingHistory) -> list[tuple[str, datetime | None, datetime | None]]:
    """Return the automatic steps."""
    return [(step.action, step.from_start, step.to_start) for step in booking.history if step.actor_id is None]


async def taken(storage: Storage, session: Session) -> dict[datetime, int]:
    return {slot.starts_at: slot.seats_taken for slot in await slots_of(storage, session) if slot.seats_taken}


async def test_request_ends_before_both_of_its_slots_move(empty_storage: Storage) -> None:
    session, services, recorder = await a_session(empty_storage), services_over(empty_storage), Recorder()
    booking, _ = await sold(empty_storage, session), await sold(empty_storage, session, WEEK)
    await request(services, empty_storage, booking, SOLD + WEEK)

    assert own(await services.zones.apply(), session) == [(SOLD, RIGHT, None), (SOLD + WEEK, RIGHT + WEEK, None)]

    moved = await checked(empty_storage, booking)
    assert steps(moved) == [("expire", None, SOLD + WEEK), ("reschedule", SOLD, RIGHT)]
    assert (moved.status, moved.requested_start, moved.held_seats) == ("confirmed", None, 0)
    assert await taken(empty_storage, session) == {RIGHT: 1, RIGHT + WEEK: 1}
    assert await services.zones.compare() == ()
    while await relay_over(empty_storage, recorder).deliver():
        pass
    kinds = recorder.kinds(booking.id)
    assert kinds[-1] == "booking.rescheduled"
    assert len(kinds) == len(moved.history)


async def test_requested_slot_without_a_sold_seat_is_emptied_and_not_listed(
    storage: Storage, services: Services
) -> None:
    session = await a_session(storage)
    booking = await sold(storage, session, 3 * WEEK, by_rules_before=False)
    await request_alone(services, storage, session, booking, 0 * HOUR)

    assert own(await services.zones.apply(), session) == []

    kept = await checked(storage, booking)
    assert steps(kept) == [("expire", None, SOLD)]
    assert (kept.starts_at, kept.requested_start) == (RIGHT + 3 * WEEK, None)
    assert await taken(storage, session) == {RIGHT + 3 * WEEK: 1}
    assert own(await services.zones.compare(), session) == []


async def test_booking_without_its_request_is_settled_at_its_end(empty_storage: Storage) -> None:
    session, services = await a_session(empty_storage), services_over(empty_storage)
    booking = await sold(empty_storage, session, 3 * WEEK, by_rules_before=False)
    await request_alone(services, empty_storage, session, booking, 0 * HOUR)

    await services.zones.apply()

    jobs = await take_due(empty_storage.job_queue, NOW + 9 * WEEK, "attend_booking")
    assert RIGHT + 3 * WEEK + HOUR in {job.run_at for job in jobs if job.subject == booking.id}


async def test_held_seats_block_no_slot_of_their_creator(storage: Storage, services: Services) -> None:
    session = await a_session(storage)
    booking, _ = await sold(storage, session, WEEK), await sold(storage, session)
    await request_alone(services, storage, session, booking, -HOUR)

    assert own(await services.zones.apply(), session) == [(SOLD, RIGHT, None), (SOLD + WEEK, RIGHT + WEEK, None)]

    assert steps(await checked(storage, booking))[0] == ("expire", None, SOLD - HOUR)
    assert await taken(storage, session) == {RIGHT: 1, RIGHT + WEEK: 1}


async def test_request_between_slots_that_stay_is_kept(storage: Storage, services: Services) -> None:
    session = await a_session(storage)
    await sold(storage, session)
    booking = await sold(storage, session, WEEK, by_rules_before=False)
    await request(services, storage, booking, RIGHT + 2 * WEEK)

    assert own(await services.zones.apply(), session) == [(SOLD, RIGHT, None)]

    kept = await checked(storage, booking)
    assert (steps(kept), kept.requested_start, kept.held_seats) == ([], RIGHT + 2 * WEEK, 1)


async def test_answers_during_the_moves_lose_no_seat(storage: Storage, services: Services) -> None:
    session = await a_session(storage)
    bookings = [await sold(storage, session) for _ in range(3)]
    for number, booking in enumerate(bookings):
        await request(services, storage, booking, SOLD + (number + 1) * WEEK)
    creator = owner_of(session)

    outcome = await at_once(
        [
            services.zones.apply(),
            services.bookings.act(creator, bookings[0].id, "confirm"),
            services.bookings.act(creator, bookings[1].id, "decline"),
            services.bookings.act(creator, bookings[2].id, "cancel"),
        ]
    )

    assert set(outcome.reasons()) <= {"IllegalTransition", "Busy"}
    await services.zones.apply()
    await check_books(storage, session.creator_id)
