"""The table of favourites."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column


class FavouriteTable(DefaultBase):
    """Sessions that people keep; of one person, the number is bounded."""

    __tablename__ = "favourites"
    __table_args__ = (Index("ix_favourites_newest", "user_id", "created_at", "session_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    created_at: Mapped[datetime]
