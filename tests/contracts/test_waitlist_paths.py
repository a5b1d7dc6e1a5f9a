"""Every way in which seats become free offers them; every way in which a start goes away ends its line."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from builders import (
    PASSWORD,
    TOMORROW,
    Services,
    a_schedule,
    principal_of,
    services_over,
    slots_of,
    stored_session,
    stored_user,
)
from contracts.harness import owner_of, seats_at
from contracts.waiting import a_person, check_lines, entry_of, full_start, status_of, waiting
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import HasUpcomingBookings, NotFound
from marketplace.core.ports.storage import Storage

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATER = TOMORROW + 5 * HOUR

Path = Callable[[Storage, Services, Session, Principal, BookingDetails], Awaitable[object]]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock)


@pytest.fixture
def paying(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock, payments=PaymentOptions())


async def by_learner(_: Storage, services: Services, __: Session, learner: Principal, booking: BookingDetails) -> None:
    await services.bookings.act(learner, booking.id, "cancel")


async def by_creator(_: Storage, services: Services, session: Session, __: Principal, booking: BookingDetails) -> None:
    await services.bookings.act(owner_of(session), booking.id, "cancel")


async def by_staff(storage: Storage, services: Services, _: Session, __: Principal, booking: BookingDetails) -> None:
    staff = principal_of(await stored_user(storage, is_staff=True))
    await services.bookings.act(staff, booking.id, "cancel", "Asked by the learner.")


async def by_fewer_seats(
    _: Storage, services: Services, __: Session, learner: Principal, booking: BookingDetails
) -> None:
    await services.seat_changes.change(learner, booking.id, 1)


async def by_rescheduling(
    _: Storage, services: Services, __: Session, learner: Principal, booking: BookingDetails
) -> None:
    await services.bookings.reschedule(learner, booking.id, LATER)


async def by_more_capacity(
    _: Storage, services: Services, session: Session, __: Principal, ___: BookingDetails
) -> None:
    await services.sessions.change(owner_of(session), session.id, {"max_participants": 3})


@pytest.mark.parametrize(
    "path",
    [by_learner, by_creator, by_staff, by_fewer_seats, by_rescheduling, by_more_capacity],
    ids=lambda p: p.__name__,
)
async def test_freed_seat_is_offered(storage: Storage, services: Services, path: Path) -> None:
    session, learner, booking = await full_start(storage, services, 2)
    _, first = await waiting(storage, services, session)
    _, group = await waiting(storage, services, session, 2)

    await path(storage, services, session, learner, booking)

    assert await status_of(storage, first) == "offered"
    assert await status_of(storage, group) == "waiting"
    await check_lines(storage, session)


async def test_expired_request_offers_its_seats(storage: Storage, services: Services, clock: MovableClock) -> None:
    session, _, booking = await full_start(storage, services, requires_confirmation=True)
    _, entry = await waiting(storage, services, session)
    assert booking.respond_by == TOMORROW
    long_before = await stored_session(storage, max_participants=1, requires_confirmation=True)
    start = NOW + timedelta(days=9)
    learner = await a_person(storage)
    await services.bookings.book(learner, long_before.id, start)
    _, other = await waiting(storage, services, long_before, at=start)

    clock.at = NOW + 48 * HOUR
    await run_due(storage.job_queue, clock.at, services.handlers())

    assert await status_of(storage, other) == "offered"
    assert await status_of(storage, entry) == "closed"


async def test_declined_request_offers_its_seats(storage: Storage, services: Services) -> None:
    session, _, booking = await full_start(storage, services, requires_confirmation=True)
    _, entry = await waiting(storage, services, session)

    await services.bookings.act(owner_of(session), booking.id, "decline")

    assert await status_of(storage, entry) == "offered"


async def test_seats_held_at_a_requested_start_are_offered_when_it_is_declined(
    storage: Storage, services: Services
) -> None:
    session, learner, booking = await full_start(storage, services, requires_confirmation=True)
    await services.bookings.act(owner_of(session), booking.id, "confirm")
    await services.bookings.reschedule(learner, booking.id, LATER)
    _, at_requested = await waiting(storage, services, session, at=LATER)
    _, at_own = await waiting(storage, services, session)

    await services.bookings.act(owner_of(session), booking.id, "decline")

    assert (await status_of(storage, at_requested), await status_of(storage, at_own)) == ("offered", "waiting")
    await check_lines(storage, session)


async def test_confirmed_move_offers_the_former_start(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services, requires_confirmation=True)
    await services.bookings.act(owner_of(session), booking.id, "confirm")
    await services.bookings.reschedule(learner, booking.id, LATER)
    _, at_requested = await waiting(storage, services, session, at=LATER)
    _, at_own = await waiting(storage, services, session)

    await services.bookings.act(owner_of(session), booking.id, "confirm")

    assert (await status_of(storage, at_requested), await status_of(storage, at_own)) == ("waiting", "offered")
    await check_lines(storage, session)


async def test_line_ends_if_its_only_booking_moves_to_an_overlapping_start(
    storage: Storage, services: Services
) -> None:
    session, learner, booking = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)

    await services.bookings.reschedule(learner, booking.id, TOMORROW + 10 * MINUTE)

    assert await status_of(storage, entry) == "closed"
    assert await seats_at(storage, session) == {TOMORROW + 10 * MINUTE: 1}
    await check_lines(storage, session)


async def test_unpaid_booking_goes_to_the_next_in_line(storage: Storage, paying: Services, clock: MovableClock) -> None:
    session, _, _ = await full_start(storage, paying)
    person, first = await waiting(storage, paying, session)
    _, second = await waiting(storage, paying, session)

    clock.at = NOW + 15 * MINUTE
    await run_due(storage.job_queue, clock.at, paying.handlers())
    assert await status_of(storage, first) == "offered"
    accepted = (await paying.waitlist.accept(person, first.id)).resource
    assert (accepted.status, accepted.pay_by) == ("pending", clock.at + 15 * MINUTE)
    assert await seats_at(storage, session) == {TOMORROW: 1}
    clock.at += 15 * MINUTE
    await run_due(storage.job_queue, clock.at, paying.handlers())

    assert (await status_of(storage, first), await status_of(storage, second)) == ("booked", "offered")
    await check_lines(storage, session)


async def test_cancelling_a_start_ends_its_line(storage: Storage, services: Services) -> None:
    session, _, _ = await full_start(storage, services, 2)
    await services.sessions.change(owner_of(session), session.id, {"max_participants": 3})
    _, offered = await waiting(storage, services, session, 2)
    await services.sessions.change(owner_of(session), session.id, {"max_participants": 4})
    _, entry = await waiting(storage, services, session)
    assert await status_of(storage, offered) == "offered"

    await services.slots.cancel(owner_of(session), session.id, TOMORROW, "The room is closed.")

    assert [await status_of(storage, each) for each in (offered, entry)] == ["closed", "closed"]
    assert await seats_at(storage, session) == {}


async def test_cancelling_a_start_ends_its_line_and_frees_seats_held_for_a_request(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage, max_participants=2, requires_confirmation=True)
    creator, learner, other = owner_of(session), await a_person(storage), await a_person(storage)
    booking = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    elsewhere = (await services.bookings.book(other, session.id, LATER)).resource
    for each in (booking, elsewhere):
        await services.bookings.act(creator, each.id, "confirm")
    await services.bookings.reschedule(other, elsewhere.id, TOMORROW)
    _, entry = await waiting(storage, services, session)

    await services.slots.cancel(creator, session.id, TOMORROW, "The room is closed.")

    assert await status_of(storage, entry) == "closed"
    assert await seats_at(storage, session) == {LATER: 1}
    await check_lines(storage, session)


@pytest.mark.parametrize("change", ["inactive", "hidden"])
async def test_line_ends_when_its_session_is_no_longer_sold(storage: Storage, services: Services, change: str) -> None:
    session, learner, booking = await full_start(storage, services)
    person, offered = await waiting(storage, services, session)
    _, entry = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    if change == "inactive":
        await services.sessions.change(owner_of(session), session.id, {"status": "inactive"})
    else:
        staff = principal_of(await stored_user(storage, is_staff=True))
        await services.session_admin.hide(staff, session.id, "Reported.")

    assert [await status_of(storage, each) for each in (offered, entry)] == ["closed", "closed"]
    assert await seats_at(storage, session) == {}
    with pytest.raises(NotFound):
        await services.waitlist.accept(person, offered.id)


async def test_session_with_only_offered_seats_can_be_archived(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)
    with pytest.raises(HasUpcomingBookings):
        await services.sessions.archive(owner_of(session), session.id)
    await services.bookings.act(learner, booking.id, "cancel")

    await services.sessions.archive(owner_of(session), session.id)

    assert await status_of(storage, entry) == "closed"


async def test_deactivating_a_creator_ends_their_lines(storage: Storage, services: Services) -> None:
    session, _, _ = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)
    staff = principal_of(await stored_user(storage, is_staff=True))

    await services.user_admin.deactivate(staff, session.creator_id, "Fraud.")
    await deliver(storage, services)

    assert await status_of(storage, entry) == "closed"


async def test_cancelling_everything_of_a_creator_offers_nothing(storage: Storage, services: Services) -> None:
    session, _, _ = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)
    staff = principal_of(await stored_user(storage, is_staff=True))

    await services.user_admin.deactivate(staff, session.creator_id, "Fraud.", cancel_sold_seats=True)

    found = await entry_of(storage, entry)
    assert (found.status, found.offered_at) == ("closed", None)
    assert await seats_at(storage, session) == {}


async def deliver(storage: Storage, services: Services) -> None:
    while await services.events.deliver():
        pass
    await run_due(storage.job_queue, services.clock.now(), services.handlers())


async def test_offer_of_a_deactivated_person_is_passed_on(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    await services.users.set_active(person.user_id, is_active=False)
    await deliver(storage, services)

    assert (await status_of(storage, first), await status_of(storage, second)) == ("left", "offered")
    await check_lines(storage, session)


async def test_deactivated_person_gets_no_offer(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    await services.users.set_active(person.user_id, is_active=False)

    await services.bookings.act(learner, booking.id, "cancel")

    assert (await status_of(storage, first), await status_of(storage, second)) == ("closed", "offered")


async def test_deleting_an_account_leaves_its_lines(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    await services.account_deletion.delete(person, PASSWORD)

    assert (await status_of(storage, first), await status_of(storage, second)) == ("left", "offered")


async def test_schedule_without_the_start_ends_its_line(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=1)
    owner = owner_of(session)
    await services.schedules.replace(owner, session.id, a_schedule())
    await services.bookings.book(await a_person(storage), session.id, TOMORROW)
    _, entry = await waiting(storage, services, session)

    await services.schedules.replace(owner, session.id, a_schedule(notice=60))
    assert (await entry_of(storage, entry)).closes_at == TOMORROW - HOUR
    await services.schedules.replace(owner, session.id, a_schedule(weekly=()))

    assert await status_of(storage, entry) == "closed"
    assert await seats_at(storage, session) == {TOMORROW: 1}


@pytest.mark.parametrize("later", [{"notice": 48 * 60}, {"horizon": 1}])
async def test_schedule_by_which_the_start_cannot_be_booked_ends_its_line(
    storage: Storage, services: Services, later: dict[str, int]
) -> None:
    session = await stored_session(storage, max_participants=2)
    owner, learner = owner_of(session), await a_person(storage)
    await services.schedules.replace(owner, session.id, a_schedule())
    booking = (await services.bookings.book(learner, session.id, TOMORROW, 2)).resource
    (_, first), (_, second) = [await waiting(storage, services, session) for _ in range(2)]
    await services.seat_changes.change(learner, booking.id, 1)
    assert [await status_of(storage, each) for each in (first, second)] == ["offered", "waiting"]

    await services.schedules.replace(owner, session.id, a_schedule(**later))

    assert [await status_of(storage, each) for each in (first, second)] == ["closed", "closed"]
    assert await seats_at(storage, session) == {TOMORROW: 1}
    await check_lines(storage, session)


async def test_lower_capacity_ends_what_no_longer_fits(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services, 4)
    _, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session, 2)
    _, group = await waiting(storage, services, session, 4)
    await services.seat_changes.change(learner, booking.id, 1)
    assert [await status_of(storage, each) for each in (first, second, group)] == ["offered", "offered", "waiting"]

    await services.sessions.change(owner_of(session), session.id, {"max_participants": 2})

    assert [await status_of(storage, each) for each in (first, second, group)] == ["offered", "closed", "closed"]
    assert await seats_at(storage, session) == {TOMORROW: 2}
    await check_lines(storage, session)


async def test_lower_capacity_offers_the_seats_of_an_offer_that_no_longer_fits(
    storage: Storage, services: Services
) -> None:
    session, learner, booking = await full_start(storage, services, 4)
    _, group = await waiting(storage, services, session, 4)
    _, pair = await waiting(storage, services, session, 2)
    _, other = await waiting(storage, services, session, 2)
    await services.bookings.act(learner, booking.id, "cancel")

    await services.sessions.change(owner_of(session), session.id, {"max_participants": 3})

    assert [await status_of(storage, each) for each in (group, pair, other)] == ["closed", "offered", "waiting"]
    assert [(slot.seats_taken, slot.capacity) for slot in await slots_of(storage, session)] == [(2, 3)]
    await check_lines(storage, session)


async def test_offered_seats_count_as_taken_but_not_as_sold(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services, 2)
    await services.schedules.replace(owner_of(session), session.id, a_schedule())
    await waiting(storage, services, session, 2)
    await services.bookings.act(learner, booking.id, "cancel")

    listed = await services.slots.list(None, session.id, TOMORROW, TOMORROW + MINUTE)
    assert [start.starts_at for start in listed] == []
    summary = await services.summaries.of_creator(owner_of(session))
    assert (summary.upcoming.seats_sold, summary.next_slot) == (0, None)


async def test_creator_sees_who_waits_page_by_page(storage: Storage, services: Services) -> None:
    session, _, _ = await full_start(storage, services)
    entries = [(await waiting(storage, services, session))[1] for _ in range(3)]
    owner = owner_of(session)

    first = await services.waitlist.list_of_creator(owner, 2, None)
    rest = await services.waitlist.list_of_creator(owner, 2, first.next, session.id)

    assert [each.id for each in (*first.items, *rest.items)] == [each.id for each in entries]
    assert [each.place for each in (*first.items, *rest.items)] == [1, 2, 3]
    assert rest.next is None
    assert (await services.waitlist.list_of_creator(owner, 2, None, first.items[0].id)).items == ()


async def test_free_seats_that_an_older_release_left_are_offered_by_the_sweep(
    storage: Storage, services: Services
) -> None:
    session, _, booking = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)
    async with storage.unit_of_work() as tx:
        held = await tx.bookings.acquire(booking.id)
        cancelled, step = held.after("cancel", owner_of(session), NOW)
        await tx.slots.release(held)
        await tx.bookings.save(cancelled, step)

    await services.waitlist_jobs.purge()

    assert await status_of(storage, entry) == "offered"
    await check_lines(storage, session)


async def test_entries_are_deleted_180_days_after_they_ended(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, _, _ = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    await services.waitlist.leave(person, entry.id)

    clock.at = NOW + timedelta(days=180) - MINUTE
    await services.waitlist_jobs.purge()
    assert await storage.waitlists.find(entry.id) is not None
    assert [each.id for each in (await storage.waitlists.of_user(person.user_id, 9, None)).items] == [entry.id]
    clock.at += MINUTE
    await services.waitlist_jobs.purge()

    assert await storage.waitlists.find(entry.id) is None


async def test_price_is_not_agreed_by_waiting(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    await services.sessions.change(owner_of(session), session.id, {"price": Decimal("75.00")})
    await services.bookings.act(learner, booking.id, "cancel")

    booked = (await services.waitlist.accept(person, entry.id)).resource

    assert booked.terms.price == Decimal("75.00")
