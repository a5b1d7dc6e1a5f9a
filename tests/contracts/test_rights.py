"""Rights are judged by accounts that the transaction has locked, so no effect outruns the loss of a right."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from builders import (
    PASSWORD,
    TOMORROW,
    Services,
    a_session,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
    stored_users,
)
from bulk_orders import order, signed_in
from contracts.harness import at_once, waits, watched
from identity_records import stored_identity
from marketplace.core.domain.admin_lists import ListedUserFilters
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import BadResetToken, MarketplaceError, NotSignedIn, NotStaff, TransactionConflict
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction

WHY = "They left."
NO_RIGHTS = {"is_staff": False, "is_superuser": False}
WRITTEN = (
    "title",
    "description",
    "duration",
    "price",
    "max_participants",
    "image_url",
    "status",
    "category",
    "tags",
)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def a_superuser(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, is_staff=True, is_superuser=True))


async def shared(storage: Storage, user: User) -> User:
    async with storage.unit_of_work() as tx:
        return await tx.users.acquire_shared(user.id)


async def dismiss(tx: Transaction, user: User) -> None:
    await tx.users.save(replace(await tx.users.acquire(user.id), is_staff=False))


async def test_shared_account_waits_for_its_change_and_is_read_as_changed(storage: Storage) -> None:
    staff = await stored_user(storage, is_staff=True)
    async with storage.unit_of_work() as tx:
        await dismiss(tx, staff)
        reading = asyncio.create_task(shared(storage, staff))
        assert await waits(reading)

    assert not (await reading).is_staff


@pytest.mark.parametrize("with_sessions", [True, False])
async def test_change_of_an_account_waits_for_those_who_share_it(storage: Storage, *, with_sessions: bool) -> None:
    staff = await stored_user(storage, is_staff=True)

    async def change() -> None:
        async with storage.unit_of_work() as tx:
            await (tx.users.acquire_with_sessions if with_sessions else tx.users.acquire)(staff.id)

    async with storage.unit_of_work() as tx:
        assert await tx.users.acquire_shared(staff.id) == staff
        assert await asyncio.wait_for(shared(storage, staff), 10) == staff
        changing = asyncio.create_task(change())
        assert await waits(changing)

    await changing


@pytest.mark.parametrize("with_sessions", [True, False])
async def test_account_and_its_staff_are_locked_in_either_order(storage: Storage, *, with_sessions: bool) -> None:
    one, other = await stored_users(storage, 2, is_staff=True)
    for user, staff in ((one, other), (other, one), (one, one)):
        async with storage.unit_of_work() as tx:
            found = await tx.users.acquire_with_staff(user.id, staff.id, with_sessions=with_sessions)
            assert found == (user, staff)
            if user is not staff:
                assert await asyncio.wait_for(shared(storage, staff), 10) == staff
            changing = asyncio.create_task(shared(storage, user))
            assert await waits(changing)
        await changing


async def test_deactivation_waits_for_session_edits_and_quotes(storage: Storage, services: Services) -> None:
    session = await stored_session(storage)
    buyer = await stored_user(storage)
    for user_id in (session.creator_id, buyer.id):
        async with storage.unit_of_work() as tx:
            if user_id == buyer.id:
                await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)
            else:
                await tx.sessions.acquire(session.id)
            deactivation = asyncio.create_task(services.users.set_active(user_id, is_active=False))
            assert await waits(deactivation)
        await deactivation
        await services.users.set_active(user_id, is_active=True)


async def test_login_that_ended_leaves_nothing_behind(storage: Storage, services: Services) -> None:
    """A thief holds requests open, by slow bodies, until the owner has ended the login and set a new password."""
    boss, other = await stored_user(storage, is_staff=True, is_superuser=True), await stored_user(storage)
    thief = await signed_in(storage, boss)
    identity = await stored_identity(storage, boss.id)
    await services.second_factors.begin(thief)
    await services.logins.end(await signed_in(storage, boss), thief.family_id)

    for held in (
        lambda: services.api_keys.create(thief, "Mine", ["read"]),
        lambda: services.second_factors.begin(thief),
        lambda: services.passkeys.registration(thief),
        lambda: services.calendars.feed(thief),
        lambda: services.calendars.renew(thief),
        lambda: services.identities.disconnect(thief, identity.id),
        lambda: services.users.change_password(thief, current_password=PASSWORD, new_password="battery staple"),
        lambda: services.email_addresses.request_change(thief, email="me@example.org", current_password=PASSWORD),
        lambda: services.account_deletion.delete(thief, PASSWORD),
        lambda: services.resets.issue(thief, other.id, WHY),
        lambda: services.user_admin.change_rights(thief, other.id, is_staff=True, is_superuser=True, reason=WHY),
        lambda: services.admin_lists.export(thief, ListedUserFilters(), "csv"),
        lambda: services.bulk.begin(thief, order("users", "deactivate", [other]), WHY),
    ):
        with pytest.raises(NotSignedIn):
            await held()
    assert await storage.users.get(boss.id) == boss
    assert await storage.users.get(other.id) == other


async def test_deactivated_learner_changes_nothing(storage: Storage, services: Services) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id, starts_at=TOMORROW + timedelta(hours=5))
    await services.users.set_active(learner.id, is_active=False)

    with pytest.raises(NotSignedIn):
        await services.bookings.book(principal_of(learner), session.id, TOMORROW)
    with pytest.raises(NotSignedIn):
        await services.bookings.reschedule(principal_of(learner), booking.id, TOMORROW)
    with pytest.raises(NotSignedIn):
        await services.users.change_profile(principal_of(learner), {"first_name": "Ada"})
    with pytest.raises(NotSignedIn):
        await services.users.change_password(
            principal_of(learner), current_password=PASSWORD, new_password="battery staple"
        )


async def test_export_ends_when_its_reader_is_dismissed(storage: Storage, services: Services) -> None:
    reader = await stored_user(storage, is_staff=True)
    parts = await services.admin_lists.export(principal_of(reader), ListedUserFilters(), "csv")
    assert await anext(parts)
    async with storage.unit_of_work() as tx:
        await dismiss(tx, reader)

    with pytest.raises(NotStaff):
        await anext(parts)


async def test_export_ends_with_the_login_of_its_reader(storage: Storage, services: Services) -> None:
    reader = await stored_user(storage, is_staff=True)
    thief = await signed_in(storage, reader)
    parts = await services.admin_lists.export(thief, ListedUserFilters(), "csv")
    assert await anext(parts)
    await services.logins.end(await signed_in(storage, reader), thief.family_id)

    with pytest.raises(NotSignedIn):
        await anext(parts)


async def test_demotion_during_creation_leaves_no_session_without_creator(storage: Storage, services: Services) -> None:
    boss = await a_superuser(storage)
    fields = {name: getattr(a_session(), name) for name in WRITTEN}
    for creator in await stored_users(storage, 8, role="creator"):
        outcome = await at_once(
            [
                services.user_admin.change_role(boss, creator.id, "user", WHY),
                *(services.sessions.create(principal_of(creator), fields) for _ in range(3)),
            ]
        )

        assert outcome.reasons().keys() <= {"NotACreator", "HasSessions"}, outcome.refused
        async with storage.unit_of_work() as tx:
            is_creator = (await tx.users.acquire(creator.id)).role == "creator"
            assert is_creator == await tx.sessions.has_any(creator.id)


async def test_link_of_a_dismissed_superuser_is_never_issued_or_void(storage: Storage, services: Services) -> None:
    boss, target = await a_superuser(storage), await stored_user(storage, is_staff=True, is_superuser=True)
    for issuer in await stored_users(storage, 6, is_staff=True, is_superuser=True):
        losses: list[Coroutine[Any, Any, Any]] = [
            services.user_admin.change_rights(boss, issuer.id, **NO_RIGHTS, reason=WHY),
            services.user_admin.deactivate(boss, issuer.id, WHY),
        ]
        outcome = await at_once([services.resets.issue(principal_of(issuer), target.id, WHY), *losses])

        assert outcome.reasons().keys() <= {"NotStaff", "NotSignedIn"}
        for issued in outcome.done:
            if hasattr(issued, "token"):
                with pytest.raises(BadResetToken):
                    await services.resets.reset(issued.token, "battery staple", UNKNOWN_ORIGIN)


@pytest.mark.parametrize("loss", ["staff", "superuser", "deactivated"])
async def test_void_link_stays_void_when_its_issuer_is_appointed_again(
    storage: Storage, services: Services, loss: str
) -> None:
    boss, user = await a_superuser(storage), await stored_user(storage)
    issuer = await stored_user(storage, is_staff=True, is_superuser=True)
    issued = await services.resets.issue(principal_of(issuer), user.id, WHY)
    if loss == "deactivated":
        await services.user_admin.deactivate(boss, issuer.id, WHY)
        await services.user_admin.activate(boss, issuer.id, WHY)
    else:
        await services.user_admin.change_rights(
            boss, issuer.id, is_staff=loss != "staff", is_superuser=False, reason=WHY
        )
        await services.user_admin.change_rights(boss, issuer.id, is_staff=True, is_superuser=True, reason=WHY)

    with pytest.raises(BadResetToken):
        await services.resets.reset(issued.token, "battery staple", UNKNOWN_ORIGIN)


async def test_use_of_a_link_waits_for_a_change_of_its_issuer(storage: Storage, services: Services) -> None:
    issuer, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    issued = await services.resets.issue(principal_of(issuer), user.id, WHY)
    async with storage.unit_of_work() as tx:
        await dismiss(tx, issuer)
        use = asyncio.create_task(services.resets.reset(issued.token, "battery staple", UNKNOWN_ORIGIN))
        assert await waits(use)

    with pytest.raises(BadResetToken):
        await use


async def test_staff_who_change_each_other_and_their_own_sessions_never_deadlock(storage: Storage) -> None:
    conflicts = list[TransactionConflict]()
    services = services_over(storage, unit_of_work=watched(storage, conflicts))
    users = await stored_users(storage, 4, role="creator", is_staff=True, is_superuser=True)
    sessions = [await stored_session(storage, creator_id=user.id, max_participants=50) for user in users]

    async def moves(staff: Principal, session: Session) -> None:
        booking = await stored_booking(storage, session)
        await services.bookings.reschedule(staff, booking.id, TOMORROW + timedelta(hours=5), WHY)

    def attempts(who: User, whom: User, session: Session) -> list[Coroutine[Any, Any, Any]]:
        staff = principal_of(who)
        return [
            services.user_admin.change(staff, whom.id, {"first_name": who.username}, WHY),
            services.resets.issue(staff, whom.id, WHY),
            services.sessions.change(staff, session.id, {"title": who.username}, WHY),
            services.session_admin.hide(staff, session.id, WHY),
            moves(staff, session),
            services.user_admin.change_role(staff, whom.id, "user", WHY),
        ]

    pairs = [(who, *other) for who in users for other in zip(users, sessions, strict=True)]
    outcome = await at_once(
        [
            *chain.from_iterable(attempts(*pair) for pair in pairs),
            services.user_admin.deactivate(principal_of(users[0]), users[1].id, WHY, cancel_sold_seats=True),
            services.user_admin.deactivate(principal_of(users[1]), users[0].id, WHY, cancel_sold_seats=True),
        ]
    )

    assert conflicts == []
    assert [error for error in outcome.refused if not isinstance(error, MarketplaceError) or error.code == "busy"] == []
