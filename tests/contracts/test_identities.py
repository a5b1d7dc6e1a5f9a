from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from builders import stored_user
from contracts.harness import at_once, broken_transaction
from fakes import NOW
from marketplace.core.domain.identities import Identity
from marketplace.core.domain.users import User
from marketplace.core.errors.identities import IdentityTaken
from marketplace.core.ports.storage import Storage

ISSUER = "https://login.example.org"


def an_identity(user: User, **changes: Any) -> Identity:
    number = uuid7()
    defaults: dict[str, Any] = {"id": number, "user_id": user.id, "issuer": ISSUER, "subject": str(number)}
    return Identity(**defaults | {"email": user.email, "connected_at": NOW, "last_used_at": NOW} | changes)


async def stored(storage: Storage, identity: Identity) -> Identity:
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(identity.user_id)
        await tx.identities.add(identity)
    return identity


async def test_identity_is_found_by_issuer_and_subject_exactly(storage: Storage) -> None:
    identity = await stored(storage, an_identity(await stored_user(storage), subject="Ada"))

    assert await storage.identities.find(ISSUER, "Ada") == identity
    for issuer, subject in [(ISSUER, "ada"), (f"{ISSUER}/", "Ada"), (ISSUER, "Ada ")]:
        assert await storage.identities.find(issuer, subject) is None
    async with storage.unit_of_work() as tx:
        assert await tx.identities.find(ISSUER, "Ada") == identity


async def test_identities_of_a_person_are_listed_oldest_first(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    later = await stored(storage, an_identity(user, connected_at=NOW + timedelta(days=1)))
    first = await stored(storage, an_identity(user))
    await stored(storage, an_identity(other))

    assert await storage.identities.of_user(user.id) == (first, later)
    async with storage.unit_of_work() as tx:
        assert await tx.identities.of_user(user.id) == (first, later)


async def test_same_account_of_an_issuer_is_connected_once(storage: Storage) -> None:
    users = [await stored_user(storage) for _ in range(6)]

    outcome = await at_once(stored(storage, an_identity(each, subject="the same")) for each in users)

    assert len(outcome.done) == 1
    assert outcome.reasons() == {"IdentityTaken": 5}
    assert await storage.identities.find(ISSUER, "the same") == outcome.done[0]
    with pytest.raises(IdentityTaken):
        await stored(storage, an_identity(users[0], subject="the same"))
    elsewhere = an_identity(users[0], issuer="https://other.example.org", subject="the same")
    assert await stored(storage, elsewhere) == elsewhere


async def test_save_changes_address_and_time_of_use(storage: Storage) -> None:
    identity = await stored(storage, an_identity(await stored_user(storage)))

    async with storage.unit_of_work() as tx:
        await tx.users.acquire(identity.user_id)
        await tx.identities.save(used(identity, "new@example.org"))

    found = await storage.identities.find(ISSUER, identity.subject)
    assert found == used(identity, "new@example.org")


def used(identity: Identity, email: str | None) -> Identity:
    return replace(identity, email=email, last_used_at=NOW + timedelta(hours=1))


async def test_identity_is_removed_by_its_person_only(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    identity, kept = await stored(storage, an_identity(user)), await stored(storage, an_identity(user))

    async with storage.unit_of_work() as tx:
        assert not await tx.identities.remove(other.id, identity.id)
        assert await tx.identities.remove(user.id, identity.id)
        assert not await tx.identities.remove(user.id, identity.id)

    assert await storage.identities.of_user(user.id) == (kept,)


async def test_all_identities_of_a_person_are_removed(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    for _ in range(3):
        await stored(storage, an_identity(user))
    kept = await stored(storage, an_identity(other))

    async with storage.unit_of_work() as tx:
        assert await tx.identities.remove_all(user.id) == 3
        assert await tx.identities.remove_all(user.id) == 0

    assert (await storage.identities.of_user(user.id), await storage.identities.of_user(other.id)) == ((), (kept,))


async def test_rollback_leaves_identities_as_they_were(storage: Storage) -> None:
    user = await stored_user(storage)
    identity = await stored(storage, an_identity(user))

    async with broken_transaction(storage) as tx:
        await tx.users.acquire(user.id)
        await tx.identities.remove(user.id, identity.id)
        await tx.identities.add(an_identity(user))

    assert await storage.identities.of_user(user.id) == (identity,)
