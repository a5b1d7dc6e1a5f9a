"""Deletion of accounts: when it was, a mail that tells it, and the values of the audit log apart from its entries.

`audit_entries` stays append-only, for every role. A trigger moves the values of each new entry, also of one that the
release before writes, to `audit_values`, which only the function `erase_audit_values` changes. Values from before are
moved by 0058.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

PURPOSES = "'verify', 'reset', 'change', 'changed'"
WIDER_PURPOSES = f"""
    ALTER TABLE email_requests
    -- squawk-ignore ban-drop-constraint -- it implies the one that takes its place
    DROP CONSTRAINT ck_email_requests_purpose,
    ADD CONSTRAINT ck_email_requests_purpose CHECK (purpose IN ({PURPOSES}, 'deleted')) NOT VALID
"""
MOVED = """
    INSERT INTO audit_values (id, address, agent, before, after, reason, searched)
    VALUES (NEW.id, NEW.address, NEW.agent, NEW.before, NEW.after, NEW.reason, NEW.searched)
    ON CONFLICT (id) DO NOTHING;
    NEW.address := NULL;
    NEW.agent := NULL;
    NEW.before := '{}';
    NEW.after := '{}';
    NEW.reason := '';
    NEW.searched := '';
    RETURN NEW;
"""
KEEP = f"""
    CREATE FUNCTION keep_audit_values_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT AS $$ BEGIN {MOVED} END $$
"""
# no `ENABLE ALWAYS`: a replica receives the rows of both tables
KEEPER = """
    CREATE TRIGGER audit_values_are_kept_apart BEFORE INSERT ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION keep_audit_values_apart()
"""
REFUSE = """
    CREATE FUNCTION refuse_to_change_audit_values() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'UPDATE' OR current_setting('marketplace.erases_audit_values', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'values of the audit log are only erased by erase_audit_values: % refused', TG_OP
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NULL;
    END $$
"""
REFUSER = """
    CREATE TRIGGER audit_values_are_only_erased BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_values
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit_values()
"""
ALWAYS = "ALTER TABLE audit_values ENABLE ALWAYS TRIGGER audit_values_are_only_erased"
ACTION_WORDS = """
    CREATE FUNCTION words_of_audit_action(action text, searched tsvector) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT array_to_tsvector(ARRAY(SELECT word FROM unnest(tsvector_to_array(searched)) AS word
            WHERE word = action OR word = ANY (string_to_array(action, '_'))))
    $$
"""
# An address of the person may also be in refused sign-ins of no account, if it was typed before it had one. One that
# the person only asked for may be another person's.
ERASE = """
    CREATE FUNCTION erase_audit_values(person uuid, present_email text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT SET marketplace.erases_audit_values = 'on' AS $$
    DECLARE
        kept CONSTANT text[] := ARRAY['role', 'is_active', 'is_staff', 'is_superuser', 'asked', 'code'];
        texts CONSTANT text[] := ARRAY['description', 'audience', 'bring', 'place', 'address', 'coordinates',
            'join_url', 'image_url', 'pictures'];
        emails text[];
    BEGIN
        SELECT array_agg(lower(found.email)) INTO emails
        FROM audit_entries e JOIN audit_values v ON v.id = e.id,
            LATERAL (VALUES (v.before ->> 'email'), (v.after ->> 'email'), (present_email)) AS found (email)
        WHERE e.target_id = person AND e.target_kind = 'user' AND found.email IS NOT NULL
            AND e.action IN ('registered', 'email_changed', 'user_changed');
        UPDATE audit_values v SET
            before = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(v.before)
                WHERE key = ANY (kept)),
            after = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(v.after)
                WHERE key = ANY (kept)),
            address = CASE WHEN e.actor_id <> person THEN v.address END,
            agent = CASE WHEN e.actor_id <> person THEN v.agent END,
            reason = '',
            searched = words_of_audit_action(e.action, v.searched)
        FROM audit_entries e WHERE e.id = v.id AND e.target_id = person AND e.target_kind = 'user';
        UPDATE audit_values v SET address = NULL, agent = NULL
        FROM audit_entries e WHERE e.id = v.id AND e.actor_id = person
            AND (v.address IS NOT NULL OR v.agent IS NOT NULL);
        UPDATE audit_values v SET reason = '', searched = words_of_audit_action(e.action, v.searched)
        FROM audit_entries e JOIN bookings b ON b.id = e.target_id
        WHERE e.id = v.id AND e.actor_id = person AND e.target_kind = 'booking' AND person IN (b.user_id, b.creator_id);
        UPDATE audit_values v SET after = v.after - 'email', address = NULL, agent = NULL, searched = ''
        FROM audit_entries e WHERE e.id = v.id AND e.target_id IS NULL
            AND lower(v.after ->> 'email') = ANY (emails || lower(present_email));
        UPDATE audit_values v SET before = v.before - texts, after = v.after - texts
        FROM audit_entries e JOIN sessions s ON s.id = e.target_id
        WHERE e.id = v.id AND e.target_kind = 'session' AND s.creator_id = person;
    END $$
"""

GUARD = "CREATE OR REPLACE FUNCTION refuse_to_change_the_audit_log() RETURNS trigger LANGUAGE plpgsql AS"
REFUSES = """
    BEGIN
        RAISE EXCEPTION 'the audit log is only added to: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END
"""
BACK = """
    UPDATE audit_entries e SET address = v.address, agent = v.agent, before = v.before, after = v.after,
        reason = v.reason, searched = v.searched
    FROM audit_values v WHERE v.id = e.id
"""


def upgrade() -> None:
    """Add what the release before tolerates: its own entries lack their values in its own lists."""
    op.add_column("users", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(WIDER_PURPOSES)
    op.create_table(
        "audit_values",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("searched", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_values")),
    )
    op.create_index("ix_audit_values_searched", "audit_values", ["searched"], postgresql_using="gin")
    op.create_index(
        "ix_audit_values_email",
        "audit_values",
        [sa.text("lower(after ->> 'email')")],
        postgresql_where=sa.text("(after ->> 'email') IS NOT NULL"),
    )
    for statement in (REFUSE, REFUSER, ALWAYS, ACTION_WORDS, ERASE, KEEP, KEEPER):
        op.execute(statement)


def downgrade() -> None:
    """Give the entries their values back, which no other transaction is allowed to meanwhile."""
    op.execute("DROP TRIGGER audit_values_are_kept_apart ON audit_entries")
    op.execute(f"{GUARD} $$ BEGIN RETURN NULL; END $$")
    op.execute(BACK)
    op.execute(f"{GUARD} $${REFUSES}$$")
    for function in (
        "keep_audit_values_apart()",
        "erase_audit_values(uuid, text)",
        "words_of_audit_action(text, tsvector)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("audit_values")
    op.execute("DROP FUNCTION refuse_to_change_audit_values()")
    op.execute("DELETE FROM email_requests WHERE purpose = 'deleted'")
    op.drop_constraint(op.f("ck_email_requests_purpose"), "email_requests", type_="check")
    op.create_check_constraint(op.f("ck_email_requests_purpose"), "email_requests", f"purpose IN ({PURPOSES})")
    op.drop_column("users", "deleted_at")
