"""The effect of a session edit on slots opened before it."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import (
    TOMORROW,
    a_schedule,
    a_session,
    a_user,
    principal_of,
    services_over,
    slots_of,
    stored_booking,
    stored_session,
)
from contracts.harness import cancel_now
from fakes import NOW
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import CreatorUnavailable, SoldOut
from marketplace.core.ports.storage import Storage


async def resize(storage: Storage, session: Session, now: datetime = NOW, *, schedule: Schedule | None = None) -> None:
    async with storage.unit_of_work() as tx:
        await tx.sessions.save(session)
        upcoming = await tx.slots.acquire_upcoming(session.id, now)
        await tx.slots.resize([Slot.of(session, each.starts_at, each.seats_taken, schedule) for each in upcoming])


async def test_upcoming_slots_are_those_that_start_after_now_by_start(storage: Storage) -> None:
    session = await stored_session(storage)
    starts = [TOMORROW + timedelta(hours=hours) for hours in (4, 0, 2)]
    for starts_at in starts:
        await stored_booking(storage, session, starts_at=starts_at)

    assert [slot.starts_at for slot in await slots_of(storage, session)] == sorted(starts)
    assert [slot.starts_at for slot in await slots_of(storage, session, after=TOMORROW)] == sorted(starts)[1:]


async def test_resizing_gives_upcoming_slots_capacity_and_duration_of_session(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3, duration=60)
    past = await stored_booking(storage, session, seats=3)
    coming = await stored_booking(storage, session, seats=2, starts_at=TOMORROW + timedelta(hours=3))
    smaller = replace(session, max_participants=2, duration=90)

    await resize(storage, smaller, now=TOMORROW)

    assert await slots_of(storage, session) == (
        Slot.of(session, past.starts_at, 3),
        Slot.of(smaller, coming.starts_at, 2),
    )


async def test_resizing_cannot_remove_sold_seats(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    await stored_booking(storage, session, seats=3)

    with pytest.raises(SoldOut):
        await resize(storage, replace(session, max_participants=2))
    assert await slots_of(storage, session) == (Slot.of(session, TOMORROW, 3),)


async def test_resizing_cannot_make_occupied_slots_overlap(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    other = await stored_session(storage, creator_id=session.creator_id)
    await stored_booking(storage, session)
    await stored_booking(storage, other, starts_at=TOMORROW + timedelta(hours=1))

    with pytest.raises(CreatorUnavailable):
        await resize(storage, replace(session, duration=61))
    assert await slots_of(storage, session) == (Slot.of(session, TOMORROW, 1),)


async def test_resizing_cannot_make_two_slots_of_session_overlap(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    await stored_booking(storage, session)
    await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=1))

    with pytest.raises(CreatorUnavailable):
        await resize(storage, replace(session, duration=61))


async def test_resizing_can_make_empty_slots_overlap(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    await cancel_now(storage, await stored_booking(storage, session))
    await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=1))
    longer = replace(session, duration=120)

    await resize(storage, longer)

    assert await slots_of(storage, session) == (Slot.of(longer, TOMORROW + timedelta(hours=1), 1),)


async def test_reopened_slot_has_current_capacity_and_duration(storage: Storage) -> None:
    session = await stored_session(storage, duration=60, max_participants=3)
    await cancel_now(storage, await stored_booking(storage, session))
    smaller = replace(session, duration=30, max_participants=2)
    await resize(storage, smaller)

    await stored_booking(storage, smaller)

    assert await slots_of(storage, session) == (Slot.of(smaller, TOMORROW, 1),)


async def occupied(storage: Storage, session: Session, begin: datetime, end: datetime) -> list[Slot]:
    async with storage.unit_of_work() as tx:
        return list(await tx.slots.find_occupied(session.creator_id, begin, end))


async def test_occupied_slots_of_creator_that_overlap_window_are_found(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    other = await stored_session(storage, creator_id=session.creator_id, duration=30)
    starts = [TOMORROW + timedelta(hours=hours) for hours in (4, 0, 2)]
    for starts_at in starts:
        await stored_booking(storage, session, starts_at=starts_at)
    await stored_booking(storage, other, starts_at=TOMORROW + timedelta(hours=1))
    await cancel_now(storage, await stored_booking(storage, other, starts_at=TOMORROW + timedelta(hours=3)))
    await stored_booking(storage, await stored_session(storage), starts_at=TOMORROW)
    expected = [Slot.of(session, TOMORROW, 1), Slot.of(other, TOMORROW + timedelta(hours=1), 1)]

    end = TOMORROW + timedelta(hours=2)
    assert await occupied(storage, session, TOMORROW, end) == expected
    assert await occupied(storage, session, TOMORROW + timedelta(minutes=59), end) == expected
    assert await occupied(storage, session, TOMORROW + timedelta(minutes=60), end) == expected[1:]
    assert await occupied(storage, session, TOMORROW, TOMORROW + timedelta(hours=1)) == expected[:1]
    assert await occupied(storage, session, TOMORROW + timedelta(minutes=90), end) == []
    assert len(await occupied(storage, session, TOMORROW, TOMORROW + timedelta(days=9))) == 4


async def test_slots_are_found_by_their_blocked_time(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    await stored_booking(storage, session)
    buffered = a_schedule(buffer_before=30, buffer_after=15)
    await resize(storage, session, schedule=buffered)

    slot = Slot.of(session, TOMORROW, 1, buffered)
    before, after = TOMORROW - timedelta(minutes=30), TOMORROW + timedelta(minutes=75)
    assert await occupied(storage, session, NOW, before) == []
    assert await occupied(storage, session, NOW, before + timedelta(minutes=1)) == [slot]
    assert await occupied(storage, session, after - timedelta(minutes=1), after) == [slot]
    assert await occupied(storage, session, after, after + timedelta(days=1)) == []


@pytest.mark.parametrize("is_longer", [True, False])
async def test_edit_that_would_make_booked_slots_overlap_names_them(storage: Storage, *, is_longer: bool) -> None:
    services = services_over(storage)
    session = await stored_session(storage, duration=60)
    other = await stored_session(storage, creator_id=session.creator_id, duration=60)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))
    day = timedelta(days=1)
    for number in range(7):
        await stored_booking(storage, session, starts_at=TOMORROW + number * day)
        await stored_booking(storage, other, starts_at=TOMORROW + number * day + timedelta(hours=1))
    await stored_booking(storage, session, starts_at=TOMORROW + 9 * day)
    before = await slots_of(storage, session)

    edit: Awaitable[object] = (
        services.sessions.change(owner, session.id, {"duration": 61, "title": "Longer"})
        if is_longer
        else services.schedules.replace(owner, session.id, a_schedule(buffer_after=1))
    )
    with pytest.raises(CreatorUnavailable) as caught:
        await edit

    named = [f"2030-01-{day:02} 09:00 with 2030-01-{day:02} 10:00 UTC" for day in range(8, 13)]
    assert caught.value.detail == f"Existing bookings would overlap: {', '.join(named)} and 2 more."
    assert await slots_of(storage, session) == before
    assert (await services.sessions.get(session.id, None)).title == session.title
    assert await services.schedules.get(owner, session.id) is None


async def test_started_slot_keeps_its_size_and_still_blocks(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, duration=60)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))
    for hours in (0, 1):
        await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=hours))
    services.clock.at = TOMORROW + timedelta(minutes=5)

    with pytest.raises(CreatorUnavailable, match="2030-01-08 09:00 with 2030-01-08 10:00 UTC"):
        await services.schedules.replace(owner, session.id, a_schedule(buffer_before=1))

    assert (await services.sessions.change(owner, session.id, {"duration": 120})).duration == 120


async def test_edit_that_frees_time_never_conflicts(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, duration=60)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))
    for hours in (0, 1):
        await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=hours))

    await services.sessions.change(owner, session.id, {"duration": 30})
    with pytest.raises(CreatorUnavailable):
        await services.schedules.replace(owner, session.id, a_schedule(buffer_before=1))
    await services.schedules.replace(owner, session.id, a_schedule())
    await services.schedules.replace(owner, session.id, None)

    # both were sold for an hour
    assert [slot.blocked_until - slot.blocked_from for slot in await slots_of(storage, session)] == [
        timedelta(minutes=60)
    ] * 2


async def test_a_session_that_was_never_booked_has_no_upcoming_slots(storage: Storage) -> None:
    assert await slots_of(storage, a_session()) == ()
