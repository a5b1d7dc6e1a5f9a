"""The product's own job queue. See docs/decisions/0029.

The tables of pgqueuer (0003) stay, since workers of the release before run next to new ones; new workers move over what
those leave there. A later release drops them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOVE_BACK = """
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status, attempts)
    SELECT 0, kind, uuid_send(subject), run_at, dedupe_key, 'queued', attempts FROM jobs
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
"""


def upgrade() -> None:
    """Create the table; nothing is moved yet."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_by", sa.Uuid(), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_run_at", "jobs", ["run_at", "id"])
    op.create_index(
        "uq_jobs_dedupe_key",
        "jobs",
        ["dedupe_key"],
        unique=True,
        postgresql_where=sa.text("dedupe_key IS NOT NULL"),
    )
    op.create_index("ix_jobs_failing", "jobs", ["attempts", "id"], postgresql_where=sa.text("attempts >= 3"))


def downgrade() -> None:
    """Give the jobs back to pgqueuer's table, where the release before looks for them."""
    op.execute(MOVE_BACK)
    op.drop_table("jobs")
