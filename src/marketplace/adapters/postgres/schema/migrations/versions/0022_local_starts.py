"""The local start and the time zone that were agreed for a slot and a booking: see docs/decisions/0032.

The job `record_local_starts` fills upcoming rows that earlier releases wrote: SQL would convert by PostgreSQL's own
zone data.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = ("slots", "bookings")


def upgrade() -> None:
    """Columns that the release before does not write."""
    for table in TABLES:
        op.execute(
            "-- squawk-ignore prefer-timestamp-tz -- a wall time is no instant\n"
            f"ALTER TABLE {table} ADD COLUMN local_start timestamp, ADD COLUMN time_zone text"
        )


def downgrade() -> None:
    """Drop them: what was agreed is lost."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN local_start, DROP COLUMN time_zone")
