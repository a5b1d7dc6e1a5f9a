"""The table of messages between the parties of bookings."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column


class BookingMessageTable(DefaultBase):
    """Messages. Each has one recipient, so that it is read or unread by itself.

    `ix_booking_messages_unread` holds only what is unread: counting costs what is counted. `batch_id` is that of the
    messages which one request wrote.
    """

    __tablename__ = "booking_messages"
    __table_args__ = (
        Index("ix_booking_messages_newest", "booking_id", "created_at", "id"),
        Index("ix_booking_messages_author_id", "author_id", "created_at", "id"),
        Index("ix_booking_messages_unread", "recipient_id", "booking_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_booking_messages_batch_id", "batch_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    batch_id: Mapped[UUID]
    read_at: Mapped[datetime | None]
