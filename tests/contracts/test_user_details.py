import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from uuid_utils.compat import uuid7

from builders import TOMORROW, as_a, stored_booking, stored_login, stored_session, stored_user
from contracts.harness import cancel_now, waits
from fakes import NOW
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage


async def test_account_details_count_sessions_and_bookings(storage: Storage) -> None:
    creator, learner = await stored_user(storage, role="creator"), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id)
    await stored_session(storage, creator_id=creator.id, status="inactive")
    await stored_session(storage, creator_id=creator.id, archived_at=NOW)
    await stored_booking(storage, session, learner.id)
    await cancel_now(
        storage, await stored_booking(storage, session, learner.id, starts_at=TOMORROW + timedelta(hours=3))
    )

    of_creator = await storage.users.find_details(creator.id, NOW)
    of_learner = await storage.users.find_details(learner.id, NOW)

    assert of_creator is not None
    assert of_learner is not None
    assert as_a(User, of_creator) == creator
    assert (of_creator.sessions, of_creator.bookings, of_creator.logins) == (2, 0, ())
    assert (of_learner.sessions, of_learner.bookings, of_learner.logins) == (0, 2, ())


async def test_active_logins_are_listed_newest_first_with_their_origin(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    first = await stored_login(storage, user, uuid7().hex, address="192.0.2.7", agent="a browser")
    second = await stored_login(storage, user, uuid7().hex, created_at=NOW + timedelta(hours=1))
    await stored_login(storage, other, uuid7().hex)
    found = await storage.users.find_details(user.id, NOW)
    assert found is not None
    assert found.logins == (second, first)

    later = await storage.users.find_details(user.id, first.expires_at)
    assert later is not None
    assert later.logins == ()

    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_all(user.id, NOW, except_id=first.id)
    found = await storage.users.find_details(user.id, NOW)
    assert found is not None
    assert found.logins == (first,)


async def test_unknown_account_has_no_details(storage: Storage) -> None:
    assert await storage.users.find_details(uuid7(), NOW) is None


async def test_acquired_superusers_are_active_ones_only(empty_storage: Storage) -> None:
    one, other = [await stored_user(empty_storage, is_staff=True, is_superuser=True) for _ in range(2)]
    await stored_user(empty_storage, is_superuser=True, is_active=False)
    await stored_user(empty_storage, is_staff=True)

    async with empty_storage.unit_of_work() as tx:
        assert await tx.users.acquire_superusers() == {one.id, other.id}


async def test_acquire_superusers_waits_for_others_and_sees_their_changes(empty_storage: Storage) -> None:
    one, other = [await stored_user(empty_storage, is_staff=True, is_superuser=True) for _ in range(2)]

    async def requested() -> frozenset[object]:
        async with empty_storage.unit_of_work() as tx:
            return frozenset(await tx.users.acquire_superusers())

    async with empty_storage.unit_of_work() as tx:
        await tx.users.acquire_superusers()
        second = asyncio.create_task(requested())
        assert await waits(second)
        await tx.users.save(replace(other, is_superuser=False))

    assert await second == {one.id}


async def test_creator_has_sessions_while_one_is_unarchived(storage: Storage) -> None:
    learner, creator = await stored_user(storage), await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, status="inactive")

    async with storage.unit_of_work() as tx:
        assert not await tx.sessions.has_any(learner.id)
        assert await tx.sessions.has_any(creator.id)
        await tx.sessions.save(replace(session, archived_at=NOW))
        assert not await tx.sessions.has_any(creator.id)


async def test_booked_slots_of_creator_are_listed_by_start_with_their_bookings(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    yoga = await stored_session(storage, creator_id=creator.id, title="Yoga")
    song = await stored_session(storage, creator_id=creator.id, title="Song", max_participants=5)
    later = TOMORROW + timedelta(hours=3)
    booked = [await stored_booking(storage, song, starts_at=later, seats=seats) for seats in (1, 2)]
    sooner = await stored_booking(storage, yoga, status="pending", respond_by=TOMORROW)
    await cancel_now(storage, await stored_booking(storage, song, starts_at=later))
    await cancel_now(storage, await stored_booking(storage, yoga, starts_at=later + timedelta(days=1)))
    await stored_booking(storage, yoga, starts_at=TOMORROW - timedelta(days=2))
    await stored_booking(storage, await stored_session(storage))

    sold = (await storage.availabilities.booked_slots(creator.id, NOW, 20)).items

    assert [(slot.session_id, slot.title, slot.starts_at, slot.ends_at, slot.seats) for slot in sold] == [
        (yoga.id, "Yoga", TOMORROW, TOMORROW + timedelta(hours=1), 1),
        (song.id, "Song", later, later + timedelta(hours=1), 3),
    ]
    assert [slot.booking_ids for slot in sold] == [(sooner.id,), tuple(sorted(booking.id for booking in booked))]
    assert (await storage.availabilities.booked_slots(creator.id, later, 20)).items == ()


async def test_pages_of_booked_slots_follow_one_another(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    sessions = [await stored_session(storage, creator_id=creator.id, max_participants=5) for _ in range(2)]
    starts = [TOMORROW + timedelta(hours=3 * number) for number in range(5)]
    for number, start in enumerate(starts):
        for _ in range(2):
            await stored_booking(storage, sessions[number % 2], starts_at=start)

    found: list[tuple[datetime, int]] = []
    sizes: list[int] = []
    after = None
    while after is not None or not sizes:
        page = await storage.availabilities.booked_slots(creator.id, NOW, 2, after)
        found += [(slot.starts_at, slot.seats) for slot in page.items]
        sizes.append(len(page.items))
        after = page.next

    assert found == [(start, 2) for start in starts]
    assert sizes == [2, 2, 1]
