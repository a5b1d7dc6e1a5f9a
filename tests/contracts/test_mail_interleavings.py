"""Random interleavings of bookings, their changes, the clock and the delivery send no stale mail, and none twice."""

import os
import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from builders import principal_of
from contracts.harness import owner_of
from contracts.mail import MailedMarketplace
from fakes import NOW
from marketplace.adapters.mail.memory import MemoryMailer
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.message_causes import REMINDERS, booking_version, version_of_start
from marketplace.core.domain.messages import FINAL, MessageKind, MessageState
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import MarketplaceError
from marketplace.core.ports.mail_composer import Letter
from marketplace.core.ports.mailer import Accepted, Lost, Mail, Mailbox, Refused, SendResult, Unavailable
from marketplace.core.services.mail_delivery import LEASE

INTERLEAVINGS = 10_000 if os.environ.get("MARKETPLACE_TEST_LONG") else 60
STEPS = 30
CHANGES = ("book", "move", "cancel", "answer", "seats", "settle")
WHAT = (*CHANGES, "clock", "decide", "deliver", "deliver")
STARTS = [NOW + timedelta(hours=hours) for hours in (20, 30, 50, 80)]
FAULTS: tuple[SendResult, ...] = (
    Refused(is_permanent=False, reason="451"),
    Unavailable("SMTPConnectError"),
    Lost("SMTPServerDisconnected"),
)
DECIDED = {*MessageState} - {MessageState.DROPPED, MessageState.REFUSED}
ANSWERS = {MessageKind.BOOKING_DECLINED, MessageKind.BOOKING_EXPIRED}
HAS_SEAT = {MessageKind.BOOKING_BOOKED, MessageKind.BOOKING_CONFIRMED, *REMINDERS}


class Shopper:
    """A learner and a creator who act at random, and a mail server that fails at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - reproducible
        self.market = MailedMarketplace(memory_storage(), MemoryMailer(self.answer))
        self.market.composer = self  # type: ignore[assignment]
        self.letters: list[Letter] = []
        self.stale: list[str] = []
        self.announced: dict[tuple[UUID, UUID, datetime], UUID] = {}
        """Messages of conversations, by person, booking and the oldest unread one."""

    async def compose(self, letter: Letter) -> Mail:
        """Note what is said, and what is true at that moment."""
        booking = letter.booking
        assert booking is not None
        current = await self.market.storage.booking_lists.find(booking.id)
        assert current is not None
        reason = stale(letter, current, self.market.clock.now())
        if letter.message.kind is MessageKind.NEW_MESSAGE:
            reason = await self.announced_twice(letter, booking.id)
        if reason is not None:
            self.stale.append(f"{letter.message.kind}: {reason}")
        self.letters.append(letter)
        to = Mailbox(address=letter.to)
        return Mail(sender=to, to=to, subject="", text="", html="", message_id=letter.message.message_id)

    async def announced_twice(self, letter: Letter, booking_id: UUID) -> str | None:
        """Return what is wrong about a mail that announces messages of a conversation."""
        user_id = letter.message.user_id
        page = await self.market.storage.conversations.of_booking(booking_id, 100, None)
        unread: list[datetime] = []
        for each in page.items:
            if each.author_id == user_id:
                break
            if each.read_at is None:
                unread.append(each.created_at)
        if not unread:
            return "read or answered"
        key = (user_id, booking_id, min(unread))
        earlier = self.announced.setdefault(key, letter.message.id)
        states = {each.id: each.state for each in await self.market.messages(user_id)}
        self.announced[key] = letter.message.id
        return "announced twice" if earlier != letter.message.id and states[earlier] in DECIDED else None

    def answer(self, mail: Mail) -> SendResult:
        _ = mail
        return self.random.choice(FAULTS) if self.random.random() < 0.2 else Accepted()

    async def run(self) -> None:
        asks = self.random.random() < 0.5
        session = await self.market.a_session(requires_confirmation=asks)
        learner = await self.market.a_person()
        for _ in range(STEPS):
            with suppress(MarketplaceError):
                await self.random.choice((self.step, self.step, self.step, self.talk))(session, learner)
        for _ in range(60):
            await self.market.deliver()
            self.market.clock.advance(LEASE * self.random.choice((1, 10, 40, 120)))

    async def step(self, session: Session, learner: User) -> None:
        services, choose = self.market.services, self.random.choice
        me, creator = principal_of(learner), owner_of(session)
        mine = (await self.market.storage.booking_lists.of_user(learner.id, 100, None)).items
        match choose(WHAT):
            case "book":
                await self.market.book(session, learner, choose(STARTS))
            case "move" if mine:
                await services.bookings.reschedule(choose((me, creator)), choose(mine).id, choose(STARTS))
            case "cancel" if mine:
                await services.bookings.act(choose((me, creator)), choose(mine).id, "cancel")
            case "answer" if mine:
                await services.bookings.act(creator, choose(mine).id, choose(("confirm", "decline")))
            case "seats" if mine:
                await services.seat_changes.change(me, choose(mine).id, choose((1, 2, 3)))
            case "settle" if mine:
                await services.bookings.settle_due(choose(mine).id)
            case "clock":
                self.market.clock.advance(timedelta(minutes=choose((1, 10, 60, 600))))
            case "decide":
                await self.market.decide()
            case "deliver":
                await self.market.decide()
                await self.market.delivery.deliver()
        self.market.clock.advance(timedelta(microseconds=1))

    async def talk(self, session: Session, learner: User) -> None:
        """Write or read in a conversation."""
        conversations, choose = self.market.services.conversations, self.random.choice
        mine = (await self.market.storage.booking_lists.of_user(learner.id, 100, None)).items
        if not mine:
            return
        person, booking_id = choose((principal_of(learner), owner_of(session))), choose(mine).id
        newest = (await conversations.list(person, booking_id, 3, None)).items
        if newest and self.random.random() < 0.4:
            await conversations.mark_read(person, booking_id, choose(newest).id)
        else:
            await conversations.write(person, booking_id, "Hello.")
        self.market.clock.advance(timedelta(microseconds=1))


def stale(letter: Letter, booking: BookingHistory, now: datetime) -> str | None:
    """Return what is untrue about a mail, by rules of its own."""
    message, kind = letter.message, letter.message.kind
    upcoming = kind in {*HAS_SEAT, MessageKind.BOOKING_REQUESTED, MessageKind.BOOKING_MOVED}
    untruths = {
        "too late": now >= message.expires_at or (upcoming and now >= booking.starts_at),
        "no seat": kind in HAS_SEAT and booking.status != "confirmed",
        "moved": kind in HAS_SEAT and message.version < version_of_start(booking.history),
        "another time": kind in REMINDERS and booking.starts_at - message.due_at != REMINDERS.get(kind),
        "answered": kind is MessageKind.BOOKING_REQUESTED and not booking.awaits_creator(),
        "not cancelled": kind is MessageKind.BOOKING_CANCELLED and booking.status != "cancelled",
        "ended since": kind in ANSWERS and booking.history[-1].action == "cancel",
        "other seats": kind is MessageKind.SEATS_CHANGED and message.version != booking_version(booking.history),
    }
    return next((reason for reason, is_untrue in untruths.items() if is_untrue), None)


@pytest.mark.thorough
async def test_random_interleavings_send_nothing_stale_and_nothing_twice() -> None:
    kinds = Counter[str]()
    for seed in range(INTERLEAVINGS):
        shopper = Shopper(seed)
        await shopper.run()

        assert shopper.stale == [], seed
        keys = Counter[tuple[UUID, str, UUID | None, int]]()
        for user_id in {letter.message.user_id for letter in shopper.letters}:
            for message in await shopper.market.messages(user_id):
                keys[message.user_id, message.kind, message.booking_id, message.version] += 1
                assert message.state in FINAL, seed
        accepted = Counter(mail.message_id for mail in shopper.market.sent)
        assert set(keys.values()) <= {1}, seed
        assert set(accepted.values()) <= {1}, seed
        kinds.update(letter.message.kind.value for letter in shopper.letters)

    assert kinds.keys() >= {
        *("booking_booked", "booking_requested", "booking_confirmed", "booking_declined", "booking_moved"),
        *("booking_cancelled", "seats_changed", "reminder_day", "reminder_hour", "new_message"),
    }
