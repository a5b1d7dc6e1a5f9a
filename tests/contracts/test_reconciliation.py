"""The daily comparison with the provider, run on either storage."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from uuid_utils.compat import uuid7

from builders import a_principal, services_over
from fakes import NOW
from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import ProviderReport
from marketplace.core.errors.payments import ProviderAway
from marketplace.core.ports.payment_providers import Charge
from marketplace.core.ports.storage import Storage
from paid_bookings import HALF, Shop

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(empty_storage: Storage) -> Shop:
    return Shop(empty_storage)


async def test_lost_notices_are_settled_and_nothing_is_reported(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    paid_id = await shop.book(session, learner)
    await shop.pay(learner, paid_id)
    shop.provider.notices()
    other, booking_id = await shop.paid(cancellation_policy=HALF)
    await shop.services.bookings.act(other, booking_id, "cancel")
    await shop.settle()
    refunded = shop.provider.provider.of_reference(booking_id)
    assert refunded is not None
    shop.provider.provider.refund_here(refunded.id, 300)
    shop.provider.notices()

    shop.clock.advance(timedelta(minutes=11))
    assert await shop.services.reconciliation.compare(NOW - HOUR) == ()
    await shop.settle()
    assert (await shop.booking(paid_id)).status == "confirmed"
    assert await shop.sums(paid_id) == {"paid_in": -3600, "held": 3600}
    assert (await shop.sums(booking_id))["returned"] == 2100
    assert await shop.parked() == ()


async def test_payments_under_way_are_not_compared(shop: Shop) -> None:
    session = await shop.session(max_participants=9)
    for mode in ("before", "after", None):
        learner = await shop.learner()
        booking_id = await shop.book(session, learner)
        if mode:
            shop.provider.fail("open", mode)
        await shop.services.payments.pay(learner, booking_id)
    assert await shop.services.reconciliation.compare(NOW - HOUR) == ()
    assert await shop.parked() == ()


class SlowPages(MemoryPayments):
    """A provider whose list is read before something else happens, and arrives after it."""

    def __init__(self, shop: Shop, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(shop.clock.now)
        self.provider = shop.provider.provider
        self._meanwhile = meanwhile

    async def changed_since(self, since: datetime) -> AsyncIterator[ProviderReport]:
        reports = [each async for each in super().changed_since(since)]
        await self._meanwhile()
        for report in reports:
            yield report


async def test_payment_that_goes_on_while_it_is_compared_is_no_difference(shop: Shop) -> None:
    learner, refunded_id = await shop.paid()
    _, captured_id = await shop.paid(requires_confirmation=True)
    creator_id = (await shop.booking(captured_id)).creator_id

    async def meanwhile() -> None:
        await shop.services.bookings.act(learner, refunded_id, "cancel")
        await shop.services.bookings.act(a_principal(creator_id), captured_id, "confirm")
        await shop.settle()

    shop.clock.advance(timedelta(minutes=11))
    slow = services_over(shop.storage, clock=shop.clock, payments=PaymentOptions(), provider=SlowPages(shop, meanwhile))
    assert await slow.reconciliation.compare(NOW - HOUR) == ()
    assert (await shop.sums(captured_id), await shop.parked()) == ({"paid_in": -3600, "held": 3600}, ())


Injection = Callable[[MemoryPayments, UUID], None]


def replaced(**changes: Any) -> Injection:
    def change(payments: MemoryPayments, booking_id: UUID) -> None:
        found = payments.provider.of_reference(booking_id)
        assert found is not None
        payments.provider.restore(msgspec.structs.replace(found, **changes))

    return change


def unknown_here(payments: MemoryPayments, _: UUID) -> None:
    payments.provider.open(a_charge(uuid7()), uuid7())


def opened_twice(payments: MemoryPayments, booking_id: UUID) -> None:
    payments.provider.open(a_charge(booking_id), uuid7())


def lost_there(payments: MemoryPayments, _: UUID) -> None:
    payments.provider = SimulatedProvider(payments.provider.time)


def a_charge(payment_id: UUID) -> Charge:
    return Charge(
        payment_id=payment_id,
        amount=3600,
        currency="EUR",
        captures_later=False,
        title="Morning yoga",
        return_url="https://sessions.example.org",
        expires_at=NOW + timedelta(days=1),
        locale="en",
    )


DRIFTS: dict[ParkedReason, Injection] = {
    ParkedReason.AMOUNT: replaced(captured=3500),
    ParkedReason.CURRENCY: replaced(currency="USD"),
    ParkedReason.MISSING_HERE: unknown_here,
    ParkedReason.TWICE: opened_twice,
    ParkedReason.REFUND_DIFFERS: replaced(refunds=()),
    ParkedReason.MISSING_THERE: lost_there,
}


async def test_each_difference_is_found_and_waits_for_staff_once(shop: Shop) -> None:
    missed = {}
    for reason, inject in DRIFTS.items():
        learner, booking_id = await shop.paid(cancellation_policy=HALF)
        await shop.services.bookings.act(learner, booking_id, "cancel")
        await shop.settle()
        shop.clock.advance(timedelta(minutes=11))
        known = {each.id for each in await shop.parked()}
        inject(shop.provider, booking_id)
        found = await shop.services.reconciliation.compare(shop.clock.now() - timedelta(minutes=12))
        await shop.services.reconciliation.compare(shop.clock.now() - timedelta(minutes=12))
        new = [each.reason for each in await shop.parked() if each.id not in known]
        if [each.reason for each in found] != [reason] or new != [reason]:
            missed[reason] = (found, new)
        shop.clock.advance(HOUR)
    assert missed == {}
    assert not await shop.storage.ledger.imbalances()


async def test_amount_that_the_ledger_has_otherwise_waits_for_staff_once(shop: Shop) -> None:
    _, booking_id = await shop.paid()
    replaced(captured=7200)(shop.provider, booking_id)
    async with shop.storage.unit_of_work() as tx:
        await tx.bookings.acquire(booking_id)
        [payment] = await tx.payments.acquire_of_booking(booking_id)
        await tx.payments.save(replace(payment, captured=7200))
    shop.clock.advance(timedelta(minutes=11))
    for _ in range(2):
        [drift] = await shop.services.reconciliation.compare(NOW - HOUR)
        assert (drift.reason, drift.expected, drift.found) == (ParkedReason.LEDGER, 7200, 3600)
    [parked] = await shop.parked()
    assert (parked.reason, parked.payment_id, parked.expected, parked.found) == (
        *(ParkedReason.LEDGER, booking_id),
        *(7200, 3600),
    )


async def test_provider_that_is_away_leaves_the_comparison_to_the_next_attempt(shop: Shop) -> None:
    shop.provider.fail("list", "before")
    with pytest.raises(ProviderAway):
        await shop.services.reconciliation.run()
