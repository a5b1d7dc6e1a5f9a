"""What was sold keeps its wall time when newer zone data says another instant for it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest

from builders import (
    ADDRESSES,
    Services,
    a_schedule,
    an_adapter_set,
    principal_of,
    services_over,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.booking_invariants import check_books
from contracts.events import Recorder, relay_over
from contracts.harness import at_once, owner_of
from due_jobs import run_due, take_due
from fakes import NOW, KnownZones
from marketplace.bootstrap.inputs import ServiceOptions
from marketplace.bootstrap.services import build_services
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import LoginLifetimes
from marketplace.core.domain.schedules import TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.zone_changes import PromisedSlot, ZoneChange
from marketplace.core.ports.storage import Storage

VANCOUVER = "America/Vancouver"
NINE = datetime(2030, 1, 14, 9)  # noqa: DTZ001 - a wall time
RIGHT = datetime(2030, 1, 14, 16, tzinfo=UTC)
"""Nine in Vancouver by 2026f, seven hours behind UTC all year."""
SOLD = RIGHT + timedelta(hours=1)
"""Nine by the rules before."""
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def sold_before(storage: Storage, session: Session, hours: int = 0, **changes: Any) -> Booking:
    """Store a booking that was sold some hours after nine, by the rules before."""
    later = timedelta(hours=hours)
    sold: dict[str, Any] = {"starts_at": SOLD + later, "local_start": NINE + later, "time_zone": VANCOUVER}
    return await stored_booking(storage, session, **sold | changes)


async def changes_of(
    found: tuple[ZoneChange, ...], session: Session
) -> list[tuple[datetime, datetime | None, str | None]]:
    own = (change for change in found if change.slot.creator_id == session.creator_id)
    return [(change.slot.starts_at, change.starts_at, change.kept) for change in own]


async def promised(storage: Storage, session: Session) -> dict[datetime, tuple[datetime, str]]:
    """Return local start and zone of the session's sold slots by start, read page by page."""
    found, after = list[PromisedSlot](), None
    while page := await storage.promised_slots.page(NOW, 2, after):
        found += page
        after = page[-1].key
    return {slot.starts_at: (slot.local_start, slot.time_zone) for slot in found if slot.session_id == session.id}


async def history(storage: Storage, booking: Booking) -> BookingHistory:
    found = await storage.booking_lists.find(booking.id)
    assert found is not None
    return found


def agreed(booking: Booking) -> tuple[datetime, datetime | None, str | None]:
    return booking.starts_at, booking.local_start, booking.time_zone


async def test_slot_and_booking_record_local_start_in_zone_of_schedule(storage: Storage, services: Services) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    await services.schedules.replace(owner_of(session), session.id, a_schedule(time_zone=VANCOUVER))

    booking = (await services.bookings.book(principal_of(learner), session.id, RIGHT)).resource

    assert agreed(await history(storage, booking)) == (RIGHT, NINE, VANCOUVER)
    assert await promised(storage, session) == {RIGHT: (NINE, VANCOUVER)}


async def test_session_by_arrangement_is_agreed_in_the_zone_of_its_creator(
    storage: Storage, services: Services
) -> None:
    creator = await stored_user(storage, role="creator", time_zone=VANCOUVER)
    session, learner = await stored_session(storage, creator_id=creator.id), await stored_user(storage)

    booking = (await services.bookings.book(principal_of(learner), session.id, RIGHT)).resource

    assert agreed(await history(storage, booking)) == (RIGHT, NINE, VANCOUVER)


async def test_move_by_a_person_records_the_new_local_start(storage: Storage, services: Services) -> None:
    creator, learner = await stored_user(storage, role="creator", time_zone=VANCOUVER), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id)
    booking = (await services.bookings.book(principal_of(learner), session.id, RIGHT)).resource

    await services.bookings.reschedule(principal_of(learner), booking.id, RIGHT + HOUR)

    assert agreed(await history(storage, booking)) == (RIGHT + HOUR, NINE + HOUR, VANCOUVER)
    assert await promised(storage, session) == {RIGHT + HOUR: (NINE + HOUR, VANCOUVER)}


@pytest.mark.parametrize("before", [{"local_start": NINE + 8 * HOUR, "time_zone": "UTC"}, {}])
async def test_held_slot_records_its_local_start_in_the_zone_of_the_session(
    storage: Storage, services: Services, before: dict[str, Any]
) -> None:
    creator, learner = await stored_user(storage, role="creator", time_zone=VANCOUVER), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id, requires_confirmation=True)
    booking = await stored_booking(storage, session, learner.id, starts_at=RIGHT - 5 * HOUR, **before)

    await services.bookings.reschedule(principal_of(learner), booking.id, RIGHT)

    assert (await promised(storage, session))[RIGHT] == (NINE, VANCOUVER)


async def test_slot_keeps_what_was_agreed_with_its_first_booking(storage: Storage) -> None:
    session = await stored_session(storage)
    first = await sold_before(storage, session)
    await stored_booking(storage, session, starts_at=SOLD, local_start=NINE + 8 * HOUR, time_zone="UTC")

    assert await promised(storage, session) == {SOLD: (NINE, VANCOUVER)}
    assert agreed(await history(storage, first)) == (SOLD, NINE, VANCOUVER)


async def test_sold_slot_at_another_instant_than_agreed_is_listed(storage: Storage, services: Services) -> None:
    session = await stored_session(storage)
    await sold_before(storage, session, seats=2)
    await sold_before(storage, session, starts_at=RIGHT + WEEK, local_start=NINE + WEEK)

    found = [change for change in await services.zones.compare() if change.slot.session_id == session.id]

    assert found == [
        ZoneChange(
            slot=PromisedSlot(
                session_id=session.id,
                creator_id=session.creator_id,
                title=session.title,
                starts_at=SOLD,
                local_start=NINE,
                time_zone=VANCOUVER,
                seats=2,
            ),
            starts_at=RIGHT,
        )
    ]
    assert set(await promised(storage, session)) == {SOLD, RIGHT + WEEK}


async def test_either_hour_of_a_doubled_wall_time_is_right(storage: Storage, services: Services) -> None:
    session, doubled = await stored_session(storage), datetime(2030, 10, 27, 2, 30)  # noqa: DTZ001 - a wall time
    for hour in (0, 1):
        starts_at = datetime(2030, 10, 27, hour, 30, tzinfo=UTC)
        await stored_booking(storage, session, starts_at=starts_at, local_start=doubled, time_zone="Europe/Madrid")

    assert await changes_of(await services.zones.compare(), session) == []


async def test_all_bookings_of_a_sold_slot_move_to_its_wall_time(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, duration=90, max_participants=3)
    bookings = [await sold_before(storage, session, seats=seats) for seats in (2, 1)]

    assert await changes_of(await services.zones.apply(), session) == [(SOLD, RIGHT, None)]

    for booking, moved in zip(bookings, await check_books(storage, session.creator_id), strict=True):
        assert agreed(moved) == (RIGHT, NINE, VANCOUVER)
        assert (moved.status, moved.ends_at, moved.amount) == ("confirmed", RIGHT + 1.5 * HOUR, booking.amount)
        step = moved.history[-1]
        assert (step.action, step.actor_id, step.reason) == ("reschedule", None, "")
        assert (step.from_start, step.to_start, step.at) == (SOLD, RIGHT, NOW)
    (slot,) = await slots_of(storage, session)
    assert (slot.starts_at, slot.ends_at, slot.seats_taken) == (RIGHT, RIGHT + 1.5 * HOUR, 3)
    assert await promised(storage, session) == {RIGHT: (NINE, VANCOUVER)}
    assert await changes_of(await services.zones.compare(), session) == []


async def test_move_is_an_event_and_settles_the_booking_at_its_new_end(empty_storage: Storage) -> None:
    session, services = await stored_session(empty_storage), services_over(empty_storage)
    booking = await sold_before(empty_storage, session)
    await services.zones.apply()
    recorder = Recorder()

    while await relay_over(empty_storage, recorder).deliver():
        pass

    assert recorder.kinds(booking.id) == ["booking.created", "booking.rescheduled"]
    (job,) = await take_due(empty_storage.job_queue, RIGHT + HOUR, "attend_booking")
    assert (job.subject, job.run_at) == (booking.id, RIGHT + HOUR)


async def test_pending_booking_stays_pending_and_is_answered_before_its_new_start(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage, requires_confirmation=True)
    booking = await sold_before(storage, session, status="pending", respond_by=SOLD)

    await services.zones.apply()

    moved = await history(storage, booking)
    assert (moved.status, moved.starts_at, moved.respond_by) == ("pending", RIGHT, RIGHT)


async def test_slots_in_a_row_move_together_with_a_person_in_both(storage: Storage, services: Services) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    rows = [await sold_before(storage, session, hours, user_id=learner.id) for hours in (2, 0, 1)]

    assert len(await changes_of(await services.zones.apply(), session)) == 3

    starts = [(await history(storage, booking)).starts_at for booking in rows]
    assert starts == [RIGHT + 2 * HOUR, RIGHT, RIGHT + HOUR]
    await check_books(storage, session.creator_id)


async def test_slot_stays_where_its_creator_is_busy_and_so_do_those_behind_it(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage)
    other = await stored_session(storage, creator_id=session.creator_id)
    await stored_booking(storage, other, starts_at=RIGHT, local_start=NINE, time_zone=VANCOUVER)
    bookings = [await sold_before(storage, session, hours) for hours in (0, 1, 3)]

    assert await changes_of(await services.zones.apply(), session) == [
        (SOLD, RIGHT, "occupied"),
        (SOLD + HOUR, RIGHT + HOUR, "occupied"),
        (SOLD + 3 * HOUR, RIGHT + 3 * HOUR, None),
    ]

    starts = [(await history(storage, booking)).starts_at for booking in bookings]
    assert starts == [SOLD, SOLD + HOUR, RIGHT + 3 * HOUR]
    await check_books(storage, session.creator_id)


@pytest.mark.parametrize(("seats", "kept"), [(2, None), (3, "occupied")])
async def test_slot_joins_the_slot_sold_meanwhile_if_its_seats_fit(
    storage: Storage, services: Services, seats: int, kept: str | None
) -> None:
    session = await stored_session(storage, max_participants=3)
    await sold_before(storage, session, seats=seats)
    await stored_booking(storage, session, starts_at=RIGHT, local_start=NINE, time_zone=VANCOUVER)

    assert await changes_of(await services.zones.apply(), session) == [(SOLD, RIGHT, kept)]

    taken = {slot.starts_at: slot.seats_taken for slot in await slots_of(storage, session)}
    assert taken == ({RIGHT: 3} if kept is None else {SOLD: 3, RIGHT: 1})
    await check_books(storage, session.creator_id)


async def test_slot_with_a_person_of_the_slot_sold_meanwhile_stays(storage: Storage, services: Services) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    await sold_before(storage, session, user_id=learner.id)
    await stored_booking(storage, session, learner.id, starts_at=RIGHT, local_start=NINE, time_zone=VANCOUVER)

    assert await changes_of(await services.zones.apply(), session) == [(SOLD, RIGHT, "occupied")]

    await check_books(storage, session.creator_id)


async def test_slot_stays_where_clocks_skip_its_wall_time_or_it_is_over(storage: Storage, services: Services) -> None:
    session = await stored_session(storage)
    skipped = datetime(2030, 3, 31, 2, 30)  # noqa: DTZ001 - a wall time
    spring = datetime(2030, 3, 31, 1, 30, tzinfo=UTC)
    soon = NOW + HOUR / 2
    today = (soon - 8 * HOUR).replace(tzinfo=None)
    await sold_before(storage, session, starts_at=spring, local_start=skipped, time_zone="Europe/Madrid")
    await sold_before(storage, session, starts_at=soon, local_start=today)

    assert await changes_of(await services.zones.apply(), session) == [
        (soon, soon - HOUR, "past"),
        (spring, None, "no_such_time"),
    ]
    assert {slot.starts_at for slot in await slots_of(storage, session)} == {soon, spring}


async def test_bookings_and_cancellations_during_the_moves_lose_no_seat(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=9)
    sold = [await sold_before(storage, session) for _ in range(3)]
    buyers = [principal_of(await stored_user(storage)) for _ in range(3)]

    outcome = await at_once(
        [
            services.zones.apply(),
            *(services.bookings.book(buyer, session.id, SOLD) for buyer in buyers),
            services.bookings.act(owner_of(session), sold[0].id, "cancel"),
        ]
    )

    assert outcome.refused == ()
    await services.zones.apply()
    await check_books(storage, session.creator_id)


async def test_catalog_is_refreshed_with_the_moves(empty_storage: Storage) -> None:
    services, session = services_over(empty_storage), await stored_session(empty_storage)
    nine = WeeklyHours(weekday=1, hours=TimeRange(starts=time(9), ends=time(10), step=None))
    schedule = a_schedule(time_zone=VANCOUVER, weekly=(nine,))
    await services.schedules.replace(owner_of(session), session.id, schedule)
    async with empty_storage.unit_of_work() as tx:
        (stored,) = await tx.sessions.acquire_outdated(NOW + WEEK, 1)
        by_old_rules = replace(stored.schedule, time_zone="Etc/GMT+8")
        await tx.sessions.save_materialized(session.id, replace(stored, schedule=by_old_rules).materialized(NOW))

    services.clock.advance(HOUR / 60)
    await services.zones.apply()

    shown = await empty_storage.catalog.find(session.id, NOW)
    assert shown is not None
    assert shown.next_slot is not None
    assert shown.next_slot.starts_at == datetime(2030, 1, 7, 16, tzinfo=UTC)


async def test_job_records_what_an_earlier_release_sold_by_the_zone_data_of_then(empty_storage: Storage) -> None:
    creator = await stored_user(empty_storage, role="creator", time_zone=VANCOUVER)
    session = await stored_session(empty_storage, creator_id=creator.id)
    bookings = [await stored_booking(empty_storage, session, starts_at=SOLD + number * WEEK) for number in (0, 0, 1)]
    former = KnownZones({VANCOUVER: timezone(timedelta(hours=-8))})
    zones = build_services(
        empty_storage,
        an_adapter_set(former_zones=former),
        ServiceOptions(categories=(), login_lifetimes=LoginLifetimes(unused=WEEK, longest=WEEK), addresses=ADDRESSES),
    ).zones
    await zones.begin()

    assert await run_due(empty_storage.job_queue, NOW, {"record_local_starts": zones.record_missing}) == 1

    assert await promised(empty_storage, session) == {
        SOLD: (NINE, VANCOUVER),
        SOLD + WEEK: (NINE + WEEK, VANCOUVER),
    }
    for booking in bookings:
        found = await history(empty_storage, booking)
        assert agreed(found) == (booking.starts_at, NINE + (booking.starts_at - SOLD), VANCOUVER)
    (job,) = await take_due(empty_storage.job_queue, NOW + timedelta(days=1), "record_local_starts")
    assert job.run_at == datetime(2030, 1, 8, tzinfo=UTC)
