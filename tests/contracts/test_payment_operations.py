"""Operations are asked once, claimed by one caller at a time, and refunds never exceed what was captured."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.harness import at_once, broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.payments import OperationKind, OperationState, PaymentOperation
from marketplace.core.errors import NotFound
from marketplace.core.errors.payments import RefundExceedsPayment
from marketplace.core.ports.storage import Storage
from payment_records import (
    LEASE,
    MINUTE,
    a_paid_payment,
    add,
    an_operation,
    ask,
    booked,
    claim,
    record,
    refunds_of,
    stored_paid_payment,
    stored_payment,
)


def ended(claimed: PaymentOperation, state: OperationState) -> PaymentOperation:
    return replace(claimed, state=state, settled_at=NOW + MINUTE, provider_ref="re_1", error="late")


async def claimed_refund(storage: Storage, **changes: object) -> PaymentOperation:
    payment = await stored_paid_payment(storage)
    await ask(storage, operation := an_operation(payment, **changes))
    claimed = await claim(storage, operation)
    assert claimed is not None
    return claimed


async def test_operation_is_read_as_asked(storage: Storage) -> None:
    payment = await stored_payment(storage)
    first = an_operation(payment, kind=OperationKind.OPEN, actor_id=uuid4(), reason="Asked by phone.")
    second = an_operation(payment, kind=OperationKind.VOID, amount=0, created_at=NOW + MINUTE)

    assert await ask(storage, second, first)

    assert await storage.payments.operations([payment.id, uuid4()]) == (first, second)
    assert await storage.payments.operation(first.id) == first
    assert await storage.payments.operation(uuid4()) is None


async def test_same_cause_asks_once(storage: Storage) -> None:
    payment, other = await stored_paid_payment(storage), await stored_paid_payment(storage)
    first = an_operation(payment, amount=100)

    assert await ask(storage, first)
    assert not await ask(storage, replace(first, id=uuid4(), amount=200))
    assert await ask(storage, replace(first, id=uuid4(), payment_id=other.id, creator_id=other.creator_id))

    assert await storage.payments.operations([payment.id]) == (first,)
    assert await refunds_of(storage, payment) == (100, 0)


async def test_concurrent_asks_of_one_cause_claim_once(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    operation = an_operation(payment, amount=100)

    outcome = await at_once(ask(storage, replace(operation, id=uuid4())) for _ in range(20))

    assert sorted(outcome.done) == [False] * 19 + [True]
    assert await refunds_of(storage, payment) == (100, 0)


async def test_fifty_concurrent_refunds_claim_at_most_what_was_captured(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)

    outcome = await at_once(ask(storage, an_operation(payment, amount=1_000)) for _ in range(50))

    assert outcome.done == (True,) * 7
    assert outcome.reasons() == {"RefundExceedsPayment": 43}
    assert await refunds_of(storage, payment) == (7_000, 0)
    assert len(await storage.payments.operations([payment.id])) == 7


async def test_refund_of_more_than_was_captured_leaves_nothing(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    unpaid = await stored_payment(storage)

    for operation in (an_operation(payment, amount=7_201), an_operation(unpaid, amount=1)):
        with pytest.raises(RefundExceedsPayment):
            await ask(storage, operation)

    assert await storage.payments.operations([payment.id, unpaid.id]) == ()
    assert await refunds_of(storage, payment) == (0, 0)


async def test_operation_of_an_unknown_payment_is_refused(storage: Storage) -> None:
    with pytest.raises(NotFound):
        await ask(storage, an_operation(a_paid_payment(await booked(storage))))


async def test_rollback_gives_the_claim_of_a_refund_back(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)

    async with broken_transaction(storage) as tx:
        assert await tx.payments.ask(an_operation(payment, amount=7_200))

    assert await refunds_of(storage, payment) == (0, 0)
    assert await ask(storage, an_operation(payment, amount=7_200))


async def test_claim_counts_the_attempt_and_ends_with_its_lease(storage: Storage) -> None:
    claimed = await claimed_refund(storage)

    assert (claimed.attempts, claimed.leased_until) == (1, NOW + LEASE)
    assert await claim(storage, claimed, NOW + LEASE - MINUTE) is None
    again = await claim(storage, claimed, NOW + LEASE)
    assert again == replace(claimed, attempts=2, leased_until=NOW + 2 * LEASE)


async def test_transaction_claims_what_it_asked(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    operation = an_operation(payment, amount=300)

    async with storage.unit_of_work() as tx:
        assert await tx.payments.ask(operation)
        claimed = await tx.payments.claim(operation.id, NOW, LEASE)
        assert claimed is not None
        assert await tx.payments.record(claimed, ended(claimed, OperationState.DONE))
        assert [each.state for each in await tx.payments.operations([payment.id])] == [OperationState.DONE]

    assert await refunds_of(storage, payment) == (300, 300)


async def test_concurrent_claims_have_one_winner(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    await ask(storage, operation := an_operation(payment))

    outcome = await at_once(claim(storage, operation) for _ in range(20))

    assert [each.attempts for each in outcome.done if each] == [1]
    assert outcome.refused == ()


async def test_claim_of_another_transaction_is_not_waited_for(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    await ask(storage, operation := an_operation(payment))

    async with storage.unit_of_work() as tx:
        assert await tx.payments.claim(operation.id, NOW, LEASE) is not None
        assert await asyncio.wait_for(claim(storage, operation), 1) is None

    assert await claim(storage, operation) is None
    assert await claim(storage, an_operation(payment)) is None


async def test_settled_operation_is_claimed_no_more(storage: Storage) -> None:
    for state in (OperationState.DONE, OperationState.REFUSED):
        claimed = await claimed_refund(storage)
        assert await record(storage, claimed, ended(claimed, state))

        assert await claim(storage, claimed, NOW + timedelta(days=1)) is None
        assert not await record(storage, claimed, ended(claimed, OperationState.REFUSED))


async def test_outcome_moves_the_amounts_of_a_refund(storage: Storage) -> None:
    moved = {OperationState.DONE: (100, 100), OperationState.REFUSED: (0, 0), OperationState.UNKNOWN: (100, 0)}
    for state, amounts in moved.items():
        claimed = await claimed_refund(storage, amount=100)

        assert await record(storage, claimed, ended(claimed, state))

        payment = await storage.payments.find(claimed.payment_id)
        assert payment is not None
        assert await refunds_of(storage, payment) == amounts, state
        stored = await storage.payments.operation(claimed.id)
        assert stored == replace(ended(claimed, state), leased_until=None), state


async def test_outcome_of_another_kind_moves_no_amount(storage: Storage) -> None:
    claimed = await claimed_refund(storage, kind=OperationKind.CAPTURE, amount=7_200)

    assert await record(storage, claimed, ended(claimed, OperationState.DONE))

    payment = await storage.payments.find(claimed.payment_id)
    assert payment is not None
    assert await refunds_of(storage, payment) == (0, 0)


async def test_unknown_outcome_is_claimed_again_at_once(storage: Storage) -> None:
    claimed = await claimed_refund(storage)
    await record(storage, claimed, replace(claimed, state=OperationState.UNKNOWN, error="timeout"))

    again = await claim(storage, claimed)

    assert again is not None
    assert (again.attempts, again.state, again.error) == (2, OperationState.UNKNOWN, "timeout")


async def test_caller_whose_lease_was_taken_over_records_nothing(storage: Storage) -> None:
    first = await claimed_refund(storage, amount=100)
    second = await claim(storage, first, NOW + LEASE)
    assert second is not None

    assert not await record(storage, first, ended(first, OperationState.REFUSED))
    assert await record(storage, second, ended(second, OperationState.DONE))
    assert not await record(storage, first, ended(first, OperationState.REFUSED))
    assert not await record(storage, second, ended(second, OperationState.DONE))

    payment = await storage.payments.find(first.payment_id)
    assert payment is not None
    assert await refunds_of(storage, payment) == (100, 100)


async def test_concurrent_records_of_one_claim_count_once(storage: Storage) -> None:
    claimed = await claimed_refund(storage, amount=100)
    states = [OperationState.DONE, OperationState.REFUSED] * 10

    outcome = await at_once(record(storage, claimed, ended(claimed, state)) for state in states)

    assert sorted(outcome.done) == [False] * 19 + [True]
    stored = await storage.payments.operation(claimed.id)
    payment = await storage.payments.find(claimed.payment_id)
    assert stored is not None
    assert payment is not None
    assert await refunds_of(storage, payment) == ((100, 100) if stored.state is OperationState.DONE else (0, 0))


async def test_ask_waits_for_who_acquired_the_payments(storage: Storage) -> None:
    booking = await booked(storage)
    await add(storage, payment := a_paid_payment(booking))

    async with storage.unit_of_work() as tx:
        [acquired] = await tx.payments.acquire_of_booking(booking.id)
        asking = asyncio.create_task(ask(storage, an_operation(payment, amount=7_200)))
        assert await waits(asking)
        assert acquired.refundable == 7_200
        assert await tx.payments.ask(an_operation(payment, amount=7_200))

    with pytest.raises(RefundExceedsPayment):
        await asking
