"""The table of calendar feeds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column


class CalendarFeedTable(DefaultBase):
    """Private calendar feeds. Tokens are not hashed, because their owners can see them again."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (Index("uq_calendar_feeds_token", "token", unique=True),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    token: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class CreatorHoursTable(DefaultBase):
    """General hours of creators, which guide the booking of sessions by arrangement: one JSON document each."""

    __tablename__ = "creator_hours"

    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    hours: Mapped[dict[str, Any]] = mapped_column(JSONB)
