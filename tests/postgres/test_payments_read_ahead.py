"""A transaction that read a booking's payments ahead writes all it wants, or nothing if they have changed since."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import pytest
import pytest_asyncio

from builders import stored_user
from fakes import NOW
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.payments import OperationKind, OperationState, Payment, PaymentStatus, ProviderEvent
from marketplace.core.errors import StaleRead
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from payment_records import LEASE, a_payment, add, an_operation, ask, booked, claim, record
from postgres.query_plans import Watched, watched

pytestmark = pytest.mark.asyncio(loop_scope="module")

Change = Callable[[Storage, Booking, Payment], Awaitable[object]]
OPEN = {"kind": OperationKind.OPEN, "amount": 0}


@pytest_asyncio.fixture(loop_scope="module")
async def program(database: str) -> AsyncIterator[Watched]:
    async with watched(database) as opened:
        yield opened


async def change_booking(storage: Storage, booking: Booking, _: Payment) -> None:
    async with storage.unit_of_work() as tx:
        found = await tx.bookings.acquire(booking.id)
        await tx.bookings.save(found, found.history[0])


async def change_payment(storage: Storage, _: Booking, payment: Payment) -> None:
    async with storage.unit_of_work() as tx:
        await tx.payments.save(replace(payment, decline_reason="card_declined"))


async def add_payment(storage: Storage, booking: Booking, _: Payment) -> None:
    await add(storage, a_payment(booking))


async def add_operation(storage: Storage, _: Booking, payment: Payment) -> None:
    await ask(storage, an_operation(payment, **OPEN))


async def change_learner(storage: Storage, booking: Booking, _: Payment) -> None:
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(await tx.users.acquire(booking.user_id), is_active=False))


async def found(storage: Storage) -> tuple[Booking, Payment]:
    """Store a booking with a payment."""
    booking = await booked(storage, await stored_user(storage))
    payment = a_payment(booking, id=booking.id)
    await add(storage, payment)
    return booking, payment


async def write(tx: Transaction, payment: Payment) -> None:
    await tx.payments.save(replace(payment, status=PaymentStatus.OPEN, url="https://pay.example.org/1"))
    await tx.payments.ask(an_operation(payment, **OPEN))
    await tx.jobs.enqueue(Job(kind="settle_payment", subject=payment.id, run_at=NOW))


@pytest.mark.parametrize(
    "change",
    [change_booking, change_payment, add_payment, add_operation, change_learner],
    ids=lambda each: each.__name__,
)
async def test_transaction_writes_nothing_once_what_it_read_has_changed(program: Watched, change: Change) -> None:
    storage = program.storage
    booking, payment = await found(storage)

    async def transaction() -> None:
        async with storage.unit_of_work() as tx:
            await tx.payments.read_ahead(booking.id, learner_id=booking.user_id)
            await write(tx, payment)
            await change(storage, booking, payment)

    with pytest.raises(StaleRead):
        await transaction()

    now = {each.id: each for each in await storage.payments.of_booking(booking.id)}[payment.id]
    assert now.status is PaymentStatus.DUE
    assert len(await storage.payments.operations([payment.id])) == (change is add_operation)


async def test_transaction_takes_one_statement_to_read_and_one_to_write(program: Watched) -> None:
    storage = program.storage
    booking, payment = await found(storage)
    await storage.payments.read_ahead(payment.id, ("simulator", "evt_1"))  # the driver looks up types once

    async def transaction() -> None:
        async with storage.unit_of_work() as tx:
            await tx.payments.read_ahead(booking.id)
            assert await tx.payments.acquire_of_booking(booking.id) == (payment,)
            await write(tx, payment)

    assert len(await program.sent_by(transaction())) == 2
    [stored] = await storage.payments.of_booking(booking.id)
    assert (stored.status, stored.url) == (PaymentStatus.OPEN, "https://pay.example.org/1")
    assert len(await storage.payments.operations([payment.id])) == 1


async def test_transaction_goes_on_with_locks_where_what_it_read_is_not_enough(program: Watched) -> None:
    storage = program.storage
    booking, payment = await found(storage)

    async with storage.unit_of_work() as tx:
        await tx.payments.read_ahead(booking.id)
        await write(tx, payment)
        [saved] = await tx.payments.acquire_of_booking(booking.id)
        await tx.payments.save(replace(saved, decline_reason="card_declined"))

    [stored] = await storage.payments.of_booking(booking.id)
    assert (stored.status, stored.decline_reason) == (PaymentStatus.OPEN, "card_declined")


async def test_transaction_begins_with_what_the_one_before_it_wrote(program: Watched) -> None:
    storage = program.storage
    booking = await booked(storage, await stored_user(storage))
    payment = a_payment(booking, id=booking.id)
    asked = an_operation(payment, **OPEN, attempts=1, leased_until=NOW + LEASE)
    async with storage.unit_of_work() as tx:
        seen = await tx.payments.read_ahead(booking.id, learner_id=booking.user_id)
        await tx.payments.add(payment)
        await tx.payments.ask(asked)

    async def settle() -> None:
        async with storage.unit_of_work() as tx:
            await tx.payments.read_ahead(booking.id, seen=seen)
            assert await tx.payments.acquire_of_booking(booking.id) == (payment,)
            assert await tx.payments.record(asked, replace(asked, state=OperationState.DONE, settled_at=NOW))

    assert len(await program.sent_by(settle())) == 1
    [operation] = await storage.payments.operations([payment.id])
    assert operation.state is OperationState.DONE


async def test_outcome_of_a_claim_that_was_taken_over_is_refused(program: Watched) -> None:
    storage = program.storage
    booking, payment = await found(storage)
    await ask(storage, operation := an_operation(payment, **OPEN))
    first = await claim(storage, operation)
    second = await claim(storage, operation, NOW + 2 * LEASE)
    assert first is not None
    assert second is not None

    async with storage.unit_of_work() as tx:
        await tx.payments.read_ahead(booking.id)
        assert not await tx.payments.record(first, replace(first, state=OperationState.REFUSED))
    assert await record(storage, second, replace(second, state=OperationState.DONE, settled_at=NOW))


async def test_notice_that_was_recorded_meanwhile_is_refused_once(program: Watched) -> None:
    storage = program.storage
    _, payment = await found(storage)
    event = ProviderEvent(id=f"evt_{uuid4()}", kind="payment.paid", provider_id=None, payment_id=payment.id)
    notice = ("simulator", event.id)
    seen = [await storage.payments.read_ahead(payment.id, notice) for _ in range(2)]

    async def receive(place: int) -> bool:
        async with storage.unit_of_work() as tx:
            await tx.payments.read_ahead(payment.booking_id, notice=notice, seen=seen[place])
            return await tx.payments.add_event("simulator", event, NOW)

    assert await receive(0)
    with pytest.raises(StaleRead):
        await receive(1)
    assert not await receive(1)  # it reads again
    again = await storage.payments.read_ahead(payment.id, notice)
    assert again is not None
    assert again.is_recorded
