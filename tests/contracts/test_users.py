import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from builders import a_user, stored_user
from contracts.harness import broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.users import User
from marketplace.core.errors import EmailTaken, NotFound, UsernameTaken
from marketplace.core.ports.storage import Storage

FULL_WIDTH_S = "\uff33"


async def add(storage: Storage, user: User) -> None:
    async with storage.unit_of_work() as tx:
        await tx.users.add(user)


async def save(storage: Storage, user: User) -> None:
    async with storage.unit_of_work() as tx:
        await tx.users.save(user)


async def test_an_account_reads_as_it_was_added(storage: Storage) -> None:
    user = await stored_user(storage, role="creator", avatar="https://example.org/a.png", is_staff=True)

    assert await storage.users.get(user.id) == user
    assert await storage.users.find_by_email(user.email) == user


async def test_storage_has_no_account_until_one_is_added(empty_storage: Storage) -> None:
    assert not await empty_storage.users.has_any()

    await stored_user(empty_storage)

    assert await empty_storage.users.has_any()


async def test_an_unknown_account_is_not_found(storage: Storage) -> None:
    with pytest.raises(NotFound):
        await storage.users.get(uuid4())
    assert await storage.users.find_by_email("nobody@example.org") is None
    async with storage.unit_of_work() as tx:
        with pytest.raises(NotFound):
            await tx.users.acquire(uuid4())


async def test_email_is_found_regardless_of_case_and_width(storage: Storage) -> None:
    user = await stored_user(storage, email="Straße@Example.org")

    assert await storage.users.find_by_email("STRASSE@example.ORG") == user
    assert await storage.users.find_by_email(FULL_WIDTH_S + "trasse@example.org") == user


@pytest.mark.parametrize("email", ["sibling@example.org", "SIBLING@Example.org", FULL_WIDTH_S + "ibling@example.org"])
async def test_email_can_be_registered_once(storage: Storage, email: str) -> None:
    if await storage.users.find_by_email("sibling@example.org") is None:
        await stored_user(storage, email="sibling@example.org")

    with pytest.raises(EmailTaken):
        await add(storage, a_user(email=email))


async def test_username_can_be_registered_once_regardless_of_case(storage: Storage) -> None:
    await stored_user(storage, username="Maße")

    with pytest.raises(UsernameTaken):
        await add(storage, a_user(username="MASSE"))


async def test_save_updates_every_field(storage: Storage) -> None:
    user = await stored_user(storage)
    changed = replace(
        a_user(),
        id=user.id,
        role="creator",
        avatar="https://example.org/b.png",
        first_name="Grace",
        last_name="Hopper",
        time_zone="Europe/Berlin",
        email_verified_at=NOW,
        locale="pt-BR",
        is_active=False,
        is_staff=True,
        is_superuser=True,
    )

    await save(storage, changed)

    assert await storage.users.get(user.id) == changed


async def test_account_can_change_case_of_its_own_names(storage: Storage) -> None:
    user = await stored_user(storage)

    await save(storage, replace(user, email=user.email.upper(), username=user.username.upper()))

    assert (await storage.users.get(user.id)).username == user.username.upper()


async def test_account_cannot_take_names_of_another(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)

    with pytest.raises(EmailTaken):
        await save(storage, replace(user, email=other.email))
    with pytest.raises(UsernameTaken):
        await save(storage, replace(user, username=other.username))


async def test_released_names_can_be_taken(storage: Storage) -> None:
    user = await stored_user(storage)
    await save(storage, replace(user, email=a_user().email, username=a_user().username))

    heir = a_user(email=user.email, username=user.username)
    await add(storage, heir)

    assert await storage.users.find_by_email(user.email) == heir


async def test_concurrent_duplicate_account_waits_for_commit_and_is_refused(storage: Storage) -> None:
    first = a_user()
    async with storage.unit_of_work() as tx:
        await tx.users.add(first)
        twin = asyncio.create_task(add(storage, a_user(email=first.email)))
        assert await waits(twin)

    with pytest.raises(EmailTaken):
        await twin


async def test_concurrent_duplicate_account_waits_for_rollback_and_gets_name(storage: Storage) -> None:
    first, second = a_user(), a_user()
    second = replace(second, username=first.username)
    async with broken_transaction(storage) as tx:
        await tx.users.add(first)
        twin = asyncio.create_task(add(storage, second))
        assert await waits(twin)
    await twin

    assert await storage.users.get(second.id) == second


async def test_name_is_not_available_while_its_release_is_uncommitted(storage: Storage) -> None:
    user = await stored_user(storage)
    async with broken_transaction(storage) as tx:
        await tx.users.save(replace(user, username=a_user().username))
        heir = asyncio.create_task(add(storage, a_user(username=user.username)))
        assert await waits(heir)

    with pytest.raises(UsernameTaken):
        await heir


async def test_acquire_after_waiting_returns_newest_account(storage: Storage) -> None:
    user = await stored_user(storage)

    async def acquired() -> User:
        async with storage.unit_of_work() as tx:
            return await tx.users.acquire(user.id)

    async with storage.unit_of_work() as tx:
        changed = replace(await tx.users.acquire(user.id), first_name="Grace")
        other = asyncio.create_task(acquired())
        assert await waits(other)
        await tx.users.save(changed)

    assert await other == changed
