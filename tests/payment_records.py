"""Payments and operations for tests, stored over real bookings."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from builders import stored_booking, stored_session
from fakes import NOW
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import OperationKind, Payment, PaymentOperation, PaymentStatus
from marketplace.core.domain.users import User
from marketplace.core.ports.payments import ParkedPayment
from marketplace.core.ports.storage import Storage

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def a_payment(booking: Booking, **changes: Any) -> Payment:
    values: dict[str, Any] = {
        "id": uuid4(),
        "booking_id": booking.id,
        "creator_id": booking.creator_id,
        "user_id": booking.user_id,
        "amount": 7_200,
        "currency": "EUR",
        "commission": 1_000,
        "provider": "simulator",
        "expires_at": NOW + 15 * MINUTE,
        "created_at": NOW,
    }
    return Payment(**values | changes)


def a_paid_payment(booking: Booking, **changes: Any) -> Payment:
    paid = {"status": PaymentStatus.PAID, "captured": 7_200, "paid_at": NOW, "provider_id": f"pi_{uuid4()}"}
    return a_payment(booking, **paid | changes)


def an_operation(payment: Payment, **changes: Any) -> PaymentOperation:
    values: dict[str, Any] = {
        "id": uuid4(),
        "payment_id": payment.id,
        "booking_id": payment.booking_id,
        "creator_id": payment.creator_id,
        "kind": OperationKind.REFUND,
        "amount": 100,
        "cause": Cause.CANCEL,
        "once": f"step-{uuid4()}",
        "created_at": NOW,
    }
    return PaymentOperation(**values | changes)


def a_parked_payment(**changes: Any) -> ParkedPayment:
    values: dict[str, Any] = {
        "id": uuid4(),
        "reason": ParkedReason.UNKNOWN_PAYMENT,
        "payment_id": None,
        "provider": "simulator",
        "provider_id": f"pi_{uuid4()}",
        "found_at": NOW,
    }
    return ParkedPayment(**values | changes)


async def booked(storage: Storage, learner: User | None = None) -> Booking:
    """Store a booking of a new session."""
    return await stored_booking(storage, await stored_session(storage), None if learner is None else learner.id)


async def add(storage: Storage, *payments: Payment) -> None:
    async with storage.unit_of_work() as tx:
        for payment in payments:
            assert await tx.payments.add(payment)


async def stored_payment(storage: Storage, **changes: Any) -> Payment:
    """Store a payment of a new booking."""
    payment = a_payment(await booked(storage), **changes)
    await add(storage, payment)
    return payment


async def stored_paid_payment(storage: Storage, **changes: Any) -> Payment:
    """Store a paid payment of a new booking."""
    payment = a_paid_payment(await booked(storage), **changes)
    await add(storage, payment)
    return payment


async def ask(storage: Storage, *operations: PaymentOperation) -> bool:
    """Ask for operations in a transaction, and return whether the last one is new."""
    is_new = False
    async with storage.unit_of_work() as tx:
        for operation in operations:
            is_new = await tx.payments.ask(operation)
    return is_new


async def claim(storage: Storage, operation: PaymentOperation, now: Any = NOW) -> PaymentOperation | None:
    async with storage.unit_of_work() as tx:
        return await tx.payments.claim(operation.id, now, LEASE)


async def record(storage: Storage, claimed: PaymentOperation, after: PaymentOperation) -> bool:
    async with storage.unit_of_work() as tx:
        return await tx.payments.record(claimed, after)


async def refunds_of(storage: Storage, payment: Payment) -> tuple[int, int]:
    """Return what is claimed and what is refunded of a payment."""
    found = await storage.payments.find(payment.id)
    assert found is not None
    return found.refund_claimed, found.refunded


async def stored_parked(storage: Storage, **changes: Any) -> ParkedPayment:
    parked = a_parked_payment(**changes)
    async with storage.unit_of_work() as tx:
        assert await tx.payments.park(parked)
    return parked
