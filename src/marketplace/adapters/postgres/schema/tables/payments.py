"""Tables of payments, what was asked of the provider, its notices, and what waits for staff."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.disputes import DisputeState
from marketplace.core.domain.ledger import MAX_COMMISSION
from marketplace.core.domain.payments import OperationKind, OperationState, PaymentStatus

RECEIPT_NUMBERS = Sequence("payment_receipt_numbers", metadata=DefaultBase.metadata)


class PaymentTable(DefaultBase):
    """Payments. Amounts are in minor units. A refund is claimed here before the provider is asked for it.

    `creator_id` repeats the booking's; `commission` is in basis points. `parked` has no CHECK, so that a release can
    add a reason while the release before still runs.
    """

    __tablename__ = "payments"
    __table_args__ = (
        one_of("status", PaymentStatus),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("captured >= 0", name="captured"),
        CheckConstraint("refund_claimed BETWEEN 0 AND captured", name="refund_claimed"),
        CheckConstraint("refunded BETWEEN 0 AND refund_claimed", name="refunded"),
        Index("ix_payments_booking_id", "booking_id", "id"),
        Index("ix_payments_created_at", "created_at", "id"),
        Index(
            "uq_payments_provider_id",
            "provider_id",
            "provider",
            unique=True,
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "uq_payments_receipt_number",
            "receipt_number",
            unique=True,
            postgresql_where=text("receipt_number IS NOT NULL"),
        ),
        Index("ix_payments_authorized", "created_at", "id", postgresql_where=text("status = 'authorized'")),
        Index("ix_payments_unsettled", "expires_at", "id", postgresql_where=text("status IN ('due', 'open')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    creator_id: Mapped[UUID]
    user_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    commission: Mapped[int] = mapped_column(SmallInteger)
    captures_later: Mapped[bool]
    status: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Text)
    captured: Mapped[int] = mapped_column(BigInteger)
    refund_claimed: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger)
    parked: Mapped[str | None] = mapped_column(Text)
    receipt_number: Mapped[int | None] = mapped_column(BigInteger)


class PaymentOperationTable(DefaultBase):
    """Effects asked of the provider; the ID is the idempotency key. `leased_until` fences the record of the outcome.

    `cause` has no CHECK, so that a release can add one while the release before still runs.
    """

    __tablename__ = "payment_operations"
    __table_args__ = (
        one_of("kind", OperationKind),
        one_of("state", OperationState),
        CheckConstraint("amount >= 0", name="amount"),
        Index("uq_payment_operations_once", "payment_id", "once", unique=True),
        Index(
            "ix_payment_operations_unsettled",
            "payment_id",
            postgresql_where=text("state IN ('asked', 'unknown')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    booking_id: Mapped[UUID]
    creator_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(Text)
    once: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger)
    leased_until: Mapped[datetime | None]
    provider_ref: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text)


class PaymentEventTable(DefaultBase):
    """Notices of providers by their own ID, without their content; old rows are deleted."""

    __tablename__ = "payment_events"
    __table_args__ = (
        Index("ix_payment_events_recorded_at", "recorded_at"),
        Index(
            "ix_payment_events_payment_id",
            "payment_id",
            "recorded_at",
            postgresql_where=text("payment_id IS NOT NULL"),
        ),
    )

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    payment_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class ParkedPaymentTable(DefaultBase):
    """What waits for staff. No foreign key: the provider can report a payment that is not ours."""

    __tablename__ = "parked_payments"
    __table_args__ = (
        Index(
            "uq_parked_payments_unresolved",
            "reason",
            "provider",
            "provider_id",
            "payment_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_parked_payments_newest", "found_at", "id", postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[UUID | None]
    provider: Mapped[str] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    expected: Mapped[int | None] = mapped_column(BigInteger)
    found: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(Text)
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    resolution: Mapped[str] = mapped_column(Text)


class PaymentDisputeTable(DefaultBase):
    """Disputes of payments by the provider's ID. They hold IDs and amounts only."""

    __tablename__ = "payment_disputes"
    __table_args__ = (
        one_of("state", DisputeState),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_at"),
        Index("ix_payment_disputes_open", "payment_id", postgresql_where=text("state = 'open'")),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CreatorCommissionTable(DefaultBase):
    """Commissions of creators in basis points, where staff set another than the marketplace's."""

    __tablename__ = "creator_commissions"
    __table_args__ = (CheckConstraint(f"basis_points BETWEEN 0 AND {MAX_COMMISSION}", name="basis_points"),)

    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    basis_points: Mapped[int] = mapped_column(SmallInteger)
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
