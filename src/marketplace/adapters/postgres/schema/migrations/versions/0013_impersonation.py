"""Logins by which somebody of the staff sees the site as another person."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is absent in every row, and the index by which such logins go with the one that began them."""
    op.add_column("token_families", sa.Column("begun_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_token_families_begun_by_token_families"),
        "token_families",
        "token_families",
        ["begun_by"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(
        "ix_token_families_begun_by",
        "token_families",
        ["begun_by"],
        postgresql_where=sa.text("begun_by IS NOT NULL"),
    )


def downgrade() -> None:
    """Back: who sees the site as somebody else no longer does, or they would be taken for that person."""
    op.execute("DELETE FROM token_families WHERE begun_by IS NOT NULL")
    op.drop_index("ix_token_families_begun_by", table_name="token_families")
    op.drop_constraint(op.f("fk_token_families_begun_by_token_families"), "token_families")
    op.drop_column("token_families", "begun_by")
