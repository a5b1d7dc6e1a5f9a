"""The table of waitlist entries."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.waitlist import WaitlistStatus

WAITING, OFFERED = text("status = 'waiting'"), text("status = 'offered'")
OPEN = text("status IN ('waiting', 'offered')")


class WaitlistEntryTable(DefaultBase):
    """Who waits for seats of a start. The row lock of the slot guards them; `number` gives their order.

    The index of a line has the number of seats before the place: the first who fits is one row per number of seats.
    """

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "starts_at"], ["slots.session_id", "slots.starts_at"], name="fk_waitlist_entries_slot_slots"
        ),
        CheckConstraint("seats >= 1", name="seats"),
        one_of("status", WaitlistStatus),
        CheckConstraint("status <> 'offered' OR offer_until IS NOT NULL", name="offer_until"),
        Index("uq_waitlist_entries_one_open", "user_id", "session_id", "starts_at", unique=True, postgresql_where=OPEN),
        Index("ix_waitlist_entries_line", "session_id", "starts_at", "seats", "number", postgresql_where=WAITING),
        Index("ix_waitlist_entries_offers", "session_id", "starts_at", "offer_until", postgresql_where=OFFERED),
        Index("ix_waitlist_entries_creator", "creator_id", "starts_at", "number", postgresql_where=OPEN),
        Index("ix_waitlist_entries_user_id", "user_id", "id"),
        Index("ix_waitlist_entries_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime]
    seats: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    offered_at: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
