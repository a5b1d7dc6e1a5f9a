"""Concurrent confirmations, cancellations and slot cancellations have the outcome of some serial order."""

import asyncio
from datetime import timedelta

import pytest

from builders import TOMORROW, Services, services_over, stored_booking, stored_session
from contracts.booking_invariants import check_books
from contracts.harness import at_once, owner_of, principals, seats_at
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.ports.storage import Storage

ROUNDS = 10
LATER = TOMORROW + timedelta(hours=3)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


def path(booking: BookingHistory) -> list[str]:
    return [step.to_status for step in booking.history]


@pytest.mark.parametrize("action", ["cancel", "decline"])
async def test_confirmation_races_with_cancellation_or_decline(
    storage: Storage, services: Services, action: str
) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage, requires_confirmation=True)
        (learner,) = await principals(storage, 1)
        owner = owner_of(session)
        booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource
        ending = (
            services.bookings.act(learner, booked.id, "cancel")
            if action == "cancel"
            else services.bookings.act(owner, booked.id, "decline")
        )

        outcome = await at_once([services.bookings.act(owner, booked.id, "confirm"), ending])

        assert set(outcome.reasons()) <= {"IllegalTransition"}
        (booking,) = await check_books(storage, session.creator_id)
        legal = [["pending", "cancelled"], ["pending", "confirmed"], ["pending", "confirmed", "cancelled"]]
        assert path(booking) in legal
        assert len(outcome.done) == len(booking.history) - 1
        assert await seats_at(storage, session) == ({} if booking.status == "cancelled" else {TOMORROW: 1})


async def test_first_of_many_concurrent_responses_wins(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, requires_confirmation=True)
    (learner,) = await principals(storage, 1)
    owner = owner_of(session)
    booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource

    outcome = await at_once(
        services.bookings.act(owner, booked.id, "confirm" if turn % 2 else "decline") for turn in range(10)
    )

    assert outcome.reasons() == {"IllegalTransition": 9}
    assert await check_books(storage, session.creator_id) == [created.resource for created in outcome.done]


async def test_slot_cancellation_races_with_booking_cancelling_and_rescheduling(
    storage: Storage, services: Services
) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage, max_participants=20)
        owner, learners, buyers = owner_of(session), await principals(storage, 6), await principals(storage, 6)
        booked = [(await services.bookings.book(each, session.id, TOMORROW)).resource for each in learners[:4]]
        booked += [(await services.bookings.book(each, session.id, LATER)).resource for each in learners[4:]]
        cancelling = asyncio.ensure_future(services.slots.cancel(owner, session.id, TOMORROW, "I am ill."))

        outcome = await at_once(
            [
                services.bookings.act(learners[0], booked[0].id, "cancel"),
                *(services.bookings.reschedule(learners[n], booked[n].id, LATER) for n in (1, 2)),
                *(services.bookings.reschedule(learners[n], booked[n].id, TOMORROW) for n in (4, 5)),
                *(services.bookings.book(buyer, session.id, TOMORROW) for buyer in buyers),
            ]
        )
        cancelled = (await cancelling).resource

        assert set(outcome.reasons()) <= {"IllegalTransition"}
        after = {each.id: each for each in await check_books(storage, session.creator_id)}
        assert all(after[each.id] == each for each in cancelled)
        assert booked[3].id in {each.id for each in cancelled}
        confirmed = [each for each in after.values() if each.starts_at == TOMORROW and each.status == "confirmed"]
        assert (await seats_at(storage, session)).get(TOMORROW, 0) == len(confirmed)


async def test_slot_cancelled_concurrently_is_cancelled_once(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=9)
    created = [await stored_booking(storage, session, seats=2) for _ in range(4)]

    outcome = await at_once(services.slots.cancel(owner_of(session), session.id, TOMORROW, "") for _ in range(3))

    assert sorted(len(cancelled.resource) for cancelled in outcome.done) == [0, 0, len(created)]
    assert await seats_at(storage, session) == {}
