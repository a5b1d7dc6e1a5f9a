"""A marketplace over PostgreSQL and a simulator that is a program of its own."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from builders import Services, a_principal, principal_of, services_over, stored_session, stored_user
from fakes import MovableClock
from marketplace.adapters.payments.simulator import SimulatorPayments
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.payment_providers import Payments
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import UnitOfWork
from provider_worlds import PAYS

COMMISSION = 1_000


def paid_services(
    storage: Storage, provider: Payments, clock: MovableClock, unit_of_work: UnitOfWork | None = None
) -> Services:
    """Return services that take payments."""
    return services_over(
        storage,
        unit_of_work=unit_of_work,
        clock=clock,
        payments=PaymentOptions(commission=COMMISSION),
        provider=provider,
    )


class SimulatedShop:
    """Learners, their bookings, and the simulator's card page. The clock is that of the machine, as the simulator's."""

    def __init__(self, storage: Storage, address: str, secret: str) -> None:
        self.storage = storage
        self.clock = MovableClock(datetime.now(UTC))
        self.provider = SimulatorPayments(address, secret)
        self.services = paid_services(storage, self.provider, self.clock)
        self._pages = httpx.AsyncClient(base_url=address, trust_env=False)

    async def session(self, **changes: Any) -> Session:
        defaults = {"price": Decimal(36), "payment_method": "online", "max_participants": 1_000}
        return await stored_session(self.storage, **defaults | changes)

    async def book(self, session: Session) -> tuple[UUID, UUID]:
        """Return a new booking and its learner."""
        self.clock.at = datetime.now(UTC)
        learner = principal_of(await stored_user(self.storage))
        start = (self.clock.now() + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
        booked = await self.services.bookings.book(learner, session.id, start, 1)
        return booked.resource.id, learner.user_id

    async def use_card(self, booking_id: UUID, learner_id: UUID) -> None:
        """Open the page, and pay there."""
        opened = (await self.services.payments.pay(a_principal(learner_id), booking_id)).resource
        assert opened.url is not None, opened
        answer = await self._pages.post(httpx.URL(opened.url).path, data={"number": PAYS})
        assert answer.status_code < 400, answer.text

    async def pay(self, booking_id: UUID, learner_id: UUID) -> None:
        """Open the page, pay there, and come back from it."""
        await self.use_card(booking_id, learner_id)
        await self.services.payments.pay(a_principal(learner_id), booking_id)

    async def sums(self, booking_id: UUID) -> dict[str, int]:
        """Return what the ledger has of a booking, by purpose, without the provider's fee."""
        sums = dict[str, int]()
        for posted in await self.storage.ledger.of_booking(booking_id):
            for entry in posted.entries if posted.kind != "fee" else ():
                name = entry.account.purpose.value
                sums[name] = sums.get(name, 0) + entry.amount
        return {name: amount for name, amount in sums.items() if amount}

    async def close(self) -> None:
        await self._pages.aclose()
        await self.provider.close()
