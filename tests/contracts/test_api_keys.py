import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from api_key_records import StoredKey, a_key, stored_key
from builders import (
    TOMORROW,
    Services,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import at_once, broken_transaction, waits, watched
from fakes import NOW
from marketplace.core.domain.api_keys import KEY_SCOPES, MAX_KEYS, USE_INTERVAL, ApiKey
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import NotFound, NotSignedIn, TooManyApiKeys, TransactionConflict
from marketplace.core.ports.storage import Storage
from marketplace.core.services.acting_keys import act_by, without_key

SECOND = timedelta(seconds=1)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def listed(storage: Storage, key: StoredKey) -> ApiKey:
    [found] = [each for each in await storage.api_keys.of_user(key.key.user_id) if each.id == key.key.id]
    return found


async def revoke(storage: Storage, key: StoredKey) -> None:
    async with storage.unit_of_work() as tx:
        found = await tx.api_keys.acquire_of_user(key.key.user_id, key.key.id)
        await tx.api_keys.save(found.revoked(NOW))


async def use(storage: Storage, key: StoredKey) -> None:
    async with storage.unit_of_work() as tx:
        await tx.api_keys.require_live(key.key.id, NOW)


async def test_user_of_a_key_has_the_role_and_scopes_but_no_rights_of_staff(storage: Storage) -> None:
    user = await stored_user(storage, role="creator", is_staff=True, is_superuser=True, time_zone="Europe/Rome")
    key = await stored_key(storage, user, scopes=("read", "profile:write"))

    found = await storage.api_keys.find_user(key.hash, NOW)

    assert found is not None
    assert found.last_used_at is None
    assert found.principal == Principal(
        user_id=user.id,
        family_id=key.key.id,
        role="creator",
        is_staff=False,
        is_superuser=False,
        time_zone="Europe/Rome",
        key_id=key.key.id,
        scopes=frozenset({"read", "profile:write"}),
    )


async def test_unknown_revoked_and_expired_keys_and_those_of_inactive_people_have_no_user(
    storage: Storage, services: Services
) -> None:
    user, inactive = await stored_user(storage), await stored_user(storage)
    revoked, expired = await stored_key(storage, user), await stored_key(storage, user, expires_at=NOW)
    theirs = await stored_key(storage, inactive)
    await revoke(storage, revoked)
    await services.users.set_active(inactive.id, is_active=False)

    for key in (a_key(user), revoked, expired, theirs):
        assert await storage.api_keys.find_user(key.hash, NOW) is None
    assert await storage.api_keys.find_user(expired.hash, NOW - SECOND) is not None


async def test_keys_stay_revoked_when_their_owner_is_activated_again(storage: Storage, services: Services) -> None:
    user = await stored_user(storage)
    key = await stored_key(storage, user)

    await services.users.set_active(user.id, is_active=False)
    await services.users.set_active(user.id, is_active=True)

    assert await storage.api_keys.find_user(key.hash, NOW) is None
    assert (await listed(storage, key)).revoked_at is not None


async def test_keys_of_a_person_are_listed_newest_first_with_those_that_ended(storage: Storage) -> None:
    user = await stored_user(storage)
    older = await stored_key(storage, user, created_at=NOW - SECOND, expires_at=NOW)
    newer = await stored_key(storage, user)
    await stored_key(storage, await stored_user(storage))
    await revoke(storage, newer)

    assert await storage.api_keys.of_user(user.id) == (replace(newer.key, revoked_at=NOW), older.key)


async def test_at_most_so_many_live_keys_are_added(storage: Storage) -> None:
    user = await stored_user(storage)
    first = await stored_key(storage, user)
    await stored_key(storage, user, expires_at=NOW)
    await revoke(storage, await stored_key(storage, user))
    async with storage.unit_of_work() as tx:
        with pytest.raises(TooManyApiKeys):
            await tx.api_keys.add(a_key(user).key, b"a hash", 1)
    await revoke(storage, first)

    async with storage.unit_of_work() as tx:
        await tx.api_keys.add((last := a_key(user)).key, last.hash, 1)

    assert last.key in await storage.api_keys.of_user(user.id)


async def test_concurrent_requests_create_no_more_keys_than_allowed(storage: Storage, services: Services) -> None:
    user = await stored_user(storage)
    for _ in range(MAX_KEYS - 2):
        await stored_key(storage, user)

    outcome = await at_once([services.api_keys.create(principal_of(user), "A key", ["read"]) for _ in range(6)])

    assert (len(outcome.done), outcome.reasons()) == (2, {"TooManyApiKeys": 4})


async def test_key_is_found_by_its_id_and_acquired_only_by_its_owner(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    key = await stored_key(storage, user)

    async with storage.unit_of_work() as tx:
        assert await tx.api_keys.find(key.key.id) == key.key
        assert await tx.api_keys.find(uuid4()) is None
        assert await tx.api_keys.acquire_of_user(user.id, key.key.id) == key.key
        for owner, key_id in ((other.id, key.key.id), (user.id, uuid4())):
            with pytest.raises(NotFound):
                await tx.api_keys.acquire_of_user(owner, key_id)


async def test_use_of_a_key_is_noted_once_a_minute(storage: Storage) -> None:
    key = await stored_key(storage, await stored_user(storage))
    noted = []
    for at in (NOW, NOW + USE_INTERVAL - SECOND, NOW + USE_INTERVAL):
        await storage.api_keys.note_use(key.key.id, at)
        noted.append((await listed(storage, key)).last_used_at)

    assert noted == [NOW, NOW, NOW + USE_INTERVAL]
    found = await storage.api_keys.find_user(key.hash, NOW)
    assert found is not None
    assert found.last_used_at == NOW + USE_INTERVAL


async def test_noting_a_use_waits_neither_for_uses_nor_for_the_revocation(storage: Storage) -> None:
    key = await stored_key(storage, await stored_user(storage))
    async with storage.unit_of_work() as tx:
        await tx.api_keys.require_live(key.key.id, NOW)
        await asyncio.wait_for(storage.api_keys.note_use(key.key.id, NOW), 1)
        assert (await listed(storage, key)).last_used_at == NOW

    async with storage.unit_of_work() as tx:
        found = await tx.api_keys.acquire_of_user(key.key.user_id, key.key.id)
        await asyncio.wait_for(storage.api_keys.note_use(key.key.id, NOW + USE_INTERVAL), 1)
        await tx.api_keys.save(found.revoked(NOW))
    assert (await listed(storage, key)).revoked_at == NOW


async def test_revocation_waits_for_uses_which_do_not_wait_for_each_other(storage: Storage) -> None:
    key = await stored_key(storage, await stored_user(storage))
    async with storage.unit_of_work() as tx:
        await tx.api_keys.require_live(key.key.id, NOW)
        await asyncio.wait_for(use(storage, key), 1)
        revocation = asyncio.create_task(revoke(storage, key))
        assert await waits(revocation)

    await revocation
    with pytest.raises(NotSignedIn):
        await use(storage, key)


@pytest.mark.parametrize("is_kept", [True, False])
async def test_use_waits_for_a_revocation_and_is_refused_unless_that_is_rolled_back(
    storage: Storage, *, is_kept: bool
) -> None:
    key = await stored_key(storage, await stored_user(storage))
    async with storage.unit_of_work() if is_kept else broken_transaction(storage) as tx:
        found = await tx.api_keys.acquire_of_user(key.key.user_id, key.key.id)
        await tx.api_keys.save(found.revoked(NOW))
        using = asyncio.create_task(use(storage, key))
        assert await waits(using)

    if is_kept:
        with pytest.raises(NotSignedIn):
            await using
    else:
        await using


async def test_expired_and_unknown_keys_are_not_live(storage: Storage) -> None:
    key = await stored_key(storage, await stored_user(storage), expires_at=NOW)
    async with storage.unit_of_work() as tx:
        await tx.api_keys.require_live(key.key.id, NOW - SECOND)
        for key_id in (key.key.id, uuid4()):
            with pytest.raises(NotSignedIn):
                await tx.api_keys.require_live(key_id, NOW)


async def test_keys_are_purged_by_their_end(storage: Storage) -> None:
    user = await stored_user(storage)
    expired = await stored_key(storage, user, expires_at=NOW)
    revoked, live = await stored_key(storage, user), await stored_key(storage, user)
    await revoke(storage, revoked)
    await storage.api_keys.note_use(expired.key.id, NOW)

    async with storage.unit_of_work() as tx:
        assert await tx.api_keys.purge(NOW - SECOND) == 0
    async with storage.unit_of_work() as tx:
        assert await tx.api_keys.purge(NOW) >= 2

    assert await storage.api_keys.of_user(user.id) == (live.key,)


def by_key(user: User, key: StoredKey) -> Principal:
    """Return who acts by a key, as a process may still remember them after the revocation."""
    return replace(principal_of(user, key.key.id), key_id=key.key.id, scopes=frozenset(KEY_SCOPES))


async def title_of(storage: Storage, session: Session) -> str:
    found = await storage.catalog.find(session.id, NOW)
    assert found is not None
    return found.title


@pytest.mark.parametrize("attempt", range(6))
async def test_change_by_a_key_is_made_before_its_revocation_or_not_at_all(
    storage: Storage, services: Services, attempt: int
) -> None:
    creator = await stored_user(storage, role="creator")
    session, key = await stored_session(storage, creator_id=creator.id), await stored_key(storage, creator)

    async def change(number: int) -> None:
        act_by(key.key.id)
        await services.sessions.change(by_key(creator, key), session.id, {"title": f"Changed {number}"})

    async def title_at_revocation() -> str:
        await services.api_keys.revoke(principal_of(creator), key.key.id)
        return await title_of(storage, session)

    outcome = await at_once([*map(change, range(attempt)), title_at_revocation(), *map(change, range(9))])

    assert outcome.reasons().keys() <= {"NotSignedIn"}, outcome.refused
    assert await title_of(storage, session) in outcome.done


async def test_learner_who_books_by_a_key_is_refused_from_its_revocation_on(
    storage: Storage, services: Services
) -> None:
    learner = await stored_user(storage)
    session, key = await stored_session(storage), await stored_key(storage, learner)
    with without_key():
        act_by(key.key.id)
        await services.bookings.book(by_key(learner, key), session.id, TOMORROW)
    await revoke(storage, key)

    with without_key():
        act_by(key.key.id)
        with pytest.raises(NotSignedIn):
            await services.bookings.book(by_key(learner, key), session.id, TOMORROW + timedelta(hours=5))

    booked = await storage.booking_lists.of_user(learner.id, 9, None)
    assert [each.starts_at for each in booked.items] == [TOMORROW]


@pytest.mark.parametrize("attempt", range(4))
async def test_deactivation_and_cancellations_by_keys_never_conflict(storage: Storage, attempt: int) -> None:
    conflicts = list[TransactionConflict]()
    services = services_over(storage, unit_of_work=watched(storage, conflicts))
    boss = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, max_participants=20)
    bookings, key = [await stored_booking(storage, session) for _ in range(6)], await stored_key(storage, creator)

    async def cancel(booking: Booking) -> None:
        act_by(key.key.id)
        await services.bookings.act(by_key(creator, key), booking.id, "cancel")

    async def deactivate() -> None:
        await services.user_admin.deactivate(boss, creator.id, "They left.", cancel_sold_seats=True)

    outcome = await at_once([*map(cancel, bookings[:attempt]), deactivate(), *map(cancel, bookings[attempt:])])

    assert outcome.reasons().keys() <= {"NotSignedIn", "IllegalTransition"}, outcome.refused
    assert conflicts == []
