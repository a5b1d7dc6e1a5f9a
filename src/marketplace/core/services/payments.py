"""Paying for a booking, and what its parties see of the payment."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.booking_details import BookingDetails, BookingHistory
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.money import currency
from marketplace.core.domain.payment_plans import amount_due, payable, reads_operations
from marketplace.core.domain.payment_reasons import Cause
from marketplace.core.domain.payment_views import BookingPayment, Receipt, booking_payment, is_charged, receipts_of
from marketplace.core.domain.payments import OperationKind, Payment, PaymentOperation, PaymentStatus
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.rate_limits import PAYMENT_LOOK_UPS, Attempt
from marketplace.core.errors import MarketplaceError, NotFound
from marketplace.core.errors.payments import NothingToPay, PaymentExpired
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.payments import PaymentLists
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.payment_balance import OPEN_GRACE, PaymentBalance
from marketplace.core.services.payment_gateway import PaymentGateway
from marketplace.core.services.payment_operations import PaymentOperations
from marketplace.core.services.payment_settlement import LOOK_AFTER, PaymentSettlement
from marketplace.core.services.rate_limits import RateLimitService

Call = Callable[[], Awaitable[Sequence[Payment] | None]]
"""Asks the provider, and returns the payments of the booking if it knows them."""
PARKED = "We received a payment that isn't the amount of this booking. We look into it, and your seats stay held."


class PaymentService:
    """Payments of learners. A booking has one payment at a time, whatever number of browsers it is paid in."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        gateway: PaymentGateway,
        bookings: BookingLists,
        lists: PaymentLists,
        operations: PaymentOperations,
        settlement: PaymentSettlement,
        balance: PaymentBalance,
        addresses: SiteAddresses,
        limits: RateLimitService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._gateway = gateway
        self._bookings = bookings
        self._lists = lists
        self._operations = operations
        self._settlement = settlement
        self._balance = balance
        self._addresses = addresses
        self._limits = limits
        self._clock = clock
        self._ids = ids

    async def pay(
        self, principal: Principal, booking_id: UUID, *, key: IdempotencyKey | None = None
    ) -> Outcome[BookingPayment]:
        """Return the payment of the learner's booking with the page where it is made, asking the provider for one.

        A page that was opened before is looked up first, so that who comes back from it sees what came of it. Raises
        `NotFound`, `NotSignedIn`, `PaymentExpired`, `NothingToPay`, `KeyReused`, and `RateLimited` for too many
        look-ups.
        """
        provider, now = self._gateway.get(), self._clock.now()
        opened: Sequence[Payment] | None = None
        while True:
            operation = partial(self._ask, principal, booking_id, provider.name, is_looked_up=opened is not None)
            replay = partial(self._replay, is_looked_up=opened is not None)
            try:
                asked = await idempotently(
                    self._unit_of_work, operation, replay, key=key, resource_id=booking_id, now=now
                )
                break
            except _IsOpen as found:
                opened = found.payments
            for payment in opened:
                await self._limits.check(Attempt(PAYMENT_LOOK_UPS, str(principal.user_id)))
                looked_up = await self._settlement.look(payment)
                if not looked_up.is_payable:
                    return Outcome(await self._shown(await self._own(principal, booking_id)))
        if asked.resource is None:
            return Outcome(await self._shown(await self._own(principal, booking_id)), is_replay=asked.is_replay)
        booking, payments, call = asked.resource
        if call is not None:
            payments = await call() or await self._lists.of_booking(booking_id)
        return Outcome(await self._seen(booking, payments))

    async def find(self, booking: BookingDetails, *, is_new: bool = False) -> BookingPayment | None:
        """Return the payment of a booking; `None` if nothing is asked.

        It costs one read, for a booking that is charged and not new, and two if `reads_operations` says so.
        """
        if not self._gateway.is_on or not is_charged(booking):
            return None
        return await self._view(booking, () if is_new else await self._lists.of_booking(booking.id))

    async def receipts(self, principal: Principal, booking_id: UUID) -> tuple[Receipt, ...]:
        """Return the receipts of a booking to its parties. Raises `NotFound`."""
        self._gateway.get()
        booking = await self._bookings.find(booking_id)
        if booking is None or not booking.has_party(principal.user_id):
            raise NotFound
        payments = await self._lists.of_booking(booking_id)
        operations = await self._lists.operations([each.id for each in payments]) if payments else ()
        found = receipts_of(booking, payments, operations)
        return tuple(replace(each, issuer=self._gateway.issuer) for each in found)

    async def _shown(self, booking: BookingHistory) -> BookingPayment:
        return await self._seen(booking, await self._lists.of_booking(booking.id))

    async def _seen(self, booking: BookingHistory, payments: Sequence[Payment]) -> BookingPayment:
        """Return the payment of a booking as its learner sees it. Raises `NothingToPay`."""
        is_asked = self._gateway.is_on and is_charged(booking)
        found = await self._view(booking, payments) if is_asked else None
        if found is None:
            raise NothingToPay
        return found

    async def _view(self, booking: BookingDetails, payments: Sequence[Payment]) -> BookingPayment | None:
        is_read = reads_operations(booking, payments)
        operations = await self._lists.operations([each.id for each in payments]) if is_read else ()
        return booking_payment(booking, payments, operations, self._addresses.pay(booking.id))

    async def _replay(self, booking_id: UUID, *, is_looked_up: bool) -> None:
        """Ask nothing again for a repeated request; an open page is looked up. Raises `_IsOpen`."""
        if not is_looked_up:
            _require_looked_up(await self._lists.of_booking(booking_id))

    async def _own(self, principal: Principal, booking_id: UUID) -> BookingHistory:
        booking = await self._bookings.find(booking_id)
        if booking is None or booking.user_id != principal.user_id:
            raise NotFound
        return booking

    async def _ask(
        self, principal: Principal, booking_id: UUID, provider: str, tx: Transaction, *, is_looked_up: bool
    ) -> "_Asked":
        """Record what is asked of the provider. Raises `_IsOpen` unless an open page was looked up."""
        read = await tx.payments.read_ahead(booking_id, learner_id=principal.user_id)
        learner = await tx.users.acquire_shared(principal.user_id)
        learner.current(principal)
        booking = await tx.bookings.acquire(booking_id)
        if booking.user_id != principal.user_id:
            raise NotFound
        payments = await tx.payments.acquire_of_booking(booking_id)
        if not is_looked_up:
            _require_looked_up(payments)
        operations = await tx.payments.operations([each.id for each in payments]) if payments else ()
        refused = self._refusal(booking, payments, operations)
        if refused is not None:
            raise refused
        current = payable(booking, payments, operations)
        if current is not None:
            opening = (each for each in operations if (each.payment_id, each.kind) == (current.id, OperationKind.OPEN))
            unsettled = next((each for each in opening if not each.is_settled), None)
            settle = None if unsettled is None else partial(self._operations.settle, unsettled.id)
            return _Asked(booking, payments, settle)
        due = amount_due(booking, payments, operations)
        payment = await self._new_payment(tx, booking, payments, provider, due)
        asked = self._balance.operation(payment, OperationKind.OPEN, payment.amount, Cause.PAY, "open")
        # claimed by this request; a job takes over if it ends without an answer
        takes_over_at = asked.created_at + OPEN_GRACE
        claimed = replace(asked, attempts=1, leased_until=takes_over_at)
        await tx.payments.add(payment)
        await tx.payments.ask(claimed)
        await tx.jobs.enqueue(
            Job(kind="settle_operation", subject=claimed.id, run_at=takes_over_at),
            Job(kind="settle_payment", subject=payment.id, run_at=payment.expires_at + LOOK_AFTER),
        )
        if payments:  # a page for another number of seats is closed
            await self._balance.apply(tx, booking)
        call = partial(self._operations.carry_out, claimed, payment, booking, learner, read)
        return _Asked(booking, payments, call)

    def _refusal(
        self, booking: BookingHistory, payments: Sequence[Payment], operations: Sequence[PaymentOperation]
    ) -> MarketplaceError | None:
        if not booking.asks_payment():
            is_late = booking.status == "cancelled" and booking.pay_by is not None
            return PaymentExpired() if is_late and booking.history[-1].action == "expire" else NothingToPay()
        if any(each.parked is not None for each in payments):
            return NothingToPay(PARKED)
        if booking.pay_by is not None and self._clock.now() >= booking.pay_by:
            return PaymentExpired()
        return None if amount_due(booking, payments, operations) else NothingToPay()

    async def _new_payment(
        self, tx: Transaction, booking: BookingHistory, payments: Sequence[Payment], provider: str, due: int
    ) -> Payment:
        own = await tx.payments.commission_of(booking.creator_id)
        now = self._clock.now()
        return Payment(
            id=self._ids.new() if payments else booking.id,
            booking_id=booking.id,
            creator_id=booking.creator_id,
            user_id=booking.user_id,
            amount=due,
            currency=payments[0].currency if payments else currency().code,
            captures_later=booking.awaits_payment() and booking.session_details.requires_confirmation,
            provider=provider,
            expires_at=booking.pay_by or now,
            created_at=now,
            commission=self._gateway.commission if own is None else own,
        )


class _Asked(NamedTuple):
    """A booking and its payments, and what asks the provider; `None` if the page is known."""

    booking: BookingHistory
    payments: Sequence[Payment]
    call: Call | None


class _IsOpen(Exception):
    """The booking has pages that are looked up before another is asked for."""

    def __init__(self, payments: Sequence[Payment]) -> None:
        super().__init__()
        self.payments = payments


def _require_looked_up(payments: Sequence[Payment]) -> None:
    opened = [each for each in payments if each.status is PaymentStatus.OPEN]
    if opened:
        raise _IsOpen(opened)
