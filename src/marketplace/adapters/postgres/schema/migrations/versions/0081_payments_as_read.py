"""Locks a booking with its payments, and refuses if they are no longer as a transaction has read them."""

from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

# Locked in the usual order: the learner's account, if it decides, the booking, its payments by ID. Each statement sees
# what was committed before it, so the last one sees what the others waited for. It returns the version of the rows that
# its transaction writes. The release before does not call it.
FUNCTION = """
    CREATE FUNCTION payments_as_read(booking uuid, learner uuid, version text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        IF learner IS NOT NULL THEN
            PERFORM FROM users WHERE id = learner FOR SHARE;
        END IF;
        PERFORM FROM bookings WHERE id = booking FOR NO KEY UPDATE;
        PERFORM FROM payments WHERE booking_id = booking ORDER BY id FOR NO KEY UPDATE;
        IF version IS DISTINCT FROM
            concat_ws(' ', (SELECT xmin FROM users WHERE id = learner), (SELECT xmin FROM bookings WHERE id = booking),
                (SELECT string_agg(xmin::text, ',' ORDER BY id) FROM payments WHERE booking_id = booking),
                (SELECT string_agg(o.xmin::text, ',' ORDER BY o.id) FROM payments p
                    JOIN payment_operations o ON o.payment_id = p.id WHERE p.booking_id = booking)) THEN
            RAISE EXCEPTION 'booking % or its payments have changed since they were read', booking
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_as_read';
        END IF;
        RETURN pg_current_xact_id()::xid::text;
    END $$
"""


def upgrade() -> None:
    """Add a function that the release before does not use."""
    op.execute(FUNCTION)


def downgrade() -> None:
    """Back."""
    op.execute("DROP FUNCTION payments_as_read(uuid, uuid, text)")
