import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from builders import (
    TOMORROW,
    a_contact,
    a_principal,
    as_a,
    seats_taken,
    session_details,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import cancel_now, waits
from fakes import NOW
from marketplace.core.domain.booking_details import BookingDetails, BookingHistory
from marketplace.core.domain.booking_steps import BookingStatus, BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)


async def acquired(storage: Storage, booking: Booking) -> Booking:
    async with storage.unit_of_work() as tx:
        return await tx.bookings.acquire(booking.id)


async def test_an_unknown_booking_is_not_found(storage: Storage) -> None:
    assert await storage.booking_lists.find(uuid4()) is None
    async with storage.unit_of_work() as tx:
        with pytest.raises(NotFound):
            await tx.bookings.acquire(uuid4())


async def test_bookings_are_found_together_with_their_histories(storage: Storage) -> None:
    session = await stored_session(storage)
    first, second, _ = [await stored_booking(storage, session) for _ in range(3)]

    found = await storage.booking_lists.histories([second.id, uuid4(), first.id])

    assert found == tuple([await storage.booking_lists.find(each.id) for each in (first, second)])
    assert await storage.booking_lists.histories([]) == ()


async def test_a_booking_reads_with_its_session_both_parties_and_its_first_step(storage: Storage) -> None:
    creator, buyer = await stored_user(storage, role="creator"), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id, duration=45, tags=("a",))
    booking = await stored_booking(storage, session, buyer.id, seats=2)
    changes = {name: getattr(booking, name) for name in Booking.__dataclass_fields__} | {
        "session_details": session_details(session, creator),
        "user_details": a_contact(buyer),
    }

    assert await storage.booking_lists.find(booking.id) == BookingHistory(**changes, history=(booking.created(),))
    assert (await storage.booking_lists.of_user(buyer.id, 9, None)).items == (BookingDetails(**changes),)
    assert (await storage.booking_lists.of_creator(creator.id, 9, None)).items == (BookingDetails(**changes),)


@pytest.mark.parametrize("status", ["pending", "confirmed", "completed"])
async def test_holders_are_those_with_a_booking_that_is_not_cancelled(storage: Storage, status: BookingStatus) -> None:
    session, other = await stored_session(storage, max_participants=9), await stored_session(storage)
    holder, former = await stored_user(storage), await stored_user(storage)
    await stored_booking(storage, session, holder.id, status=status)
    await cancel_now(storage, await stored_booking(storage, session, former.id))
    expected = [(holder.id, session.id, True), (holder.id, other.id, False), (former.id, session.id, False)]

    async with storage.unit_of_work() as tx:
        for user_id, session_id, is_holder in expected:
            assert await storage.booking_lists.is_holder(user_id, session_id) is is_holder
            assert await tx.bookings.is_holder(user_id, session_id) is is_holder


async def test_starts_without_address_are_those_of_live_upcoming_bookings(storage: Storage) -> None:
    session = await stored_session(storage)
    later = await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=3), status="pending")
    for _ in range(2):
        await stored_booking(storage, session)
    await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=6), address="Via della Lungara 10")
    await stored_booking(storage, session, starts_at=NOW)
    cancelled = await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=9))
    await cancel_now(storage, cancelled)
    await stored_booking(storage, await stored_session(storage))

    async with storage.unit_of_work() as tx:
        assert await tx.bookings.starts_without_address(session.id, NOW) == (TOMORROW, later.starts_at)


async def test_save_updates_status_and_appends_step(storage: Storage) -> None:
    booking = await stored_booking(storage, await stored_session(storage))
    cancelled, step = booking.after("cancel", a_principal(booking.user_id), NOW + timedelta(minutes=1))
    step = replace(step, reason="Ill.")
    async with storage.unit_of_work() as tx:
        await tx.bookings.save(cancelled, step)
        await tx.slots.release(cancelled)

    found = await storage.booking_lists.find(booking.id)

    assert found is not None
    assert found.status == "cancelled"
    assert found.history == (booking.created(), step)
    assert as_a(Booking, await acquired(storage, booking)) == cancelled


async def test_bookings_are_saved_in_one_call_each_with_its_step(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=9)
    created = [
        await stored_booking(storage, session, status=status, respond_by=respond_by, seats=seats)
        for status, respond_by, seats in (("pending", NOW + HOUR, 1), ("confirmed", None, 2), ("confirmed", None, 3))
    ]
    steps = [
        BookingStep(
            booking_id=booking.id,
            at=NOW + timedelta(minutes=place),
            actor_id=None if place else session.creator_id,
            action="cancel" if place else "confirm",
            from_status=booking.status,
            to_status="cancelled" if place else "confirmed",
            reason=f"Reason {place}.",
            batch_id=uuid4() if place else None,
            from_start=booking.starts_at if place else None,
            to_start=booking.starts_at + HOUR if place else None,
            from_seats=None if place else booking.seats,
            to_seats=None if place else booking.seats + 1,
        )
        for place, booking in enumerate(created)
    ]
    saved = [
        replace(booking, status=step.to_status, respond_by=None) for booking, step in zip(created, steps, strict=True)
    ]
    async with storage.unit_of_work() as tx:
        await tx.bookings.save_all(list(zip(saved, steps, strict=True)))
        await tx.slots.release(*saved[1:])

    for booking, before, step in zip(saved, created, steps, strict=True):
        found = await storage.booking_lists.find(booking.id)
        assert found is not None
        assert as_a(Booking, found) == booking
        assert found.history == (before.created(), step)
    assert await seats_taken(storage, session) == 1
    assert (await stored_booking(storage, session, created[1].user_id)).status == "confirmed"


async def test_saved_status_is_that_of_booking_regardless_of_step(storage: Storage) -> None:
    booking = await stored_booking(storage, await stored_session(storage), status="pending")
    _, step = booking.after("confirm", a_principal(booking.creator_id), NOW)
    async with storage.unit_of_work() as tx:
        await tx.bookings.save(booking, step)

    found = await storage.booking_lists.find(booking.id)

    assert found is not None
    assert (found.status, found.history[-1]) == ("pending", step)


async def test_saving_an_empty_list_does_nothing(storage: Storage) -> None:
    async with storage.unit_of_work() as tx:
        await tx.bookings.save_all([])
        await tx.slots.release()


async def test_automatic_step_has_no_actor(storage: Storage) -> None:
    booking = await stored_booking(storage, await stored_session(storage))
    step = BookingStep(
        booking_id=booking.id,
        at=NOW,
        actor_id=None,
        action="complete",
        from_status="confirmed",
        to_status="completed",
        reason="",
    )
    async with storage.unit_of_work() as tx:
        await tx.bookings.save(replace(booking, status="completed"), step)

    found = await storage.booking_lists.find(booking.id)

    assert found is not None
    assert found.history[-1] == step


async def test_acquire_after_waiting_returns_newest_booking(storage: Storage) -> None:
    booking = await stored_booking(storage, await stored_session(storage))

    async with storage.unit_of_work() as tx:
        cancelled, step = (await tx.bookings.acquire(booking.id)).after("cancel", a_principal(booking.user_id), NOW)
        other = asyncio.create_task(acquired(storage, booking))
        assert await waits(other)
        await tx.bookings.save(cancelled, step)
        await tx.slots.release(cancelled)

    assert as_a(Booking, await other) == as_a(Booking, cancelled)


@pytest.mark.parametrize("party", ["user", "creator"])
async def test_each_party_lists_their_bookings_newest_first_in_stable_pages(storage: Storage, party: str) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)
    bookings = [
        await stored_booking(
            storage,
            session,
            buyer.id,
            starts_at=TOMORROW + timedelta(days=day),
            created_at=NOW + timedelta(minutes=minute),
        )
        for day, minute in enumerate([0, 3, 1, 1, 2])
    ]
    await stored_booking(storage, await stored_session(storage))
    lists = storage.booking_lists
    read, person = (lists.of_user, buyer.id) if party == "user" else (lists.of_creator, session.creator_id)

    pages = [await read(person, 2, None)]
    while (after := pages[-1].next) is not None:
        newer = timedelta(days=30 + len(pages))
        await stored_booking(storage, session, buyer.id, starts_at=TOMORROW + newer, created_at=NOW + newer)
        pages.append(await read(person, 2, after))

    seen = [booking.id for page in pages for booking in page.items]
    assert seen == [bookings[place].id for place in (1, 4, 3, 2, 0)]
    assert [len(page.items) for page in pages] == [2, 2, 1]


async def test_last_full_page_has_no_next_page(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)

    page = await storage.booking_lists.of_creator(session.creator_id, 1, None)

    assert [each.id for each in page.items] == [booking.id]
    assert page.next is None
    assert (await storage.booking_lists.of_user(session.creator_id, 1, None)).items == ()


async def test_booking_shows_current_session_even_when_archived(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    async with storage.unit_of_work() as tx:
        await tx.sessions.save(replace(session, title="Evening yoga", archived_at=NOW))

    found = await storage.booking_lists.find(booking.id)

    assert found is not None
    assert (found.session_details.title, found.session_details.archived_at) == ("Evening yoga", NOW)
