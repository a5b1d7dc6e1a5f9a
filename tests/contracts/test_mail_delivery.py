"""Messages follow bookings: decided from events, checked when due, sent once, and never after they became untrue."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from builders import TOMORROW, principal_of, stored_user
from contracts.harness import broken_transaction, owner_of
from contracts.mail import TOKENS, Answers, MailedMarketplace, NumberedLinks, marked, settle
from fakes import NOW
from marketplace.adapters.mail.memory import MemoryMailer
from marketplace.core.domain.message_causes import CHANGES_PER_DAY
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import FIRST_RETRY, MessageKind, MessageState
from marketplace.core.domain.places import Coordinates
from marketplace.core.ports.mailer import Lost, Refused, Unavailable
from marketplace.core.ports.storage import Storage
from marketplace.core.services.subscriptions import SubscriptionService

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_leftovers(storage: Storage) -> AsyncIterator[None]:
    await settle(storage)
    yield
    await settle(storage)


@pytest.fixture
def market(storage: Storage) -> MailedMarketplace:
    return MailedMarketplace(storage)


async def test_booking_tells_both_parties_and_reminds_the_learner(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    creator = (await market.storage.users.get(session.creator_id)).email
    await market.book(session, learner, NOW + 3 * DAY)

    await market.deliver()
    assert market.to(learner) == ["Booked: Morning yoga"]
    assert [each.subject for each in market.sent if each.to.address == creator] == ["New booking: Morning yoga"]
    market.clock.at = NOW + 2 * DAY
    await market.deliver()
    market.clock.at = NOW + 3 * DAY - HOUR
    await market.deliver()
    await market.deliver()

    assert market.to(learner) == ["Booked: Morning yoga", "Reminder: Morning yoga", "Starting soon: Morning yoga"]
    assert len(market.sent) == 4


async def test_reminders_due_before_the_booking_are_not_decided(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner, NOW + HOUR / 2)

    await market.deliver()

    assert await market.states(learner.id) == {"booking_booked": MessageState.SENT}


async def test_events_that_are_delivered_again_decide_nothing_new(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner, NOW + 3 * DAY)
    await market.decide()
    before = await market.messages(learner.id)
    async with market.storage.unit_of_work() as tx:
        await tx.messages.add([replace(each, id=market.new_messages._ids.new()) for each in before])  # noqa: SLF001

    assert await market.messages(learner.id) == before
    assert len(before) == 3


async def test_request_and_its_answer_are_mailed_to_whom_they_concern(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(requires_confirmation=True), await market.a_person()
    creator = await market.storage.users.get(session.creator_id)
    booking = await market.book(session, learner)
    await market.deliver()
    assert market.to(creator) == ["Please answer: Morning yoga"]

    await market.services.bookings.act(owner_of(session), booking.id, "confirm")
    await market.deliver()

    assert market.to(learner) == ["Request sent: Morning yoga", "Confirmed: Morning yoga"]
    assert market.to(creator) == ["Please answer: Morning yoga"]


async def test_answered_request_is_not_asked_for(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(requires_confirmation=True), await market.a_person()
    booking = await market.book(session, learner)
    await market.decide()
    await market.services.bookings.act(owner_of(session), booking.id, "decline", "I am away.")

    await market.deliver()

    assert market.to(learner) == ["Declined: Morning yoga"]
    assert await market.states(session.creator_id) == {"booking_requested": MessageState.DROPPED}
    assert "I am away." in market.sent[-1].text


async def test_each_request_for_another_time_is_mailed(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(requires_confirmation=True), await market.a_person()
    booking = await market.book(session, learner, TOMORROW + DAY)
    await market.services.bookings.act(owner_of(session), booking.id, "confirm")
    await market.deliver()
    creator = await market.storage.users.get(session.creator_id)

    for _ in range(2):
        market.clock.advance(timedelta(seconds=1))
        await market.services.bookings.reschedule(principal_of(learner), booking.id, TOMORROW + 2 * DAY)
        await market.deliver()
        await market.services.bookings.act(owner_of(session), booking.id, "decline", "No.")
        await market.deliver()

    assert market.to(creator) == ["Please answer: Morning yoga"] * 2
    assert market.to(learner)[1:] == ["Request sent: Morning yoga", "Declined: Morning yoga"] * 2
    market.clock.at = TOMORROW
    await market.deliver()
    assert market.to(learner)[-1] == "Reminder: Morning yoga"


async def test_move_replaces_the_reminders_of_the_former_time(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner, NOW + 3 * DAY)
    await market.services.bookings.reschedule(owner_of(session), booking.id, NOW + 4 * DAY, "The room is taken.")
    await market.services.bookings.reschedule(owner_of(session), booking.id, NOW + 3 * DAY, "It is free again.")
    await market.deliver()
    assert market.to(learner) == ["New time: Morning yoga"]

    market.clock.at = NOW + 2 * DAY
    await market.deliver()

    assert market.to(learner) == ["New time: Morning yoga", "Reminder: Morning yoga"]


async def test_cancelled_booking_is_not_reminded_of(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner, NOW + 3 * DAY)
    await market.deliver()
    await market.services.bookings.act(principal_of(learner), booking.id, "cancel")
    await market.deliver()

    market.clock.at = NOW + 2 * DAY
    await market.deliver()

    assert market.to(learner) == ["Booked: Morning yoga", "Cancelled: Morning yoga"]
    reminders = [each for each in await market.messages(learner.id) if each.kind is MessageKind.REMINDER_DAY]
    assert [(each.state, each.last_error) for each in reminders] == [
        (MessageState.DROPPED, MessageReason.STATUS_CHANGED)
    ]


async def test_rolled_back_booking_decides_nothing(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner)
    await market.deliver()
    market.sent.clear()
    async with broken_transaction(market.storage) as tx:
        found = await tx.bookings.acquire(booking.id)
        cancelled, step = found.after("cancel", principal_of(learner), NOW)
        await tx.bookings.save(cancelled, step)

    await market.deliver()

    assert market.sent == []


async def test_outage_of_six_hours_sends_no_stale_reminder(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner, NOW + 2 * DAY)
    await market.deliver()
    market.sent.clear()
    down = Answers(*[Unavailable("ConnectionRefusedError")] * 1_000)
    market.mailer = MemoryMailer(down)
    market.clock.at = NOW + 2 * DAY - 2 * HOUR
    for _ in range(72):
        await market.deliver()
        market.clock.advance(timedelta(minutes=5))
    assert booking.starts_at < market.clock.now()
    market.mailer = MemoryMailer()

    market.clock.advance(DAY)
    await market.deliver()

    assert market.sent == []
    states = await market.states(learner.id)
    assert (states["reminder_day"], states["reminder_hour"]) == (MessageState.DROPPED, MessageState.DROPPED)


async def test_mail_goes_out_soon_after_an_outage(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    market.mailer = MemoryMailer(Answers(*[Unavailable("ConnectionRefusedError")] * 100))
    await market.book(session, learner, NOW + 9 * DAY)
    for _ in range(12):
        await market.deliver()
        market.clock.advance(timedelta(minutes=5))
    market.mailer = MemoryMailer()

    market.clock.advance(timedelta(minutes=5))
    await market.deliver()

    assert market.to(learner) == ["Booked: Morning yoga"]


async def test_temporary_refusal_is_tried_again_later(market: MailedMarketplace) -> None:
    market.mailer = MemoryMailer(Answers(Refused(is_permanent=False, reason="451 4.7.1")))
    session, learner = await market.a_session(), await market.a_person()
    async with market.storage.unit_of_work() as tx:
        creator = await tx.users.acquire(session.creator_id)
        await tx.messages.mark_refused(creator.id, creator.email, NOW)
    await market.book(session, learner)

    await market.deliver()
    [waiting] = [each for each in await market.messages(learner.id) if each.kind is MessageKind.BOOKING_BOOKED]
    assert (waiting.state, waiting.last_error) == (MessageState.PENDING, "451 4.7.1")
    assert waiting.next_attempt_at == NOW + FIRST_RETRY
    market.clock.advance(FIRST_RETRY)
    await market.deliver()

    assert market.to(learner) == ["Booked: Morning yoga"]
    assert market.sent[0].message_id == waiting.message_id


async def test_permanent_refusal_ends_the_message_and_marks_the_address(market: MailedMarketplace) -> None:
    refusal = Refused(is_permanent=True, reason="550 5.1.1", is_about_recipient=True)
    market.mailer = MemoryMailer(Answers(refusal))
    learner, session = await market.a_person(), await market.a_session()
    booking = await market.book(session, learner)
    message = await market.add(learner, kind=MessageKind.BOOKING_BOOKED, booking_id=booking.id)
    await market.delivery.deliver()

    await market.add(learner, kind=MessageKind.BOOKING_BOOKED, booking_id=booking.id)
    await market.delivery.deliver()

    first, second = await market.messages(learner.id)
    assert (first.id, first.state, first.last_error) == (message.id, MessageState.REFUSED, "550 5.1.1")
    assert (second.state, second.last_error) == (
        MessageState.DROPPED,
        MessageReason.ADDRESS_REFUSED,
    )


async def test_refused_address_gets_one_link_a_day(market: MailedMarketplace) -> None:
    learner = await marked(market)

    for hours in (0, 1, 23, 1):
        market.clock.advance(hours * HOUR)
        now = market.clock.now()
        await market.add(learner, kind=MessageKind.PASSWORD_RESET, due_at=now, created_at=now)
        await market.delivery.deliver()

    assert market.to(learner) == ["Reset your password"] * 2
    assert [each.last_error for each in await market.messages(learner.id)] == [
        *(None, MessageReason.ADDRESS_LIMIT, MessageReason.ADDRESS_LIMIT, None)
    ]


async def test_refusal_of_an_address_is_forgotten_after_30_days(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await marked(market)
    for days in (29, 1):
        market.clock.advance(days * DAY)
        await market.book(session, learner, market.clock.now() + 2 * HOUR + days * HOUR)
        await market.deliver()

    assert market.to(learner) == ["Booked: Morning yoga"]


async def test_refusal_of_the_content_does_not_mark_the_address(market: MailedMarketplace) -> None:
    market.mailer = MemoryMailer(Answers(Refused(is_permanent=True, reason="554 5.7.1")))
    learner, session = await market.a_person(), await market.a_session()
    booking = await market.book(session, learner)

    for _ in range(2):
        await market.add(learner, kind=MessageKind.BOOKING_BOOKED, booking_id=booking.id)
        await market.delivery.deliver()

    assert [each.state for each in await market.messages(learner.id)] == [MessageState.REFUSED, MessageState.SENT]


async def test_lost_outcome_is_sent_once_more_with_the_same_message_id(market: MailedMarketplace) -> None:
    server = Answers(Lost("SMTPServerDisconnected"), Lost("SMTPServerDisconnected"))
    market.mailer = MemoryMailer(server)
    learner, session = await market.a_person(), await market.a_session()
    booking = await market.book(session, learner)
    await market.add(learner, kind=MessageKind.BOOKING_BOOKED, booking_id=booking.id)

    for _ in range(3):
        await market.delivery.deliver()

    [message] = await market.messages(learner.id)
    assert {mail.message_id for mail in server.seen} == {message.message_id}
    assert len(server.seen) == 2
    assert (message.state, message.unknown_at) == (MessageState.UNKNOWN, NOW)


async def test_reminder_whose_outcome_is_lost_is_not_sent_again(market: MailedMarketplace) -> None:
    server = Answers(Lost("SMTPServerDisconnected"))
    market.mailer = MemoryMailer(server)
    learner, session = await market.a_person(), await market.a_session()
    booking = await market.book(session, learner)
    await market.add(learner, kind=MessageKind.REMINDER_DAY, booking_id=booking.id)

    for _ in range(2):
        await market.delivery.deliver()

    assert len(server.seen) == 1
    assert await market.states(learner.id) == {"reminder_day": MessageState.UNKNOWN}


async def test_unverified_address_gets_three_verification_mails_a_day(market: MailedMarketplace) -> None:
    links = market.account_mails = NumberedLinks()
    learner, session = await stored_user(market.storage), await market.a_session()
    await market.book(session, learner)
    await market.deliver()
    assert market.to(learner) == []

    for kind in [MessageKind.VERIFY_EMAIL, MessageKind.PASSWORD_RESET] * 2:
        await market.add(learner, kind=kind)
        await market.delivery.deliver()

    assert market.to(learner) == ["Confirm your email address", "Reset your password", "Confirm your email address"]
    assert links.minted == 4
    assert "/verify_email/1" in market.sent[-3].text


async def test_registration_asks_for_the_address(market: MailedMarketplace) -> None:
    market.account_mails = NumberedLinks()
    user = await market.services.users.register(email="eve@example.org", username="eve", password="quick silver 9")

    await market.deliver()

    assert market.to(user) == ["Confirm your email address"]


async def test_account_mail_goes_where_its_request_says(market: MailedMarketplace) -> None:
    links = market.account_mails = NumberedLinks(to="new@example.org")
    user = await market.a_person()
    await market.add(user, kind=MessageKind.EMAIL_CHANGE)
    await market.delivery.deliver()
    links.is_void = True
    await market.add(user, kind=MessageKind.EMAIL_CHANGE)
    await market.delivery.deliver()

    assert [each.to.address for each in market.sent] == ["new@example.org"]
    assert [each.last_error for each in await market.messages(user.id)] == [None, MessageReason.REQUEST_ENDED]


async def test_address_of_a_mail_unsubscribes_from_its_kind(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner, NOW + 3 * DAY)
    await market.deliver()
    market.clock.at = NOW + 2 * DAY
    await market.deliver()
    headers = dict(market.sent[-1].headers)
    token = headers["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    subscriptions = SubscriptionService(unit_of_work=market.storage.unit_of_work, tokens=TOKENS, clock=market.clock)

    assert [await subscriptions.unsubscribe(token) for _ in range(2)] == [MessageKind.REMINDER_DAY] * 2
    await market.book(session, learner, NOW + 5 * DAY)
    market.clock.at = NOW + 4 * DAY
    await market.deliver()

    assert market.to(learner).count("Reminder: Morning yoga") == 1
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    reminders = [each for each in await market.messages(learner.id) if each.kind is MessageKind.REMINDER_DAY]
    assert reminders[-1].last_error == MessageReason.UNSUBSCRIBED


async def test_needed_mail_has_no_unsubscribe_header(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner)

    await market.deliver()

    assert [each.headers for each in market.sent] == [(), ()]


async def test_change_of_where_a_session_is_held_is_one_mail(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner, NOW + 3 * DAY)
    await market.deliver()
    market.sent.clear()
    for place in ("Madrid", "Lisbon"):
        changes = {"format": "in_person", "place": place}
        await market.services.sessions.change(owner_of(session), session.id, changes)
    await market.services.sessions.change(owner_of(session), session.id, {"description": "Breathe."})
    await market.deliver()
    assert market.sent == []

    market.clock.advance(timedelta(minutes=11))
    await market.deliver()

    assert market.to(learner) == ["Changed: Morning yoga"]
    assert "Where: Lisbon" in market.sent[0].text


async def test_changed_session_is_one_mail_per_person_and_says_what_it_is_now(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    other = await market.a_person()
    first = await market.book(session, learner, NOW + 3 * DAY)
    for days in (4, 5):
        await market.book(session, learner, NOW + days * DAY)
    await market.book(session, other, NOW + 4 * DAY)
    await market.deliver()
    market.sent.clear()
    changes = {"title": "Evening yoga", "format": "online", "join_url": "https://meet.example.org/2"}
    await market.services.sessions.change(owner_of(session), session.id, changes)
    await market.services.bookings.act(principal_of(learner), first.id, "cancel")
    await market.deliver()
    market.sent.clear()

    market.clock.advance(timedelta(minutes=11))
    await market.deliver()

    assert market.to(learner) == market.to(other) == ["Changed: Evening yoga"]
    for said in (
        "Session: Evening yoga",
        "https://meet.example.org/2",
        "it was called Morning yoga",
        "11 January 2030",
    ):
        assert said in next(mail.text for mail in market.sent if mail.to.address == learner.email)


async def test_changed_address_updates_the_calendar_entry_of_every_confirmed_start(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    bookings = [await market.book(session, learner, NOW + days * DAY) for days in (3, 4, 5)]
    await market.services.bookings.act(principal_of(learner), bookings[1].id, "cancel")
    await market.deliver()
    market.sent.clear()

    changes = {"format": "in_person", "address": "Via della Lungara 10"}
    await market.services.sessions.change(owner_of(session), session.id, changes)
    market.clock.advance(timedelta(minutes=11))
    await market.deliver()

    [mail] = market.sent
    assert mail.invitation is not None
    invitations = [mail.invitation, *mail.further_invitations]
    assert [each.ics.count(b"LOCATION:Via della Lungara 10") for each in invitations] == [1, 1]
    for booking, each in zip((bookings[0], bookings[2]), invitations, strict=True):
        assert f"UID:{booking.id}".encode() in each.ics
    assert mail.text.count("Also booked: ") == 1


async def test_learner_who_books_after_a_change_is_not_informed_of_it(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    changes = {"format": "in_person", "place": "Rome"}
    await market.services.sessions.change(owner_of(session), session.id, changes)
    market.clock.advance(timedelta(minutes=2))
    await market.book(session, learner, NOW + 3 * DAY)
    market.clock.advance(timedelta(minutes=11))

    await market.deliver()

    assert market.to(learner) == ["Booked: Morning yoga"]


async def test_change_of_only_the_point_reaches_learners_who_may_know_it(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner, NOW + 3 * DAY)
    await market.deliver()
    market.sent.clear()

    changes = {"format": "in_person", "coordinates": Coordinates(latitude=41.8919, longitude=12.4678)}
    await market.services.sessions.change(owner_of(session), session.id, {"format": "in_person"})
    market.clock.advance(timedelta(minutes=11))
    await market.deliver()
    market.sent.clear()
    await market.services.sessions.change(owner_of(session), session.id, changes)
    market.clock.advance(timedelta(minutes=11))
    await market.deliver()

    [mail] = market.sent
    assert "Point on the map: 41.8919, 12.4678" in mail.text
    assert mail.invitation is not None
    assert b"GEO:41.891900;12.467800" in mail.invitation.ics


async def test_changed_address_reaches_a_learner_whose_next_start_has_passed_meanwhile(
    market: MailedMarketplace,
) -> None:
    session, learner = await market.a_session(), await market.a_person()
    for start in (NOW + HOUR, NOW + DAY):
        await market.book(session, learner, start)
    await market.deliver()
    market.sent.clear()
    changes = {"format": "in_person", "address": "Via della Lungara 10"}
    await market.services.sessions.change(owner_of(session), session.id, changes)
    await market.decide()

    market.clock.advance(2 * HOUR)
    await market.deliver()

    assert ["Via della Lungara 10" in mail.text for mail in market.sent if "Changed" in mail.subject] == [True]


async def test_changed_link_reaches_a_confirmed_learner_who_also_asked_for_an_earlier_start(
    market: MailedMarketplace,
) -> None:
    session, learner = await market.a_session(requires_confirmation=True), await market.a_person()
    booking = await market.book(session, learner, NOW + 4 * DAY)
    await market.services.bookings.act(owner_of(session), booking.id, "confirm")
    await market.book(session, learner, NOW + 3 * DAY)
    await market.deliver()
    market.sent.clear()

    changes = {"format": "online", "join_url": "https://meet.example.org/2"}
    await market.services.sessions.change(owner_of(session), session.id, changes)
    market.clock.advance(timedelta(minutes=11))
    await market.deliver()

    [mail] = market.sent
    assert "https://meet.example.org/2" in mail.text
    assert mail.invitation is not None
    assert f"UID:{booking.id}".encode() in mail.invitation.ics


async def test_changed_link_is_mailed_within_a_minute_if_the_start_is_near(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner, NOW + timedelta(minutes=8))
    await market.deliver()
    market.sent.clear()
    for number in (1, 2):
        changes = {"format": "online", "join_url": f"https://meet.example.org/{number}"}
        await market.services.sessions.change(owner_of(session), session.id, changes)
        market.clock.advance(timedelta(minutes=1))
        await market.deliver()

        assert f"https://meet.example.org/{number}" in market.sent[-1].text

    assert market.to(learner) == ["Changed: Morning yoga"] * 2


async def test_many_changes_of_a_day_are_few_mails_and_the_last_says_all(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    await market.book(session, learner, NOW + DAY)
    await market.deliver()
    market.sent.clear()
    for number in range(30):
        changes = {"format": "online", "join_url": f"https://meet.example.org/{number}"}
        await market.services.sessions.change(owner_of(session), session.id, changes)
        market.clock.advance(timedelta(minutes=11))
        await market.deliver()
    assert market.to(learner) == ["Changed: Morning yoga"] * CHANGES_PER_DAY

    market.clock.at = NOW + DAY - 2 * HOUR
    await market.deliver()

    assert [each.text for each in market.sent if "https://meet.example.org/29" in each.text]
    assert market.to(learner).count("Changed: Morning yoga") == CHANGES_PER_DAY + 1


async def test_change_reaches_every_learner_of_a_large_session(market: MailedMarketplace) -> None:
    session = await market.a_session()
    learners = [await market.a_person() for _ in range(5)]
    for learner in learners:
        for days in (2, 3):
            await market.book(session, learner, NOW + days * DAY)
    await market.deliver()
    market.sent.clear()
    market.seats_at_a_time = 3
    await market.services.sessions.change(owner_of(session), session.id, {"title": "Evening yoga"})
    await market.decide()

    market.clock.advance(timedelta(minutes=11))
    await market.deliver()

    assert [market.to(learner) for learner in learners] == [["Changed: Evening yoga"]] * 5


async def test_completed_booking_asks_how_it_was(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner)
    market.clock.at = booking.ends_at
    await market.services.bookings.settle_due(booking.id)

    await market.deliver()

    assert market.to(learner) == ["How was it? Morning yoga"]


async def test_reviewed_booking_is_not_asked_how_it_was(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner)
    market.clock.at = booking.ends_at
    await market.services.bookings.settle_due(booking.id)
    await market.services.reviews.write(principal_of(learner), session.id, booking.id, 5, "Calm.")

    await market.deliver()

    assert market.to(learner) == []
    [asked] = [each for each in await market.messages(learner.id) if each.kind is MessageKind.HOW_WAS_IT]
    assert (asked.state, asked.last_error) == (MessageState.DROPPED, MessageReason.REVIEWED)


async def test_seats_and_their_mail_agree(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    booking = await market.book(session, learner)
    await market.deliver()
    for seats in (3, 2):
        await market.services.seat_changes.change(principal_of(learner), booking.id, seats)

    await market.deliver()

    assert market.to(learner) == ["Booked: Morning yoga", "Seats changed: Morning yoga"]
    assert "Seats: 2" in market.sent[-1].text


async def test_deactivated_account_gets_no_mail(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person(is_active=True)
    await market.book(session, learner)
    async with market.storage.unit_of_work() as tx:
        await tx.users.save(replace(learner, is_active=False))

    await market.deliver()

    assert market.to(learner) == []
