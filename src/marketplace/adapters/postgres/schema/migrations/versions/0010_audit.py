"""The audit log, which nobody can change, and where logins came from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

REFUSE = """
    CREATE FUNCTION refuse_to_change_the_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log is only added to: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$
"""
# of the statement, so that not even one that finds no row passes
TRIGGER = """
    CREATE TRIGGER audit_entries_are_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_audit_log()
"""
# also where a session asks that triggers be left out, as replication does
ALWAYS = "ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_only_added"


def upgrade() -> None:
    """A table that only grows, and two columns that are empty for the logins that there are."""
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("as_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at", "id"])
    for column in ("actor_id", "target_id", "action"):
        op.create_index(f"ix_audit_entries_{column}_at", "audit_entries", [column, "at", "id"])
    for statement in (REFUSE, TRIGGER, ALWAYS):
        op.execute(statement)
    op.add_column("token_families", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("token_families", sa.Column("agent", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back: the log is lost."""
    op.drop_column("token_families", "agent")
    op.drop_column("token_families", "address")
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION refuse_to_change_the_audit_log()")
