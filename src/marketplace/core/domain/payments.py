"""Payments: money asked of a learner for a booking, what the provider did with it, and what was asked of the provider.

Amounts are integers in minor units of the payment's currency (ISO 4217).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from marketplace.core.domain.disputes import DisputeState, ProviderDispute
from marketplace.core.domain.payment_reasons import LEFT_TO_STAFF, Cause, ParkedReason

RETRY_FIRST, RETRY_MAX = timedelta(seconds=1), timedelta(hours=1)
MAX_DOUBLINGS = 12


class PaymentStatus(StrEnum):
    """How far a payment got. Stored: never rename one. Later ones never go back to earlier ones, see `PROGRESS`."""

    DUE = "due"
    """The provider was not asked for it yet."""
    OPEN = "open"
    """It can be paid at the provider."""
    AUTHORIZED = "authorized"
    """The provider holds the amount; it is captured or voided later."""
    PAID = "paid"
    VOIDED = "voided"
    """The authorization was released, or the provider will not take this payment anymore."""


PROGRESS: dict[PaymentStatus, int] = {
    PaymentStatus.DUE: 0,
    PaymentStatus.OPEN: 1,
    PaymentStatus.AUTHORIZED: 2,
    PaymentStatus.VOIDED: 3,
    PaymentStatus.PAID: 4,
}
"""Order of statuses. A provider may report a payment of what was voided: it closed too late, and the payment counts."""


class OperationKind(StrEnum):
    """An effect at the provider. Stored: never rename one."""

    OPEN = "open"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class OperationState(StrEnum):
    """What is known of an effect at the provider. Stored: never rename one."""

    ASKED = "asked"
    """Committed before the provider is called; or started there, if it has a `provider_ref`, as a slow refund has."""
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The provider was called and its answer was lost. Only a look-up settles it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money asked of a learner. The first payment of a booking has the booking's ID: it needs no row until it is asked.

    `0 <= refunded <= refund_claimed <= captured`, which the database holds too: a refund is claimed before it is asked
    for.
    """

    id: UUID
    booking_id: UUID
    creator_id: UUID
    user_id: UUID
    """The learner."""
    amount: int
    currency: str
    captures_later: bool = False
    """Whether it is only authorized until the creator confirms."""
    status: PaymentStatus = PaymentStatus.DUE
    provider: str
    provider_id: str | None = None
    url: str | None = None
    """Where it is paid, while it is open."""
    expires_at: datetime
    """Until when it can be paid, and the seats are held."""
    created_at: datetime
    paid_at: datetime | None = None
    decline_reason: str | None = None
    """The provider's code of the last attempt, if that was declined."""
    captured: int = 0
    refund_claimed: int = 0
    refunded: int = 0
    parked: ParkedReason | None = None
    commission: int = 0
    """The marketplace's share in basis points, as agreed when the payment was asked for."""
    receipt_number: int | None = None
    """Set by storage when it is paid; unique and ascending, with gaps."""

    @property
    def refundable(self) -> int:
        """Return what is captured and not claimed by a refund."""
        return self.captured - self.refund_claimed

    @property
    def in_flight(self) -> int:
        """Return what refunds claim that are not known to be done."""
        return self.refund_claimed - self.refunded

    @property
    def is_payable(self) -> bool:
        """Return whether the learner may be on the provider's page, or on the way there."""
        return self.status in {PaymentStatus.DUE, PaymentStatus.OPEN}

    def opened(self, provider_id: str, url: str) -> Self:
        """Return the payment as the provider opened it."""
        if PROGRESS[self.status] > PROGRESS[PaymentStatus.OPEN]:
            return replace(self, provider_id=provider_id)
        return replace(self, status=PaymentStatus.OPEN, provider_id=provider_id, url=url)

    def observed(self, report: "ProviderReport", now: datetime) -> Self:
        """Return the payment after a report of the provider. Monotonic: an older report changes nothing.

        A report of another amount or currency parks the payment and changes nothing else.
        """
        if report.currency != self.currency and self.status is PaymentStatus.VOIDED:
            return self  # staff have set it aside
        if report.currency != self.currency:
            return replace(self, parked=ParkedReason.CURRENCY)
        if report.amount != self.amount:
            return replace(self, parked=ParkedReason.AMOUNT)
        after = replace(
            self,
            provider_id=report.provider_id,
            decline_reason=report.decline_reason or self.decline_reason,
        )
        if report.status is PaymentStatus.PAID and report.captured > self.captured:
            # a card can be charged twice for one payment: what is too much is returned
            after = replace(after, captured=report.captured, paid_at=self.paid_at or now, decline_reason=None)
        if PROGRESS[report.status] <= PROGRESS[self.status]:
            return after
        return replace(after, status=report.status, url=self.url if report.status is PaymentStatus.OPEN else None)

    def declined(self, code: str) -> Self:
        """Return the payment with the provider's code of why it could not be made."""
        return replace(self, decline_reason=code)

    def parked_for(self, reason: ParkedReason) -> Self:
        """Return the payment as it waits for staff; nothing is asked of the provider for it meanwhile."""
        return replace(self, parked=self.parked or reason)

    def resolved(self, reason: ParkedReason, found: int | None) -> Self:
        """Return the payment once staff have resolved what it waits for; `found` is the amount that was reported.

        Another amount counts as it is: what is too much is returned, and too little leaves the rest to pay. Another
        currency counts as nothing, and staff return it at the provider. A disputed payment goes on as any other.
        """
        if self.parked is not reason:
            return self if self.parked in LEFT_TO_STAFF else replace(self, parked=None)
        if reason is ParkedReason.AMOUNT and found:
            return replace(self, parked=None, amount=found)
        if reason is ParkedReason.CURRENCY:
            return replace(self, parked=None, status=PaymentStatus.VOIDED, url=None)
        return replace(self, parked=None)

    def voided(self) -> Self:
        """Return the payment once the provider does not take it anymore. One that is paid stays paid."""
        if self.status is PaymentStatus.PAID:
            return self
        return replace(self, status=PaymentStatus.VOIDED, url=None)

    def taken(self, amount: int, now: datetime) -> Self:
        """Return the payment after an authorized amount was captured, or a part of it."""
        if self.status is PaymentStatus.PAID:
            return self
        return replace(self, status=PaymentStatus.PAID, captured=amount, paid_at=now, url=None, decline_reason=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOperation:
    """An effect asked of the provider. Its ID is the idempotency key. The row is committed before the call."""

    id: UUID
    payment_id: UUID
    booking_id: UUID
    creator_id: UUID
    kind: OperationKind
    amount: int
    cause: Cause
    once: str
    """With the payment, unique: the same cause claims nothing twice (`step-812`)."""
    state: OperationState = OperationState.ASKED
    created_at: datetime
    settled_at: datetime | None = None
    attempts: int = 0
    leased_until: datetime | None = None
    """The fence of every later write: who no longer holds the lease writes nothing."""
    provider_ref: str | None = None
    """The provider's ID of the effect, such as a refund."""
    error: str | None = None
    """The provider's code, without its text, which may quote people."""
    actor_id: UUID | None = None
    reason: str = ""
    """Written by staff."""

    @property
    def is_settled(self) -> bool:
        return self.state in {OperationState.DONE, OperationState.REFUSED}

    def retry_at(self, now: datetime) -> datetime:
        """Return when to ask again after an unknown outcome: doubling from two seconds, at most an hour."""
        return now + min(RETRY_FIRST * (1 << min(self.attempts, MAX_DOUBLINGS)), RETRY_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefund:
    """A refund that the provider knows. `operation_id` is `None` if it was made in the provider's dashboard."""

    ref: str
    amount: int
    is_done: bool
    operation_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReport:
    """A payment as the provider has it now, read by a look-up."""

    provider_id: str
    payment_id: UUID | None
    """Ours, as the provider recorded it."""
    status: PaymentStatus
    amount: int
    currency: str
    captured: int = 0
    """More than `amount` if the card was charged twice."""
    refunds: tuple[ProviderRefund, ...] = ()
    """Those that took effect or are on their way; none that failed."""
    decline_reason: str | None = None
    disputes: tuple[ProviderDispute, ...] = ()
    fee: int | None = None
    """What the provider keeps for it in this currency, if it says so."""
    url: str | None = None
    """Where it can be paid, if it still can and the provider says so."""

    @property
    def is_disputed(self) -> bool:
        """Return whether a bank has still to decide."""
        return any(each.state is DisputeState.OPEN for each in self.disputes)

    @property
    def lost(self) -> int:
        """Return what banks have taken back."""
        return sum(each.amount for each in self.disputes if each.state is DisputeState.LOST)

    @property
    def returned(self) -> int:
        """Return what went back to the learner, by whatever way."""
        return sum(each.amount for each in self.refunds if each.is_done) + self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedNotice:
    """A notice that was received. `kind` is the provider's word."""

    id: str
    kind: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """A signed notice of the provider: a hint that a payment changed, never a source of its state."""

    id: str
    kind: str
    provider_id: str | None
    payment_id: UUID | None
