"""Requests repeated with the same idempotency key, through the services."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import TOMORROW, Services, a_key, principal_of, services_over, stored_session, stored_user, stored_users
from contracts.harness import at_once, live_bookings
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound, SoldOut, TooLate
from marketplace.core.ports.storage import Storage

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def test_same_key_sent_twenty_times_concurrently_makes_one_booking_and_equal_responses(
    storage: Storage, services: Services
) -> None:
    session, buyer = await stored_session(storage), principal_of(await stored_user(storage))
    key = a_key(user_id=buyer.user_id)

    outcome = await at_once(services.bookings.book(buyer, session.id, TOMORROW, key=key) for _ in range(20))

    (booking,) = await live_bookings(storage, session)
    assert outcome.refused == ()
    assert {created.resource.id for created in outcome.done} == {booking.id}
    assert sorted(created.is_replay for created in outcome.done) == [False] + [True] * 19


async def test_same_key_sent_twenty_times_concurrently_cancels_once(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage), principal_of(await stored_user(storage))
    booking = (await services.bookings.book(buyer, session.id, TOMORROW)).resource
    key = a_key(user_id=buyer.user_id)

    outcome = await at_once(services.bookings.act(buyer, booking.id, "cancel", key=key) for _ in range(20))

    assert outcome.refused == ()
    assert {created.resource.history for created in outcome.done} == {outcome.done[0].resource.history}
    assert [step.to_status for step in outcome.done[0].resource.history] == ["confirmed", "cancelled"]
    assert sum(created.is_replay for created in outcome.done) == 19


async def test_different_bodies_with_one_key_make_one_booking(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage, max_participants=100), principal_of(await stored_user(storage))
    keys = [a_key(user_id=buyer.user_id, body_hash=bytes([place])) for place in range(20)]

    outcome = await at_once(
        services.bookings.book(buyer, session.id, TOMORROW + timedelta(days=place), key=key)
        for place, key in enumerate(keys)
    )

    assert outcome.reasons() == {"KeyReused": 19}
    assert len(await live_bookings(storage, session)) == 1


async def test_concurrent_duplicates_of_failing_request_all_get_its_error(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage, max_participants=1), principal_of(await stored_user(storage))
    await services.bookings.book(principal_of(await stored_user(storage)), session.id, TOMORROW)
    key = a_key(user_id=buyer.user_id)

    outcome = await at_once(services.bookings.book(buyer, session.id, TOMORROW, key=key) for _ in range(20))

    assert outcome.reasons() == {"SoldOut": 20}


async def test_failed_request_can_be_retried_with_its_key(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage, max_participants=1), principal_of(await stored_user(storage))
    holder = principal_of(await stored_user(storage))
    held = (await services.bookings.book(holder, session.id, TOMORROW)).resource
    key = a_key(user_id=buyer.user_id)

    with pytest.raises(SoldOut):
        await services.bookings.book(buyer, session.id, TOMORROW, key=key)
    await services.bookings.act(holder, held.id, "cancel")
    created = await services.bookings.book(buyer, session.id, TOMORROW, key=key)

    assert not created.is_replay
    assert created.resource.status == "confirmed"


async def test_replay_returns_current_booking(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage), principal_of(await stored_user(storage))
    key = a_key(user_id=buyer.user_id)
    first = await services.bookings.book(buyer, session.id, TOMORROW, seats=2, key=key)
    await services.bookings.act(buyer, first.resource.id, "cancel")

    repeat = await services.bookings.book(buyer, session.id, TOMORROW, seats=2, key=key)

    assert (first.is_replay, repeat.is_replay) == (False, True)
    assert (repeat.resource.id, repeat.resource.status, repeat.resource.seats) == (first.resource.id, "cancelled", 2)
    assert await live_bookings(storage, session) == []


@pytest.mark.parametrize("way", ["cancel", "reschedule"])
async def test_replay_shows_a_booking_of_others_only_to_those_who_are_still_staff(
    storage: Storage, services: Services, way: str
) -> None:
    session, buyer = await stored_session(storage), principal_of(await stored_user(storage))
    account = await stored_user(storage, is_staff=True)
    booking = (await services.bookings.book(buyer, session.id, TOMORROW)).resource
    key = a_key(user_id=account.id)

    async def send(staff: Principal) -> bool:
        if way == "cancel":
            return (await services.bookings.act(staff, booking.id, "cancel", "Snow.", key=key)).is_replay
        later = TOMORROW + timedelta(days=1)
        return (await services.bookings.reschedule(staff, booking.id, later, "Snow.", key=key)).is_replay

    assert [await send(principal_of(account)) for _ in range(2)] == [False, True]
    dismissed = replace(account, is_staff=False)
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(account.id)
        await tx.users.save(dismissed)

    for principal in (principal_of(account), principal_of(dismissed)):
        with pytest.raises(NotFound):
            await send(principal)


async def test_replay_is_not_validated_again(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage), principal_of(await stored_user(storage))
    booking = (await services.bookings.book(buyer, session.id, TOMORROW)).resource
    key = a_key(user_id=buyer.user_id)
    await services.bookings.act(buyer, booking.id, "cancel", key=key)
    services.clock.at = TOMORROW - MOMENT

    assert (await services.bookings.act(buyer, booking.id, "cancel", key=key)).is_replay

    other = (await services.bookings.book(buyer, session.id, TOMORROW + timedelta(days=1))).resource
    services.clock.at = TOMORROW + timedelta(days=2)
    with pytest.raises(TooLate):
        await services.bookings.act(buyer, other.id, "cancel", key=a_key(user_id=buyer.user_id))


async def test_repeated_rescheduling_is_applied_once(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage), principal_of(await stored_user(storage))
    booking = (await services.bookings.book(buyer, session.id, TOMORROW)).resource
    key, later = a_key(user_id=buyer.user_id), TOMORROW + timedelta(days=1)

    outcome = await at_once(services.bookings.reschedule(buyer, booking.id, later, key=key) for _ in range(20))

    assert outcome.refused == ()
    assert {(created.resource.starts_at, len(created.resource.history)) for created in outcome.done} == {(later, 2)}
    assert sum(created.is_replay for created in outcome.done) == 19


async def test_repeated_slot_cancellation_returns_same_bookings(storage: Storage, services: Services) -> None:
    session = await stored_session(storage)
    creator = principal_of(await storage.users.get(session.creator_id))
    buyers = [principal_of(user) for user in await stored_users(storage, 3)]
    booked = [(await services.bookings.book(buyer, session.id, TOMORROW)).resource.id for buyer in buyers]
    await services.bookings.act(buyers[0], booked[0], "cancel")
    key = a_key(user_id=creator.user_id)

    outcome = await at_once(services.slots.cancel(creator, session.id, TOMORROW, "Snow.", key=key) for _ in range(5))

    assert outcome.refused == ()
    assert [sorted(each.id for each in created.resource) for created in outcome.done] == [sorted(booked[1:])] * 5
    assert sum(created.is_replay for created in outcome.done) == 4


async def test_repeated_slot_cancellation_returns_only_bookings_cancelled_by_that_request(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage, max_participants=9)
    creator = principal_of(await storage.users.get(session.creator_id))
    buyers = [principal_of(user) for user in await stored_users(storage, 4)]
    one_by_one, *together = [
        (await services.bookings.book(buyer, session.id, TOMORROW)).resource.id for buyer in buyers
    ]
    keys = [a_key(user_id=creator.user_id, key=word) for word in ("first", "second")]
    cancel, act = services.slots.cancel, services.bookings.act
    await act(creator, one_by_one, "cancel")

    first = (await cancel(creator, session.id, TOMORROW, key=keys[0])).resource
    alone, again = [(await services.bookings.book(buyer, session.id, TOMORROW)).resource.id for buyer in buyers[:2]]
    await act(creator, alone, "cancel")
    second = (await cancel(creator, session.id, TOMORROW, key=keys[1])).resource

    assert ([each.id for each in first], [each.id for each in second]) == (together, [again])
    repeats = [await cancel(creator, session.id, TOMORROW, key=key) for key in keys]
    assert [(created.is_replay, created.resource) for created in repeats] == [(True, first), (True, second)]


async def test_repeated_cancellation_of_empty_slot_returns_no_bookings(storage: Storage, services: Services) -> None:
    session, key = await stored_session(storage), a_key()
    creator = principal_of(await storage.users.get(session.creator_id))
    booked = (await services.bookings.book(principal_of(await stored_user(storage)), session.id, TOMORROW)).resource
    await services.bookings.act(creator, booked.id, "cancel")

    created = [await services.slots.cancel(creator, session.id, TOMORROW, key=key) for _ in range(2)]

    assert [(one.is_replay, one.resource) for one in created] == [(False, ()), (True, ())]


async def test_same_key_sent_twenty_times_concurrently_creates_one_session(
    storage: Storage, services: Services
) -> None:
    creator = principal_of(await stored_user(storage, role="creator"))
    example = await stored_session(storage)
    names = ("title", "description", "duration", "price", "max_participants", "image_url", "status", "category", "tags")
    changes = {name: getattr(example, name) for name in names}
    key = a_key(user_id=creator.user_id)

    outcome = await at_once(services.sessions.create(creator, changes, key=key) for _ in range(20))

    page = await services.sessions.list_own(creator, 100, None)
    assert outcome.refused == ()
    assert {created.resource for created in outcome.done} == set(page.items)
    assert len(page.items) == 1


async def test_requests_without_key_are_all_executed(storage: Storage, services: Services) -> None:
    session, buyer = await stored_session(storage), principal_of(await stored_user(storage))

    created = [await services.bookings.book(buyer, session.id, TOMORROW + timedelta(days=day)) for day in range(2)]

    assert [one.is_replay for one in created] == [False, False]
    assert len(await live_bookings(storage, session)) == 2
