"""Our records of payments."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.disputes import PaymentDispute
from marketplace.core.domain.pages import Page
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import Payment, PaymentOperation, ProviderEvent, ReceivedNotice

MAX_NOTICES = 100
PURGE_BATCH = 1_000
"""Maximum number of notices that one transaction deletes."""


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


Notice = tuple[str, str]
"""The name of the provider, and its ID of a notice."""


class ReadAhead(Protocol):
    """A booking's payments as they were read ahead of a transaction, and whether a notice was recorded by then."""

    @property
    def payments(self) -> Mapping[UUID, Payment]: ...

    @property
    def is_recorded(self) -> bool: ...


class PaymentRecords(Protocol):
    """Payments, operations and notices within a transaction. Lock order: booking, payments by ID, slots, ledger."""

    async def read_ahead(
        self,
        booking_id: UUID,
        *,
        learner_id: UUID | None = None,
        notice: Notice | None = None,
        seen: ReadAhead | None = None,
    ) -> ReadAhead | None:
        """Announce, first of all, that this transaction is about a booking, a learner and a notice.

        Storage may then read them at once and lock nothing until it writes: the end of the transaction raises
        `StaleRead` if booking, payments, operations or learner have changed meanwhile, or the notice is recorded, and
        `post` may return what is in the ledger already. `seen`: what was read before, or written by a transaction that
        is over, may be used instead, once. Raises `NotFound`.
        """
        ...

    async def acquire_of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        """Return the payments of a booking by ID, locked until the transaction ends. Acquire the booking first."""
        ...

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        """Return the payments of bookings by ID, as they are committed or changed here, without locks."""
        ...

    async def disputes(self, payment_ids: Sequence[UUID]) -> tuple[PaymentDispute, ...]:
        """Return the disputes of payments, oldest first."""
        ...

    async def save_dispute(self, dispute: PaymentDispute) -> None:
        """Insert a dispute of an acquired payment, or update its state. `opened_at` stays."""
        ...

    async def lift(self, payment_id: UUID, reason: ParkedReason, now: datetime) -> None:
        """Resolve what waits for staff for a reason that is over, without a person. Nothing, if nothing waits."""
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

    async def read_ahead(self, payment_id: UUID, notice: Notice) -> ReadAhead | None:
        """Return the payments of a payment's booking for a transaction about a notice, or `None`."""
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

    async def disputes(self, payment_ids: Sequence[UUID]) -> tuple[PaymentDispute, ...]:
        """Return the disputes of payments, oldest first."""
        ...

    async def notices(self, payment_id: UUID) -> tuple[ReceivedNotice, ...]:
        """Return the last `MAX_NOTICES` notices of a payment that are kept, oldest first."""
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

    async def changeable(self, before: datetime, limit: int) -> tuple[Payment, ...]:
        """Return payments that were asked for earlier and can still change by themselves, oldest first.

        Those that are authorized, disputed, or of which something was asked that is not settled.
        """
        ...

    def created_since(self, since: datetime) -> AsyncIterator[Payment]:
        """Return payments that were asked of the provider since, oldest first, for the daily comparison."""
        ...
