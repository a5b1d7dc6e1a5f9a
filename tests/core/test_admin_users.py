import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from builders import (
    PASSWORD,
    TOMORROW,
    Services,
    a_user,
    principal_of,
    seats_taken,
    stored_booking,
    stored_session,
    stored_user,
)
from fakes import NOW
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import BadCredentials, EmailTaken, Invalid, NotFound, NotSuperuser, UsernameTaken
from marketplace.core.errors.admin import HasSessions, LastSuperuser, Oneself
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.users import MAX_SOLD_SLOTS
from staff_services import StaffServices, logged, staff_over

WHY = "Asked for by e-mail."
EVERYTHING = CatalogFilters()


@pytest.fixture
def staff(services: Services) -> StaffServices:
    return staff_over(services)


@pytest.fixture
async def principal(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True))


@pytest.fixture
async def superuser(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True, is_superuser=True))


async def test_address_that_staff_set_is_unverified(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    user = await stored_user(storage, email="ada@example.org", email_verified_at=NOW)

    changed = await staff.users.change(principal, user.id, {"email": "ada@example.com"}, WHY)

    assert changed.email_verified_at is None
    assert await storage.users.get(user.id) == changed


async def words(storage: Storage, user: User) -> list[str]:
    return [entry.action for entry in await logged(storage, ("user", user.id))]


async def test_staff_can_correct_names_and_email_and_audit_log_has_the_changes(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    user = await stored_user(storage, first_name="Ad", email="ad@example.org")

    changed = await staff.users.change(
        principal, user.id, {"first_name": "Ada", "email": "ada@example.org", "last_name": user.last_name}, WHY
    )

    assert (changed.first_name, changed.email) == ("Ada", "ada@example.org")
    assert await storage.users.get(user.id) == changed
    (entry,) = await logged(storage, ("user", user.id))
    assert (entry.action, entry.actor_id, entry.reason) == ("user_changed", principal.user_id, WHY)
    assert entry.before == {"first_name": "Ad", "email": "ad@example.org"}
    assert entry.after == {"first_name": "Ada", "email": "ada@example.org"}


async def test_taken_names_change_nothing_and_leave_no_audit_entry(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    user, other = await stored_user(storage), await stored_user(storage)

    with pytest.raises(EmailTaken):
        await staff.users.change(principal, user.id, {"email": other.email.upper()}, "")
    with pytest.raises(UsernameTaken):
        await staff.users.change(principal, user.id, {"username": other.username}, "")

    assert await storage.users.get(user.id) == user
    assert await words(storage, user) == []


async def test_only_superusers_can_change_staff_accounts(
    staff: StaffServices, storage: Storage, principal: Principal, superuser: Principal
) -> None:
    colleague = await stored_user(storage, is_staff=True)
    unlikely = await stored_user(storage, is_superuser=True)

    for target in (colleague, unlikely):
        with pytest.raises(NotSuperuser):
            await staff.users.change(principal, target.id, {"email": "mine@example.org"}, WHY)
        with pytest.raises(NotSuperuser):
            await staff.users.deactivate(principal, target.id, WHY)
        with pytest.raises(NotSuperuser):
            await staff.users.activate(principal, target.id, WHY)
        with pytest.raises(NotSuperuser):
            await staff.users.change_role(principal, target.id, "creator", WHY)
        refused = await logged(storage, ("user", target.id))
        assert {(entry.action, entry.actor_id) for entry in refused} == {("access_refused", principal.user_id)}
        assert [(entry.after["asked"], entry.after["code"]) for entry in refused] == [
            (requested, "not_superuser") for requested in ("user_changed", "deactivated", "activated", "role_changed")
        ]
    assert (await staff.users.change(superuser, colleague.id, {"first_name": "Eve"}, WHY)).first_name == "Eve"


async def test_staff_cannot_lock_themselves_out(staff: StaffServices, storage: Storage, superuser: Principal) -> None:
    await stored_user(storage, is_staff=True, is_superuser=True)
    oneself = superuser.user_id

    with pytest.raises(Oneself):
        await staff.users.deactivate(superuser, oneself, WHY)
    with pytest.raises(Oneself):
        await staff.users.change_rights(superuser, oneself, is_staff=True, is_superuser=False, reason=WHY)
    with pytest.raises(Oneself):
        await staff.users.change_role(superuser, oneself, "creator", WHY)
    assert (await staff.users.change(superuser, oneself, {"first_name": "Eve"}, "")).first_name == "Eve"


async def test_superusers_grant_and_revoke_rights(staff: StaffServices, storage: Storage, superuser: Principal) -> None:
    user = await stored_user(storage)

    provided = await staff.users.change_rights(superuser, user.id, is_staff=True, is_superuser=True, reason=WHY)
    taken = await staff.users.change_rights(superuser, user.id, is_staff=False, is_superuser=False, reason=WHY)

    assert (provided.is_staff, provided.is_superuser) == (True, True)
    assert (taken.is_staff, taken.is_superuser) == (False, False)
    first, second = await logged(storage, ("user", user.id))
    assert first.after == second.before == {"is_staff": True, "is_superuser": True}


async def test_superuser_must_be_staff(staff: StaffServices, storage: Storage, superuser: Principal) -> None:
    user = await stored_user(storage)

    with pytest.raises(Invalid) as caught:
        await staff.users.change_rights(superuser, user.id, is_staff=False, is_superuser=True, reason=WHY)
    assert list(caught.value.errors) == ["is_superuser"]


async def test_demoted_superuser_cannot_grant_rights(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    user = await stored_user(storage)
    remembered = principal_of(a_user(id=principal.user_id, is_staff=True, is_superuser=True))

    with pytest.raises(NotSuperuser):
        await staff.users.change_rights(remembered, user.id, is_staff=True, is_superuser=True, reason=WHY)


async def test_last_superuser_cannot_be_deactivated_from_shell(services: Services, storage: Storage) -> None:
    last = await stored_user(storage, is_staff=True, is_superuser=True)
    await stored_user(storage, is_staff=True, is_superuser=True, is_active=False)

    with pytest.raises(LastSuperuser):
        await services.users.set_active(last.id, is_active=False)

    assert (await storage.users.get(last.id)).is_active


async def test_superusers_who_revoke_each_others_rights_concurrently_leave_one(
    staff: StaffServices, storage: Storage, superuser: Principal
) -> None:
    other = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))

    outcomes = await asyncio.gather(
        staff.users.change_rights(superuser, other.user_id, is_staff=True, is_superuser=False, reason=WHY),
        staff.users.deactivate(other, superuser.user_id, WHY),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, BaseException) for outcome in outcomes) == 1
    left = [await storage.users.get(principal.user_id) for principal in (superuser, other)]
    assert sum(user.is_superuser and user.is_active for user in left) == 1


async def test_creator_with_unarchived_sessions_cannot_be_demoted(
    staff: StaffServices, storage: Storage, services: Services, principal: Principal
) -> None:
    user = await stored_user(storage)
    assert (await staff.users.change_role(principal, user.id, "creator", WHY)).role == "creator"
    session = await stored_session(storage, creator_id=user.id)

    with pytest.raises(HasSessions):
        await staff.users.change_role(principal, user.id, "user", WHY)
    await services.sessions.archive(principal_of(user), session.id)

    assert (await staff.users.change_role(principal, user.id, "user", WHY)).role == "user"
    assert await words(storage, user) == ["role_changed", "role_changed"]


async def test_deactivated_creator_is_signed_out_and_booked_slots_are_reported_and_kept(
    staff: StaffServices, storage: Storage, services: Services, principal: Principal
) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id)
    booking = await stored_booking(storage, session, seats=2)

    done = await staff.users.deactivate(principal, creator.id, WHY)

    assert not done.user.is_active
    assert [(slot.session_id, slot.seats, slot.booking_ids) for slot in done.sold_slots] == [
        (session.id, 2, (booking.id,))
    ]
    assert done.cancelled == frozenset()
    assert await seats_taken(storage, session) == 2
    with pytest.raises(BadCredentials):
        await services.tokens.log_in(creator.email, PASSWORD)
    assert (await services.sessions.list(EVERYTHING, 9, None)).items == ()


async def test_deactivation_reports_the_first_booked_slots_and_whether_there_are_more(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id)
    starts = [TOMORROW + timedelta(hours=number) for number in range(MAX_SOLD_SLOTS + 1)]
    for start in starts:
        await stored_booking(storage, session, starts_at=start)

    kept = await staff.users.deactivate(principal, creator.id, WHY)
    done = await staff.users.deactivate(principal, creator.id, WHY, cancel_sold_seats=True)

    assert [slot.starts_at for slot in kept.sold_slots] == starts[:-1]
    assert kept.has_more
    assert [slot.starts_at for slot in done.sold_slots] == starts
    assert not done.has_more


async def test_deactivation_cancels_sold_seats_on_request(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, cancellation_notice=48)
    bookings = [
        await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=hours), seats=seats)
        for hours, seats in ((0, 1), (0, 2), (3, 1))
    ]

    done = await staff.users.deactivate(principal, creator.id, WHY, cancel_sold_seats=True)

    assert done.cancelled == {booking.id for booking in bookings}
    assert await seats_taken(storage, session) == 0
    for booking in bookings:
        found = await storage.booking_lists.find(booking.id)
        assert found is not None
        last = found.history[-1]
        assert (found.status, last.actor_id, last.reason) == ("cancelled", principal.user_id, WHY)
        (entry,) = await logged(storage, ("booking", booking.id))
        assert (entry.action, entry.actor_id, entry.reason) == ("booking_cancelled", principal.user_id, WHY)
        assert (entry.before, entry.after) == ({"status": "confirmed"}, {"status": "cancelled"})
    assert [(slot.seats, len(slot.booking_ids)) for slot in done.sold_slots] == [(3, 2), (1, 1)]


async def test_repeated_deactivation_can_cancel_seats_kept_before(
    staff: StaffServices, storage: Storage, principal: Principal
) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id)
    await stored_booking(storage, session)

    await staff.users.deactivate(principal, creator.id, WHY)
    done = await staff.users.deactivate(principal, creator.id, WHY, cancel_sold_seats=True)

    assert len(done.cancelled) == 1
    assert (await staff.users.deactivate(principal, creator.id, WHY)).sold_slots == ()


async def test_deactivated_account_can_be_activated(
    staff: StaffServices, storage: Storage, services: Services, principal: Principal
) -> None:
    user = await stored_user(storage)
    await staff.users.deactivate(principal, user.id, WHY)

    assert (await staff.users.activate(principal, user.id, "A mistake.")).is_active

    assert (await services.tokens.log_in(user.email, PASSWORD)).user.id == user.id
    assert await words(storage, user) == ["deactivated", "activated", "signed_in"]


async def test_unknown_account_cannot_be_managed(
    staff: StaffServices, principal: Principal, superuser: Principal
) -> None:
    for attempt in (
        staff.users.get(uuid4()),
        staff.users.change(principal, uuid4(), {"first_name": "Eve"}, WHY),
        staff.users.change_role(principal, uuid4(), "creator", WHY),
        staff.users.change_rights(superuser, uuid4(), is_staff=True, is_superuser=False, reason=WHY),
        staff.users.deactivate(principal, uuid4(), WHY),
        staff.users.activate(principal, uuid4(), WHY),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_account_is_read_with_its_audit_entries_newest_first(
    staff: StaffServices, storage: Storage, services: Services, principal: Principal
) -> None:
    user = await stored_user(storage)
    await services.tokens.log_in(user.email, PASSWORD)
    await staff.users.change(principal, user.id, {"first_name": "Eve"}, WHY)

    found, log = await staff.users.get(user.id), await staff.users.log(user.id)

    assert (found.first_name, len(found.logins)) == ("Eve", 1)
    assert [(entry.action, entry.actor_details and entry.actor_details.id) for entry in log] == [
        ("user_changed", principal.user_id),
        ("signed_in", user.id),
    ]
