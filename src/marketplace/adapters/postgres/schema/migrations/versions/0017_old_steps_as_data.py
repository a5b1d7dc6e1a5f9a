"""The steps that were there before 0016: their action by their statuses, and the instants that a sentence told.

Only a step that leaves a booking as it was, or makes it pending again, is a move; cancelling people may write what they
like. The release that asks for an action in every row runs this once more: the release before may have added rows.
"""

from marketplace.adapters.postgres.schema import online_ddl

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d"
SENTENCE = f"^Moved from ({TIME}) to ({TIME}) UTC\\.( |$)"
IS_MOVE = "from_status IS NOT NULL AND to_status IN (from_status, 'pending')"
IS_TOLD = f"{IS_MOVE} AND reason ~ '{SENTENCE}'"
LEARNER = "(SELECT b.user_id FROM bookings b WHERE b.id = booking_id)"
IS_DECLINE = f"from_status = 'pending' AND batch_id IS NULL AND actor_id <> {LEARNER}"
ACTION = (
    "CASE WHEN from_status IS NULL THEN 'book'"
    f" WHEN {IS_MOVE} THEN 'reschedule'"
    " WHEN to_status = 'confirmed' THEN 'confirm'"
    " WHEN to_status = 'completed' THEN 'complete'"
    " WHEN from_status = 'pending' AND actor_id IS NULL THEN 'expire'"
    f" WHEN {IS_DECLINE} THEN 'decline'"
    " ELSE 'cancel' END"
)
REASON = f"CASE WHEN {IS_TOLD} THEN regexp_replace(reason, '{SENTENCE}', '') ELSE reason END"


def told(place: int) -> str:
    """The first or second instant of the sentence."""
    return f"CASE WHEN {IS_TOLD} THEN ((regexp_match(reason, '{SENTENCE}'))[{place}] || ' UTC')::timestamptz END"


def as_told(column: str) -> str:
    """An instant as the sentence has it."""
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"


def upgrade() -> None:
    """Read the sentences."""
    online_ddl.backfill(
        "booking_steps",
        assignments=f"action = {ACTION}, from_start = {told(1)}, to_start = {told(2)}, reason = {REASON}",
        where="action IS NULL",
    )


def downgrade() -> None:
    """Write them again."""
    starts = f"'Moved from ' || {as_told('from_start')} || ' to ' || {as_told('to_start')} || ' UTC. '"
    online_ddl.backfill(
        "booking_steps",
        assignments=f"reason = rtrim({starts} || reason), from_start = NULL, to_start = NULL",
        where="from_start IS NOT NULL",
    )
