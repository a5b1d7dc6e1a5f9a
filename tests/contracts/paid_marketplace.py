"""A marketplace that takes payments, with everything that can go wrong between it and its provider."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from builders import a_principal, principal_of, services_over, stored_user
from contracts.interruptions import InterruptedPayments, Interruptions, interrupted
from due_jobs import run_due
from fakes import MovableClock
from marketplace.adapters.payments.events import SIGNATURE_HEADER
from marketplace.adapters.payments.memory import NOTICE_KEY
from marketplace.adapters.payments.signatures import sign
from marketplace.adapters.payments.simulated.cards import card_of
from marketplace.adapters.payments.simulated.records import SimulatedPayment
from marketplace.adapters.payments.simulated.refusals import ProviderRefusal
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import MarketplaceError
from marketplace.core.errors.payments import ProviderAway
from marketplace.core.ports.storage import Storage
from marketplace.core.services.reconciliation import Drift
from paid_bookings import HALF, Shop

WHY = "Asked for by e-mail."
LEADS = (timedelta(hours=3), timedelta(hours=30), timedelta(days=4), timedelta(days=9))
"""How long before its start a booking is made or moved."""
PAUSES = tuple(timedelta(minutes=each) for each in (1, 25, 180, 2 * 1440, 7 * 1440, 5 * 1440, 5 * 1440))
"""Advances of the clock after which every deadline has passed."""
REFUND_ARRIVES = timedelta(days=3)
"""After which a late refund has arrived."""
RESOLUTIONS = 4
"""How often staff resolve what waits for them; more is an endless loop."""


@dataclass(slots=True)
class PaidMarketplace:
    """Some sessions and learners, what they can do, and what can go wrong. Numbers choose among what there is."""

    shop: Shop
    interruptions: Interruptions
    provider: InterruptedPayments
    staff: Principal
    sessions: list[Session]
    learners: list[Principal]
    opened_at: datetime
    booked: list[UUID] = field(default_factory=list)
    inbox: list[bytes] = field(default_factory=list)
    """Notices that were sent and have not arrived."""
    waited: set[tuple[UUID | None, ParkedReason]] = field(default_factory=set)
    """Payments that staff had to look at, and why."""
    drifts: tuple[Drift, ...] = ()
    """What the comparison found in the end."""

    @classmethod
    async def opened(cls, storage: Storage, clock: MovableClock) -> "PaidMarketplace":
        shop, interruptions = Shop(storage, clock=clock), Interruptions()
        provider = InterruptedPayments(clock.now, interruptions)
        shop.provider = provider
        shop.services = services_over(
            storage,
            unit_of_work=interrupted(storage.unit_of_work, interruptions),
            clock=clock,
            payments=PaymentOptions(commission=shop.commission),
            provider=provider,
        )
        first = await shop.session(price=Decimal("33.33"), max_participants=2, cancellation_policy=HALF)
        second = await shop.session(max_participants=3, cancellation_policy=HALF, requires_confirmation=True)
        own = {"creator_id": first.creator_id, "max_participants": 1}
        others = [await shop.session(**own), await shop.session(**own, requires_confirmation=True)]
        staff = principal_of(await stored_user(storage, is_staff=True))
        learners = [await shop.learner() for _ in range(4)]
        await shop.services.reconciliation.begin()
        return cls(shop, interruptions, provider, staff, [first, second, *others], learners, clock.now())

    # what people do

    async def book(self, who: int, what: int, when: int, seats: int) -> bool:
        """Return whether it was booked."""
        session, learner = self.sessions[what], self.learners[who]
        with suppress(MarketplaceError):
            booked = await self.shop.services.bookings.book(learner, session.id, self._start(when), seats)
            self.booked.append(booked.resource.id)
            return True
        return False

    async def find_booked(self) -> None:
        """Find what was booked by a process that ended before it could say so."""
        for learner in self.learners:
            found = (await self.shop.storage.booking_lists.of_user(learner.user_id, 100, None)).items
            self.booked += [each.id for each in found if each.id not in self.booked]

    async def open_page(self, which: int) -> None:
        learner = a_principal((await self.shop.booking(self._booking(which))).user_id)
        with suppress(MarketplaceError):
            await self.shop.services.payments.pay(learner, self._booking(which))

    async def use_card(self, which: int, card: str) -> None:
        for page in await self._pages(self._booking(which)):
            with suppress(ProviderRefusal):
                self.provider.provider.pay(page.id, card_of(card))

    async def confirm_card(self, which: int) -> None:
        for page in await self._pages(self._booking(which)):
            with suppress(ProviderRefusal):
                self.provider.provider.confirm(page.id)

    async def act(self, which: int, who: str, action: BookingAction) -> None:
        booking = await self.shop.booking(self._booking(which))
        person = {"learner": a_principal(booking.user_id), "creator": a_principal(booking.creator_id)}
        with suppress(MarketplaceError):
            await self.shop.services.bookings.act(person.get(who, self.staff), booking.id, action, WHY)

    async def move(self, which: int, who: str, when: int) -> None:
        booking = await self.shop.booking(self._booking(which))
        person = {"learner": a_principal(booking.user_id), "creator": a_principal(booking.creator_id)}
        with suppress(MarketplaceError):
            await self.shop.services.bookings.reschedule(
                person.get(who, self.staff), booking.id, self._start(when), WHY
            )

    async def change_seats(self, which: int, seats: int) -> None:
        booking = await self.shop.booking(self._booking(which))
        with suppress(MarketplaceError):
            await self.shop.services.seat_changes.change(a_principal(booking.user_id), booking.id, seats)

    async def refund_by_staff(self, which: int, percent: int) -> None:
        for payment in await self.shop.payments(self._booking(which)):
            amount = payment.amount * percent // 100
            with suppress(MarketplaceError):
                await self.shop.services.payment_admin.refund(self.staff, payment.id, amount, WHY)

    # what happens at the provider

    async def refund_in_dashboard(self, which: int, percent: int) -> None:
        for page in await self._pages(self._booking(which)):
            with suppress(ProviderRefusal):
                self.provider.provider.refund_here(page.id, page.amount * percent // 100)

    async def dispute(self, which: int) -> None:
        for page in await self._pages(self._booking(which)):
            with suppress(ProviderRefusal):
                self.provider.provider.dispute(page.id)

    async def close_dispute(self, which: int, *, is_won: bool) -> None:
        for page in await self._pages(self._booking(which)):
            with suppress(ProviderRefusal):
                self.provider.provider.close_dispute(page.id, is_won=is_won)

    async def fail(self, operation: str, mode: str, times: int) -> None:
        self.provider.fail(operation, mode, times)

    # what arrives when

    async def receive(self, place: int, copies: int) -> None:
        """Deliver one notice, whenever it was sent, this number of times; none at all if it is zero."""
        self.inbox += [body for body, _ in self.provider.notices()]
        if not self.inbox:
            return
        body = self.inbox.pop(place % len(self.inbox))
        for _ in range(copies):
            try:
                await self._receive(body)
            except ProviderAway:
                self.inbox.append(body)
                return

    async def _receive(self, body: bytes) -> None:
        headers = {SIGNATURE_HEADER: sign(body, NOTICE_KEY, self.shop.clock.now())}
        await self.shop.services.payment_settlement.receive("memory", body, headers)

    async def relay(self) -> None:
        await self.shop.services.events.deliver()

    async def work(self) -> None:
        """Run the jobs that are due. One that needs the provider while it is away is tried again."""
        services = self.shop.services
        try:
            await run_due(self.shop.storage.job_queue, self.shop.clock.now(), services.handlers())
        except* ProviderAway:
            pass

    async def wait(self, minutes: int) -> None:
        self.shop.clock.advance(timedelta(minutes=minutes))

    async def finish(self) -> None:
        """Let everything arrive and every deadline pass, and let staff compare and resolve what waits for them."""
        self.interruptions.arm("", 0, None)
        self.provider.heal()
        for pause in PAUSES:
            self.shop.clock.advance(pause)
            await self._catch_up()
        self.drifts = await self.shop.services.reconciliation.compare(self.opened_at)
        for _ in range(RESOLUTIONS):
            for parked in await self.shop.parked():
                self.waited.add((parked.payment_id, parked.reason))
                await self.shop.services.payment_admin.resolve(self.staff, parked.id, WHY)
            self.shop.clock.advance(REFUND_ARRIVES)
            await self._catch_up()

    async def _catch_up(self) -> None:
        while self.inbox or self.provider.provider.notices.due():
            await self.receive(0, 1)
        await self.shop.settle()

    def _start(self, when: int) -> datetime:
        found = self.shop.clock.now() + LEADS[when % len(LEADS)]
        return found.replace(minute=0, second=0, microsecond=0)

    def _booking(self, which: int) -> UUID:
        """Return a booking, counted from the newest."""
        return self.booked[-1 - which % len(self.booked)]

    async def _pages(self, booking_id: UUID) -> list[SimulatedPayment]:
        """Return the provider's payments of a booking, newest first."""
        ids = {each.id for each in await self.shop.payments(booking_id)}
        found = [self.provider.provider.get(each.id) for each in self.provider.payments() if each.reference in ids]
        return found[::-1]
