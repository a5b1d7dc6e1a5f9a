"""Deactivation of a creator with booked slots."""

import asyncio
from datetime import timedelta

from builders import (
    TOMORROW,
    principal_of,
    seats_taken,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
    stored_users,
)
from contracts.harness import at_once, cancel_now, live_bookings, owner_of, waits
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.principals import Principal
from marketplace.core.ports.storage import Storage
from staff_services import logged, staff_over

WHY = "They never came."
LATER = TOMORROW + timedelta(hours=3)


async def a_colleague(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True))


async def test_acquire_of_creator_locks_live_upcoming_bookings_by_id(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    one, other = [await stored_session(storage, creator_id=creator.id, max_participants=9) for _ in range(2)]
    await stored_booking(storage, one)
    live = [
        await stored_booking(storage, session, starts_at=LATER + timedelta(days=days), status=status)
        for session, days, status in ((one, 0, "pending"), (other, 1, "confirmed"), (one, 2, "confirmed"))
    ]
    await cancel_now(storage, await stored_booking(storage, one, starts_at=LATER))
    await stored_booking(storage, one, starts_at=LATER, status="completed")
    await stored_booking(storage, await stored_session(storage), starts_at=LATER)

    async with storage.unit_of_work() as tx:
        acquired = await tx.bookings.acquire_of_creator(creator.id, TOMORROW)
        cancelling = asyncio.create_task(cancel_now(storage, live[1]))
        assert await waits(cancelling)
    await cancelling

    assert [booking.id for booking in acquired] == [booking.id for booking in live]
    assert [booking.session_details.id for booking in acquired] == [one.id, other.id, one.id]
    assert [len(booking.history) for booking in acquired] == [1, 1, 1]


async def test_acquire_of_creator_after_waiting_returns_current_bookings(storage: Storage) -> None:
    session = await stored_session(storage)
    bookings = [await stored_booking(storage, session, seats=1) for _ in range(2)]

    async def acquired() -> tuple[BookingHistory, ...]:
        async with storage.unit_of_work() as tx:
            return await tx.bookings.acquire_of_creator(session.creator_id, NOW)

    async with storage.unit_of_work() as tx:
        cancelled, step = (await tx.bookings.acquire(bookings[0].id)).after("cancel", owner_of(session), NOW)
        await tx.bookings.save(cancelled, step)
        await tx.slots.release(cancelled)
        other = asyncio.create_task(acquired())
        assert await waits(other)

    assert [booking.id for booking in await other] == [bookings[1].id]


async def test_deactivation_cancels_sold_bookings_with_steps_entries_and_seats_in_one_batch(storage: Storage) -> None:
    staff, colleague = staff_over(services_over(storage)), await a_colleague(storage)
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, max_participants=9)
    bookings = [
        await stored_booking(storage, session, starts_at=start, seats=2) for start in (TOMORROW, TOMORROW, LATER)
    ]

    done = await staff.users.deactivate(colleague, creator.id, WHY, cancel_sold_seats=True)

    assert [(slot.starts_at, slot.seats, slot.booking_ids) for slot in done.sold_slots] == [
        (TOMORROW, 4, (bookings[0].id, bookings[1].id)),
        (LATER, 2, (bookings[2].id,)),
    ]
    assert done.cancelled == {booking.id for booking in bookings}
    assert await seats_taken(storage, session) == 0
    batches = set()
    for booking in bookings:
        found = await storage.booking_lists.find(booking.id)
        assert found is not None
        step = found.history[-1]
        assert (found.status, step.actor_id, step.reason) == ("cancelled", colleague.user_id, WHY)
        batches.add(step.batch_id)
        (entry,) = await logged(storage, ("booking", booking.id))
        assert (entry.action, entry.reason) == ("booking_cancelled", WHY)
    assert len(batches) == 1


async def test_deactivation_during_concurrent_changes_leaves_no_sold_seat(
    storage: Storage,
) -> None:
    services = services_over(storage)
    staff, colleague = staff_over(services), await a_colleague(storage)
    creator = await stored_user(storage, role="creator")
    sessions = [await stored_session(storage, creator_id=creator.id, max_participants=30) for _ in range(2)]
    starts = {sessions[0].id: TOMORROW, sessions[1].id: LATER}
    held = [
        await stored_booking(storage, session, starts_at=starts[session.id]) for session in sessions for _ in "1234"
    ]
    buyers = [principal_of(user) for user in await stored_users(storage, 20)]

    outcome = await at_once(
        [
            *(
                services.bookings.book(buyer, sessions[number % 2].id, starts[sessions[number % 2].id])
                for number, buyer in enumerate(buyers[:10])
            ),
            *(services.bookings.act(colleague, booking.id, "cancel", WHY) for booking in held[::3]),
            services.sessions.change(owner_of(sessions[0]), sessions[0].id, {"duration": 30}),
            services.slots.cancel(owner_of(sessions[1]), sessions[1].id, LATER),
            staff.users.deactivate(colleague, creator.id, WHY, cancel_sold_seats=True),
            staff.users.deactivate(colleague, creator.id, WHY, cancel_sold_seats=True),
            *(services.bookings.book(buyer, sessions[0].id, TOMORROW) for buyer in buyers[10:]),
        ]
    )

    refusals = {"NotFound", "NotBookable", "IllegalTransition", "NotSignedIn"}
    assert outcome.reasons().keys() <= refusals, outcome.reasons()
    for session in sessions:
        assert await live_bookings(storage, session) == []
        assert await seats_taken(storage, session) == 0


async def test_deactivation_of_creator_without_bookings_cancels_nothing(storage: Storage) -> None:
    staff, colleague = staff_over(services_over(storage)), await a_colleague(storage)
    creator = await stored_user(storage, role="creator")

    done = await staff.users.deactivate(colleague, creator.id, WHY, cancel_sold_seats=True)

    assert (done.sold_slots, done.cancelled) == ((), frozenset())
    assert [entry.action for entry in await logged(storage, ("user", creator.id))] == ["deactivated"]
