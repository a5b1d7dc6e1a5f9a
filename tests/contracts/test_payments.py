"""Payments are added once, moved only while acquired, and read by booking, provider, age and search."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from builders import stored_user
from contracts.harness import at_once, broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import Payment, PaymentStatus, ProviderEvent
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.errors.payments import RefundExceedsPayment
from marketplace.core.ports.storage import Storage
from payment_records import (
    MINUTE,
    a_paid_payment,
    a_parked_payment,
    a_payment,
    add,
    an_operation,
    ask,
    booked,
    stored_paid_payment,
    stored_payment,
)


async def save(storage: Storage, payment: Payment) -> Payment:
    async with storage.unit_of_work() as tx:
        await tx.payments.acquire_of_booking(payment.booking_id)
        return await tx.payments.save(payment)


async def test_payment_is_read_as_added(storage: Storage) -> None:
    booking = await booked(storage)
    due = a_payment(booking, id=booking.id, captures_later=True)
    paid = a_paid_payment(
        booking,
        id=UUID(int=booking.id.int - 1),
        decline_reason="card_declined",
        parked=ParkedReason.DISPUTED,
        url="https://pay.example.org/1",
    )

    await add(storage, due, paid)

    assert await storage.payments.of_booking(booking.id) == (paid, due)
    assert await storage.payments.find(booking.id) == due
    assert await storage.payments.find_by_provider("simulator", str(paid.provider_id)) == paid
    assert await storage.payments.find_by_provider("stripe", str(paid.provider_id)) is None
    assert await storage.payments.find(uuid4()) is None


async def test_payment_is_read_ahead_of_its_notice(storage: Storage) -> None:
    payment, notice = await stored_payment(storage), ("simulator", f"evt_{uuid4()}")
    read = await storage.payments.read_ahead(payment.id, notice)

    assert read is not None
    assert (dict(read.payments), read.is_recorded) == ({payment.id: payment}, False)
    assert await storage.payments.read_ahead(uuid4(), notice) is None
    with pytest.raises(NotFound):
        async with storage.unit_of_work() as tx:
            await tx.payments.read_ahead(uuid4())


async def test_payment_is_added_once(storage: Storage) -> None:
    booking = await booked(storage)
    payments = [a_payment(booking, id=booking.id, amount=1_000 + n) for n in range(10)]

    async def added(payment: Payment) -> bool:
        async with storage.unit_of_work() as tx:
            return await tx.payments.add(payment)

    outcome = await at_once(map(added, payments))

    assert sorted(outcome.done) == [False] * 9 + [True]
    assert await storage.payments.of_booking(booking.id) == (payments[outcome.done.index(True)],)


async def test_acquired_payments_are_waited_for(storage: Storage) -> None:
    payment = await stored_payment(storage)

    async with storage.unit_of_work() as tx:
        assert await tx.payments.acquire_of_booking(payment.booking_id) == (payment,)
        assert await tx.payments.acquire_of_booking(uuid4()) == ()
        saving = asyncio.create_task(save(storage, replace(payment, parked=ParkedReason.AMOUNT)))
        assert await waits(saving)
        await tx.payments.save(payment.opened("pi_1", "https://pay.example.org/1"))

    await saving


async def test_save_moves_all_but_the_amounts_of_refunds(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    await ask(storage, an_operation(payment, amount=500))
    changed = replace(
        payment,
        status=PaymentStatus.VOIDED,
        provider_id=f"pi_{uuid4()}",
        url="https://pay.example.org/2",
        expires_at=NOW + 20 * MINUTE,
        paid_at=NOW + MINUTE,
        decline_reason="expired_card",
        captured=7_100,
        parked=ParkedReason.AMOUNT,
    )

    saved = await save(storage, changed)

    assert saved == replace(changed, refund_claimed=500)
    assert await storage.payments.find(payment.id) == saved


async def test_save_of_an_unknown_payment_is_refused(storage: Storage) -> None:
    with pytest.raises(NotFound):
        await save(storage, a_payment(await booked(storage)))


async def test_amounts_that_exceed_each_other_are_refused(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    await ask(storage, an_operation(payment, amount=500))

    with pytest.raises(RefundExceedsPayment):
        await save(storage, replace(payment, captured=499))
    with pytest.raises(RefundExceedsPayment):
        await add(storage, replace(payment, id=uuid4(), provider_id=None, refund_claimed=1, refunded=2))


async def test_paid_payment_gets_one_receipt_number(storage: Storage) -> None:
    first, second = await stored_payment(storage), await stored_payment(storage)

    opened = await save(storage, first.opened(f"pi_{uuid4()}", "https://pay.example.org/1"))
    paid = await save(storage, replace(opened, status=PaymentStatus.PAID, captured=7_200, paid_at=NOW))
    again = await save(storage, replace(opened, status=PaymentStatus.PAID, captured=7_200, paid_at=NOW))
    later = await save(storage, replace(second, status=PaymentStatus.PAID, captured=7_200, paid_at=NOW))

    assert opened.receipt_number is None
    assert paid == again
    assert paid.receipt_number is not None
    assert later.receipt_number is not None
    assert paid.receipt_number < later.receipt_number


async def test_unsettled_payments_are_due_or_open_past_their_end(empty_storage: Storage) -> None:
    booking = await booked(empty_storage)
    late, later = NOW - 2 * MINUTE, NOW - MINUTE
    unsettled = [
        a_payment(booking, status=PaymentStatus.OPEN, expires_at=late, provider_id="pi_1"),
        a_payment(booking, expires_at=later),
        a_payment(booking, expires_at=NOW),
    ]
    settled = [
        a_payment(booking, status=PaymentStatus.AUTHORIZED, expires_at=late),
        a_payment(booking, status=PaymentStatus.VOIDED, expires_at=late),
        a_paid_payment(booking, expires_at=late),
        a_payment(booking, expires_at=NOW + MINUTE),
    ]
    await add(empty_storage, *settled, *reversed(unsettled))

    assert await empty_storage.payments.unsettled(NOW, 10) == tuple(unsettled)
    assert await empty_storage.payments.unsettled(NOW, 1) == tuple(unsettled[:1])


async def test_search_finds_what_a_text_names(empty_storage: Storage) -> None:
    booking, other = await booked(empty_storage), await booked(empty_storage)
    first, second, third = (
        a_paid_payment(booking, receipt_number=1_003),
        a_payment(booking, created_at=NOW + MINUTE),
        a_payment(other, created_at=NOW + 2 * MINUTE, provider_id="1003"),
    )
    await add(empty_storage, first, second, third)
    named = {
        "": [third, second, first],
        "   ": [third, second, first],
        str(first.id): [first],
        f" {str(second.id).upper()} ": [second],
        str(booking.id): [second, first],
        str(first.provider_id): [first],
        "1003": [third, first],
        "9" * 400: [],
        "no such payment": [],
        str(uuid4()): [],
    }

    found = {text: (await empty_storage.payments.search(text, 10, None)).items for text in named}

    assert {text: [*items] for text, items in found.items()} == named


async def test_search_is_paged(empty_storage: Storage) -> None:
    booking = await booked(empty_storage)
    payments = [a_payment(booking, created_at=NOW + n // 2 * MINUTE, id=UUID(int=n + 1 << 64)) for n in range(5)]
    await add(empty_storage, *payments)

    for text in ("", str(booking.id)):
        first = await empty_storage.payments.search(text, 3, None)
        rest = await empty_storage.payments.search(text, 3, first.next)
        assert [*first.items, *rest.items] == payments[::-1], text
        assert (len(first.items), rest.next) == (3, None), text


async def test_payments_are_listed_since_an_instant(empty_storage: Storage) -> None:
    booking = await booked(empty_storage)
    payments = [a_payment(booking, created_at=NOW + n * MINUTE) for n in range(4)]
    await add(empty_storage, *payments[::-1])

    assert [each async for each in empty_storage.payments.created_since(NOW + MINUTE)] == payments[1:]


async def test_notice_is_recorded_once(storage: Storage) -> None:
    event = ProviderEvent(id=f"evt_{uuid4()}", kind="charge.succeeded", provider_id="pi_1", payment_id=None)

    async def recorded(provider: str = "stripe") -> bool:
        async with storage.unit_of_work() as tx:
            return await tx.payments.add_event(provider, event, NOW)

    outcome = await at_once(recorded() for _ in range(20))

    assert sorted(outcome.done) == [False] * 19 + [True]
    assert await recorded("simulator")
    async with broken_transaction(storage) as tx:
        assert await tx.payments.add_event("other", event, NOW)
    assert await recorded("other")


async def test_old_notices_are_purged(empty_storage: Storage) -> None:
    events = [ProviderEvent(id=f"evt_{n}", kind="k", provider_id=None, payment_id=uuid4()) for n in range(3)]
    async with empty_storage.unit_of_work() as tx:
        for n, event in enumerate(events):
            await tx.payments.add_event("stripe", event, NOW + n * MINUTE)

    async with empty_storage.unit_of_work() as tx:
        assert await tx.payments.purge_events(NOW + MINUTE) == 1
    async with empty_storage.unit_of_work() as tx:
        assert await tx.payments.purge_events(NOW + MINUTE) == 0
        assert [await tx.payments.add_event("stripe", event, NOW) for event in events] == [True, False, False]


async def test_same_thing_is_parked_once_until_it_is_resolved(storage: Storage) -> None:
    parked = a_parked_payment(expected=7_200, found=72, currency="EUR")

    async def park(**changes: Any) -> bool:
        async with storage.unit_of_work() as tx:
            return await tx.payments.park(replace(parked, id=uuid4(), **changes))

    async with storage.unit_of_work() as tx:
        assert await tx.payments.park(parked)
    assert sorted((await at_once(park() for _ in range(10))).done) == [False] * 10
    assert await park(reason=ParkedReason.TWICE)
    assert await park(payment_id=uuid4())
    assert await park(provider="stripe")
    assert await park(provider_id=None)
    assert not await park(provider_id=None)

    staff = uuid4()
    async with storage.unit_of_work() as tx:
        resolved = await tx.payments.resolve(parked.id, staff, "Returned by hand.", NOW + MINUTE)
    assert resolved == replace(parked, resolved_at=NOW + MINUTE, resolved_by=staff, resolution="Returned by hand.")
    assert await storage.payments.find_parked(parked.id) == resolved
    assert await storage.payments.find_parked(uuid4()) is None
    assert await park()


async def test_parked_payment_is_resolved_once(storage: Storage) -> None:
    parked = a_parked_payment()
    async with storage.unit_of_work() as tx:
        await tx.payments.park(parked)

    async def resolve(number: UUID) -> None:
        async with storage.unit_of_work() as tx:
            await tx.payments.resolve(number, uuid4(), "Settled.", NOW)

    outcome = await at_once(resolve(parked.id) for _ in range(5))

    assert outcome.reasons() == {"IllegalTransition": 4}
    with pytest.raises(IllegalTransition):
        await resolve(parked.id)
    with pytest.raises(NotFound):
        await resolve(uuid4())


async def test_parked_payments_wait_newest_first(empty_storage: Storage) -> None:
    parked = [a_parked_payment(found_at=NOW + n * MINUTE) for n in range(5)]
    async with empty_storage.unit_of_work() as tx:
        for each in parked:
            await tx.payments.park(each)
        await tx.payments.resolve(parked[2].id, uuid4(), "Settled.", NOW)

    first = await empty_storage.payments.parked(2, None)
    rest = await empty_storage.payments.parked(2, first.next)

    assert [*first.items, *rest.items] == [parked[4], parked[3], parked[1], parked[0]]
    assert rest.next is None


async def test_commission_of_a_creator_is_kept(storage: Storage) -> None:
    creator, staff = await stored_user(storage), await stored_user(storage)
    assert await storage.payments.commission_of(creator.id) is None

    for basis_points in (1_250, 0):
        async with storage.unit_of_work() as tx:
            await tx.payments.save_commission(creator.id, basis_points, staff.id, NOW + timedelta(days=1))
            assert await tx.payments.commission_of(creator.id) == basis_points
        assert await storage.payments.commission_of(creator.id) == basis_points


async def test_notices_of_a_payment_are_listed_oldest_first(storage: Storage) -> None:
    payment = await stored_payment(storage)
    async with storage.unit_of_work() as tx:
        for number in (2, 1, 3):
            event = ProviderEvent(id=f"evt_{number}", kind="paid", provider_id="pi_1", payment_id=payment.id)
            assert await tx.payments.add_event(f"provider {payment.id}", event, NOW + number * MINUTE)
        other = ProviderEvent(id="evt_4", kind="paid", provider_id="pi_1", payment_id=None)
        assert await tx.payments.add_event(f"provider {payment.id}", other, NOW)

    found = await storage.payments.notices(payment.id)

    assert [(each.id, each.recorded_at) for each in found] == [(f"evt_{n}", NOW + n * MINUTE) for n in (1, 2, 3)]
