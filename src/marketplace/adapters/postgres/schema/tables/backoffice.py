"""Tables of the back office."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.bulk import BulkKind, BulkState
from marketplace.core.domain.reports import ReportReason, Resolution


class PasswordResetTable(DefaultBase):
    """Password reset links, as hashes: one per person. `issuer_id` is null if a release before 0024 issued it."""

    __tablename__ = "password_resets"
    __table_args__ = (Index("uq_password_resets_token_hash", "token_hash", unique=True),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    issuer_id: Mapped[UUID | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ReportTable(DefaultBase):
    """Reports of sessions, one per person and session, and their resolution."""

    __tablename__ = "reports"
    __table_args__ = (
        one_of("reason", ReportReason),
        one_of("resolution", Resolution),
        Index("uq_reports_one_per_person_and_session", "session_id", "reporter_id", unique=True),
        Index("ix_reports_reporter_id", "reporter_id", "created_at", "id"),
        Index("ix_reports_open_created_at", "created_at", "id", postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    resolution: Mapped[str | None] = mapped_column(Text)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(Text)


class BulkRunTable(DefaultBase):
    """Bulk actions and their progress. No foreign key to the login: logins are removed before runs."""

    __tablename__ = "bulk_runs"
    __table_args__ = (
        one_of("kind", BulkKind),
        one_of("state", BulkState),
        CheckConstraint("changed >= 0 AND refused >= 0 AND changed + refused <= total", name="counts"),
        Index("ix_bulk_runs_created_at", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    total: Mapped[int]
    changed: Mapped[int]
    refused: Mapped[int]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    family_id: Mapped[UUID]
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(Text)


class BulkPreviewTable(DefaultBase):
    """The rows that a staff member saw in a preview of filters; empty once the action is started."""

    __tablename__ = "bulk_previews"
    __table_args__ = (
        one_of("kind", BulkKind),
        Index("ix_bulk_previews_staff_id", "staff_id", "created_at"),
        Index("ix_bulk_previews_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    filters: Mapped[str] = mapped_column(Text)
    rows: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    created_at: Mapped[datetime]
    is_used: Mapped[bool] = mapped_column(server_default=text("false"))


class BulkTargetTable(DefaultBase):
    """The targets of a run, stored when it is created. The first `changed + refused` places are done."""

    __tablename__ = "bulk_targets"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_runs.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[UUID]


class BulkRefusalTable(DefaultBase):
    """Targets that a run refused, with their label at that time and the reason."""

    __tablename__ = "bulk_refusals"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_runs.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[UUID]
    label: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)


class AuditEntryTable(DefaultBase):
    """The audit log. Triggers, created by the migration, reject UPDATE, DELETE and TRUNCATE.

    No foreign keys: an entry outlives its target, and an insert must not wait for its lock. Another trigger moves
    `address`, `agent`, `before`, `after`, `reason` and `searched` of each new entry to `audit_values`.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_at", "at", "id"),
        Index("ix_audit_entries_actor_id_at", "actor_id", "at", "id"),
        Index("ix_audit_entries_target_id_at", "target_id", "at", "id"),
        Index("ix_audit_entries_action_at", "action", "at", "id"),
        Index("ix_audit_entries_as_id", "as_id", postgresql_where=text("as_id IS NOT NULL")),
        Index("ix_audit_entries_searched", "searched", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    as_id: Mapped[UUID | None]
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    target_kind: Mapped[str | None] = mapped_column(Text)
    target_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    searched: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))


class AuditValuesTable(DefaultBase):
    """The values of audit log entries, which one function erases: of a person who deletes their account.

    Triggers reject all other changes. `searched` holds the core's words of action, reason and e-mail addresses.
    """

    __tablename__ = "audit_values"
    __table_args__ = (
        Index("ix_audit_values_searched", "searched", postgresql_using="gin"),
        Index(
            "ix_audit_values_email",
            text("lower(after ->> 'email')"),
            postgresql_where=text("(after ->> 'email') IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    searched: Mapped[str] = mapped_column(TSVECTOR)
