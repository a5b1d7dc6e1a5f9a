"""What a mail says that is sent after more has happened: a server postponed it, or there was none."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from builders import TOMORROW, principal_of
from contracts.harness import owner_of
from contracts.mail import MailedMarketplace, settle
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_leftovers(storage: Storage) -> AsyncIterator[None]:
    await settle(storage)
    yield
    await settle(storage)


@pytest.fixture
def market(storage: Storage) -> MailedMarketplace:
    return MailedMarketplace(storage)


async def confirmed(market: MailedMarketplace) -> tuple[Session, User, Booking]:
    """Return a confirmed booking whose mails so far are sent, with its session and learner."""
    session, learner = await market.a_session(requires_confirmation=True), await market.a_person()
    booking = await market.book(session, learner, TOMORROW + 3 * DAY)
    await market.services.bookings.act(owner_of(session), booking.id, "confirm")
    await market.deliver()
    market.sent.clear()
    market.clock.advance(SECOND)
    return session, learner, booking


async def ask_to_move(market: MailedMarketplace, learner: User, booking: Booking, reason: str = "") -> None:
    starts_at = TOMORROW + 4 * DAY
    await market.services.bookings.reschedule(principal_of(learner), booking.id, starts_at, reason)
    await market.deliver()
    market.clock.advance(SECOND)


@pytest.mark.parametrize("answer", ["decline", "expire"])
async def test_answer_about_another_time_is_untrue_once_the_booking_is_cancelled(
    market: MailedMarketplace, answer: str
) -> None:
    session, learner, booking = await confirmed(market)
    await ask_to_move(market, learner, booking)
    if answer == "decline":
        await market.services.bookings.act(owner_of(session), booking.id, "decline", "The room is taken.")
    else:
        market.clock.advance(2 * DAY)
        await market.services.bookings.settle_due(booking.id)
    await market.decide()
    market.clock.advance(SECOND)
    await market.services.bookings.act(principal_of(learner), booking.id, "cancel", "I am ill.")

    market.sent.clear()
    await market.deliver()

    assert market.to(learner) == ["Cancelled: Morning yoga"]
    kind = MessageKind.BOOKING_DECLINED if answer == "decline" else MessageKind.BOOKING_EXPIRED
    [answered] = [each for each in await market.messages(learner.id) if each.kind is kind]
    assert answered.reason is MessageReason.STATUS_CHANGED


async def test_late_answer_about_another_time_is_true_though_the_seats_have_changed(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.services.bookings.book(principal_of(learner), session.id, TOMORROW + 3 * DAY, 2)
    await market.services.sessions.change(owner_of(session), session.id, {"requires_confirmation": True})
    await market.deliver()
    await ask_to_move(market, learner, booking.resource)
    await market.services.bookings.act(owner_of(session), booking.resource.id, "decline", "The room is taken.")
    await market.decide()
    market.clock.advance(SECOND)
    await market.services.seat_changes.change(principal_of(learner), booking.resource.id, 1)

    market.sent.clear()
    await market.deliver()

    assert sorted(market.to(learner)) == ["Declined: Morning yoga", "Seats changed: Morning yoga"]


async def test_late_answer_is_untrue_once_another_time_is_asked_for(market: MailedMarketplace) -> None:
    session, learner, booking = await confirmed(market)
    await ask_to_move(market, learner, booking)
    await market.services.bookings.act(owner_of(session), booking.id, "decline", "The room is taken.")
    await market.decide()
    market.clock.advance(SECOND)
    market.sent.clear()
    await ask_to_move(market, learner, booking)

    [answered] = [each for each in await market.messages(learner.id) if each.kind is MessageKind.BOOKING_DECLINED]
    assert answered.reason is MessageReason.BOOKING_CHANGED


async def test_reason_of_a_move_is_not_that_of_a_later_step(market: MailedMarketplace) -> None:
    session, learner, booking = await confirmed(market)
    starts_at = TOMORROW + 5 * DAY
    await market.services.bookings.reschedule(owner_of(session), booking.id, starts_at, "The room is taken.")
    await market.decide()
    market.clock.advance(SECOND)
    await ask_to_move(market, learner, booking, "I prefer evenings.")

    [moved] = [mail for mail in market.sent if mail.subject == "New time: Morning yoga"]
    assert "Reason: The room is taken." in moved.text


async def test_creator_who_moves_a_booking_is_still_told_of_its_added_seats(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner, TOMORROW + 3 * DAY)
    await market.deliver()
    await market.services.seat_changes.change(principal_of(learner), booking.id, 2)
    await market.decide()
    market.clock.advance(SECOND)
    market.sent.clear()
    await market.services.bookings.reschedule(owner_of(session), booking.id, TOMORROW + 4 * DAY)
    await market.deliver()

    assert market.to(learner) == ["New time: Morning yoga"]
    [to_creator] = [each for each in market.sent if each.to.address != learner.email]
    assert (to_creator.subject, "Seats: 2" in to_creator.text) == ("Seats changed: Morning yoga", True)
