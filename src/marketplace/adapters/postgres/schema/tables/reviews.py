"""Tables of reviews, of reports about them, and of the ratings of creators."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of, within_bounds
from marketplace.core.domain.reports import ReportReason, Resolution
from marketplace.core.domain.reviews import Review

NO_REVIEWS = text("'{0,0,0,0,0}'")


class ReviewTable(DefaultBase):
    """Reviews, one per booking. Sessions and `creator_ratings` count those that are not hidden."""

    __tablename__ = "reviews"
    __table_args__ = (
        within_bounds(Review, "stars"),
        Index("uq_reviews_one_per_booking", "booking_id", unique=True),
        Index("ix_reviews_published", "session_id", "created_at", "id", postgresql_where=text("hidden_at IS NULL")),
        Index("ix_reviews_author_id", "author_id", "created_at", "id"),
        Index(
            "ix_reviews_answered", "creator_id", "created_at", "id", postgresql_where=text("answered_at IS NOT NULL")
        ),
        Index("ix_reviews_hidden", "created_at", "id", postgresql_where=text("hidden_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    stars: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str | None] = mapped_column(Text)


class ReviewReportTable(DefaultBase):
    """Reports of reviews, one per person and review, and their resolution."""

    __tablename__ = "review_reports"
    __table_args__ = (
        one_of("reason", ReportReason),
        one_of("resolution", Resolution),
        Index("uq_review_reports_one_per_person", "review_id", "reporter_id", unique=True),
        Index("ix_review_reports_reporter_id", "reporter_id", "created_at", "id"),
        Index("ix_review_reports_open", "review_id", "created_at", postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id"))
    reporter_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    resolution: Mapped[str | None] = mapped_column(Text)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(Text)


class CreatorRatingTable(DefaultBase):
    """How many published reviews of a creator's sessions gave 1 to 5 stars. Creators without reviews have no row."""

    __tablename__ = "creator_ratings"

    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    star_counts: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=NO_REVIEWS)
