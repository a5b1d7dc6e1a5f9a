import asyncio
from uuid import uuid4

import pytest

from builders import PASSWORD, Services, a_user, principal_of, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.users import User
from marketplace.core.errors import AlreadyACreator, EmailTaken, Invalid, NotFound, UsernameTaken
from marketplace.core.ports.storage import Storage


async def test_registration_creates_an_active_account_without_rights(services: Services, storage: Storage) -> None:
    user = await services.users.register(email="ada@example.org", username="ada", password=PASSWORD, first_name="Ada")

    assert user == User(
        id=user.id,
        email="ada@example.org",
        username="ada",
        password_hash=f"plain:{PASSWORD}",
        role="user",
        avatar=None,
        first_name="Ada",
        last_name="",
        time_zone="UTC",
        is_active=True,
        is_staff=False,
        is_superuser=False,
        date_joined=NOW,
    )
    assert await storage.users.get(user.id) == user


@pytest.mark.parametrize("password", ["short", "ada@example.org", "ADA.LOVELACE", "password1"])
async def test_bad_password_creates_no_account(services: Services, storage: Storage, password: str) -> None:
    with pytest.raises(Invalid) as caught:
        await services.users.register(email="ada@example.org", username="Ada.Lovelace", password=password)

    assert list(caught.value.errors) == ["password"]
    assert not await storage.users.has_any()


async def test_taken_names_create_no_account(services: Services) -> None:
    await services.users.register(email="ada@example.org", username="ada", password=PASSWORD)

    with pytest.raises(EmailTaken):
        await services.users.register(email="Ada@Example.org", username="other", password=PASSWORD)
    with pytest.raises(UsernameTaken):
        await services.users.register(email="other@example.org", username="ADA", password=PASSWORD)


def test_registration_without_password_passes_service_validation(services: Services) -> None:
    assert services.users.validate_registration({"email": "ada@example.org"}) == {}
    assert list(services.users.validate_registration({"password": "short"})) == ["password"]


async def test_profile_update_changes_given_fields_only(services: Services, storage: Storage) -> None:
    user = await stored_user(storage)
    principal = principal_of(user)

    changed = await services.users.change_profile(principal, {"first_name": "Grace", "time_zone": "Europe/Berlin"})

    assert (changed.first_name, changed.time_zone, changed.last_name) == ("Grace", "Europe/Berlin", user.last_name)
    assert await services.users.profile(principal) == changed


async def test_profile_cannot_take_username_of_another(services: Services, storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)

    with pytest.raises(UsernameTaken):
        await services.users.change_profile(principal_of(user), {"username": other.username.upper()})
    assert await services.users.profile(principal_of(user)) == user


async def test_user_becomes_creator_once(services: Services, storage: Storage) -> None:
    principal = principal_of(await stored_user(storage))

    assert (await services.users.become_creator(principal)).role == "creator"
    with pytest.raises(AlreadyACreator):
        await services.users.become_creator(principal)


async def test_password_change_reports_every_error(services: Services, storage: Storage) -> None:
    user = await stored_user(storage)

    with pytest.raises(Invalid) as caught:
        await services.users.change_password(principal_of(user), current_password="wrong", new_password="short")

    assert set(caught.value.errors) == {"current_password", "new_password"}
    assert await services.users.profile(principal_of(user)) == user


async def test_password_change_validates_given_fields(services: Services, storage: Storage) -> None:
    principal = principal_of(await stored_user(storage))
    provided = {"current_password": PASSWORD, "new_password": "battery staple"}

    assert await services.users.validate_password_change(principal, provided) == {}
    assert await services.users.validate_password_change(principal, {}) == {}


async def test_sessions_of_deactivated_creator_leave_catalog(services: Services, storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id)
    everything = CatalogFilters()

    await services.users.set_active(creator.id, is_active=False)
    assert (await services.sessions.list(everything, 9, None)).items == ()

    await services.users.set_active(creator.id, is_active=True)
    assert [each.id for each in (await services.sessions.list(everything, 9, None)).items] == [session.id]


async def test_unknown_account_cannot_be_deactivated(services: Services) -> None:
    with pytest.raises(NotFound):
        await services.users.set_active(uuid4(), is_active=False)
    with pytest.raises(NotFound):
        await services.users.profile(principal_of(a_user()))


async def test_second_concurrent_password_change_is_checked_against_first(services: Services, storage: Storage) -> None:
    user = await stored_user(storage)
    changes = [
        services.users.change_password(
            principal_of(user), current_password=PASSWORD, new_password=f"another {PASSWORD} {n}"
        )
        for n in range(2)
    ]

    outcomes = await asyncio.gather(*changes, return_exceptions=True)

    refused = [outcome for outcome in outcomes if isinstance(outcome, Invalid)]
    assert len(refused) == 1
    assert list(refused[0].errors) == ["current_password"]
