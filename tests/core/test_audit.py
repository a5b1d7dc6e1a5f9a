from datetime import timedelta
from decimal import Decimal

import pytest
from uuid_utils.compat import uuid7

from builders import (
    PASSWORD,
    Services,
    a_session,
    a_user,
    principal_of,
    services_over,
    stored_login,
    stored_user,
)
from fakes import NOW, PlainPasswords
from marketplace.core.domain.audit import TEXT_LENGTH, AuditEntry, differences, values_of
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import AlreadyACreator, BadCredentials, BadRefreshToken, Invalid
from marketplace.core.ports.storage import Storage
from staff_services import logged

HERE = Origin(address="192.0.2.7", agent="a browser")


@pytest.fixture
async def user(storage: Storage) -> User:
    return await stored_user(storage, email="ada@example.org")


async def words(storage: Storage, user: User) -> list[str]:
    return [entry.action for entry in await logged(storage, ("user", user.id))]


async def last(storage: Storage) -> AuditEntry:
    return (await storage.audit.newest(1))[0]


def test_actor_is_the_impersonator() -> None:
    staff, learner = uuid7(), uuid7()
    changes = {"family_id": uuid7(), "role": "user", "is_staff": False, "is_superuser": False}
    impersonated = Principal(user_id=learner, impersonator_id=staff, **changes)  # type: ignore[arg-type]

    entry = AuditEntry.of(impersonated, "signed_in", None, entry_id=uuid7(), at=NOW)

    assert (entry.actor_id, entry.as_id) == (staff, learner)
    own = AuditEntry.of(principal_of(a_user(id=learner)), "signed_in", None, entry_id=uuid7(), at=NOW)
    assert (own.actor_id, own.as_id) == (learner, None)


def test_change_entry_has_only_audited_fields_that_differ() -> None:
    before = a_session(price=Decimal("49.99"), tags=("a",), archived_at=None, duration=60)
    after = a_session(price=Decimal("59.00"), tags=("a", "b"), archived_at=NOW, duration=60, title="Evening yoga")

    assert differences(before, after, ("price", "tags", "archived_at", "duration")) == (
        {"price": "49.99", "tags": ["a"], "archived_at": None},
        {"price": "59.00", "tags": ["a", "b"], "archived_at": "2030-01-07T09:00:00+00:00"},
    )


def test_long_texts_are_truncated() -> None:
    kept = values_of(a_session(title="x" * TEXT_LENGTH, description="y" * (TEXT_LENGTH + 1)), ("title", "description"))

    assert kept == {"title": "x" * TEXT_LENGTH, "description": "y" * (TEXT_LENGTH - 1) + "…"}


async def test_sign_in_entry_has_user_and_origin(services: Services, storage: Storage, user: User) -> None:
    await services.tokens.log_in(user.email, PASSWORD, HERE)

    entry = await last(storage)
    assert (entry.action, entry.actor_id, entry.target_id) == ("signed_in", user.id, user.id)
    assert (entry.at, entry.address, entry.agent) == (NOW, "192.0.2.7", "a browser")


async def test_refused_sign_in_entry_has_target_account_and_no_actor(
    services: Services, storage: Storage, user: User
) -> None:
    with pytest.raises(BadCredentials):
        await services.tokens.log_in("ADA@example.org", "wrong", HERE)

    entry = await last(storage)
    assert (entry.action, entry.actor_id, entry.target_id) == ("sign_in_refused", None, user.id)
    assert (entry.address, entry.after) == ("192.0.2.7", {"email": "ADA@example.org"})


@pytest.mark.parametrize(
    ("tried", "kept"),
    [
        ("nobody@example.org", {"email": "nobody@example.org"}),
        ("my secret password", {}),
        ("x" * 300 + "@", {"email": "x" * TEXT_LENGTH}),
    ],
)
async def test_refused_sign_in_entry_has_only_the_attempted_email(
    services: Services, storage: Storage, tried: str, kept: dict[str, str]
) -> None:
    with pytest.raises(BadCredentials):
        await services.tokens.log_in(tried, "wrong")

    entry = await last(storage)
    assert (entry.action, entry.target_id, entry.after) == ("sign_in_refused", None, kept)


async def test_sign_in_of_deactivated_account_is_audited_as_refused(
    services: Services, storage: Storage, user: User
) -> None:
    await services.users.set_active(user.id, is_active=False)

    with pytest.raises(BadCredentials):
        await services.tokens.log_in(user.email, PASSWORD)

    assert await words(storage, user) == ["deactivated", "sign_in_refused"]


async def test_refresh_token_reuse_is_audited_once(services: Services, storage: Storage, user: User) -> None:
    login = await services.tokens.log_in(user.email, PASSWORD)
    await services.tokens.refresh(login.tokens.refresh, HERE)

    for _ in range(2):
        with pytest.raises(BadRefreshToken):
            await services.tokens.refresh(login.tokens.refresh, HERE)
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh("never issued", HERE)

    assert await words(storage, user) == ["signed_in", "refresh_refused"]
    assert (await last(storage)).address == "192.0.2.7"


async def test_an_ordinary_refresh_and_sign_out_leave_no_entry(
    services: Services, storage: Storage, user: User
) -> None:
    await stored_login(storage, user, "a token")

    pair = await services.tokens.refresh("a token")
    await services.tokens.log_out(pair.refresh)

    assert await words(storage, user) == []


async def test_registration_entry_has_initial_values_of_account(services: Services, storage: Storage) -> None:
    user = await services.users.register(
        email="root@example.org", username="root", password=PASSWORD, is_staff=True, is_superuser=True, origin=HERE
    )

    entry = await last(storage)
    assert (entry.action, entry.target_id, entry.agent) == ("registered", user.id, "a browser")
    assert entry.before == {}
    assert entry.after == {
        "email": "root@example.org",
        "username": "root",
        "role": "user",
        "first_name": "",
        "last_name": "",
        "bio": "",
        "languages": [],
        "is_active": True,
        "is_staff": True,
        "is_superuser": True,
    }


async def test_password_change_is_audited_without_any_password(
    services: Services, storage: Storage, user: User
) -> None:
    await services.users.change_password(principal_of(user), current_password=PASSWORD, new_password="battery staple")

    entry = await last(storage)
    assert (entry.action, entry.actor_id, entry.before, entry.after) == ("password_changed", user.id, {}, {})


async def test_wrong_current_password_is_audited_without_any_password(
    services: Services, storage: Storage, user: User
) -> None:
    with pytest.raises(Invalid):
        await services.users.change_password(
            principal_of(user), current_password="wrong", new_password="battery staple"
        )
    await services.users.validate_password_change(principal_of(user), {"current_password": "wrong"})

    assert await words(storage, user) == ["password_change_refused"] * 2
    entry = await last(storage)
    assert (entry.actor_id, entry.before, entry.after, entry.reason) == (user.id, {}, {}, "")


async def test_weak_new_password_is_not_audited_as_refused(services: Services, storage: Storage, user: User) -> None:
    with pytest.raises(Invalid):
        await services.users.change_password(principal_of(user), current_password=PASSWORD, new_password="short")

    assert await words(storage, user) == []


async def test_becoming_a_creator_is_audited_as_role_change(services: Services, storage: Storage, user: User) -> None:
    await services.users.become_creator(principal_of(user))
    with pytest.raises(AlreadyACreator):
        await services.users.become_creator(principal_of(user))

    assert await words(storage, user) == ["role_changed"]
    assert ((await last(storage)).before, (await last(storage)).after) == ({"role": "user"}, {"role": "creator"})


async def test_deactivation_and_activation_entries_have_actor_and_reason(
    services: Services, storage: Storage, user: User
) -> None:
    staff = principal_of(await stored_user(storage, is_staff=True))
    await services.users.set_active(user.id, is_active=False, actor=staff, reason="A hoax.")
    off = await last(storage)
    await services.users.set_active(user.id, is_active=True, actor=Origin(agent="a shell"))
    on = await last(storage)

    assert (off.action, off.actor_id, off.reason) == ("deactivated", staff.user_id, "A hoax.")
    assert (off.before, off.after) == ({"is_active": True}, {"is_active": False})
    assert (on.action, on.actor_id, on.agent, on.reason) == ("activated", None, "a shell", "")


async def test_rehash_at_sign_in_is_not_audited_as_password_change(storage: Storage, user: User) -> None:
    services = services_over(storage, passwords=PlainPasswords(scheme="newer"))

    await services.tokens.log_in(user.email, PASSWORD)

    assert await words(storage, user) == ["signed_in"]


async def test_audit_entry_has_time_of_action(services: Services, storage: Storage, user: User) -> None:
    await services.tokens.log_in(user.email, PASSWORD)
    services.clock.advance(timedelta(hours=1))
    await services.tokens.log_in(user.email, PASSWORD)

    assert [entry.at for entry in await logged(storage, ("user", user.id))] == [NOW, NOW + timedelta(hours=1)]
