"""What is held and earned of a booking, as the ledger has it, and the entries that follow from an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.exports import Column
from marketplace.core.domain.ledger import (
    Entry,
    LedgerTransaction,
    Purpose,
    TransactionKind,
    commission_of,
    earning_entries,
    fee_entries,
    payment_entries,
    refund_entries,
    share_of,
)
from marketplace.core.domain.money import Currency
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import Payment, PaymentOperation
from marketplace.core.domain.settlements import kept_now

REFUND, DISPUTE = "refund-", "dispute-"
"""What precedes the ID of the operation in `once` of a posted refund, by who made it."""
SETTLED = frozenset({"cancelled", "completed"})
"""Statuses in which what is kept of a booking is earned."""


class Position(NamedTuple):
    """Sums of a payment's entries, in minor units: what is held, what the creator earned, and the commission on it."""

    held: int = 0
    earned: int = 0
    commission: int = 0

    @classmethod
    def of(cls, transactions: Sequence[LedgerTransaction], payment_id: UUID) -> "Position":
        sums = dict.fromkeys((Purpose.HELD, Purpose.EARNED, Purpose.COMMISSION), 0)
        for each in transactions:
            if each.payment_id == payment_id and each.kind is not TransactionKind.FEE:
                for entry in each.entries:
                    if entry.account.purpose in sums:
                        sums[entry.account.purpose] += entry.amount
        return cls(sums[Purpose.HELD], sums[Purpose.EARNED], sums[Purpose.COMMISSION])


class Portion(NamedTuple):
    """A part of a payment that is earned, and the commission on it."""

    payment: Payment
    amount: int
    commission: int


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """Builds the transactions of one payment that is in the ledger as far as `posted` says."""

    payment: Payment
    posted: tuple[LedgerTransaction, ...]
    at: datetime

    def captured(self, new_id: UUID, amount: int) -> LedgerTransaction:
        """Return the transaction of an amount that the provider has taken in."""
        once = f"payment-{self.payment.id}-{self.payment.captured}"
        entries = payment_entries(self.payment.user_id, self.payment.creator_id, amount)
        return self._transaction(new_id, TransactionKind.PAYMENT, once, entries)

    def fee(self, new_id: UUID, amount: int) -> LedgerTransaction:
        """Return the transaction of the provider's fee."""
        return self._transaction(new_id, TransactionKind.FEE, f"fee-{self.payment.id}", fee_entries(amount))

    def dispute_fee(self, new_id: UUID, ref: str, amount: int) -> LedgerTransaction:
        """Return the transaction of what the provider takes for a dispute."""
        once = f"fee-{self.payment.id}-{ref}"
        return self._transaction(new_id, TransactionKind.FEE, once, fee_entries(amount))

    def earned(self, new_id: UUID, portion: Portion) -> LedgerTransaction:
        """Return the transaction of what becomes the creator's and the marketplace's."""
        number = sum(each.kind is TransactionKind.EARNING for each in self._own())
        once = f"earning-{self.payment.id}-{number}"
        entries = earning_entries(self.payment.creator_id, portion.amount, portion.commission)
        return self._transaction(new_id, TransactionKind.EARNING, once, entries)

    def refunded(self, new_id: UUID, operation: PaymentOperation) -> LedgerTransaction:
        """Return the transaction of a refund: of what is held, then of what was earned, by the ratio of that."""
        position = Position.of(self.posted, self.payment.id)
        held = min(operation.amount, position.held)
        rest, whole = operation.amount - held, position.earned + position.commission
        commission = share_of(rest, whole, position.commission) if rest else 0
        kind = TransactionKind.EARNING if rest else TransactionKind.PAYMENT
        reversed_id = next((each.id for each in reversed(self._own()) if each.kind is kind), None)
        entries = refund_entries(self.payment.user_id, self.payment.creator_id, held, rest - commission, commission)
        once = f"{DISPUTE if operation.cause is Cause.DISPUTE else REFUND}{operation.id}"
        return self._transaction(new_id, TransactionKind.REFUND, once, entries, reversed_id)

    def _own(self) -> list[LedgerTransaction]:
        return [each for each in self.posted if each.payment_id == self.payment.id]

    def _transaction(
        self,
        new_id: UUID,
        kind: TransactionKind,
        once: str,
        entries: tuple[Entry, ...],
        reverses: UUID | None = None,
    ) -> LedgerTransaction:
        return LedgerTransaction(
            id=new_id,
            kind=kind,
            once=once,
            at=self.at,
            currency=self.payment.currency,
            booking_id=self.payment.booking_id,
            payment_id=self.payment.id,
            creator_id=self.payment.creator_id,
            reverses=reverses,
            entries=entries,
        )


def portions_earned(
    booking: BookingHistory, payments: Sequence[Payment], posted: Sequence[LedgerTransaction]
) -> tuple[Portion, ...]:
    """Return what is earned of a booking now: what its history keeps, of what is held and claimed by no refund.

    Each payment's own commission applies. Nothing is earned before the booking is completed or cancelled, nor of what
    is disputed.
    """
    if booking.status not in SETTLED:
        return ()
    positions = {each.id: Position.of(posted, each.id) for each in payments}
    # what a refund took back is no longer earned: a payment that came late may take its place
    earned = sum(each.earned + each.commission for each in positions.values())
    left, portions = kept_now(booking, payments) - earned, list[Portion]()
    undisputed = (each for each in payments if each.parked is not ParkedReason.DISPUTED)
    for payment in sorted(undisputed, key=attrgetter("created_at", "id")):
        amount = min(left, positions[payment.id].held - payment.in_flight)
        if amount > 0:
            portions.append(Portion(payment, amount, commission_of(amount, payment.commission)))
            left -= amount
    return tuple(portions)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRow:
    """A change of what a creator has, of one booking. `commission` is what the marketplace kept of it."""

    id: UUID
    at: datetime
    kind: TransactionKind
    booking_id: UUID
    title: str
    held: Decimal
    earned: Decimal
    commission: Decimal
    currency: str


def earning_row(transaction: LedgerTransaction, title: str) -> EarningRow:
    """Return a transaction as its creator sees it."""
    position = Position.of([transaction], transaction.payment_id)
    money = Currency.of(transaction.currency)
    return EarningRow(
        id=transaction.id,
        at=transaction.at,
        kind=transaction.kind,
        booking_id=transaction.booking_id,
        title=title,
        held=money.of_minor(position.held),
        earned=money.of_minor(position.earned),
        commission=money.of_minor(position.commission),
        currency=transaction.currency,
    )


def fee_of(transaction: LedgerTransaction) -> Decimal:
    """Return what a transaction pays to the provider."""
    fee = sum(each.amount for each in transaction.entries if each.account.purpose is Purpose.FEE)
    return Currency.of(transaction.currency).of_minor(fee)


EARNING_COLUMNS = {
    "at": Column(attrgetter("at"), is_time=True),
    "kind": Column(lambda row: row.kind.value),
    "booking": Column(attrgetter("booking_id")),
    "title": Column(attrgetter("title")),
    "held": Column(attrgetter("held")),
    "earned": Column(attrgetter("earned")),
    "commission": Column(attrgetter("commission")),
    "currency": Column(attrgetter("currency")),
}
"""Columns of the exported earnings."""
