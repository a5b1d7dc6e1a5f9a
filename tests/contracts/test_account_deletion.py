"""Deletion of an account: what goes, what stays, what refuses it, and what happens at the same moment."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from builders import (
    ADDRESSES,
    PASSWORD,
    TOMORROW,
    Services,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import at_once, live_bookings, waits
from contracts.mail import MailedMarketplace
from fakes import NOW
from marketplace.core.domain.account_erasure import DELETED_TEXT
from marketplace.core.domain.admin_lists import ListedAuditFilters, ListedUserFilters
from marketplace.core.domain.audit import AuditEntry
from marketplace.core.domain.messages import MessageKind, MessageState
from marketplace.core.domain.principals import Origin
from marketplace.core.domain.search import words
from marketplace.core.domain.users import User
from marketplace.core.errors import BadCredentials, HasUpcomingBookings, Invalid, NotFound, NotSignedIn
from marketplace.core.errors.admin import AccountInactive, LastSuperuser
from marketplace.core.ports.storage import Storage
from marketplace.core.services.account_mails import TokenMails
from staff_services import logged

HOME = Origin(address="198.51.100.7", agent="a browser")
YESTERDAY = NOW - timedelta(days=1)
REASON = "They asked by mail."


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def delete(services: Services, user: User, password: str = PASSWORD) -> None:
    await services.account_deletion.delete(principal_of(user), password)


async def entries_about(storage: Storage, user: User) -> dict[str, AuditEntry]:
    return {entry.action: entry for entry in await logged(storage, ("user", user.id))}


async def test_deleted_account_names_no_one_and_lets_no_one_in(storage: Storage, services: Services) -> None:
    user = await stored_user(
        storage, role="creator", bio="I bake.", languages=("en",), locale="pt-BR", time_zone="Europe/Rome"
    )

    await delete(services, user)

    after = await storage.users.get(user.id)
    assert (after.display_name, after.bio, after.languages, after.time_zone) == ("Deleted user", "", (), "UTC")
    assert (after.username, after.email) == (f"deleted-{user.id.hex[-12:]}", f"{user.id}@deleted.invalid")
    assert (after.is_active, after.deleted_at, after.date_joined) == (False, NOW, user.date_joined)
    assert (after.locale, after.avatar, after.email_verified_at) == (None, None, None)
    for email, password in ((user.email, PASSWORD), (after.email, PASSWORD), (after.email, after.password_hash)):
        with pytest.raises(BadCredentials):
            await services.tokens.log_in(email, password)
    again = await services.users.register(email=user.email, username=user.username, password="a battery staple")
    assert again.id != user.id


async def test_deletion_ends_every_login_at_once(storage: Storage, services: Services) -> None:
    user = await stored_user(storage)
    signed_in = await services.tokens.log_in(user.email, PASSWORD, HOME)
    principal = await services.tokens.authenticate(signed_in.tokens.access)

    await services.account_deletion.delete(principal, PASSWORD)

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(signed_in.tokens.access)
    with pytest.raises(NotSignedIn):
        await services.tokens.refresh(signed_in.tokens.refresh)
    assert await storage.logins.active(user.id, NOW, 9) == ()


async def test_request_that_was_authorized_before_the_deletion_leaves_nothing_behind(
    storage: Storage, services: Services
) -> None:
    user, session = await stored_user(storage), await stored_session(storage)
    booking = await stored_booking(storage, session, user.id, starts_at=YESTERDAY, status="completed")
    held = principal_of(user)
    await delete(services, user)

    for operation in (
        lambda: services.favourites.add(held, session.id),
        lambda: services.reports.report(held, session.id, "other", "I am Ada."),
        lambda: services.conversations.write(held, booking.id, "I am Ada."),
        lambda: services.reviews.write(held, session.id, booking.id, 5, "I am Ada."),
        lambda: services.calendars.feed(held),
        lambda: services.calendars.renew(held),
        lambda: services.avatars.delete(held),
        lambda: services.preferences.choose(held, {MessageKind.REMINDER_DAY: False}),
        lambda: services.users.change_profile(held, {"first_name": "Ada"}),
    ):
        with pytest.raises(NotSignedIn):
            await operation()


async def test_bookings_stay_with_a_deleted_user_as_party(storage: Storage, services: Services) -> None:
    creator, learner = await stored_user(storage, role="creator"), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id, title="Evening yoga", description="With Ada.")
    booking = await stored_booking(
        storage, session, learner.id, starts_at=YESTERDAY, status="completed", address="Via Appia 1", seats=2
    )
    for author in (learner, creator):
        await services.conversations.write(principal_of(author), booking.id, f"I am {author.email}.")

    await delete(services, learner)
    kept = await storage.booking_lists.find(booking.id)
    assert kept is not None
    assert (kept.user_details.display_name, kept.address) == ("Deleted user", None)
    assert (kept.amount, kept.seats, kept.status) == (booking.amount, 2, "completed")
    page = await storage.conversations.of_booking(booking.id, 9, None)
    assert [each.text for each in page.items] == [f"I am {creator.email}.", DELETED_TEXT]

    await delete(services, creator)
    kept = await storage.booking_lists.find(booking.id)
    assert kept is not None
    sold = kept.session_details
    assert (sold.title, sold.description, sold.archived_at) == ("Evening yoga", DELETED_TEXT, NOW)
    assert sold.creator_details.display_name == "Deleted user"
    page = await storage.conversations.of_booking(booking.id, 9, None)
    assert {each.text for each in page.items} == {DELETED_TEXT}


async def test_reasons_that_the_person_gave_go_and_those_of_others_stay(storage: Storage, services: Services) -> None:
    creator, learner = await stored_user(storage, role="creator"), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id, max_participants=9)
    own, others = [
        await stored_booking(storage, session, learner.id, starts_at=TOMORROW + timedelta(days=n)) for n in (1, 2)
    ]
    await services.bookings.act(principal_of(learner), own.id, "cancel", reason="My name is Ada.")
    await services.bookings.act(principal_of(creator), others.id, "cancel", reason="I am ill.")

    await delete(services, learner)

    histories = {each.id: each.history[-1] for each in await storage.booking_lists.histories([own.id, others.id])}
    assert [histories[each.id].reason for each in (own, others)] == ["", "I am ill."]
    assert histories[own.id].actor_id == learner.id


@pytest.mark.parametrize("status", ["pending", "confirmed"])
async def test_upcoming_bookings_refuse_the_deletion(storage: Storage, services: Services, status: str) -> None:
    creator, learner = await stored_user(storage, role="creator"), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id)
    await stored_booking(storage, session, learner.id, status=status)

    for person, sentence in ((learner, "You still have"), (creator, "Your sessions still have")):
        with pytest.raises(HasUpcomingBookings, match=sentence) as refused:
            await delete(services, person)
        assert refused.value.starts == (TOMORROW,)
        assert await storage.users.get(person.id) == person
    found = await storage.catalog.find(session.id, NOW)
    assert found is not None
    assert found.archived_at is None


async def test_wrong_password_is_refused_and_recorded(storage: Storage, services: Services) -> None:
    user = await stored_user(storage)

    with pytest.raises(Invalid) as refused:
        await delete(services, user, "not mine")

    assert refused.value.errors == {"password": ["This isn't your current password."]}
    assert await storage.users.get(user.id) == user
    assert "account_deletion_refused" in await entries_about(storage, user)


async def test_last_superuser_cannot_be_deleted(empty_storage: Storage) -> None:
    services = services_over(empty_storage)
    rights = {"is_staff": True, "is_superuser": True}
    one, other = [await stored_user(empty_storage, **rights) for _ in range(2)]

    outcome = await at_once(delete(services, each) for each in (one, other))

    assert [*outcome.reasons()] == ["LastSuperuser"]
    assert isinstance(outcome.refused[0], LastSuperuser)


async def test_staff_cannot_bring_a_deleted_account_back(storage: Storage, services: Services) -> None:
    boss = principal_of(await stored_user(storage, is_staff=True, is_superuser=True))
    user = await stored_user(storage)
    await delete(services, user)

    admin = services.user_admin
    attempts = {
        "activate": admin.activate(boss, user.id, REASON),
        "change": admin.change(boss, user.id, {"email": "ada@example.org"}, REASON),
        "role": admin.change_role(boss, user.id, "creator", REASON),
        "rights": admin.change_rights(boss, user.id, is_staff=True, is_superuser=False, reason=REASON),
        "link": services.resets.issue(boss, user.id, REASON),
        "impersonation": services.impersonations.begin(boss, user.id, REASON),
        "command line": services.users.set_active(user.id, is_active=True),
    }
    for name, attempt in attempts.items():
        with pytest.raises(AccountInactive):
            await attempt
        assert (await storage.users.get(user.id)).deleted_at == NOW, name


async def test_taken_username_is_not_tried_twice(storage: Storage, services: Services) -> None:
    user = await stored_user(storage)
    await stored_user(storage, username=f"deleted-{user.id.hex[-12:]}")

    await delete(services, user)

    assert (await storage.users.get(user.id)).username.startswith("deleted-")


async def test_audit_log_keeps_who_did_what_and_when_but_not_what_names_the_person(
    storage: Storage, services: Services
) -> None:
    boss = await stored_user(storage, is_staff=True, is_superuser=True)
    staff = replace(principal_of(boss), origin=replace(HOME, address="203.0.113.9"))
    email = "zelda.before@example.org"
    with pytest.raises(BadCredentials):
        await services.tokens.log_in(email, PASSWORD, HOME)
    user = await services.users.register(email=email, first_name="Zelda", password=PASSWORD, origin=HOME)
    await services.tokens.log_in(email, PASSWORD, HOME)
    await services.user_admin.change(staff, user.id, {"first_name": "Griselda"}, "Zelda asked.")
    await services.user_admin.change_role(staff, user.id, "creator", "Zelda asked.")
    other = await stored_user(storage)
    await services.user_admin.change(staff, other.id, {"first_name": "Olga"}, REASON)

    await delete(services, await storage.users.get(user.id))

    found = await entries_about(storage, user)
    assert {"registered", "signed_in", "user_changed", "role_changed", "account_deleted"} <= {*found}
    for action, entry in found.items():
        assert "zelda" not in str(entry).lower(), action
        assert entry.address == ("203.0.113.9" if entry.actor_id == boss.id else None), action
    assert found["role_changed"].actor_id == boss.id
    assert (found["role_changed"].before, found["role_changed"].after) == ({"role": "user"}, {"role": "creator"})
    assert not [each for each in await logged(storage) if email in str(each)]
    changed = (await entries_about(storage, other))["user_changed"]
    assert (changed.after, changed.reason, changed.address) == ({"first_name": "Olga"}, REASON, "203.0.113.9")


async def test_staff_do_not_find_a_deleted_person_by_what_they_were_called(
    storage: Storage, services: Services
) -> None:
    user = await services.users.register(
        email="wilhelmina@example.org", first_name="Wilhelmina", username="wilhelmina", password=PASSWORD, origin=HOME
    )
    await delete(services, await storage.users.get(user.id))

    for searched in ("wilhelmina", "wilhelmina@example.org"):
        search = tuple(words(searched))
        assert (await services.admin_lists.users(ListedUserFilters(search=search), 0, 9)).items == ()
        assert (await services.admin_lists.audit(ListedAuditFilters(search=search), 0, 9)).items == ()


async def test_export_that_staff_made_by_an_address_does_not_keep_it(storage: Storage, services: Services) -> None:
    user = await services.users.register(email="mathilda@example.org", password=PASSWORD, origin=HOME)
    staff = principal_of(await stored_user(storage, is_staff=True))
    filters = ListedUserFilters(search=tuple(words(user.email)))
    async with aclosing(await services.admin_lists.export(staff, filters, "jsonl")) as file:
        assert user.email in b"".join([chunk async for chunk in file]).decode()

    await delete(services, user)

    [exported] = [each for each in await logged(storage) if each.action == "exported"]
    assert "mathilda" not in str(exported)


async def test_mail_says_so_to_the_former_address_which_is_kept_until_then(storage: Storage) -> None:
    market = MailedMarketplace(
        storage, account_mails=TokenMails(addresses=ADDRESSES, clock=services_over(storage).clock)
    )
    verified, unverified = await market.a_person(), await stored_user(storage)
    market.services = services_over(storage, clock=market.clock)
    for user in (verified, unverified):
        await delete(market.services, user)
    [message] = (await storage.messages.of_user(verified.id, 9, None)).items
    async with storage.unit_of_work() as tx:
        await tx.messages.release_held(NOW)

    await market.deliver()

    [mail] = [mail for mail in market.sent if mail.message_id == message.message_id]
    assert mail.to.address == verified.email
    async with storage.unit_of_work() as tx:
        assert await tx.email_requests.acquire(UUID(message.subject)) is None
    assert (await storage.messages.of_user(unverified.id, 9, None)).items == ()


async def test_former_address_is_gone_although_its_mail_was_held_until_it_was_worthless(storage: Storage) -> None:
    market = MailedMarketplace(
        storage, account_mails=TokenMails(addresses=ADDRESSES, clock=services_over(storage).clock)
    )
    person = await market.a_person()
    await delete(services_over(storage, clock=market.clock), person)
    [message] = (await storage.messages.of_user(person.id, 9, None)).items
    market.clock.at = message.expires_at

    await market.delivery.release_held()

    [dropped] = (await storage.messages.of_user(person.id, 9, None)).items
    assert dropped.state is MessageState.DROPPED
    async with storage.unit_of_work() as tx:
        assert await tx.email_requests.acquire(UUID(message.subject)) is None


async def test_booking_at_the_same_moment_comes_first_or_not_at_all(storage: Storage, services: Services) -> None:
    outcomes = set()
    for number in range(12):
        creator, learner = await stored_user(storage, role="creator"), await stored_user(storage)
        session = await stored_session(storage, creator_id=creator.id)
        person = (learner, creator)[number % 2]

        async def book() -> None:
            await services.bookings.book(principal_of(learner), session.id, TOMORROW)  # noqa: B023

        outcome = await at_once(
            (delete(services, person), book()) if number % 3 else (book(), delete(services, person))
        )

        is_deleted = (await storage.users.get(person.id)).deleted_at is not None
        assert is_deleted != bool(await live_bookings(storage, session)), outcome
        assert len(outcome.done) == 1, outcome
        assert {*outcome.reasons()} <= {"HasUpcomingBookings", "NotSignedIn", "NotFound", "NotBookable"}
        outcomes.add(is_deleted)
    assert outcomes


async def test_deletion_waits_for_a_login_and_ends_it(storage: Storage, services: Services) -> None:
    user = await stored_user(storage)
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        deleting = asyncio.create_task(delete(services, user))
        assert await waits(deleting)
    await deleting
    outcome = await at_once(
        [services.tokens.log_in(user.email, PASSWORD), services.tokens.log_in(user.email, PASSWORD)]
    )
    assert {*outcome.reasons()} == {"BadCredentials"}

    other = await stored_user(storage)
    signing_in = asyncio.create_task(services.tokens.log_in(other.email, PASSWORD))
    await asyncio.gather(delete(services, other), asyncio.wait([signing_in]))
    if signing_in.exception() is None:
        with pytest.raises(NotSignedIn):
            await services.tokens.authenticate(signing_in.result().tokens.access, fresh=True)
    assert await storage.logins.active(other.id, NOW, 9) == ()


async def test_session_created_at_the_same_moment_is_archived_or_refused(storage: Storage, services: Services) -> None:
    creator = await stored_user(storage, role="creator")
    values = {
        "title": "Yoga",
        "description": "Slowly.",
        "duration": 60,
        "price": Decimal(10),
        "max_participants": 3,
        "tags": (),
        "image_url": None,
        "status": "active",
        "category": None,
    }

    outcome = await at_once([services.sessions.create(principal_of(creator), values), delete(services, creator)])

    assert {*outcome.reasons()} <= {"NotSignedIn"}
    assert (await storage.catalog.of_creator(creator.id, 9, None, NOW)).items == ()
    with pytest.raises(NotFound):
        await services.creators.get(creator.username)
