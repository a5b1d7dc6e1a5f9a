"""The index of sessions whose words an earlier release wrote: without tags, category, names and stems.

The release before may go on writing such rows, so the job `index_sessions` brings them up to date.
"""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it while the table is in use."""
    online_ddl.make_index(
        "ix_sessions_outdated_words",
        "sessions",
        ["id"],
        postgresql_where=sa.text("NOT searched @@ '''~2'''::tsquery"),
    )


def downgrade() -> None:
    """Drop it. The release before ignores the additional words."""
    online_ddl.drop_index("ix_sessions_outdated_words", "sessions")
