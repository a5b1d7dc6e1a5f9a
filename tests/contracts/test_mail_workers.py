"""Workers that deliver mail at the same time, slowly, or for long send each message once, and within its limits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
import pytest_asyncio

from builders import a_message, stored_user
from contracts.mail import TOKENS, MailedMarketplace, NumberedLinks, settle
from fakes import NOW, MovableClock
from marketplace.core.domain.messages import Message, MessageKind, MessageState
from marketplace.core.ports.account_mails import AccountMail, AccountMails
from marketplace.core.ports.mailer import Accepted, Mail, SendResult
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.mail_delivery import LEASE, RELEASE_EVERY


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_leftovers(storage: Storage) -> AsyncIterator[None]:
    await settle(storage)
    yield
    await settle(storage)


@pytest.fixture
def market(storage: Storage) -> MailedMarketplace:
    return MailedMarketplace(storage)


class LateLinks:
    """Links that take most of a lease, as if the account were locked."""

    def __init__(self, links: AccountMails, clock: MovableClock) -> None:
        self._links = links
        self._clock = clock

    async def mint(self, tx: Transaction, message: Message) -> AccountMail | None:
        self._clock.advance(LEASE * 0.9)
        return await self._links.mint(tx, message)


class BrokenTokens:
    """Tokens that fail for one person."""

    def __init__(self, user_id: UUID) -> None:
        self._user_id = user_id

    def sign(self, message: Message) -> str:
        if message.user_id == self._user_id:
            raise RuntimeError
        return TOKENS.sign(message)

    def read(self, token: str) -> tuple[UUID, MessageKind] | None:
        return TOKENS.read(token)


class SlowServer:
    """A mail server that another worker meets while it takes its time: `meanwhile` runs during each transmission."""

    at_once = 4

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self.meanwhile = meanwhile
        self.mails: list[Mail] = []

    async def send(self, mail: Mail) -> SendResult:
        self.mails.append(mail)
        await self.meanwhile()
        return Accepted()

    async def close(self) -> None:
        """Close nothing."""


async def test_message_found_started_after_its_lease_is_unknown(market: MailedMarketplace) -> None:
    learner, session = await market.a_person(), await market.a_session()
    booking = await market.book(session, learner)
    message = await market.add(learner, kind=MessageKind.BOOKING_BOOKED, booking_id=booking.id)
    async with market.storage.unit_of_work() as tx:
        [claimed] = await tx.messages.claim_due(NOW, 10, LEASE)
        assert await tx.messages.save(claimed, claimed.started())
    await market.delivery.deliver()
    assert market.sent == []

    market.clock.advance(LEASE)
    for _ in range(2):
        await market.delivery.deliver()

    [found] = await market.messages(learner.id)
    assert [mail.message_id for mail in market.sent] == [message.message_id]
    assert (found.state, found.attempts, found.unknown_at) == (MessageState.SENT, 2, NOW + LEASE)


async def test_lease_lasts_from_the_start_of_the_transmission(market: MailedMarketplace) -> None:
    links, other = NumberedLinks(), MailedMarketplace(market.storage)
    other.clock, market.account_mails = market.clock, LateLinks(links, market.clock)

    async def meanwhile() -> None:
        market.clock.advance(LEASE * 0.9)
        await other.deliver()

    server = market.mailer = SlowServer(meanwhile)
    learner = await market.a_person()
    message = await market.add(learner, kind=MessageKind.NEW_SIGN_IN)

    await market.delivery.deliver()

    [found] = await market.messages(learner.id)
    assert [each.message_id for each in [*server.mails, *other.sent]] == [message.message_id]
    assert (found.state, found.unknown_at) == (MessageState.SENT, None)


async def test_worker_claims_no_more_than_its_mailer_sends_at_once(market: MailedMarketplace) -> None:
    learner, started = await market.a_person(), list[int]()

    async def meanwhile() -> None:
        found = await market.messages(learner.id)
        started.append(sum(each.next_attempt_at != each.due_at and each.sent_at is None for each in found))

    server = market.mailer = SlowServer(meanwhile)
    for _ in range(3 * SlowServer.at_once):
        await market.add(learner, kind=MessageKind.NEW_SIGN_IN)

    while (await market.delivery.deliver()).claimed:
        pass

    assert len({each.message_id for each in server.mails}) == len(server.mails) == 3 * SlowServer.at_once
    assert max(started) == SlowServer.at_once


async def test_messages_held_while_the_delivery_runs_are_released_within_a_minute(market: MailedMarketplace) -> None:
    learner, stop = await market.a_person(), asyncio.Event()
    delivering = asyncio.create_task(market.delivery.run(stop))
    try:
        before = await market.add(learner, kind=MessageKind.NEW_SIGN_IN)
        await market.reached(before, MessageState.SENT)
        held = a_message(learner.id, kind=MessageKind.NEW_SIGN_IN).held()
        async with market.storage.unit_of_work() as tx:
            await tx.messages.add([held])

        market.clock.advance(RELEASE_EVERY)

        await market.reached(held, MessageState.SENT)
    finally:
        stop.set()
        await delivering


async def test_mails_to_an_unverified_address_are_limited_within_a_batch_too(market: MailedMarketplace) -> None:
    learner = await stored_user(market.storage)
    for _ in range(10):
        await market.add(learner, kind=MessageKind.PASSWORD_RESET)

    await asyncio.gather(market.deliver(), market.deliver())

    assert market.to(learner) == ["Reset your password"] * 3


async def test_message_that_cannot_be_decided_delays_no_other(market: MailedMarketplace) -> None:
    session, learners = await market.a_session(), [await market.a_person() for _ in range(3)]
    market.tokens = BrokenTokens(learners[1].id)
    for learner in learners:
        booking = await market.book(session, learner)
        await market.add(learner, kind=MessageKind.REMINDER_DAY, booking_id=booking.id)

    await market.delivery.deliver()

    reached = [[each.state for each in await market.messages(learner.id)] for learner in learners]
    assert reached == [[MessageState.SENT], [MessageState.PENDING], [MessageState.SENT]]
    market.tokens = TOKENS
    assert not (await market.delivery.deliver()).claimed
    market.clock.advance(LEASE)
    await market.delivery.deliver()
    assert [each.state for each in await market.messages(learners[1].id)] == [MessageState.SENT]
