"""Tables of what is done after a commit: jobs and events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column


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
