"""The values of the entries that were there before 0055, moved to `audit_values`.

The trigger that refuses changes allows them to the transaction of a batch only: each replaces the trigger's function,
and restores it before it commits, so that no other transaction sees the replacement.
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0056"
branch_labels = None
depends_on = None

BATCH = 5_000
GUARD = "CREATE OR REPLACE FUNCTION refuse_to_change_the_audit_log() RETURNS trigger LANGUAGE plpgsql AS"
REFUSES = """
    BEGIN
        RAISE EXCEPTION 'the audit log is only added to: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END
"""
HAS_VALUES = (
    "(address IS NOT NULL OR agent IS NOT NULL OR reason <> '' OR before <> '{}' OR after <> '{}' OR searched <> '')"
)
MOVER = f"""
    CREATE OR REPLACE FUNCTION move_audit_values(last uuid, batch int) RETURNS uuid LANGUAGE plpgsql AS $mover$
    DECLARE
        ids uuid[] := ARRAY(SELECT id FROM audit_entries WHERE id > last ORDER BY id LIMIT batch);
    BEGIN
        INSERT INTO audit_values (id, address, agent, before, after, reason, searched)
        SELECT id, address, agent, before, after, reason, searched FROM audit_entries
        WHERE id = ANY (ids) AND {HAS_VALUES} ON CONFLICT (id) DO NOTHING;
        EXECUTE $permits${GUARD} $body$ BEGIN RETURN NULL; END $body$$permits$;
        UPDATE audit_entries
        SET address = NULL, agent = NULL, before = '{{}}', after = '{{}}', reason = '', searched = ''
        WHERE id = ANY (ids) AND {HAS_VALUES};
        EXECUTE $refuses${GUARD} $body${REFUSES}$body$$refuses$;
        RETURN ids[array_upper(ids, 1)];
    END $mover$
"""  # noqa: S608 - constants

DROP_MOVER = """
    -- squawk-ignore ban-drop-function -- only this migration calls it
    DROP FUNCTION move_audit_values(uuid, int)
"""
VALIDATE = """
    -- squawk-ignore prefer-robust-stmts -- it can be repeated
    ALTER TABLE email_requests VALIDATE CONSTRAINT ck_email_requests_purpose
"""


def upgrade() -> None:
    """Move them in batches by ID, which can be repeated, and validate the CHECK of 0055."""
    with op.get_context().autocommit_block():
        op.execute(MOVER)
        last: UUID | None = UUID(int=0)
        while last is not None:
            move = f"SELECT move_audit_values('{last}', {BATCH})"
            if op.get_context().as_sql:
                op.execute(move)
                break
            last = op.get_bind().execute(sa.text(move)).scalar_one()
        op.execute(DROP_MOVER)
        op.execute(VALIDATE)


def downgrade() -> None:
    """They stay where they are: 0055 drops them."""
