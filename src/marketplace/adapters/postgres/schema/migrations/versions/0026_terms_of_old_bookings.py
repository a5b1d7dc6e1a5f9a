"""The terms of the bookings that were there before 0025: those of the session as it stands; and the index of requests.

Two terms are kept elsewhere since the booking: the length in its slot, which a started slot keeps, and the price in the
amount. The release before may sell meanwhile, without end: the job `record_terms` fills rows that are newer than this.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SESSION = "sessions s WHERE s.id = bookings.session_id"
LENGTH = (
    "(SELECT (extract(epoch FROM l.ends_at - l.starts_at) / 60)::int FROM slots l"
    " WHERE l.session_id = bookings.session_id AND l.starts_at = bookings.starts_at)"
)
PRICE = "CASE WHEN s.price * seats = amount THEN s.price ELSE round(amount / seats, 2) END"


def upgrade() -> None:
    """Each step can be repeated, so they may share a migration."""
    before = datetime.now(UTC).isoformat()
    online_ddl.make_index(
        "ix_bookings_requested_start",
        "bookings",
        ["creator_id", "session_id", "requested_start", "user_id"],
        postgresql_where=sa.text("requested_start IS NOT NULL"),
    )
    terms = (
        f"jsonb_build_object('title', s.title, 'duration', {LENGTH},"
        f" 'price', ({PRICE})::text, 'cancellation_notice', s.cancellation_notice)"
    )
    online_ddl.backfill(
        "bookings",
        assignments=f"terms = (SELECT {terms} FROM {SESSION})",  # noqa: S608 - constants
        where=f"terms IS NULL AND created_at < '{before}'",  # the old release goes on selling
    )
    online_ddl.make_index("ix_bookings_without_terms", "bookings", ["id"], postgresql_where=sa.text("terms IS NULL"))


def downgrade() -> None:
    """The terms go with their column."""
    online_ddl.drop_index("ix_bookings_without_terms", "bookings")
    online_ddl.drop_index("ix_bookings_requested_start", "bookings")
