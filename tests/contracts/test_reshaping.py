"""What an edit of a session does to the slots that were opened before it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import TOMORROW, a_session, slots_of, stored_booking, stored_session
from contracts.harness import cancel_now
from fakes import NOW
from marketplace.core.entities.sessions import Session
from marketplace.core.entities.slots import Slot
from marketplace.core.errors import CreatorUnavailable, SoldOut
from marketplace.core.ports.storage import Storage


async def reshape(storage: Storage, session: Session, now: datetime = NOW) -> None:
    async with storage.unit_of_work() as tx:
        await tx.sessions.save(session)
        await tx.slots.acquire_upcoming(session.id, now)
        await tx.slots.reshape(session, None, now)


async def test_upcoming_slots_are_those_that_start_after_now_by_start(storage: Storage) -> None:
    session = await stored_session(storage)
    starts = [TOMORROW + timedelta(hours=hours) for hours in (4, 0, 2)]
    for starts_at in starts:
        await stored_booking(storage, session, starts_at=starts_at)

    assert [slot.starts_at for slot in await slots_of(storage, session)] == sorted(starts)
    assert [slot.starts_at for slot in await slots_of(storage, session, after=TOMORROW)] == sorted(starts)[1:]


async def test_reshaping_gives_upcoming_slots_the_sessions_capacity_and_duration(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3, duration=60)
    past = await stored_booking(storage, session, seats=3)
    coming = await stored_booking(storage, session, seats=2, starts_at=TOMORROW + timedelta(hours=3))
    smaller = replace(session, max_participants=2, duration=90)

    await reshape(storage, smaller, now=TOMORROW)

    assert await slots_of(storage, session) == (
        Slot.of(session, past.starts_at, 3),
        Slot.of(smaller, coming.starts_at, 2),
    )


async def test_reshaping_cannot_take_seats_away(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    await stored_booking(storage, session, seats=3)

    with pytest.raises(SoldOut):
        await reshape(storage, replace(session, max_participants=2))
    assert await slots_of(storage, session) == (Slot.of(session, TOMORROW, 3),)


async def test_reshaping_cannot_make_occupied_slots_overlap(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    other = await stored_session(storage, creator_id=session.creator_id)
    await stored_booking(storage, session)
    await stored_booking(storage, other, starts_at=TOMORROW + timedelta(hours=1))

    with pytest.raises(CreatorUnavailable):
        await reshape(storage, replace(session, duration=61))
    assert await slots_of(storage, session) == (Slot.of(session, TOMORROW, 1),)


async def test_reshaping_cannot_make_two_times_of_the_session_overlap(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    await stored_booking(storage, session)
    await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=1))

    with pytest.raises(CreatorUnavailable):
        await reshape(storage, replace(session, duration=61))


async def test_empty_slots_may_come_to_overlap(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    await cancel_now(storage, await stored_booking(storage, session))
    await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=1))
    longer = replace(session, duration=120)

    await reshape(storage, longer)

    assert await slots_of(storage, session) == (Slot.of(longer, TOMORROW + timedelta(hours=1), 1),)


async def test_an_empty_slot_takes_what_the_session_has_when_it_is_opened_again(storage: Storage) -> None:
    session = await stored_session(storage, duration=60, max_participants=3)
    await cancel_now(storage, await stored_booking(storage, session))
    smaller = replace(session, duration=30, max_participants=2)
    await reshape(storage, smaller)

    await stored_booking(storage, smaller)

    assert await slots_of(storage, session) == (Slot.of(smaller, TOMORROW, 1),)


async def test_a_session_that_was_never_booked_has_no_upcoming_slots(storage: Storage) -> None:
    assert await slots_of(storage, a_session()) == ()
