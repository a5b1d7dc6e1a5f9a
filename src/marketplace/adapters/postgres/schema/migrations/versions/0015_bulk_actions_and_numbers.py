"""Bulk actions, and the indexes that the staff's numbers are read from."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables, and an index for each number."""
    op.create_table(
        "bulk_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('users', 'sessions', 'bookings')", name=op.f("ck_bulk_runs_kind")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'finished', 'failed', 'cancelled')", name=op.f("ck_bulk_runs_state")
        ),
        sa.CheckConstraint(
            "changed >= 0 AND refused >= 0 AND changed + refused <= total", name=op.f("ck_bulk_runs_counts")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["users.id"], name=op.f("fk_bulk_runs_staff_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_runs")),
    )
    op.create_index("ix_bulk_runs_created_at", "bulk_runs", ["created_at", "id"])
    op.create_table(
        "bulk_targets",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_runs.id"], name=op.f("fk_bulk_targets_run_id_bulk_runs")),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_bulk_targets")),
    )
    op.create_table(
        "bulk_refusals",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_runs.id"], name=op.f("fk_bulk_refusals_run_id_bulk_runs")),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_bulk_refusals")),
    )
    op.create_index("ix_bookings_numbers", "bookings", ["created_at"], postgresql_include=["seats", "amount", "status"])
    op.create_index(
        "ix_bookings_pending_until",
        "bookings",
        [sa.text("coalesce(answer_by, starts_at)")],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_booking_steps_cancelled_at",
        "booking_steps",
        ["at"],
        postgresql_where=sa.text("to_status = 'cancelled'"),
    )
    op.execute("CREATE INDEX ix_pgqueuer_failing ON pgqueuer (attempts, id) WHERE attempts >= 3")


def downgrade() -> None:
    """Back: what is left of runs under way is not done."""
    op.execute("DROP INDEX ix_pgqueuer_failing")
    op.drop_index("ix_booking_steps_cancelled_at", table_name="booking_steps")
    op.drop_index("ix_bookings_pending_until", table_name="bookings")
    op.drop_index("ix_bookings_numbers", table_name="bookings")
    for table in ("bulk_refusals", "bulk_targets", "bulk_runs"):
        op.drop_table(table)
    op.execute("DELETE FROM pgqueuer WHERE entrypoint = 'run_bulk'")
