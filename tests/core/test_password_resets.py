from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from builders import PASSWORD, Services, principal_of, stored_user
from fakes import NOW
from marketplace.core.domain.password_resets import RESET_TTL, PasswordReset, new_reset_token, reset_token_hash
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin, Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import BadCredentials, BadRefreshToken, BadResetToken, Invalid, NotFound, NotSuperuser
from marketplace.core.errors.admin import AccountInactive, Oneself
from marketplace.core.ports.storage import Storage
from staff_services import StaffServices, logged, staff_over

NEW_PASSWORD = "battery staple"
WHY = "Lost their telephone."


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


@pytest.fixture
async def principal(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True))


@pytest.fixture
async def user(storage: Storage) -> User:
    return await stored_user(storage, email="ada@example.org", username="Ada Lovelace")


async def test_reset_link_sets_new_password_and_ends_every_login(
    services: Services, staff: StaffServices, storage: Storage, principal: Principal, user: User
) -> None:
    login = await services.tokens.log_in(user.email, PASSWORD)
    issued = await staff.resets.issue(principal, user.id, WHY)

    await staff.resets.reset(issued.token, NEW_PASSWORD, Origin(address="192.0.2.7"))

    assert issued.expires_at == NOW + timedelta(hours=24)
    assert (await services.tokens.log_in(user.email, NEW_PASSWORD)).user.id == user.id
    with pytest.raises(BadCredentials):
        await services.tokens.log_in(user.email, PASSWORD)
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(login.tokens.refresh)
    entries = {entry.action: entry for entry in await logged(storage, ("user", user.id))}
    issue, used = entries["password_reset_issued"], entries["password_reset"]
    assert (issue.actor_id, issue.reason) == (principal.user_id, WHY)
    assert (used.actor_id, used.address, used.after) == (None, "192.0.2.7", {"issuer_id": str(principal.user_id)})
    assert issued.token not in repr([*entries.values()])
    assert issued.token not in repr(issued)


async def test_only_newest_reset_link_works_and_only_once(
    staff: StaffServices, principal: Principal, user: User
) -> None:
    older = await staff.resets.issue(principal, user.id, WHY)
    newer = await staff.resets.issue(principal, user.id, WHY)

    with pytest.raises(BadResetToken):
        await staff.resets.reset(older.token, NEW_PASSWORD, UNKNOWN_ORIGIN)
    await staff.resets.reset(newer.token, NEW_PASSWORD, UNKNOWN_ORIGIN)
    with pytest.raises(BadResetToken):
        await staff.resets.reset(newer.token, NEW_PASSWORD, UNKNOWN_ORIGIN)


async def test_reset_link_expires_after_24_hours(
    services: Services, staff: StaffServices, principal: Principal, user: User
) -> None:
    issued = await staff.resets.issue(principal, user.id, WHY)
    services.clock.advance(timedelta(hours=24))

    with pytest.raises(BadResetToken):
        await staff.resets.reset(issued.token, NEW_PASSWORD, UNKNOWN_ORIGIN)


async def test_reset_link_ends_with_password_change_or_deactivation(
    services: Services, staff: StaffServices, principal: Principal, user: User
) -> None:
    issued = await staff.resets.issue(principal, user.id, WHY)
    await services.users.change_password(principal_of(user), current_password=PASSWORD, new_password=NEW_PASSWORD)
    with pytest.raises(BadResetToken):
        await staff.resets.reset(issued.token, "another staple", UNKNOWN_ORIGIN)

    issued = await staff.resets.issue(principal, user.id, WHY)
    await services.users.set_active(user.id, is_active=False)
    with pytest.raises(BadResetToken):
        await staff.resets.reset(issued.token, "another staple", UNKNOWN_ORIGIN)
    await services.users.set_active(user.id, is_active=True)
    with pytest.raises(BadResetToken):
        await staff.resets.reset(issued.token, "another staple", UNKNOWN_ORIGIN)


@pytest.mark.parametrize("password", ["short", "password1", "ADA@example.org", "ada lovelace"])
async def test_bad_password_is_refused_and_reset_link_stays_valid(
    services: Services, staff: StaffServices, principal: Principal, user: User, password: str
) -> None:
    issued = await staff.resets.issue(principal, user.id, WHY)

    with pytest.raises(Invalid) as caught:
        await staff.resets.reset(issued.token, password, UNKNOWN_ORIGIN)
    assert list(caught.value.errors) == ["new_password"]

    await staff.resets.reset(issued.token, NEW_PASSWORD, UNKNOWN_ORIGIN)
    assert (await services.tokens.log_in(user.email, NEW_PASSWORD)).user.id == user.id


async def test_password_is_validated_without_reset_link(staff: StaffServices) -> None:
    assert list(staff.resets.validate({"new_password": "password1"})) == ["new_password"]
    assert staff.resets.validate({"new_password": NEW_PASSWORD}) == {}
    assert staff.resets.validate({"token": "x"}) == {}


async def test_reset_link_cannot_be_issued_for_own_inactive_or_more_privileged_account(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    superuser = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))
    colleague = await stored_user(storage, is_staff=True)
    oneself = await stored_user(storage, is_staff=True)
    inactive = await stored_user(storage, is_active=False)

    with pytest.raises(NotSuperuser):
        await staff.resets.issue(principal, colleague.id, WHY)
    await staff.resets.issue(superuser, colleague.id, WHY)
    with pytest.raises(Oneself):
        await staff.resets.issue(principal_of(oneself), oneself.id, WHY)
    with pytest.raises(AccountInactive):
        await staff.resets.issue(principal, inactive.id, WHY)
    with pytest.raises(NotFound):
        await staff.resets.issue(principal, uuid4(), WHY)
    (entry,) = await logged(storage, ("user", oneself.id))
    assert (entry.action, entry.after) == ("access_refused", {"asked": "password_reset_issued", "code": "oneself"})


async def test_only_hash_of_reset_token_is_stored(
    staff: StaffServices, storage: Storage, principal: Principal, user: User
) -> None:
    issued = await staff.resets.issue(principal, user.id, WHY)

    assert await storage.resets.find(issued.token.encode()) is None


@pytest.mark.parametrize(
    ("whose", "change"),
    [
        ("issuer", {"is_staff": False, "is_superuser": False}),
        ("issuer", {"is_superuser": False}),
        ("issuer", {"is_active": False}),
        ("colleague's issuer", {"is_staff": False}),
        ("colleague", {"is_staff": True}),
    ],
)
async def test_reset_link_dies_with_right_to_issue_it(
    staff: StaffServices, storage: Storage, whose: str, change: dict[str, Any]
) -> None:
    people = {
        "issuer": await stored_user(storage, is_staff=True, is_superuser=True),
        "user": await stored_user(storage, is_staff=True),
        "colleague's issuer": await stored_user(storage, is_staff=True),
        "colleague": await stored_user(storage),
    }
    issuer, user = ("issuer", "user") if whose == "issuer" else ("colleague's issuer", "colleague")
    issued = await staff.resets.issue(principal_of(people[issuer]), people[user].id, WHY)
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(people[whose], **change))

    with pytest.raises(BadResetToken):
        await staff.resets.reset(issued.token, NEW_PASSWORD, UNKNOWN_ORIGIN)


@pytest.mark.parametrize("by", ["password change", "password reset"])
async def test_reset_link_ends_with_the_password_of_its_issuer(
    services: Services, staff: StaffServices, storage: Storage, principal: Principal, user: User, by: str
) -> None:
    """A thief of the issuer's password may have issued it."""
    other = principal_of(await stored_user(storage, is_staff=True))
    issued = await staff.resets.issue(principal, user.id, WHY)
    kept = await staff.resets.issue(other, (await stored_user(storage)).id, WHY)
    if by == "password change":
        await services.users.change_password(principal, current_password=PASSWORD, new_password=NEW_PASSWORD)
    else:
        boss = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))
        link = await staff.resets.issue(boss, principal.user_id, WHY)
        await staff.resets.reset(link.token, NEW_PASSWORD, UNKNOWN_ORIGIN)

    with pytest.raises(BadResetToken):
        await staff.resets.reset(issued.token, NEW_PASSWORD, UNKNOWN_ORIGIN)
    await staff.resets.reset(kept.token, NEW_PASSWORD, UNKNOWN_ORIGIN)


async def test_reset_link_of_unknown_issuer_is_void(staff: StaffServices, storage: Storage, user: User) -> None:
    token = new_reset_token()
    link = PasswordReset(
        user_id=user.id, issuer_id=None, token_hash=reset_token_hash(token), created_at=NOW, expires_at=NOW + RESET_TTL
    )
    async with storage.unit_of_work() as tx:
        await tx.resets.save(link)

    with pytest.raises(BadResetToken):
        await staff.resets.reset(token, NEW_PASSWORD, UNKNOWN_ORIGIN)


async def test_reset_link_for_staff_is_audited_with_their_rights(
    staff: StaffServices, storage: Storage, principal: Principal, user: User
) -> None:
    superuser = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))
    colleague = await stored_user(storage, is_staff=True)
    await staff.resets.issue(superuser, colleague.id, WHY)
    await staff.resets.issue(principal, user.id, WHY)

    assert [entry.after for entry in await logged(storage, ("user", colleague.id))] == [
        {"is_staff": True, "is_superuser": False}
    ]
    assert [entry.after for entry in await logged(storage, ("user", user.id))] == [{}]
