"""Staff see why a message did not go, and retry it: it is decided again, and nothing untrue is sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from builders import principal_of, stored_user
from contracts.mail import Answers, MailedMarketplace, marked, settle
from fakes import NOW, FreshIds
from marketplace.adapters.mail.memory import MemoryMailer
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.message_details import MessageDetails
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import OPTIONAL_KINDS, Message, MessageKind, MessageState
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import IllegalTransition, Invalid, MarketplaceError, NotFound, NotSuperuser, TooLate
from marketplace.core.ports.mailer import Lost, Refused, Unavailable
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.messages import MessageAdminService
from marketplace.core.services.subscriptions import PreferenceService

WHY = "They asked by phone."
DAY = timedelta(days=1)
REFUSAL = Refused(is_permanent=True, reason="550 5.1.1", is_about_recipient=True)
STATES = {
    MessageState.PENDING: None,
    MessageState.STARTED: None,
    MessageState.SENT: None,
    MessageState.REFUSED: "550 5.1.1",
    MessageState.UNKNOWN: "ConnectionResetError",
    MessageState.HELD: None,
}


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_leftovers(storage: Storage) -> AsyncIterator[None]:
    await settle(storage)
    yield
    await settle(storage)


@pytest.fixture
def market(storage: Storage) -> MailedMarketplace:
    return MailedMarketplace(storage)


def admin(market: MailedMarketplace, *, is_on: bool = True) -> MessageAdminService:
    return MessageAdminService(
        unit_of_work=market.storage.unit_of_work,
        lists=market.storage.messages,
        bookings=market.storage.booking_lists,
        clock=market.clock,
        ids=FreshIds(),
        is_on=is_on,
    )


def preferences(market: MailedMarketplace) -> PreferenceService:
    return PreferenceService(
        unit_of_work=market.storage.unit_of_work, lists=market.storage.messages, clock=market.clock
    )


async def a_staff_member(market: MailedMarketplace) -> Principal:
    return principal_of(await stored_user(market.storage, is_staff=True))


async def booked_of(market: MailedMarketplace, learner: User) -> Message:
    [found] = [each for each in await market.messages(learner.id) if each.kind is MessageKind.BOOKING_BOOKED]
    return found


async def refused_booking(market: MailedMarketplace) -> tuple[User, Booking]:
    """Store a booking whose mail to the learner a server refused."""
    learner, session = await market.a_person(), await market.a_session()
    async with market.storage.unit_of_work() as tx:
        creator = await tx.users.acquire(session.creator_id)
        await tx.messages.mark_refused(creator.id, creator.email, NOW)
    booking = await market.book(session, learner, NOW + 3 * DAY)
    market.mailer = MemoryMailer(Answers(REFUSAL))
    await market.deliver()
    return learner, booking


async def test_refused_mail_goes_once_its_address_is_cleared(market: MailedMarketplace) -> None:
    learner, booking = await refused_booking(market)
    staff, service = await a_staff_member(market), admin(market)
    message = await booked_of(market, learner)
    assert (message.state, message.reason) == (MessageState.REFUSED, MessageReason.SERVER_REFUSED)

    await service.retry(staff, message.id, WHY)
    await market.deliver()
    still = await booked_of(market, learner)
    assert (still.reason, market.to(learner)) == (MessageReason.ADDRESS_REFUSED, [])

    assert await service.refused_at(learner.id) == NOW
    await service.clear_refusal(staff, learner.id, WHY)
    assert await service.refused_at(learner.id) is None
    retried = await service.retry(staff, message.id, WHY)
    await market.deliver()

    assert (retried.title, retried.starts_at, retried.as_creator) == ("Morning yoga", booking.starts_at, False)
    assert market.to(learner) == ["Booked: Morning yoga"]
    assert market.sent[-1].message_id == message.message_id
    log = [each.action for each in await market.services.booking_admin.log(booking.id)]
    assert log[:2] == ["message_retried", "message_retried"]
    assert [each.action for each in await market.services.user_admin.log(learner.id)][:1] == ["address_cleared"]


async def test_retried_mail_that_became_untrue_is_not_sent(market: MailedMarketplace) -> None:
    learner, booking = await refused_booking(market)
    staff, service = await a_staff_member(market), admin(market)
    await service.clear_refusal(staff, learner.id, WHY)
    await market.services.bookings.act(principal_of(learner), booking.id, "cancel")
    message = await booked_of(market, learner)

    await service.retry(staff, message.id, WHY)
    await market.deliver()

    assert (await booked_of(market, learner)).reason is MessageReason.STATUS_CHANGED
    assert market.to(learner) == ["Cancelled: Morning yoga"]
    with pytest.raises(IllegalTransition):
        await service.retry(staff, message.id, WHY)


async def test_postponed_and_lost_mails_are_retried_at_once(market: MailedMarketplace) -> None:
    learner, session = await marked(market), await market.a_session()
    staff, service = await a_staff_member(market), admin(market)
    await service.clear_refusal(staff, learner.id, WHY)
    booking = await market.book(session, learner, NOW + 3 * DAY)
    message = await market.add(
        learner, kind=MessageKind.REMINDER_DAY, booking_id=booking.id, expires_at=NOW + DAY, subject=str(booking.id)
    )
    await settle_events(market)

    for result, reason in (
        (Unavailable("ConnectionRefusedError"), MessageReason.SERVER_POSTPONED),
        (Lost("ConnectionResetError"), MessageReason.OUTCOME_LOST),
    ):
        market.mailer = MemoryMailer(Answers(result))
        await market.delivery.deliver()
        [found] = [each for each in await market.messages(learner.id) if each.id == message.id]
        assert (found.reason, found.last_error) == (reason, result.reason)
        assert (await service.retry(staff, message.id, WHY)).message.next_attempt_at == NOW

    await market.delivery.deliver()
    assert market.to(learner) == ["Reminder: Morning yoga"]


async def settle_events(market: MailedMarketplace) -> None:
    """Settle the messages of the booking, so that only that of the test is left."""
    await market.decide()
    async with market.storage.unit_of_work() as tx:
        for each in await tx.messages.claim_due(NOW, 100, DAY):
            if each.kind is not MessageKind.REMINDER_DAY:
                await tx.messages.save(each, each.dropped(MessageReason.TOO_LATE))
            else:
                await tx.messages.save(each, replace(each, next_attempt_at=NOW))


async def outcome(market: MailedMarketplace, message: Message, *, is_on: bool = True) -> str:
    """Retry a message as staff; return its state, or the refusal."""
    try:
        return (await admin(market, is_on=is_on).retry(await a_staff_member(market), message.id, WHY)).message.state
    except MarketplaceError as error:
        return type(error).__name__


async def in_state(market: MailedMarketplace, state: MessageState, error: str | None) -> Message:
    user = await market.a_person()
    has_next = state in {MessageState.PENDING, MessageState.STARTED}
    next_attempt_at = NOW + DAY if has_next else None
    return await market.add(user, state=state, last_error=error, next_attempt_at=next_attempt_at, attempts=1)


async def test_only_what_can_still_succeed_is_retried(market: MailedMarketplace) -> None:
    found = {state: await outcome(market, await in_state(market, state, error)) for state, error in STATES.items()}
    dropped = {
        reason: await outcome(market, await in_state(market, MessageState.DROPPED, reason)) for reason in MessageReason
    }
    postponed = await in_state(market, MessageState.PENDING, "451")

    assert found == {
        **dict.fromkeys((MessageState.PENDING, MessageState.STARTED, MessageState.SENT), "IllegalTransition"),
        **dict.fromkeys((MessageState.REFUSED, MessageState.UNKNOWN, MessageState.HELD), "pending"),
    }
    assert {reason.value for reason, state in dropped.items() if state == "pending"} == {
        "deactivated",
        "address_refused",
        "unverified",
        "unsubscribed",
        "address_limit",
        "network_limit",
    }
    assert await outcome(market, postponed) == "pending"
    assert await outcome(market, postponed) == "IllegalTransition"


async def test_without_a_mail_server_what_is_retried_is_held(market: MailedMarketplace) -> None:
    refused = await in_state(market, MessageState.REFUSED, "550")

    assert await outcome(market, refused, is_on=False) == "held"
    assert await outcome(market, refused, is_on=False) == "IllegalTransition"


async def test_worthless_or_unknown_mail_is_not_retried(market: MailedMarketplace) -> None:
    staff, message = await a_staff_member(market), await in_state(market, MessageState.REFUSED, "550")
    market.clock.at = message.expires_at

    with pytest.raises(TooLate):
        await admin(market).retry(staff, message.id, WHY)
    with pytest.raises(NotFound):
        await admin(market).retry(staff, FreshIds().new(), WHY)
    with pytest.raises(Invalid):
        await admin(market).retry(staff, message.id, " ")


async def test_concurrent_retries_are_one(market: MailedMarketplace) -> None:
    message = await in_state(market, MessageState.REFUSED, "550")

    found = await asyncio.gather(*(outcome(market, message) for _ in range(4)))

    assert sorted(found) == ["IllegalTransition"] * 3 + ["pending"]


async def test_refusal_is_cleared_once_and_of_staff_only_by_superusers(market: MailedMarketplace) -> None:
    learner, staff = await marked(market), await a_staff_member(market)
    colleague = await stored_user(market.storage, is_staff=True)

    await admin(market).clear_refusal(staff, learner.id, WHY)
    with pytest.raises(IllegalTransition):
        await admin(market).clear_refusal(staff, learner.id, WHY)
    with pytest.raises(NotSuperuser):
        await admin(market).clear_refusal(staff, colleague.id, WHY)
    with pytest.raises(NotFound):
        await admin(market).clear_refusal(staff, FreshIds().new(), WHY)


async def paged(
    read: Callable[[UUID, int, str | None], Awaitable[Page[MessageDetails]]], number: UUID
) -> list[MessageDetails]:
    """Read a list, one message a page."""
    page = await read(number, 1, None)
    found = [*page.items]
    while page.next is not None:
        page = await read(number, 1, page.next)
        found += page.items
    return found


async def test_lists_of_a_person_and_of_a_booking_are_paged(market: MailedMarketplace) -> None:
    learner, booking = await refused_booking(market)
    service = admin(market)

    own, both = await paged(service.of_user, learner.id), await paged(service.of_booking, booking.id)

    assert {each.message.kind.value for each in own} == {"booking_booked", "reminder_day", "reminder_hour"}
    assert {(each.message.kind.value, each.as_creator) for each in both} == {
        *((each.message.kind.value, False) for each in own),
        ("booking_booked", True),
    }
    assert {each.message.kind.value for each in both if each.can_retry} == {"booking_booked"}
    moments = [(each.message.created_at, each.message.id) for each in both]
    assert moments == sorted(moments, reverse=True)


async def test_preferences_and_the_link_in_a_mail_are_one_choice(market: MailedMarketplace) -> None:
    learner = await market.a_person()
    who, service = principal_of(learner), preferences(market)
    async with market.storage.unit_of_work() as tx:
        await tx.messages.unsubscribe(learner.id, MessageKind.REMINDER_HOUR, NOW)

    assert await service.of(who) == {kind: kind is not MessageKind.REMINDER_HOUR for kind in OPTIONAL_KINDS}
    chosen = {MessageKind.REMINDER_HOUR: True, MessageKind.REMINDER_DAY: False}
    for _ in range(2):
        assert await service.choose(who, chosen) == {**dict.fromkeys(OPTIONAL_KINDS, True), **chosen}

    booking = await market.book(await market.a_session(), learner, NOW + 3 * DAY)
    await market.decide()
    market.clock.at = booking.starts_at - DAY
    await market.deliver()
    market.clock.at = booking.starts_at - timedelta(hours=1)
    await market.deliver()
    reasons = {each.kind: each.reason for each in await market.messages(learner.id)}
    assert reasons[MessageKind.REMINDER_DAY] is MessageReason.UNSUBSCRIBED
    assert reasons[MessageKind.REMINDER_HOUR] is None
