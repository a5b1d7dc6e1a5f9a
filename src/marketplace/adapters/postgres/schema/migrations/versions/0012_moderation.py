"""Sessions that the staff hides or features, and what people report."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that are absent in every row, and a table."""
    op.add_column("sessions", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("hidden_reason", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("featured_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_sessions_featured_at",
        "sessions",
        ["featured_at", "id"],
        postgresql_where=sa.text("featured_at IS NOT NULL"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('spam', 'misleading', 'offensive', 'unsafe', 'other')", name=op.f("ck_reports_reason")
        ),
        sa.CheckConstraint("resolution IN ('dismissed', 'hidden')", name=op.f("ck_reports_resolution")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_reports_session_id_sessions")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_reports_reporter_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index("uq_reports_one_per_person_and_session", "reports", ["session_id", "reporter_id"], unique=True)
    op.create_index(
        "ix_reports_open_created_at", "reports", ["created_at", "id"], postgresql_where=sa.text("resolved_at IS NULL")
    )


def downgrade() -> None:
    """Back: what was hidden is in the catalog again, and reports are lost."""
    op.drop_table("reports")
    op.drop_index("ix_sessions_featured_at", table_name="sessions")
    for column in ("featured_at", "hidden_reason", "hidden_at"):
        op.drop_column("sessions", column)
