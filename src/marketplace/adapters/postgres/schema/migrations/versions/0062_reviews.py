"""Reviews of bookings, reports about them, and the ratings of sessions and creators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

NO_REVIEWS = sa.text("'{0,0,0,0,0}'")
REASONS = "'spam', 'misleading', 'offensive', 'unsafe', 'other'"


def upgrade() -> None:
    """Add tables, and columns that the release before does not write."""
    counts = postgresql.ARRAY(sa.Integer())
    op.add_column("sessions", sa.Column("star_counts", counts, server_default=NO_REVIEWS, nullable=False))
    # of no reviews: 15 stars in 5 reviews, in millionths
    op.add_column(
        "sessions", sa.Column("rating_score", sa.Integer(), server_default=sa.text("3000000"), nullable=False)
    )
    op.create_table(
        "creator_ratings",
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("star_counts", counts, server_default=NO_REVIEWS, nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_creator_ratings_creator_id_users")),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_creator_ratings")),
    )
    _create_reviews()
    _create_reports()


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_reviews_stars")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_reviews_booking_id_bookings")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_reviews_session_id_sessions")),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_reviews_creator_id_users")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_reviews_author_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("uq_reviews_one_per_booking", "reviews", ["booking_id"], unique=True)
    published, hidden = sa.text("hidden_at IS NULL"), sa.text("hidden_at IS NOT NULL")
    op.create_index("ix_reviews_published", "reviews", ["session_id", "created_at", "id"], postgresql_where=published)
    op.create_index("ix_reviews_author_id", "reviews", ["author_id", "created_at", "id"])
    op.create_index(
        "ix_reviews_answered",
        "reviews",
        ["creator_id", "created_at", "id"],
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )
    op.create_index("ix_reviews_hidden", "reviews", ["created_at", "id"], postgresql_where=hidden)


def _create_reports() -> None:
    op.create_table(
        "review_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_review_reports_reason")),
        sa.CheckConstraint("resolution IN ('dismissed', 'hidden')", name=op.f("ck_review_reports_resolution")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_reports_review_id_reviews")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_review_reports_reporter_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_reports")),
    )
    op.create_index("uq_review_reports_one_per_person", "review_reports", ["review_id", "reporter_id"], unique=True)
    op.create_index("ix_review_reports_reporter_id", "review_reports", ["reporter_id", "created_at", "id"])
    op.create_index(
        "ix_review_reports_open",
        "review_reports",
        ["review_id", "created_at"],
        postgresql_where=sa.text("resolved_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("review_reports")
    op.drop_table("reviews")
    op.drop_table("creator_ratings")
    op.drop_column("sessions", "rating_score")
    op.drop_column("sessions", "star_counts")
