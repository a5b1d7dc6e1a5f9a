"""Payments: the provider that takes them, and our records of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.pages import Page
from marketplace.core.domain.payments import (
    ParkedReason,
    Payment,
    PaymentOperation,
    ProviderEvent,
    ProviderReport,
)

PURGE_BATCH = 1_000
"""Maximum number of notices that one transaction deletes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a provider is asked to take. Amounts in minor units; the adapter converts to the provider's own."""

    payment_id: UUID
    amount: int
    currency: str
    captures_later: bool
    title: str
    return_url: str
    """Where the learner comes back to, however the payment went."""
    expires_at: datetime
    locale: str
    """The learner's (BCP 47), or empty for the provider's choice."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The payment can be made at `url`."""

    provider_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Done:
    """The provider did what was asked. `ref` is its ID of the effect."""

    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider refused, and did nothing. `code` is its word for why."""

    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost, or the provider is away or refuses everything: it may have done what was asked.

    A key that was used for another request is unknown too: the earlier request may have had its effect.
    """

    code: str


class Payments(Protocol):
    """A payment provider. Nothing here is called inside a transaction, and nothing raises for what a network does.

    `key` is the idempotency key: a repeat with the same key has no second effect, for as long as the provider keeps it.
    """

    @property
    def name(self) -> str:
        """Return the stored name of the provider, such as `stripe`."""
        ...

    async def open(self, charge: Charge, key: UUID) -> Opened | Refused | Unknown:
        """Offer the learner a page where they pay. A page that expired is `Refused`; a repeat returns the same page."""
        ...

    async def capture(self, payment: Payment, amount: int, key: UUID) -> Done | Refused | Unknown:
        """Take an authorized amount, or a part of it and release the rest. `Done` if it was captured before."""
        ...

    async def void(self, payment: Payment, key: UUID) -> Done | Refused | Unknown:
        """Release an authorization, or close a payment that is still open. `Refused` if it was paid meanwhile.

        `Done` if it was closed before. A payment that was on its way may still arrive.
        """
        ...

    async def refund(self, payment: Payment, amount: int, key: UUID) -> Done | Refused | Unknown:
        """Return an amount of what was captured. The provider records `key` with the refund.

        `Done` if it has a refund with this key, however long ago.
        """
        ...

    async def look_up(self, payment: Payment) -> ProviderReport | Unknown | None:
        """Return the payment as the provider has it now, found by our ID if it has no `provider_id` yet.

        `None`: the provider has no such payment.
        """
        ...

    def changed_since(self, since: datetime) -> AsyncIterator[ProviderReport]:
        """Return every payment that the provider created since, for the daily comparison. Raises `ProviderAway`."""
        ...

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> ProviderEvent:
        """Return a notice of the provider. Raises `InvalidSignature`: unsigned, forged, or signed too long ago.

        Raises `InvalidNotice` if its content is none of the provider's, such as an ID that can't be stored.
        """
        ...

    async def payment_of(self, event: ProviderEvent) -> UUID | Unknown | None:
        """Return our payment of a notice, which may name only IDs of the provider. `None`: it is none of ours."""
        ...

    async def close(self) -> None:
        """Close open connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedPayment:
    """Something that staff have to look at. It holds IDs and amounts only."""

    id: UUID
    reason: ParkedReason
    payment_id: UUID | None
    provider: str
    provider_id: str | None
    expected: int | None = None
    found: int | None = None
    currency: str | None = None
    found_at: datetime
    resolved_at: datetime | None = None
    resolved_by: UUID | None = None
    resolution: str = ""


class PaymentRecords(Protocol):
    """Payments, operations and notices within a transaction. Lock order: booking, payments by ID, slots, ledger."""

    async def acquire_of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        """Return the payments of a booking by ID, locked until the transaction ends. Acquire the booking first."""
        ...

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        """Return the payments of bookings by ID, as they are committed or changed here, without locks."""
        ...

    async def was_resolved(self, payment_id: UUID, reason: ParkedReason) -> bool:
        """Return whether staff have resolved a payment that waited for this reason."""
        ...

    async def add(self, payment: Payment) -> bool:
        """Insert a payment. Return `False`, and change nothing, if its ID exists already."""
        ...

    async def save(self, payment: Payment) -> Payment:
        """Update an acquired payment and return it as stored; one that is paid now gets its receipt number.

        Amounts of refunds are left as they are: `ask` and `record` move them. Raises `NotFound`.
        """
        ...

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        """Return the operations of payments, oldest first."""
        ...

    async def ask(self, operation: PaymentOperation) -> bool:
        """Insert an operation. Return `False`, and change nothing, if the payment has one with the same `once`.

        A refund also claims its amount of the payment. Raises `RefundExceedsPayment`, `NotFound` without a payment.
        """
        ...

    async def claim(self, operation_id: UUID, now: datetime, lease: timedelta) -> PaymentOperation | None:
        """Claim an operation that is `asked` or `unknown` and not leased, and count the attempt; else `None`.

        Sees what this transaction asked. Never waits: an operation that another transaction claims is `None`.
        """
        ...

    async def record(self, claimed: PaymentOperation, after: PaymentOperation) -> bool:
        """Save the outcome of a claimed operation, whose lease ends with it.

        Return `False`, and change nothing, if the lease was taken over or the outcome recorded. A refund that is done
        adds its amount to `refunded`; one that is refused gives its claim back.
        """
        ...

    async def add_event(self, provider: str, event: ProviderEvent, now: datetime) -> bool:
        """Record a notice. Return `False` if it was recorded before."""
        ...

    async def park(self, parked: ParkedPayment) -> bool:
        """Add something for staff. Return `False` if the same (reason, payment, provider's payment) is unresolved."""
        ...

    async def resolve(self, parked_id: UUID, staff_id: UUID, resolution: str, now: datetime) -> ParkedPayment:
        """Resolve something parked. Raises `NotFound`, `IllegalTransition` if it is resolved already."""
        ...

    async def commission_of(self, creator_id: UUID) -> int | None:
        """Return a creator's own commission in basis points, or `None` if the marketplace's applies."""
        ...

    async def save_commission(self, creator_id: UUID, basis_points: int, staff_id: UUID, now: datetime) -> None:
        """Insert or update a creator's own commission. It applies to payments that are added later."""
        ...

    async def purge_events(self, before: datetime) -> int:
        """Delete at most `PURGE_BATCH` notices recorded before an instant. Return the number deleted."""
        ...


class PaymentLists(Protocol):
    """Reads of payments, one statement each, outside a transaction. Lists are newest first, paged by keyset."""

    async def find(self, payment_id: UUID) -> Payment | None:
        """Return a payment, or `None`."""
        ...

    async def find_by_provider(self, provider: str, provider_id: str) -> Payment | None:
        """Return the payment with the provider's ID, or `None`."""
        ...

    async def of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        """Return the payments of a booking by ID."""
        ...

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        """Return the payments of bookings by ID."""
        ...

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        """Return the operations of payments, oldest first."""
        ...

    async def operation(self, operation_id: UUID) -> PaymentOperation | None:
        """Return an operation, or `None`."""
        ...

    async def commission_of(self, creator_id: UUID) -> int | None:
        """Return a creator's own commission in basis points, or `None` if the marketplace's applies."""
        ...

    async def unsettled(self, now: datetime, limit: int) -> tuple[Payment, ...]:
        """Return payments that are due or open past `expires_at`, longest first.

        A due one has a row because the provider was asked, so it may be open there although the answer was lost.
        """
        ...

    async def search(self, text: str, limit: int, after: str | None) -> Page[Payment]:
        """Return a page of payments for staff: by ID of payment or booking, provider's ID, receipt number, or all."""
        ...

    async def parked(self, limit: int, after: str | None) -> Page[ParkedPayment]:
        """Return a page of what waits for staff."""
        ...

    async def find_parked(self, parked_id: UUID) -> ParkedPayment | None:
        """Return something parked, resolved or not, or `None`."""
        ...

    def created_since(self, since: datetime) -> AsyncIterator[Payment]:
        """Return payments that were asked of the provider since, oldest first, for the daily comparison."""
        ...
