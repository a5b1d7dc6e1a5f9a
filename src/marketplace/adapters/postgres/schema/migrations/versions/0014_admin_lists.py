"""What the lists of the back office are sorted by, filtered by and searched in."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from marketplace.core.domain.admin_lists import name_key, searched_words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LISTED = "status = 'active' AND archived_at IS NULL"
SORTED: dict[str, tuple[str, list[str], str | None]] = {
    "ix_users_date_joined": ("users", ["date_joined", "id"], None),
    "ix_users_name_key": ("users", ["name_key", "id"], None),
    "ix_users_inactive": ("users", ["date_joined", "id"], "NOT is_active"),
    "ix_users_staff": ("users", ["date_joined", "id"], "is_staff OR is_superuser"),
    "ix_sessions_created_at": ("sessions", ["created_at", "id"], None),
    "ix_sessions_price": ("sessions", ["price", "id"], None),
    "ix_sessions_duration": ("sessions", ["duration", "id"], None),
    "ix_sessions_title_key": ("sessions", ["title_key", "id"], None),
    "ix_sessions_inactive": ("sessions", ["created_at", "id"], "status = 'inactive'"),
    "ix_sessions_archived": ("sessions", ["created_at", "id"], "archived_at IS NOT NULL"),
    "ix_sessions_hidden": ("sessions", ["created_at", "id"], "hidden_at IS NOT NULL"),
    "ix_bookings_created_at": ("bookings", ["created_at", "id"], None),
    "ix_bookings_amount": ("bookings", ["amount", "id"], None),
    "ix_bookings_starts_at": ("bookings", ["starts_at", "id"], None),
    "ix_bookings_live_starts_at": ("bookings", ["starts_at", "id"], "status IN ('pending', 'confirmed')"),
    "ix_audit_entries_as_id": ("audit_entries", ["as_id"], "as_id IS NOT NULL"),
}
SEARCHED: dict[str, tuple[str, str | None]] = {
    "ix_users_searched": ("users", None),
    "ix_sessions_searched_unlisted": ("sessions", f"NOT ({LISTED})"),
    "ix_audit_entries_searched": ("audit_entries", None),
}
FOLDED = ("email_folded", "username_folded")
TRIGGER = "ALTER TABLE audit_entries {} TRIGGER audit_entries_are_only_added"
BATCH = 5_000

USERS = "SELECT id, email, username, first_name, last_name FROM users WHERE id > :after ORDER BY id LIMIT :most"
USER = "UPDATE users SET searched = CAST(:searched AS tsvector), name_key = :name_key WHERE id = :id"
ENTRIES = """
    SELECT id, action, reason, before ->> 'email' AS was, after ->> 'email' AS became FROM audit_entries
    WHERE id > :after ORDER BY id LIMIT :most
"""
ENTRY = "UPDATE audit_entries SET searched = CAST(:searched AS tsvector) WHERE id = :id"


def upgrade() -> None:
    """Columns for the core's words, filled in for what there is, and indexes."""
    for table in ("users", "audit_entries"):
        op.add_column(table, sa.Column("searched", TSVECTOR(), server_default="", nullable=False))
    op.add_column("users", sa.Column("name_key", sa.Text(collation="C"), server_default="", nullable=False))
    for column in FOLDED:
        op.alter_column("users", column, type_=sa.Text(collation="C"))
    for row in _rows(USERS):
        _execute(
            USER,
            id=row.id,
            name_key=name_key(row.last_name, row.first_name),
            searched=_vector(row.email, row.username, row.first_name, row.last_name),
        )
    # what the entries say stays as it is: only where it is found is added
    op.execute(TRIGGER.format("DISABLE"))
    for row in _rows(ENTRIES):
        _execute(ENTRY, id=row.id, searched=_vector(row.action, row.reason, row.was or "", row.became or ""))
    op.execute(TRIGGER.format("ENABLE ALWAYS"))
    for name, (table, columns, where) in SORTED.items():
        op.create_index(name, table, columns, postgresql_where=where and sa.text(where))
    for name, (table, where) in SEARCHED.items():
        op.create_index(name, table, ["searched"], postgresql_using="gin", postgresql_where=where and sa.text(where))


def downgrade() -> None:
    """Back: the lists would be slow."""
    for name in (*SORTED, *SEARCHED):
        op.drop_index(name)
    for column in FOLDED:
        op.alter_column("users", column, type_=sa.Text())
    op.drop_column("users", "name_key")
    op.drop_column("users", "searched")
    op.drop_column("audit_entries", "searched")


def _rows(select: str) -> Iterator[Any]:
    after = "00000000-0000-0000-0000-000000000000"
    while rows := op.get_bind().execute(sa.text(select), {"after": after, "most": BATCH}).all():
        yield from rows
        after = rows[-1].id


def _execute(statement: str, **values: Any) -> None:
    op.get_bind().execute(sa.text(statement), values)


def _vector(*texts: str) -> str:
    return " ".join(f"'{word}'" for word in searched_words(*texts))
