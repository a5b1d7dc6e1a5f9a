"""The comparison while 500 bookings are paid, cancelled and returned: it finds what differs, and nothing else."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from fakes import NOW
from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import SimulatedPayment
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.principals import Principal
from paid_bookings import DECLINES, HALF, PAYS, TWICE, Shop

BOOKINGS = 500
SINCE = NOW - timedelta(hours=1)
LATER = tuple(timedelta(minutes=each) for each in (0, 9, 2, 6, 30))
"""Pauses between comparisons: payments are first compared after ten minutes, and can be made for fifteen."""


class Learners:
    """What may be under way when the comparison runs."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.stages: tuple[Callable[[Principal, UUID], Awaitable[None]], ...] = (
            self.books,
            self.opens,
            self.loses_the_page,
            self.is_declined,
            self.pays,
            self.pays_twice,
            self.has_paid,
            self.cancels,
            self.loses_a_refund,
            self.is_refunded_in_the_dashboard,
        )

    async def books(self, _: Principal, __: UUID) -> None:
        """Ask nothing of the provider yet."""

    async def opens(self, learner: Principal, booking_id: UUID) -> None:
        await self.shop.services.payments.pay(learner, booking_id)

    async def loses_the_page(self, learner: Principal, booking_id: UUID) -> None:
        self.shop.provider.fail("open", "after")
        await self.opens(learner, booking_id)

    async def is_declined(self, learner: Principal, booking_id: UUID) -> None:
        await self.shop.pay(learner, booking_id, DECLINES)

    async def pays(self, learner: Principal, booking_id: UUID) -> None:
        await self.shop.pay(learner, booking_id, PAYS)

    async def pays_twice(self, learner: Principal, booking_id: UUID) -> None:
        await self.shop.pay(learner, booking_id, TWICE)

    async def has_paid(self, learner: Principal, booking_id: UUID) -> None:
        await self.pays(learner, booking_id)
        await self.opens(learner, booking_id)

    async def cancels(self, learner: Principal, booking_id: UUID) -> None:
        await self.has_paid(learner, booking_id)
        await self.shop.services.bookings.act(learner, booking_id, "cancel")

    async def loses_a_refund(self, learner: Principal, booking_id: UUID) -> None:
        await self.cancels(learner, booking_id)
        await self.shop.services.payment_balance.settle(booking_id)
        self.shop.provider.fail("refund", "after")
        for operation in await self.shop.storage.payments.operations([booking_id]):
            await self.shop.services.payment_operations.settle(operation.id)

    async def is_refunded_in_the_dashboard(self, learner: Principal, booking_id: UUID) -> None:
        await self.has_paid(learner, booking_id)
        found = self.shop.provider.provider.of_reference(booking_id)
        assert found is not None
        self.shop.provider.provider.refund_here(found.id, 1000)


def change_at_provider(shop: Shop, changes: dict[UUID, dict[str, object]], lost: UUID) -> None:
    """Make a provider that has other payments than before, and not the one that is lost."""
    before = shop.provider.provider
    shop.provider.provider = after = SimulatedProvider(before.time)
    for record in before.records():
        if isinstance(record, SimulatedPayment):
            if record.reference != lost:
                after.restore(replace(record, **changes.get(record.reference, {})))
        else:
            after.restore(record)


async def test_comparison_finds_each_difference_among_500_bookings_and_none_while_they_are_under_way() -> None:
    shop = Shop(memory_storage())
    learners, session = Learners(shop), await shop.session(max_participants=1_000, cancellation_policy=HALF)
    booked = list[UUID]()
    for number in range(BOOKINGS):
        learner = await shop.learner()
        booked.append(await shop.book(session, learner))
        await learners.stages[number % len(learners.stages)](learner, booked[-1])
    for pause in LATER:
        shop.clock.advance(pause)
        assert await shop.services.reconciliation.compare(SINCE) == ()
    await shop.settle()
    shop.clock.advance(timedelta(hours=1))
    await shop.settle()
    assert await shop.services.reconciliation.compare(SINCE) == ()
    assert await shop.parked() == ()

    paid = {each.reference: each for each in shop.provider.provider.records() if isinstance(each, SimulatedPayment)}
    amount, currency, refund, lost, twice = (booked[7 + 10 * place] for place in range(5))
    changes: dict[UUID, dict[str, object]] = {
        amount: {"captured": 3500},
        currency: {"currency": "USD"},
        refund: {"refunds": ()},
    }
    change_at_provider(shop, changes, lost)
    for reference in (twice, uuid7()):
        shop.provider.provider.restore(replace(paid[twice], id=f"sim_{reference.hex}", reference=reference))

    found = await shop.services.reconciliation.compare(SINCE)
    assert Counter((each.reason, each.payment_id in booked) for each in found) == {
        (ParkedReason.AMOUNT, True): 1,
        (ParkedReason.CURRENCY, True): 1,
        (ParkedReason.REFUND_DIFFERS, True): 1,
        (ParkedReason.MISSING_THERE, True): 1,
        (ParkedReason.TWICE, True): 1,
        (ParkedReason.MISSING_HERE, False): 1,
    }
    assert {each.payment_id for each in found if each.payment_id in booked} == {amount, currency, refund, lost, twice}
    assert not await shop.storage.ledger.imbalances()
