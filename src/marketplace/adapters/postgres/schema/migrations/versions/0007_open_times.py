"""Open times: what schedules give, written out for the time to come; and an index of the sessions that have none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The program writes them: nothing is known of the sessions that have a schedule until a worker has begun.
OUTDATED_FROM_THE_BEGINNING = """
    INSERT INTO open_times (session_id, firsts, steps, counts, days, hours, notice, horizon, buffer_before,
        buffer_after, outdated_at)
    SELECT id, '{}', '{}', '{}', '{}', '{}', (schedule->>'notice')::int, (schedule->>'horizon')::int,
        (schedule->>'buffer_before')::int, (schedule->>'buffer_after')::int, '-infinity'
    FROM sessions WHERE schedule IS NOT NULL AND archived_at IS NULL
"""


def upgrade() -> None:
    """A table, and an index of sessions."""
    op.create_table(
        "open_times",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("firsts", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.Column("steps", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("counts", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("hours", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("outdated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_open_times_session_id_sessions")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_open_times")),
        postgresql_with={"toast_tuple_target": 4096},
    )
    op.create_index("ix_open_times_when", "open_times", ["days", "hours"], unique=False, postgresql_using="gin")
    op.create_index("ix_open_times_outdated_at", "open_times", ["outdated_at"], unique=False)
    op.create_index(
        "ix_sessions_listed_open",
        "sessions",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'active' AND archived_at IS NULL AND schedule IS NULL"),
    )
    op.execute(OUTDATED_FROM_THE_BEGINNING)


def downgrade() -> None:
    """Back: schedules are read whenever they are asked for."""
    op.drop_index("ix_sessions_listed_open", table_name="sessions")
    op.drop_table("open_times")
