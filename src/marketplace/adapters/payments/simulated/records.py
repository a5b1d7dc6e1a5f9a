"""What the simulated provider stores, and what it reports of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from marketplace.core.domain.disputes import DisputeState, ProviderDispute
from marketplace.core.domain.payments import PaymentStatus, ProviderRefund, ProviderReport
from marketplace.core.ports.payment_providers import Charge

FEE = 15
"""Per mille of what is captured that the provider keeps."""

REFUND = timedelta(days=2)
"""How long a refund takes to some cards."""
DISPUTE_FEE = 1500
"""Minor units that a lost dispute costs besides."""


class State(StrEnum):
    """How far a payment got at the provider."""

    OPEN = "open"
    AUTHORIZED = "authorized"
    PAID = "paid"
    VOIDED = "voided"


STATUS_OF = {
    State.OPEN: PaymentStatus.OPEN,
    State.AUTHORIZED: PaymentStatus.AUTHORIZED,
    State.PAID: PaymentStatus.PAID,
    State.VOIDED: PaymentStatus.VOIDED,
}


class SimulatedRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was returned. `reference` is what the shop named it; `None` if it was made in the dashboard."""

    id: str
    amount: int
    reference: UUID | None
    at: datetime
    arrives_at: datetime | None = None
    """When it arrives, while it is on its way."""


class SimulatedDispute(msgspec.Struct, frozen=True, kw_only=True):
    """A cardholder's claim to what was captured and not returned."""

    id: str
    amount: int
    state: DisputeState
    at: datetime


class SimulatedPayment(msgspec.Struct, frozen=True, kw_only=True, tag="payment"):
    """A payment page and what was paid on it. Amounts in minor units (ISO 4217)."""

    id: str
    reference: UUID
    """The shop's ID of the payment."""
    amount: int
    currency: str
    captures_later: bool
    title: str
    return_url: str
    locale: str
    created_at: datetime
    expires_at: datetime
    state: State = State.OPEN
    captured: int = 0
    """More than `amount` if the card was charged twice."""
    authorized_until: datetime | None = None
    refunds: tuple[SimulatedRefund, ...] = ()
    decline_reason: str | None = None
    returns_late: bool = False
    is_challenged: bool = False
    disputes: tuple[SimulatedDispute, ...] = ()
    pays_at: datetime | None = None
    """When a payment arrives that the learner has left."""

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)

    @property
    def changed_at(self) -> datetime:
        """Return when it was created, or last refunded or disputed."""
        return max([self.created_at, *(each.at for each in self.refunds), *(each.at for each in self.disputes)])

    @property
    def lost(self) -> int:
        return sum(dispute.amount for dispute in self.disputes if dispute.state is DisputeState.LOST)

    @property
    def returned(self) -> int:
        """Return what went back, by refunds and by lost disputes."""
        return self.refunded + self.lost

    @property
    def is_disputed(self) -> bool:
        return any(dispute.state is DisputeState.OPEN for dispute in self.disputes)

    def report(self) -> ProviderReport:
        return ProviderReport(
            provider_id=self.id,
            payment_id=self.reference,
            status=STATUS_OF[self.state],
            amount=self.amount,
            currency=self.currency,
            captured=self.captured,
            refunds=tuple(
                ProviderRefund(
                    ref=refund.id,
                    amount=refund.amount,
                    is_done=refund.arrives_at is None,
                    operation_id=refund.reference,
                )
                for refund in self.refunds
            ),
            decline_reason=self.decline_reason,
            disputes=tuple(
                ProviderDispute(
                    ref=dispute.id,
                    amount=dispute.amount,
                    state=dispute.state,
                    fee=DISPUTE_FEE if dispute.state is DisputeState.LOST else None,
                )
                for dispute in self.disputes
            ),
            fee=(self.captured * FEE + 500) // 1000 if self.captured else None,
        )


def opened(charge: Charge, payment_id: str, at: datetime, ahead: timedelta) -> SimulatedPayment:
    """Return the payment of a page. By the provider's clock, which is ahead: that takes nothing of the time to pay."""
    return SimulatedPayment(
        id=payment_id,
        reference=charge.payment_id,
        amount=charge.amount,
        currency=charge.currency,
        captures_later=charge.captures_later,
        title=charge.title,
        return_url=charge.return_url,
        locale=charge.locale,
        created_at=at,
        expires_at=charge.expires_at + ahead,
    )


def taken(payment: SimulatedPayment, charges: int, until: datetime) -> SimulatedPayment:
    """Return the payment after a card was used: authorized until then, or charged."""
    if payment.captures_later:
        return msgspec.structs.replace(payment, state=State.AUTHORIZED, authorized_until=until, decline_reason=None)
    return msgspec.structs.replace(payment, state=State.PAID, captured=payment.amount * charges, decline_reason=None)


def with_refund(
    payment: SimulatedPayment, refund_id: str, amount: int, reference: UUID | None, at: datetime
) -> SimulatedPayment:
    """Return the payment with a refund, which takes its time to some cards."""
    arrives_at = at + REFUND if payment.returns_late else None
    refund = SimulatedRefund(id=refund_id, amount=amount, reference=reference, at=at, arrives_at=arrives_at)
    return msgspec.structs.replace(payment, refunds=(*payment.refunds, refund))


def with_arrived(payment: SimulatedPayment, at: datetime) -> SimulatedPayment:
    """Return the payment with the refunds that have arrived by then."""
    refunds = tuple(
        msgspec.structs.replace(each, arrives_at=None) if each.arrives_at and each.arrives_at <= at else each
        for each in payment.refunds
    )
    return payment if refunds == payment.refunds else msgspec.structs.replace(payment, refunds=refunds)


def disputed(payment: SimulatedPayment, dispute_id: str, at: datetime) -> SimulatedPayment:
    """Return the payment with a dispute of what is left of it."""
    amount = payment.captured - payment.returned
    dispute = SimulatedDispute(id=dispute_id, amount=amount, state=DisputeState.OPEN, at=at)
    return msgspec.structs.replace(payment, disputes=(*payment.disputes, dispute))


def decided(payment: SimulatedPayment, *, is_won: bool) -> SimulatedPayment:
    """Return the payment once the bank has decided. What was refunded meanwhile is not taken a second time."""
    *before, last = payment.disputes
    amount = min(last.amount, payment.captured - payment.returned)
    state = DisputeState.LOST if amount and not is_won else DisputeState.WON
    closed = msgspec.structs.replace(last, amount=amount or last.amount, state=state)
    return msgspec.structs.replace(payment, disputes=(*before, closed))


class Notice(msgspec.Struct, frozen=True, kw_only=True, tag="notice"):
    """A signed notice that is sent until it is accepted."""

    id: str
    kind: str
    payment_id: str
    reference: UUID
    created_at: datetime
    due_at: datetime | None
    """When it is sent next; `None`: not by itself."""
    copies: int = 1
    """How many times it is still sent although it is accepted."""
    attempts: int = 0
    accepted_at: datetime | None = None
    last_answer: str = ""

    def body(self) -> bytes:
        return msgspec.json.encode(
            {
                "id": self.id,
                "type": self.kind,
                "created": self.created_at,
                "payment": self.payment_id,
                "reference": self.reference,
            }
        )


class UsedKey(msgspec.Struct, frozen=True, kw_only=True, tag="key"):
    """An idempotency key, what was asked with it, and the ID of the effect."""

    id: UUID
    asked: str
    ref: str


class Ahead(msgspec.Struct, frozen=True, tag="clock"):
    """How far the provider's clock is ahead."""

    by: timedelta


Record = SimulatedPayment | Notice | UsedKey | Ahead
