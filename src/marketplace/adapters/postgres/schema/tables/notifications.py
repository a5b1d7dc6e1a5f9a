"""The table of notifications."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column


class NotificationTable(DefaultBase):
    """What happened to people's bookings, or to what they wait for; old rows are deleted.

    `source` is the event, message, payment or refund. `waitlist_id` names an entry, which is kept longer.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("uq_notifications_once", "user_id", "source", "booking_id", unique=True),
        Index("ix_notifications_newest", "user_id", "created_at", "id"),
        Index("ix_notifications_unread", "user_id", "booking_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notifications_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(Text)
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.id"))
    created_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    currency: Mapped[str | None] = mapped_column(Text)
    waitlist_id: Mapped[UUID | None]
