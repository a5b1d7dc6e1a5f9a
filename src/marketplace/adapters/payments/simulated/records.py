"""What the simulated provider stores, and what it reports of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from marketplace.core.domain.payments import PaymentStatus, ProviderRefund, ProviderReport

FEE = 15
"""Per mille of what is captured that the provider keeps."""


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
    is_challenged: bool = False
    is_disputed: bool = False
    pays_at: datetime | None = None
    """When a payment arrives that the learner has left."""

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)

    def report(self) -> ProviderReport:
        return ProviderReport(
            provider_id=self.id,
            payment_id=self.reference,
            status=STATUS_OF[self.state],
            amount=self.amount,
            currency=self.currency,
            captured=self.captured,
            refunds=tuple(
                ProviderRefund(ref=refund.id, amount=refund.amount, is_done=True, operation_id=refund.reference)
                for refund in self.refunds
            ),
            decline_reason=self.decline_reason,
            is_disputed=self.is_disputed,
            fee=(self.captured * FEE + 500) // 1000 if self.captured else None,
        )


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
