from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from builders import PASSWORD, Services, principal_of, stored_login, stored_user
from fakes import FreshIds
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.rate_limits import LOGGED_REFUSALS
from marketplace.core.domain.users import User
from marketplace.core.errors import ImpersonatedReadOnly, MarketplaceError, NotFound, NotSignedIn, NotStaff
from marketplace.core.errors.admin import AccountInactive, Oneself, StaffTarget
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.impersonation import IMPERSONATION_TTL
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.tokens import PRINCIPAL_TTL
from staff_services import StaffServices, logged, staff_over

WHY = "They cannot find their booking."
HERE = Origin(address="192.0.2.7", agent="a browser")


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


@pytest.fixture
async def helper(storage: Storage) -> User:
    return await stored_user(storage, is_staff=True)


@pytest.fixture
async def learner(storage: Storage) -> User:
    return await stored_user(storage)


@pytest.fixture
async def principal(storage: Storage, helper: User) -> Principal:
    """Return the principal of a stored login of a staff member."""
    login = await stored_login(storage, helper, "a token of the staff")
    return replace(principal_of(helper, login.id), origin=HERE)


async def save(storage: Storage, user: User) -> None:
    async with storage.unit_of_work() as tx:
        await tx.users.save(user)


async def test_impersonator_has_rights_of_user_and_stays_identified(
    staff: StaffServices, services: Services, learner: User, principal: Principal
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)
    seen = await services.tokens.authenticate(started.access)

    assert (seen.user_id, seen.role, seen.is_staff, seen.is_superuser) == (learner.id, "user", False, False)
    assert (seen.impersonator_id, seen.actor_id, seen.as_id) == (principal.user_id, principal.user_id, learner.id)
    assert started.user == learner
    shown = await services.users.impersonator(seen)
    assert shown is not None
    assert shown.id == principal.user_id
    assert await services.users.impersonator(principal) is None


async def test_impersonation_start_is_audited_with_both_users_and_reason(
    staff: StaffServices, storage: Storage, learner: User, principal: Principal
) -> None:
    await staff.impersonations.begin(principal, learner.id, WHY)

    (entry,) = await logged(storage, ("user", learner.id))
    assert (entry.action, entry.actor_id, entry.target_id) == ("impersonation_started", principal.user_id, learner.id)
    assert (entry.reason, entry.address, entry.agent) == (WHY, "192.0.2.7", "a browser")


async def test_impersonation_expires_after_15_minutes(
    staff: StaffServices, services: Services, learner: User, principal: Principal
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)
    assert started.expires_at == services.clock.now() + timedelta(minutes=15)

    services.clock.advance(IMPERSONATION_TTL - timedelta(seconds=1))
    await services.tokens.authenticate(started.access)
    services.clock.advance(timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(started.access)


async def test_impersonation_ends_with_login_of_impersonator(
    staff: StaffServices, services: Services, learner: User, principal: Principal
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)
    await services.tokens.authenticate(started.access)

    await services.tokens.log_out("a token of the staff")

    services.clock.advance(PRINCIPAL_TTL)
    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(started.access)


@pytest.mark.parametrize("loss", [{"is_staff": False}, {"is_active": False}])
async def test_impersonation_ends_when_impersonator_is_no_longer_staff(
    staff: StaffServices,
    services: Services,
    storage: Storage,
    learner: User,
    principal: Principal,
    loss: dict[str, bool],
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)

    await save(storage, replace(await storage.users.get(principal.user_id), **loss))  # type: ignore[arg-type]

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(started.access)


@pytest.mark.parametrize("gain", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}])
async def test_impersonation_ends_when_impersonated_user_gains_rights_or_is_deactivated(
    staff: StaffServices,
    services: Services,
    storage: Storage,
    learner: User,
    principal: Principal,
    gain: dict[str, bool],
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)

    await save(storage, replace(learner, **gain))  # type: ignore[arg-type]

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(started.access)


async def test_ended_impersonation_is_signed_out_at_once_and_audited_once(
    staff: StaffServices, services: Services, storage: Storage, learner: User, principal: Principal
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)

    assert await staff.impersonations.end(started.access, HERE)
    assert not await staff.impersonations.end(started.access, HERE)

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(started.access, fresh=True)
    _, ended = await logged(storage, ("user", learner.id))
    assert (ended.action, ended.actor_id, ended.as_id) == ("impersonation_ended", principal.user_id, learner.id)
    assert (ended.address, ended.agent) == ("192.0.2.7", "a browser")


async def test_ending_impersonation_never_ends_ordinary_login(
    staff: StaffServices, services: Services, learner: User
) -> None:
    login = await services.tokens.log_in(learner.email, PASSWORD)

    assert not await staff.impersonations.end(login.tokens.access, HERE)
    assert not await staff.impersonations.end("no token", HERE)

    assert (await services.tokens.authenticate(login.tokens.access, fresh=True)).user_id == learner.id


async def test_impersonation_ends_when_user_changes_password(
    staff: StaffServices, services: Services, learner: User, principal: Principal
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)

    await services.users.change_password(
        principal_of(learner), current_password=PASSWORD, new_password="battery staple"
    )

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(started.access, fresh=True)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"is_staff": True}, StaffTarget),
        ({"is_staff": True, "is_superuser": True}, StaffTarget),
        ({"is_active": False}, AccountInactive),
    ],
)
async def test_staff_or_inactive_account_cannot_be_impersonated(
    staff: StaffServices,
    storage: Storage,
    services: Services,
    principal: Principal,
    changes: dict[str, bool],
    refusal: type[MarketplaceError],
) -> None:
    target = await stored_user(storage, **changes)

    for who in (principal, replace(principal, is_superuser=True)):
        with pytest.raises(refusal):
            await staff.impersonations.begin(who, target.id, WHY)
    assert services.access_tokens.issued == []


async def test_own_or_unknown_account_cannot_be_impersonated(staff: StaffServices, principal: Principal) -> None:
    with pytest.raises(Oneself):
        await staff.impersonations.begin(principal, principal.user_id, WHY)
    with pytest.raises(NotFound):
        await staff.impersonations.begin(principal, uuid4(), WHY)


async def test_impersonation_never_reveals_feed_address(
    staff: StaffServices, services: Services, learner: User, principal: Principal
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)
    seen = await services.tokens.authenticate(started.access)

    with pytest.raises(ImpersonatedReadOnly):
        await services.calendars.feed(seen)
    await services.calendars.feed(principal_of(learner))
    with pytest.raises(ImpersonatedReadOnly):
        await services.calendars.feed(seen)


async def test_refusals_are_audited_up_to_a_limit(
    staff: StaffServices, services: Services, storage: Storage, learner: User, principal: Principal
) -> None:
    started = await staff.impersonations.begin(principal, learner.id, WHY)
    seen = await services.tokens.authenticate(started.access)
    limits = RateLimitService(
        unit_of_work=storage.unit_of_work, limits=storage.rate_limits, clock=services.clock, is_on=True
    )
    refusals = RefusalService(
        unit_of_work=storage.unit_of_work,
        users=storage.users,
        limits=limits,
        clock=services.clock,
        ids=FreshIds(),
    )

    await refusals.record(seen, "POST /api/bookings/", ImpersonatedReadOnly)
    for _ in range(LOGGED_REFUSALS.maximum + 5):
        await refusals.record(principal_of(learner), "GET /api/admin/audit/", NotStaff)

    _, changing, *entering = await logged(storage, ("user", learner.id), LOGGED_REFUSALS.maximum + 10)
    assert (changing.action, changing.actor_id, changing.as_id) == (
        "impersonated_change_refused",
        principal.user_id,
        learner.id,
    )
    assert changing.after == {"asked": "POST /api/bookings/", "code": "impersonated_read_only"}
    assert len(entering) == LOGGED_REFUSALS.maximum
    assert {(entry.action, entry.actor_id) for entry in entering} == {("access_refused", learner.id)}
    assert entering[0].after == {"asked": "GET /api/admin/audit/", "code": "not_staff"}
