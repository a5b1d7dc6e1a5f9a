"""A marketplace that takes payments from a provider in this process, and the checks that hold whatever happens."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from builders import Services, principal_of, services_over, stored_session, stored_user
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.payments.simulated.cards import card_of
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.ledger import Purpose
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.payments import Payment
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.refund_policies import RefundTier
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.payments import ParkedPayment
from marketplace.core.ports.storage import Storage

START = NOW + timedelta(days=10)
PRICE = Decimal(36)
PAYS, DECLINES, TWICE = "4242424242424242", "4000000000009995", "4000000000005126"
RETURNS_LATE = "4000000000007726"
HALF = (RefundTier(24, 50),)
"""Half is returned until a day before the start."""
ROUNDS = 50


@dataclass(slots=True)
class Shop:
    """Services over a storage, and the provider they use."""

    storage: Storage
    commission: int = 1_000
    clock: MovableClock = field(default_factory=MovableClock)
    provider: MemoryPayments = field(init=False)
    services: Services = field(init=False)

    def __post_init__(self) -> None:
        self.provider = MemoryPayments(self.clock.now)
        options = PaymentOptions(commission=self.commission)
        self.services = services_over(self.storage, clock=self.clock, payments=options, provider=self.provider)

    async def session(self, **changes: Any) -> Session:
        return await stored_session(self.storage, **{"price": PRICE, "payment_method": "online"} | changes)

    async def learner(self) -> Principal:
        return principal_of(await stored_user(self.storage))

    async def book(self, session: Session, learner: Principal, seats: int = 1, at: datetime = START) -> UUID:
        return (await self.services.bookings.book(learner, session.id, at, seats)).resource.id

    async def pay(self, learner: Principal, booking_id: UUID, card: str = PAYS) -> UUID:
        """Open the page and use a card there. Return the payment's ID."""
        opened = (await self.services.payments.pay(learner, booking_id)).resource
        self.use_card(opened.id, card)
        return opened.id

    def use_card(self, payment_id: UUID, card: str = PAYS) -> None:
        found = self.provider.provider.of_reference(payment_id)
        assert found is not None
        self.provider.provider.pay(found.id, card_of(card))

    async def paid(self, seats: int = 1, *, at: datetime = START, **changes: Any) -> tuple[Principal, UUID]:
        """Book, pay and settle. Return the learner and the booking."""
        session, learner = await self.session(**changes), await self.learner()
        booking_id = await self.book(session, learner, seats, at)
        await self.pay(learner, booking_id)
        await self.notify()
        return learner, booking_id

    async def notify(self) -> None:
        """Deliver the provider's notices, then everything that follows."""
        for body, headers in self.provider.notices():
            await self.services.payment_settlement.receive("memory", body, headers)
        await self.settle()

    async def settle(self) -> None:
        """Deliver events and run jobs that are due, and those that they enqueue."""
        for _ in range(ROUNDS):
            delivered = 0
            while found := await self.services.events.deliver():
                delivered += found
            done = await run_due(self.storage.job_queue, self.clock.now(), self.services.handlers())
            if not delivered and not done:
                return
        raise AssertionError("jobs never end")

    async def advance(self, by: timedelta) -> None:
        self.clock.advance(by)
        await self.settle()

    async def booking(self, booking_id: UUID) -> BookingHistory:
        found = await self.storage.booking_lists.find(booking_id)
        assert found is not None
        return found

    async def payments(self, booking_id: UUID) -> tuple[Payment, ...]:
        return await self.storage.payments.of_booking(booking_id)

    async def parked(self) -> tuple[ParkedPayment, ...]:
        return (await self.storage.payments.parked(100, None)).items

    async def sums(self, booking_id: UUID) -> dict[str, int]:
        """Return what the ledger has of a booking, by purpose, after checking that everything agrees.

        `commission` is before the provider's fee, which is paid out of it.
        """
        await self.check(booking_id)
        sums = await self._sums(booking_id)
        sums[Purpose.COMMISSION] += sums.pop(Purpose.FEE)
        return {name.value: amount for name, amount in sums.items() if amount}

    async def _sums(self, booking_id: UUID) -> dict[Purpose, int]:
        sums = dict.fromkeys(Purpose, 0)
        for posted in await self.storage.ledger.of_booking(booking_id):
            for entry in posted.entries:
                sums[entry.account.purpose] += entry.amount
        return sums

    async def check(self, booking_id: UUID) -> None:
        """Check that ledger, payments and provider agree, and that what is left is held, earned or commission."""
        assert not await self.storage.ledger.imbalances()
        sums, payments = await self._sums(booking_id), await self.payments(booking_id)
        paid, returned = -sums[Purpose.PAID_IN], sums[Purpose.RETURNED]
        assert paid == sum(each.captured for each in payments)
        assert returned == sum(each.refunded for each in payments)
        left = sums[Purpose.HELD] + sums[Purpose.EARNED] + sums[Purpose.COMMISSION] + sums[Purpose.FEE]
        assert paid - returned == left
        assert min(sums[Purpose.HELD], sums[Purpose.EARNED]) >= 0
        there = [self.provider.provider.of_reference(each.id) for each in payments]
        arrived = (refund for each in there if each is not None for refund in each.refunds if not refund.arrives_at)
        lost = sum(each.lost for each in there if each is not None)
        assert returned == sum(each.amount for each in arrived) + lost
        assert paid == sum(each.captured for each in there if each is not None)
