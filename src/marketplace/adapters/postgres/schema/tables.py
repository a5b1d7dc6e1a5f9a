"""The schema as advanced-alchemy tables. The migrations create it; a test compares the two.

Constraint names are part of the code: `errors.py` maps each to an error of the core.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, get_args
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
    Integer,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, TSVECTOR, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.domain.bookings import BookingStatus
from marketplace.core.domain.fields import Whole, rules_of
from marketplace.core.domain.principals import Role
from marketplace.core.domain.sessions import Session, SessionStatus


def _within_bounds(entity: type, column: str) -> CheckConstraint:
    rule = rules_of(entity)[column]
    if not isinstance(rule, Whole):
        raise TypeError(f"{column} has no bounds.")
    return CheckConstraint(f"{column} BETWEEN {rule.minimum} AND {rule.maximum}", name=column)


def one_of(column: str, words: Any) -> CheckConstraint:
    """A CHECK that the column holds one of the words of a `Literal`."""
    choices = ", ".join(f"'{word}'" for word in get_args(words))
    return CheckConstraint(f"{column} IN ({choices})", name=column)


LISTED = text("status = 'active' AND archived_at IS NULL")
NOT_LISTED = text("NOT (status = 'active' AND archived_at IS NULL)")
LISTED_OPEN = text("status = 'active' AND archived_at IS NULL AND schedule IS NULL")


class UserTable(DefaultBase):
    """Accounts. Uniqueness and sorting use the folded columns; sorting by name uses `name_key`.

    `searched` holds the core's words of e-mail address, username and names.
    """

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        Index("uq_users_email_folded", "email_folded", unique=True),
        Index("uq_users_username_folded", "username_folded", unique=True),
        Index("ix_users_date_joined", "date_joined", "id"),
        Index("ix_users_name_key", "name_key", "id"),
        Index("ix_users_searched", "searched", postgresql_using="gin"),
        Index("ix_users_inactive", "date_joined", "id", postgresql_where=text("NOT is_active")),
        Index("ix_users_staff", "date_joined", "id", postgresql_where=text("is_staff OR is_superuser")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    email_folded: Mapped[str] = mapped_column(Text(collation="C"))
    username: Mapped[str] = mapped_column(Text)
    username_folded: Mapped[str] = mapped_column(Text(collation="C"))
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    avatar: Mapped[str | None] = mapped_column(Text)
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool]
    is_staff: Mapped[bool]
    is_superuser: Mapped[bool]
    date_joined: Mapped[datetime]
    name_key: Mapped[str] = mapped_column(Text(collation="C"), server_default=text("''"))
    searched: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))


class SessionTable(DefaultBase):
    """Sessions of creators. `duration` is in minutes, `cancellation_notice` in hours.

    `title_key` is the title folded by the core, to sort by; `searched` holds the core's words of title (weight A) and
    description (B).
    """

    __tablename__ = "sessions"
    __table_args__ = (
        _within_bounds(Session, "duration"),
        CheckConstraint("price >= 0", name="price"),
        _within_bounds(Session, "max_participants"),
        one_of("status", SessionStatus),
        _within_bounds(Session, "cancellation_notice"),
        Index("ix_sessions_listed_created_at", "created_at", "id", postgresql_where=LISTED),
        Index("ix_sessions_listed_open", "created_at", "id", postgresql_where=LISTED_OPEN),
        Index("ix_sessions_listed_price", "price", "id", postgresql_where=LISTED),
        Index("ix_sessions_listed_duration", "duration", "id", postgresql_where=LISTED),
        Index("ix_sessions_listed_title_key", "title_key", "id", postgresql_where=LISTED),
        Index("ix_sessions_featured_at", "featured_at", "id", postgresql_where=text("featured_at IS NOT NULL")),
        Index("ix_sessions_listed_category", "category", "created_at", "id", postgresql_where=LISTED),
        Index("ix_sessions_creator_id_created_at", "creator_id", "created_at", "id"),
        Index("ix_sessions_tags", "tags", postgresql_using="gin", postgresql_where=LISTED),
        Index("ix_sessions_searched", "searched", postgresql_using="gin", postgresql_where=LISTED),
        Index("ix_sessions_searched_unlisted", "searched", postgresql_using="gin", postgresql_where=NOT_LISTED),
        *(Index(f"ix_sessions_{column}", column, "id") for column in ("created_at", "price", "duration", "title_key")),
        Index("ix_sessions_inactive", "created_at", "id", postgresql_where=text("status = 'inactive'")),
        Index("ix_sessions_archived", "created_at", "id", postgresql_where=text("archived_at IS NOT NULL")),
        Index("ix_sessions_hidden", "created_at", "id", postgresql_where=text("hidden_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(Text(collation="C"))
    description: Mapped[str] = mapped_column(Text)
    duration: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    max_participants: Mapped[int]
    image_url: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    requires_confirmation: Mapped[bool] = mapped_column(server_default=text("false"))
    cancellation_notice: Mapped[int] = mapped_column(server_default=text("0"))
    schedule: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    revised_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str | None] = mapped_column(Text)
    featured_at: Mapped[datetime | None]
    audience: Mapped[str] = mapped_column(Text, server_default=text("''"))
    searched: Mapped[str] = mapped_column(TSVECTOR)


class MaterializedAvailabilityTable(DefaultBase):
    """The upcoming starts of a session, computed from its schedule; see `materialized_availability.py`.

    Each recurring run is one element of `firsts`, `steps` (minutes) and `counts`. `days` (since 1970) and `hours` (of
    the week) are search keys: when something starts. Other numbers are minutes, `horizon` days, as in the schedule.
    Rows up to half a page are not moved to TOAST, since listing a session reads its row.
    """

    __tablename__ = "open_times"
    __table_args__ = (
        Index("ix_open_times_when", "days", "hours", postgresql_using="gin"),
        Index("ix_open_times_outdated_at", "outdated_at"),
        {"postgresql_with": {"toast_tuple_target": 4096}},
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    firsts: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    steps: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    days: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    hours: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    notice: Mapped[int]
    horizon: Mapped[int]
    buffer_before: Mapped[int]
    buffer_after: Mapped[int]
    outdated_at: Mapped[datetime | None]


class LexemeTable(DefaultBase):
    """The words of sessions that were listed, with their one-character deletions, to find words one typo away."""

    __tablename__ = "lexemes"
    __table_args__ = (Index("ix_lexemes_deletions", "deletions", postgresql_using="gin"),)

    lexeme: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    deletions: Mapped[list[str]] = mapped_column(ARRAY(Text(collation="C")))


class SlotTable(DefaultBase):
    """One start of one session. The check and exclusion constraints prevent overselling.

    `occupied` replaces `seats_taken > 0` in the indexes, so that taking a further seat is a heap-only (HOT) update;
    `fillfactor` leaves the space for it.
    """

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="seats_within_capacity"),
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
    occupied: Mapped[bool] = mapped_column(Computed("seats_taken > 0", persisted=True))


class BookingTable(DefaultBase):
    """Bookings. `creator_id` repeats the slot's, so that the list of a creator is an index scan.

    The indexes of lists have the status as second column: a list of all statuses merges one scan per status.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "starts_at"], ["slots.session_id", "slots.starts_at"], name="fk_bookings_slot_slots"
        ),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("amount >= 0", name="amount"),
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
        Index("ix_bookings_created_at", "created_at", "id"),
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
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    status: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]


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


class EventTable(DefaultBase):
    """Events other than steps of bookings. `facts` has the fields specific to the kind."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_undelivered", "id", postgresql_where=text("deliver_at IS NOT NULL")),
        Index("ix_events_undelivered_subject", "subject_id", "id", postgresql_where=text("deliver_at IS NOT NULL")),
        Index("ix_events_delivered", "at", postgresql_where=text("deliver_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    deliver_at: Mapped[datetime | None]
    delivery_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


class CalendarFeedTable(DefaultBase):
    """Private calendar feeds. Tokens are not hashed, because their owners can see them again."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (Index("uq_calendar_feeds_token", "token", unique=True),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    token: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class JobTable(DefaultBase):
    """The job queue. A job is deleted only when its handler has succeeded.

    `locked_until` is the end of a worker's lease, by the database's clock; `dedupe_key` is set for chores only.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_run_at", "run_at", "id"),
        Index("uq_jobs_dedupe_key", "dedupe_key", unique=True, postgresql_where=text("dedupe_key IS NOT NULL")),
        Index("ix_jobs_failing", "attempts", "id", postgresql_where=text("attempts >= 3")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[UUID | None]
    run_at: Mapped[datetime]
    dedupe_key: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    locked_by: Mapped[UUID | None]
    locked_until: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(Text)
    failed_at: Mapped[datetime | None]
