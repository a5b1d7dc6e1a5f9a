"""No username looks like another's, and a given-up one stays reserved for 90 days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import Services, a_user, principal_of, services_over, stored_user
from contracts.harness import at_once
from due_jobs import run_due, take_due
from fakes import NOW
from marketplace.core.domain.users import RESERVED_USERNAME, User
from marketplace.core.errors import EmailTaken, Invalid, UsernameTaken
from marketplace.core.ports.storage import Storage
from staff_services import staff_over

SECOND = timedelta(seconds=1)
PASSWORD = "correct horse battery"


async def registered(services: Services, username: str) -> User:
    return await services.users.register(email=a_user().email, username=username, password=PASSWORD)


async def renamed(services: Services, user: User, username: str) -> User:
    return await services.users.change_profile(principal_of(user), {"username": username})


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("dmitri", "\u0501mit\u0433i"),
        ("cocoa", "\u0441\u043e\u0441\u043e\u0430"),
        ("hope", "\u041d\u041e\u0420\u0415"),
        ("\u0440\u0430\u0441", "pac"),
        ("paul1", "paull"),
        ("Ira", "lra"),
    ],
    ids=ascii,
)
async def test_username_that_looks_like_anothers_is_taken(storage: Storage, name: str, twin: str) -> None:
    services = services_over(storage)
    await registered(services, name)
    other = await registered(services, a_user().username)

    for attempt in (registered(services, twin), renamed(services, other, twin)):
        with pytest.raises((UsernameTaken, Invalid)):
            await attempt


async def test_look_alikes_claimed_at_once_are_claimed_by_one(storage: Storage) -> None:
    services = services_over(storage)

    outcome = await at_once(registered(services, name) for name in ("\u0441\u0430\u0441\u0430\u043e", "cacao") * 5)

    assert len(outcome.done) == 1
    assert outcome.reasons() == {"UsernameTaken": 9}


async def unnamed(services: Services, first_name: str = "", last_name: str = "") -> User:
    return await services.users.register(
        email=a_user().email, password=PASSWORD, first_name=first_name, last_name=last_name
    )


async def test_people_of_one_name_who_register_at_once_get_different_usernames(storage: Storage) -> None:
    services = services_over(storage)

    outcome = await at_once(unnamed(services, "Grace", "Hopper") for _ in range(10))

    names = {user.username for user in outcome.done}
    assert len(names) == 10
    assert "grace.hopper" in names
    assert all(name.startswith("grace.hopper") for name in names)


async def test_people_without_a_name_who_register_at_once_get_different_neutral_usernames(storage: Storage) -> None:
    services = services_over(storage)

    outcome = await at_once(unnamed(services) for _ in range(10))

    names = {user.username for user in outcome.done}
    assert len(names) == 10
    assert all(name.startswith("member-") for name in names)


async def test_derived_username_neither_looks_like_a_taken_one_nor_is_a_reserved_one(storage: Storage) -> None:
    services = services_over(storage)
    await registered(services, "cocoa.nib")
    await renamed(services, await registered(services, "given.up"), "taken.instead")

    assert (await unnamed(services, "\u0441\u043e\u0441\u043e\u0430", "Nib")).username != "cocoa.nib"
    assert (await unnamed(services, "Cocoa", "Nib")).username != "cocoa.nib"
    assert (await unnamed(services, "Given", "Up")).username != "given.up"


async def test_taken_email_creates_no_account_whatever_the_derived_username(storage: Storage) -> None:
    services = services_over(storage)
    first = await unnamed(services, "Katherine", "Johnson")

    with pytest.raises(EmailTaken):
        await services.users.register(email=first.email, password=PASSWORD, first_name="Katherine", last_name="Johnson")

    await registered(services, "katherine.johnson2")


async def test_old_username_is_reserved_for_90_days(storage: Storage) -> None:
    services = services_over(storage)
    old = a_user().username
    user = await registered(services, old)
    await renamed(services, user, f"{old}-new")

    services.clock.advance(RESERVED_USERNAME - SECOND)
    with pytest.raises(UsernameTaken):
        await registered(services, old)
    services.clock.advance(SECOND)

    assert (await registered(services, old)).username == old
    with pytest.raises(UsernameTaken):
        await renamed(services, user, old)


async def test_owner_can_take_an_old_username_back(storage: Storage) -> None:
    services = services_over(storage)
    old = a_user().username
    user = await registered(services, old)
    await renamed(services, user, f"{old}-new")

    await renamed(services, user, old)
    services.clock.advance(RESERVED_USERNAME)

    with pytest.raises(UsernameTaken):
        await registered(services, old)
    assert (await registered(services, f"{old}-new")).username == f"{old}-new"


async def test_staff_cannot_give_a_reserved_username(storage: Storage) -> None:
    services = services_over(storage)
    staff = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))
    old = a_user().username
    user, other = await registered(services, old), await stored_user(storage)
    await staff_over(services).users.change(staff, user.id, {"username": f"{old}-new"}, "They asked.")

    with pytest.raises(UsernameTaken):
        await staff_over(services).users.change(staff, other.id, {"username": old}, "They asked.")

    assert (await storage.users.get(other.id)).username == other.username


async def test_username_of_an_account_without_a_claim_is_reserved_after_a_rename(storage: Storage) -> None:
    services = services_over(storage)
    user = await stored_user(storage)
    await renamed(services, user, f"{user.username}-new")

    with pytest.raises(UsernameTaken):
        await registered(services, user.username)


async def test_refused_rename_keeps_the_old_username_claimed(storage: Storage) -> None:
    services = services_over(storage)
    user, other = await registered(services, a_user().username), await registered(services, a_user().username)

    with pytest.raises(UsernameTaken):
        await renamed(services, user, other.username)
    services.clock.advance(RESERVED_USERNAME)

    with pytest.raises(UsernameTaken):
        await registered(services, user.username.upper())


async def test_accounts_of_an_older_release_are_claimed_by_a_job(empty_storage: Storage) -> None:
    services = services_over(empty_storage)
    first, twin = (
        await stored_user(empty_storage, username="admin"),
        await stored_user(empty_storage, username="\u0430dmin"),
    )
    await services.usernames.begin()

    assert await run_due(empty_storage.job_queue, NOW, {"claim_usernames": services.usernames.claim_all}) == 1

    with pytest.raises(UsernameTaken):
        await registered(services, "adm\u0131n")
    assert (await renamed(services, twin, "\u0430dmin")).username == "\u0430dmin"
    assert (await empty_storage.users.get(first.id)).username == "admin"
    tomorrow = NOW.replace(hour=0) + timedelta(days=1)
    assert len(await take_due(empty_storage.job_queue, tomorrow, "claim_usernames")) == 1


async def test_rename_by_an_older_release_is_claimed_and_the_former_username_released_by_a_job(
    empty_storage: Storage,
) -> None:
    services = services_over(empty_storage)
    user, other = await registered(services, "paull"), await registered(services, "grace")

    async def rename_as_older_release(username: str) -> None:
        async with empty_storage.unit_of_work() as tx:
            await tx.users.save(replace(await tx.users.acquire(user.id), username=username))

    for username in ("lovelace", "Lovelace", "paull"):
        await rename_as_older_release(username)
        await services.usernames.claim_all()
        with pytest.raises(UsernameTaken):
            await registered(services, username.replace("l", "1"))
    async with empty_storage.unit_of_work() as tx:
        assert await tx.usernames.acquire_without(None, 9) == ()

    await rename_as_older_release("lovelace")
    await services.usernames.claim_all()
    with pytest.raises(UsernameTaken):
        await renamed(services, other, "paull")
    services.clock.advance(RESERVED_USERNAME)
    assert (await renamed(services, other, "paull")).username == "paull"
    with pytest.raises(UsernameTaken):
        await registered(services, "Lovelace")
