"""Waiting for seats of a full start: joining, offers, and what becomes of them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from builders import TOMORROW, Services, a_schedule, principal_of, services_over, stored_session, stored_user
from contracts.harness import at_once, owner_of, seats_at, watched
from contracts.waiting import a_person, check_lines, entry_of, full_start, status_of, waiting
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.waitlist import MAX_OPEN
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    Invalid,
    NotBookable,
    NotFound,
    NotSignedIn,
    OwnSession,
    PriceChanged,
    SoldOut,
    TransactionConflict,
)
from marketplace.core.errors.waitlist import (
    AlreadyWaiting,
    NotOffered,
    OfferExpired,
    SeatsFree,
    WaitlistClosed,
    WaitlistFull,
)
from marketplace.core.ports.storage import Storage
from marketplace.core.services.idempotency import Outcome

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock)


async def test_freed_seat_is_offered_to_the_first_in_line_for_two_hours(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    _, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    assert (first.place, second.place, first.status) == (1, 2, "waiting")

    await services.bookings.act(learner, booking.id, "cancel")

    offered = await entry_of(storage, first)
    assert (offered.status, offered.offered_at, offered.offer_until) == ("offered", NOW, NOW + 2 * HOUR)
    assert offered.place is None
    assert (await entry_of(storage, second)).place == 1
    assert await seats_at(storage, session) == {TOMORROW: 1}
    await check_lines(storage, session)


async def test_offered_seats_cannot_be_booked_by_others(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    with pytest.raises(SoldOut):
        await services.bookings.book(await a_person(storage), session.id, TOMORROW)
    with pytest.raises(SoldOut):
        await services.bookings.book(learner, session.id, TOMORROW)
    await check_lines(storage, session)


async def test_accepted_offer_is_a_booking_of_its_seats(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services, 3)
    person, entry = await waiting(storage, services, session, 2)
    await services.bookings.act(learner, booking.id, "cancel")

    booked = (await services.waitlist.accept(person, entry.id)).resource

    assert (booked.user_id, booked.seats, booked.status, booked.starts_at) == (person.user_id, 2, "confirmed", TOMORROW)
    found = await storage.booking_lists.find(booked.id)
    assert found is not None
    assert [step.action for step in found.history] == ["book"]
    assert await status_of(storage, entry) == "booked"
    assert await seats_at(storage, session) == {TOMORROW: 2}
    await check_lines(storage, session)


async def test_accepting_is_idempotent_by_its_key(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")
    key = IdempotencyKey(user_id=person.user_id, route="accept", key="one", body_hash=b"1")

    first = await services.waitlist.accept(person, entry.id, key=key)
    again = await services.waitlist.accept(person, entry.id, key=key)

    assert (first.is_replay, again.is_replay, again.resource.id) == (False, True, first.resource.id)


async def test_offer_is_passed_on_when_its_time_is_over(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services)
    slow, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    _, third = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    clock.at = NOW + 2 * HOUR
    await run_due(storage.job_queue, clock.at, services.handlers())

    assert await status_of(storage, first) == "expired"
    assert (await entry_of(storage, second)).offer_until == clock.at + 2 * HOUR
    assert await status_of(storage, third) == "waiting"
    with pytest.raises(OfferExpired) as refused:
        await services.waitlist.accept(slow, first.id)
    assert refused.value.place == 2
    await check_lines(storage, session)


async def test_offer_is_never_made_again_to_the_person_who_let_it_go(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    clock.at = NOW + 2 * HOUR
    await run_due(storage.job_queue, clock.at, services.handlers())

    assert await status_of(storage, entry) == "expired"
    assert await seats_at(storage, session) == {}
    with pytest.raises(SeatsFree):
        await services.waitlist.join(person, session.id, TOMORROW)
    assert (await services.bookings.book(person, session.id, TOMORROW)).resource.seats == 1


@pytest.mark.parametrize("key_id", [None, UUID(int=1)], ids=["by_login", "by_api_key"])
async def test_expired_offer_is_taken_by_the_next_buyer_without_a_worker(
    storage: Storage, services: Services, clock: MovableClock, key_id: UUID | None
) -> None:
    session, learner, booking = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    clock.at = NOW + 2 * HOUR
    buyer = replace(await a_person(storage), key_id=key_id)
    booked = await services.bookings.book(buyer, session.id, TOMORROW)

    assert booked.resource.seats == 1
    assert await status_of(storage, entry) == "expired"
    await check_lines(storage, session)


async def test_expired_offer_is_taken_by_a_learner_who_adds_a_seat_or_moves_without_a_worker(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    for change in ("seats", "move"):
        session, learner, booking = await full_start(storage, services, 2)
        mover = await a_person(storage)
        moved = (await services.bookings.book(mover, session.id, TOMORROW + 3 * HOUR)).resource
        _, entry = await waiting(storage, services, session)
        await services.seat_changes.change(learner, booking.id, 1)
        assert await status_of(storage, entry) == "offered"
        clock.advance(2 * HOUR)

        if change == "seats":
            await services.seat_changes.change(learner, booking.id, 2)
        else:
            await services.bookings.reschedule(mover, moved.id, TOMORROW)

        assert await status_of(storage, entry) == "expired"
        assert (await seats_at(storage, session))[TOMORROW] == 2
        await check_lines(storage, session)


@pytest.mark.parametrize("key_id", [None, UUID(int=1)], ids=["by_login", "by_api_key"])
async def test_buyer_who_finds_an_expired_offer_passes_it_on_to_the_line(
    storage: Storage, services: Services, clock: MovableClock, key_id: UUID | None
) -> None:
    session, learner, booking = await full_start(storage, services)
    _, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    clock.at = NOW + 2 * HOUR
    buyer = replace(await a_person(storage), key_id=key_id)
    with pytest.raises(SoldOut):
        await services.bookings.book(buyer, session.id, TOMORROW)

    assert (await status_of(storage, first), await status_of(storage, second)) == ("expired", "offered")


async def test_buyers_by_login_and_by_api_key_at_once_take_seats_of_expired_offers_without_conflict(
    storage: Storage, clock: MovableClock
) -> None:
    conflicts = list[TransactionConflict]()
    services = services_over(storage, clock=clock, unit_of_work=watched(storage, conflicts))
    for _ in range(4):
        session, learner, booking = await full_start(storage, services, 2)
        await waiting(storage, services, session)
        await waiting(storage, services, session)
        await services.bookings.act(learner, booking.id, "cancel")
        clock.advance(2 * HOUR)
        buyers = [replace(await a_person(storage), key_id=key_id) for key_id in [None, UUID(int=1)] * 4]

        outcome = await at_once(services.bookings.book(buyer, session.id, TOMORROW) for buyer in buyers)

        assert (len(outcome.done), outcome.reasons(), conflicts) == (2, {"SoldOut": 6}, [])
        await check_lines(storage, session)
        clock.at = NOW


async def test_late_acceptance_passes_the_offer_on(storage: Storage, services: Services, clock: MovableClock) -> None:
    session, learner, booking = await full_start(storage, services)
    slow, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    clock.at = NOW + 2 * HOUR - SECOND
    assert (await entry_of(storage, first)).is_offered(clock.at)
    clock.at = NOW + 2 * HOUR
    with pytest.raises(OfferExpired) as refused:
        await services.waitlist.accept(slow, first.id)

    assert (refused.value.place, await status_of(storage, second)) == (1, "offered")


async def test_leaving_with_an_offer_passes_it_on_at_once(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")

    await services.waitlist.leave(person, first.id)

    assert (await status_of(storage, first), await status_of(storage, second)) == ("left", "offered")
    with pytest.raises(NotFound):
        await services.waitlist.leave(person, first.id)
    with pytest.raises(NotFound):
        await services.waitlist.accept(person, first.id)
    await check_lines(storage, session)


async def test_person_who_leaves_is_not_offered_the_seat_of_an_offer_that_has_expired(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services)
    _, first = await waiting(storage, services, session)
    person, second = await waiting(storage, services, session)
    _, third = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")
    clock.at = NOW + 2 * HOUR

    await services.waitlist.leave(person, second.id)

    entries = [await status_of(storage, entry) for entry in (first, second, third)]
    assert entries == ["expired", "left", "offered"]
    await check_lines(storage, session)


async def test_leaving_with_one_of_several_offers_that_have_expired_passes_all_on(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services, 2)
    person, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    _, third = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")
    clock.at = NOW + 2 * HOUR

    await services.waitlist.leave(person, first.id)

    entries = [await status_of(storage, entry) for entry in (first, second, third)]
    assert entries == ["expired", "expired", "offered"]
    await check_lines(storage, session)


async def test_people_who_need_more_seats_do_not_block_those_who_need_fewer(
    storage: Storage, services: Services
) -> None:
    session, _, _ = await full_start(storage, services, 3)
    leaving = await a_person(storage)
    await services.sessions.change(owner_of(session), session.id, {"max_participants": 4})
    booking = (await services.bookings.book(leaving, session.id, TOMORROW)).resource
    _, group = await waiting(storage, services, session, 3)
    _, single = await waiting(storage, services, session, 1)

    await services.bookings.act(leaving, booking.id, "cancel")

    assert (await status_of(storage, group), await status_of(storage, single)) == ("waiting", "offered")
    await check_lines(storage, session)


async def test_several_freed_seats_are_offered_in_the_order_of_the_line(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services, 5)
    wanted = [2, 4, 1, 2, 1]
    entries = [(await waiting(storage, services, session, seats))[1] for seats in wanted]

    await services.bookings.act(learner, booking.id, "cancel")

    found = [await status_of(storage, entry) for entry in entries]
    assert found == ["offered", "waiting", "offered", "offered", "waiting"]
    await check_lines(storage, session)


async def test_joining_needs_a_start_that_is_full(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=3)
    person = await a_person(storage)

    with pytest.raises(SeatsFree):
        await services.waitlist.join(person, session.id, TOMORROW)
    await services.bookings.book(await a_person(storage), session.id, TOMORROW, 2)
    with pytest.raises(SeatsFree):
        await services.waitlist.join(person, session.id, TOMORROW, 1)
    with pytest.raises(SoldOut):
        await services.waitlist.join(person, session.id, TOMORROW, 4)
    assert (await services.waitlist.join(person, session.id, TOMORROW, 2)).resource.place == 1


async def test_joining_follows_the_rules_of_booking(storage: Storage, services: Services) -> None:
    session, learner, _ = await full_start(storage, services)
    inactive = await stored_session(storage, status="inactive")
    other = await stored_session(storage, creator_id=session.creator_id)
    person = await a_person(storage)

    with pytest.raises(AlreadyBooked):
        await services.waitlist.join(learner, session.id, TOMORROW)
    with pytest.raises(OwnSession):
        await services.waitlist.join(owner_of(session), session.id, TOMORROW)
    with pytest.raises(NotFound):
        await services.waitlist.join(person, inactive.id, TOMORROW)
    with pytest.raises(NotFound):
        await services.waitlist.join(person, person.user_id, TOMORROW)
    with pytest.raises(CreatorUnavailable):
        await services.waitlist.join(person, other.id, TOMORROW + 10 * MINUTE)
    with pytest.raises(Invalid):
        await services.waitlist.join(person, session.id, NOW)
    with pytest.raises(Invalid):
        await services.waitlist.join(person, session.id, TOMORROW, 0)
    gone = await a_person(storage, is_active=False)
    with pytest.raises(NotSignedIn):
        await services.waitlist.join(gone, session.id, TOMORROW)


async def test_person_waits_once_for_a_start_and_for_a_limited_number(storage: Storage, services: Services) -> None:
    session, _, _ = await full_start(storage, services)
    person, _ = await waiting(storage, services, session)
    with pytest.raises(AlreadyWaiting):
        await services.waitlist.join(person, session.id, TOMORROW)

    for number in range(1, MAX_OPEN):
        start = TOMORROW + number * 3 * HOUR
        await services.bookings.book(await a_person(storage), session.id, start)
        await services.waitlist.join(person, session.id, start)
    last = TOMORROW + MAX_OPEN * 3 * HOUR
    await services.bookings.book(await a_person(storage), session.id, last)
    with pytest.raises(WaitlistFull):
        await services.waitlist.join(person, session.id, last)

    own = await services.waitlist.list_own(person)
    assert len(own) == MAX_OPEN
    assert [each.starts_at for each in own] == sorted(each.starts_at for each in own)


async def test_concurrent_joins_of_a_person_stay_within_the_number(storage: Storage, services: Services) -> None:
    sessions = [(await full_start(storage, services))[0] for _ in range(MAX_OPEN + 4)]
    person = await a_person(storage)

    joins = (services.waitlist.join(person, session.id, TOMORROW) for session in sessions)
    joined = await asyncio.gather(*joins, return_exceptions=True)

    assert [type(each) for each in joined if not isinstance(each, Outcome)] == [WaitlistFull] * 4
    assert len(await services.waitlist.list_own(person)) == MAX_OPEN


async def test_only_the_person_of_an_offer_can_accept_it(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)

    with pytest.raises(NotOffered):
        await services.waitlist.accept(person, entry.id)
    await services.bookings.act(learner, booking.id, "cancel")
    for other in (learner, owner_of(session), principal_of(await stored_user(storage, is_staff=True))):
        with pytest.raises(NotFound):
            await services.waitlist.accept(other, entry.id)
        with pytest.raises(NotFound):
            await services.waitlist.leave(other, entry.id)


async def test_offer_is_accepted_for_the_price_as_it_stands(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    await services.bookings.act(learner, booking.id, "cancel")
    await services.sessions.change(owner_of(session), session.id, {"price": Decimal("80.00")})

    with pytest.raises(PriceChanged):
        await services.waitlist.accept(person, entry.id, expected_price=session.price)
    booked = await services.waitlist.accept(person, entry.id, expected_price=Decimal("80.00"))

    assert booked.resource.amount == Decimal("80.00")


async def test_offer_of_session_that_requires_confirmation_becomes_a_request(
    storage: Storage, services: Services
) -> None:
    session, learner, booking = await full_start(storage, services, requires_confirmation=True)
    person, entry = await waiting(storage, services, session)
    await services.bookings.act(owner_of(session), booking.id, "decline")

    booked = (await services.waitlist.accept(person, entry.id)).resource

    assert (booked.status, booked.respond_by) == ("pending", TOMORROW)
    assert learner.user_id != booked.user_id
    await check_lines(storage, session)


async def test_booking_normally_consumes_the_own_offer(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services, 4)
    person, entry = await waiting(storage, services, session, 3)
    _, next_entry = await waiting(storage, services, session, 2)
    await services.bookings.act(learner, booking.id, "cancel")

    booked = (await services.bookings.book(person, session.id, TOMORROW, 1)).resource

    assert (booked.seats, await status_of(storage, entry)) == (1, "booked")
    assert await status_of(storage, next_entry) == "offered"
    assert await seats_at(storage, session) == {TOMORROW: 3}
    await check_lines(storage, session)


@pytest.mark.parametrize("is_request", [False, True], ids=["moved", "requested"])
async def test_moving_a_booking_takes_seats_of_the_own_offer(
    storage: Storage, services: Services, *, is_request: bool
) -> None:
    session, learner, booking = await full_start(storage, services, 3)
    person, entry = await waiting(storage, services, session, 2)
    _, next_entry = await waiting(storage, services, session, 2)
    moved = (await services.bookings.book(person, session.id, TOMORROW + 3 * HOUR)).resource
    await services.sessions.change(owner_of(session), session.id, {"requires_confirmation": is_request})
    await services.bookings.act(learner, booking.id, "cancel")
    assert await status_of(storage, entry) == "offered"

    found = (await services.bookings.reschedule(person, moved.id, TOMORROW)).resource

    assert (found.requested_start if is_request else found.starts_at) == TOMORROW
    assert (await status_of(storage, entry), await status_of(storage, next_entry)) == ("booked", "offered")
    assert (await seats_at(storage, session))[TOMORROW] == 3
    await check_lines(storage, session)


async def test_booking_fewer_seats_than_waited_for_ends_the_wait(storage: Storage, services: Services) -> None:
    session, _, _ = await full_start(storage, services, 2)
    await services.sessions.change(owner_of(session), session.id, {"max_participants": 3})
    person, entry = await waiting(storage, services, session, 2)

    await services.bookings.book(person, session.id, TOMORROW, 1)

    assert await status_of(storage, entry) == "booked"
    await check_lines(storage, session)


async def test_offer_near_the_start_lasts_half_of_the_time_that_is_left(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services)
    _, first = await waiting(storage, services, session)

    clock.at = TOMORROW - HOUR
    await services.bookings.act(learner, booking.id, "cancel")

    assert (await entry_of(storage, first)).offer_until == TOMORROW - 30 * MINUTE


async def test_line_closes_two_minutes_before_the_start(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner, booking = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)

    clock.at = TOMORROW - 2 * MINUTE
    with pytest.raises(WaitlistClosed):
        await services.waitlist.join(await a_person(storage), session.id, TOMORROW)
    await services.bookings.act(learner, booking.id, "cancel")
    assert await status_of(storage, entry) == "closed"
    assert await seats_at(storage, session) == {}


async def test_start_is_listed_as_full_until_its_line_closes(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session = await stored_session(storage, max_participants=1)
    await services.schedules.replace(owner_of(session), session.id, a_schedule(notice=120))
    await services.bookings.book(await a_person(storage), session.id, TOMORROW)

    async def listed() -> int:
        return len((await services.waitlist.list_full(None, session.id, clock.at, TOMORROW + HOUR)).slots)

    closes_at = TOMORROW - 2 * HOUR - 2 * MINUTE
    clock.at = closes_at - SECOND
    assert await listed() == 1
    clock.at = closes_at
    assert await listed() == 0
    with pytest.raises(WaitlistClosed):
        await services.waitlist.join(await a_person(storage), session.id, TOMORROW)


async def test_line_of_a_start_that_stays_full_closes_by_itself(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, _, _ = await full_start(storage, services)
    _, entry = await waiting(storage, services, session)

    clock.at = TOMORROW - 2 * MINUTE
    await run_due(storage.job_queue, clock.at, services.handlers())

    assert await status_of(storage, entry) == "closed"
    await check_lines(storage, session)


async def test_line_of_a_scheduled_start_closes_by_the_minimum_notice(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session = await stored_session(storage, max_participants=1)
    await services.schedules.replace(owner_of(session), session.id, a_schedule(notice=120))
    learner = await a_person(storage)
    booking = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    _, entry = await waiting(storage, services, session)
    assert entry.closes_at == TOMORROW - 2 * HOUR

    clock.at = TOMORROW - 3 * HOUR
    await services.bookings.act(learner, booking.id, "cancel")
    assert (await entry_of(storage, entry)).offer_until == TOMORROW - 2 * HOUR - 30 * MINUTE
    clock.at = TOMORROW - HOUR
    with pytest.raises(NotBookable):
        await services.waitlist.join(await a_person(storage), session.id, TOMORROW)
