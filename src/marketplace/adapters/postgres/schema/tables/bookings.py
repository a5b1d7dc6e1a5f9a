"""Tables of slots, bookings and their steps."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import amount_of, one_of
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.money import AMOUNT_DIGITS


class SlotTable(DefaultBase):
    """One start of one session. The check and exclusion constraints prevent overselling.

    `occupied` replaces `seats_taken > 0` in the indexes, so that taking a further seat is a heap-only (HOT) update;
    `fillfactor` leaves the space for it. `waiting`, `seats_on_offer` and `offers_until` are of its waitlist; seats on
    offer are part of `seats_taken`. `local_start` is the wall time in `time_zone` that was agreed with the first
    booking; NULL in rows from before migration 0022 until a job has filled it.
    """

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="seats_within_capacity"),
        CheckConstraint("seats_on_offer BETWEEN 0 AND seats_taken AND waiting >= 0", name="seats_on_offer"),
        ExcludeConstraint(
            ("creator_id", "="),
            ("blocked", "&&"),
            name="ex_slots_one_place_at_a_time",
            using="gist",
            where=text("occupied"),
        ),
        {"postgresql_with": {"fillfactor": 80}},
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ends_at: Mapped[datetime]
    blocked: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    capacity: Mapped[int]
    seats_taken: Mapped[int]
    local_start: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    time_zone: Mapped[str | None] = mapped_column(Text)
    waiting: Mapped[int] = mapped_column(server_default=text("0"))
    seats_on_offer: Mapped[int] = mapped_column(server_default=text("0"))
    offers_until: Mapped[datetime | None]
    occupied: Mapped[bool] = mapped_column(Computed("seats_taken > 0", persisted=True))


class BookingTable(DefaultBase):
    """Bookings. `creator_id` repeats the slot's, so that the list of a creator is an index scan.

    `pay_by` is NULL once it is paid, or if nothing has to be paid first. `terms` (as sold) is NULL in rows that a
    release before migration 0025 wrote after the backfill of 0026.

    The indexes of lists have the status as second column: a list of all statuses merges one scan per status.
    `local_start` and `time_zone` are what this booking agreed to; NULL as in slots, for good in those that are over.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "starts_at"], ["slots.session_id", "slots.starts_at"], name="fk_bookings_slot_slots"
        ),
        CheckConstraint("seats >= 1", name="seats"),
        amount_of("amount", AMOUNT_DIGITS),
        one_of("status", BookingStatus),
        Index(
            "uq_bookings_one_live_per_person_and_slot",
            "user_id",
            "session_id",
            "starts_at",
            unique=True,
            postgresql_where=text("status IN ('pending', 'confirmed')"),
        ),
        *(
            Index(f"ix_bookings_{whose}_status_{order}", whose, "status", order, "id")
            for whose in ("user_id", "creator_id", "session_id")
            for order in ("created_at", "starts_at")
        ),
        Index("ix_bookings_user_id_session_id", "user_id", "session_id"),
        Index("ix_bookings_numbers", "created_at", postgresql_include=["seats", "amount", "status"]),
        Index(
            "ix_bookings_pending_until",
            text("coalesce(answer_by, starts_at)"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_bookings_requested_start",
            "creator_id",
            "session_id",
            "requested_start",
            "user_id",
            postgresql_where=text("requested_start IS NOT NULL"),
        ),
        Index("ix_bookings_taught", "creator_id", "user_id", postgresql_where=text("status = 'completed'")),
        Index("ix_bookings_without_terms", "id", postgresql_where=text("terms IS NULL")),
        Index("ix_bookings_amount", "amount", "id"),
        Index("ix_bookings_starts_at", "starts_at", "id"),
        Index(
            "ix_bookings_live_starts_at",
            "starts_at",
            "id",
            postgresql_where=text("status IN ('pending', 'confirmed')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    creator_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime]
    seats: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(Numeric)
    status: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    pay_by: Mapped[datetime | None]
    local_start: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    time_zone: Mapped[str | None] = mapped_column(Text)
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    requested_start: Mapped[datetime | None]
    held_seats: Mapped[int] = mapped_column(server_default=text("0"))
    address: Mapped[str | None] = mapped_column(Text)


class BookingStepTable(DefaultBase):
    """The steps of bookings: who, when, what, the old and new values, and the batch.

    A step is also an event until it is delivered; then `deliver_at` is NULL, as in rows from before migration 0019.

    `action` is NULL in rows that a release before migration 0016 wrote after the backfill of 0017.
    """

    __tablename__ = "booking_steps"
    __table_args__ = (
        Index("ix_booking_steps_booking_id", "booking_id"),
        Index("ix_booking_steps_undelivered", "id", postgresql_where=text("deliver_at IS NOT NULL")),
        Index("ix_booking_steps_cancelled_at", "at", postgresql_where=text("to_status = 'cancelled'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    batch_id: Mapped[UUID | None]
    action: Mapped[str | None] = mapped_column(Text)
    from_start: Mapped[datetime | None]
    to_start: Mapped[datetime | None]
    from_seats: Mapped[int | None]
    to_seats: Mapped[int | None]
    deliver_at: Mapped[datetime | None] = mapped_column(server_default=text("now()"))
    delivery_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
