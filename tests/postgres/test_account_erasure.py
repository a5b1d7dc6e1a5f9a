"""Nothing in the database names a person who deleted their account: every column of every table is searched.

The tables come from the catalog. A new one has to get a row of the person below, or to be listed as having none.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest_asyncio
from uuid_utils.compat import uuid7

from builders import (
    ADDRESSES,
    PASSWORD,
    TOMORROW,
    Services,
    a_key,
    a_message,
    principal_of,
    stored_booking,
    stored_feed,
    stored_session,
    stored_user,
)
from bulk_orders import order
from contracts.mail import MailedMarketplace
from fakes import NOW
from identity_records import stored_identity
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.bulk import AgreedRows, BulkRefusal
from marketplace.core.domain.email_tokens import EmailRequest
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.errors import BadCredentials
from marketplace.core.ports.inbox import InboxMail
from marketplace.core.ports.storage import Storage
from marketplace.core.services.account_mails import TokenMails
from passkey_records import stored_passkey
from payment_records import a_paid_payment, an_operation
from review_records import stored_review

EMAIL, FORMER_EMAIL = "zelda@quux.example", "zelda.former@quux.example"
HOME = Origin(address="203.0.113.77", agent="QuuxBrowser 1.0")
MARKS = r"quux|203\.0\.113\.77|71757578"
"""In every text of the person, as text and as the hexadecimal form of bytes."""
WITHOUT_TEXTS = {
    "alembic_version": "no row of a person",
    "audit_entries": "its texts are in audit_values",
    "bulk_targets": "IDs",
    "creator_commissions": "numbers",
    "creator_ratings": "numbers",
    "creator_hours": "weekdays and times, deleted all the same",
    "email_addresses": "a digest, deleted all the same",
    "email_tokens": "hashes",
    "events": "IDs and names of fields",
    "favourites": "IDs",
    "waitlist_entries": "IDs",
    "jobs": "IDs",
    "ledger_balances": "amounts",
    "ledger_entries": "amounts",
    "ledger_transactions": "IDs",
    "notifications": "IDs",
    "open_times": "instants",
    "parked_payments": "words of staff about payments",
    "password_resets": "hashes",
    "passkey_challenges": "hashes, deleted all the same",
    "passkey_handles": "random bytes, deleted all the same",
    "payment_disputes": "IDs and amounts",
    "payment_events": "IDs",
    "payments": "amounts, and IDs of the provider, who has data of their own",
    "pgqueuer": "IDs, and unused since migration 0018, as the next three",
    "pgqueuer_log": "IDs",
    "pgqueuer_schedules": "names of chores",
    "pgqueuer_statistics": "numbers",
    "pictures": "IDs",
    "rate_limits": "hashes",
    "recovery_codes": "hashes, deleted all the same",
    "refresh_tokens": "hashes",
    "second_factors": "an encrypted secret, deleted all the same",
    "slots": "instants",
    "unsubscribed_kinds": "kinds",
}
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


@pytest_asyncio.fixture(loop_scope="module")
async def storage(empty_database: str) -> AsyncIterator[Storage]:
    database = await connect(empty_database, PoolLimits())
    yield postgres_storage(database)
    await database.close()


async def tables_with_marks(dsn: str) -> tuple[set[str], set[str]]:
    """Return the names of all tables, and of those with a row of the person's texts, whatever its column and type."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        names = {row["relname"] for row in await connection.fetch(TABLES)}
        marked = {
            name
            for name in sorted(names)
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name} t WHERE t::text ~* $1)", MARKS)  # noqa: S608 - a name of the catalog
        }
    finally:
        await connection.close()
    return names, marked


async def register(market: MailedMarketplace) -> Principal:
    """Register a creator who is staff, changes address and username, and signs in."""
    services, boss = market.services, await stored_user(market.storage, is_staff=True, is_superuser=True)
    for typed in (FORMER_EMAIL, EMAIL):
        try:
            await services.tokens.log_in(typed, PASSWORD, HOME)
        except BadCredentials:
            continue
    user = await services.users.register(
        email=FORMER_EMAIL,
        username="quux-former",
        first_name="Zeldaquux",
        last_name="Quuxley",
        password=PASSWORD,
        role="creator",
        is_staff=True,
        is_superuser=True,
        is_email_verified=True,
        origin=HOME,
    )
    staff = principal_of(boss)
    await services.user_admin.change(staff, user.id, {"email": EMAIL}, "Quuxley asked by mail.")
    signed_in = await services.tokens.log_in(EMAIL, PASSWORD, HOME)
    async with market.storage.unit_of_work() as tx:
        await tx.users.save((await tx.users.acquire(user.id)).with_verified_email(NOW))
    principal = await services.tokens.authenticate(signed_in.tokens.access)
    profile = {"username": "quuxley", "bio": "Quux bio", "avatar": "https://quux.example/me.jpg"}
    await services.users.change_profile(principal, profile)
    return replace(principal, origin=HOME)


async def live(market: MailedMarketplace, person: Principal) -> None:
    """Do what leaves texts of the person."""
    storage, services = market.storage, market.services
    values = {
        "title": "Evening yoga",
        "description": "Quux teaches.",
        "audience": "Friends of quux.",
        "bring": "A quux.",
        "duration": 60,
        "price": Decimal(10),
        "max_participants": 9,
        "tags": (),
        "image_url": "https://quux.example/yoga.jpg",
        "status": "active",
        "category": None,
        "place": "Quuxtown",
        "address": "Quux street 1",
        "join_url": "https://quux.example/meet",
    }
    archived = (await services.sessions.create(person, values)).resource
    await services.sessions.archive(person, archived.id)
    own = (await services.sessions.create(person, values)).resource
    theirs = await stored_session(storage)
    taught = await stored_booking(storage, own, starts_at=NOW - timedelta(days=1), status="completed")
    await services.conversations.write(person, taught.id, "I am quux.")
    booked = await stored_booking(storage, theirs, person.user_id, starts_at=TOMORROW, address="Quux street 1")
    await services.conversations.write(person, booked.id, "I am quux.", key=a_key(user_id=person.user_id, key="quux"))
    await services.bookings.act(person, booked.id, "cancel", reason="Quux is ill.")
    await services.reports.report(person, theirs.id, "spam", "Quux says so.")
    attended = await stored_booking(
        storage, theirs, person.user_id, starts_at=NOW - timedelta(days=1), status="completed"
    )
    await services.reviews.write(person, theirs.id, attended.id, 5, "Quux enjoyed it.")
    received = await stored_review(storage, own)
    await services.reviews.answer(person, received.id, "Quux says thanks.")
    await services.reviews.report(person, received.id, "offensive", "Quux is insulted.")
    await services.api_keys.create(person, "Calendar of quux", ("read",))
    await keep(storage, services, person, booked.id)


async def keep(storage: Storage, services: Services, person: Principal, booking_id: UUID) -> None:
    """Store the rest by its ports."""
    await stored_passkey(storage, person.user_id, name="Quux's phone")
    await stored_identity(storage, person.user_id, email=EMAIL)
    await stored_feed(storage, await storage.users.get(person.user_id), token="quux-token")
    await services.email_addresses.request_change(person, email="zelda.next@quux.example", current_password=PASSWORD)
    forgotten = EmailRequest(id=uuid7(), purpose="reset", email=EMAIL.upper(), user_id=None, created_at=NOW)
    sent = b"To: zelda@quux.example"
    await storage.inbox.add(InboxMail(id=uuid7(), created_at=NOW, recipient=EMAIL, subject="Hi Quux", source=sent))
    booking = await storage.booking_lists.find(booking_id)
    assert booking is not None
    payment = a_paid_payment(booking)
    operation = an_operation(payment, actor_id=person.user_id, reason="Quux is ill.")
    run = (await services.bulk.begin(person, order("bookings", "cancel", [booking_id]), "Too many.")).resource
    agreed = AgreedRows(
        id=uuid7(),
        staff_id=person.user_id,
        kind="users",
        action="deactivate",
        filters='{"search":"quux"}',
        rows=(),
        created_at=NOW,
    )
    async with storage.unit_of_work() as tx:
        await tx.email_requests.add(forgotten)
        await tx.payments.add(payment)
        await tx.payments.ask(operation)
        await tx.messages.add([a_message(person.user_id, last_error="550 <zelda@quux.example>: unknown user")])
        await tx.bulk_runs.add_agreed(agreed)
        refusals = [
            BulkRefusal(id=each, label=EMAIL, code="oneself", detail="No.") for each in (person.user_id, booking_id)
        ]
        stored = await tx.bulk_runs.acquire(run.id)
        await tx.bulk_runs.add(replace(stored, id=uuid7(), changed=0, refused=2, total=2), [], refusals)


async def test_no_column_of_any_table_names_a_person_who_deleted_their_account(
    storage: Storage, empty_database: str
) -> None:
    market = MailedMarketplace(storage)
    market.account_mails = TokenMails(addresses=ADDRESSES, clock=market.clock)
    person = await register(market)
    await live(market, person)

    tables, marked = await tables_with_marks(empty_database)
    assert {*WITHOUT_TEXTS} <= tables
    assert tables - marked == {*WITHOUT_TEXTS}, "Give each new table a row above, or say why it has no text."

    await market.services.account_deletion.delete(person, PASSWORD)
    async with storage.unit_of_work() as tx:
        await tx.messages.release_held(NOW)
    await market.deliver()

    assert [mail.to.address for mail in market.sent if "deleted" in mail.subject] == [EMAIL]
    assert (await tables_with_marks(empty_database))[1] == set()
