"""A marketplace whose mail is delivered by the test, with a clock that the test moves."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from builders import (
    ADDRESSES,
    TOMORROW,
    Services,
    a_message,
    principal_of,
    services_over,
    stored_session,
    stored_user,
)
from contracts.events import END, Recorder, relay_over
from fakes import FreshIds, MovableClock
from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.adapters.mail.composer import MjmlComposer
from marketplace.adapters.mail.memory import MemoryMailer
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.messages import Message, MessageState
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.account_mails import AccountMail, AccountMails
from marketplace.core.ports.mail_composer import UnsubscribeTokens
from marketplace.core.ports.mailer import Accepted, Mail, Mailbox, Mailer, SendResult
from marketplace.core.ports.messages import SEATS_BATCH
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.letters import Letters
from marketplace.core.services.mail_delivery import Delivered, MailDelivery
from marketplace.core.services.message_decider import MessageDecider
from marketplace.core.services.new_messages import NewMessages

SENDER = Mailbox(address="sessions@example.org", name="Sessions")
TOKENS = HmacUnsubscribeTokens(SecretKeys(("a secret of the tests",)))


class Answers:
    """A server that gives these answers, then accepts."""

    def __init__(self, *results: SendResult) -> None:
        self.results = [*results]
        self.seen: list[Mail] = []

    def __call__(self, mail: Mail) -> SendResult:
        self.seen.append(mail)
        return self.results.pop(0) if self.results else Accepted()


class NumberedLinks:
    """Links that number their tokens. With `is_void`, no request stands."""

    def __init__(self, to: str | None = None) -> None:
        self.minted = 0
        self.to = to
        self.is_void = False

    async def mint(self, tx: Transaction, message: Message) -> AccountMail | None:
        _ = tx
        if self.is_void:
            return None
        self.minted += 1
        link = f"https://sessions.example.org/{message.kind}/{self.minted}"
        return AccountMail(link=link, to=self.to, device="Firefox on Linux")


class MailedMarketplace:
    """Services over a storage whose events decide messages, which `deliver` sends."""

    def __init__(
        self, storage: Storage, mailer: Mailer | None = None, account_mails: AccountMails | None = None
    ) -> None:
        self.storage, self.clock, self.mailer = storage, MovableClock(), mailer or MemoryMailer()
        self.services: Services = services_over(storage, clock=self.clock, mailer=self.mailer)
        self.account_mails: AccountMails = account_mails or NumberedLinks()
        self.composer = MjmlComposer(sender=SENDER, calendars=Rfc5545Calendars(), addresses=ADDRESSES)
        self.tokens: UnsubscribeTokens = TOKENS
        self.seats_at_a_time = SEATS_BATCH
        self.new_messages = NewMessages(ids=FreshIds(), host="sessions.example.org", is_on=True)

    @property
    def sent(self) -> list[Mail]:
        assert isinstance(self.mailer, MemoryMailer)
        return self.mailer.sent

    @property
    def delivery(self) -> MailDelivery:
        return MailDelivery(
            unit_of_work=self.storage.unit_of_work,
            mailer=self.mailer,
            composer=self.composer,
            letters=Letters(addresses=ADDRESSES, unsubscribe_tokens=self.tokens, clock=self.clock),
            account_mails=self.account_mails,
            clock=self.clock,
        )

    async def decide(self) -> None:
        """Deliver all events to the decider, at the present time of the clock."""
        decider = MessageDecider(new_messages=self.new_messages, clock=self.clock, seats_at_a_time=self.seats_at_a_time)
        relay = relay_over(self.storage, decider, Recorder(), clock=MovableClock(END))
        while await relay.deliver():
            pass

    async def deliver(self) -> Delivered:
        """Decide, and deliver until nothing is due."""
        await self.decide()
        claimed, done = 0, await self.delivery.deliver()
        while done.claimed:
            claimed += done.claimed
            done = await self.delivery.deliver()
        return replace(done, claimed=claimed)

    async def a_person(self, **changes: object) -> User:
        """Store a person with a verified address."""
        return await stored_user(self.storage, email_verified_at=self.clock.now(), **changes)

    async def a_session(self, **changes: object) -> Session:
        creator = await self.a_person(role="creator", first_name="Carla", last_name="Creator")
        return await stored_session(self.storage, creator_id=creator.id, max_participants=9, **changes)

    async def book(self, session: Session, learner: User, starts_at: datetime = TOMORROW) -> Booking:
        return (await self.services.bookings.book(principal_of(learner), session.id, starts_at, 1)).resource

    async def add(self, user: User, **changes: object) -> Message:
        message = a_message(user.id, **changes)
        async with self.storage.unit_of_work() as tx:
            await tx.messages.add([message])
        return message

    async def messages(self, user_id: UUID) -> list[Message]:
        """Return a person's messages, oldest first."""
        return [*reversed((await self.storage.messages.of_user(user_id, 100, None)).items)]

    async def reached(self, message: Message, state: MessageState) -> None:
        """Wait until a running delivery has brought a message to a state."""
        async with asyncio.timeout(10):
            while True:
                if (message.id, state) in {(each.id, each.state) for each in await self.messages(message.user_id)}:
                    return
                await asyncio.sleep(0.01)

    async def states(self, user_id: UUID) -> dict[str, MessageState]:
        return {each.kind.value: each.state for each in await self.messages(user_id)}

    def to(self, user: User) -> list[str]:
        """Return the subjects of the mails to a person."""
        return [mail.subject for mail in self.sent if mail.to.address == user.email]


async def marked(market: MailedMarketplace) -> User:
    """Store a person whose verified address a server refused just now."""
    learner = await market.a_person()
    async with market.storage.unit_of_work() as tx:
        await tx.users.acquire(learner.id)
        await tx.messages.mark_refused(learner.id, learner.email, market.clock.now())
    return learner


async def settle(storage: Storage) -> None:
    """Settle all messages and events of other tests."""
    relay = relay_over(storage, clock=MovableClock(END))
    while await relay.deliver():
        pass
    while True:
        async with storage.unit_of_work() as tx:
            left = await tx.messages.claim_due(END, 1_000, END - END)
            for each in left:
                await tx.messages.save(each, each.dropped("The test has ended."))
        if not left:
            return
