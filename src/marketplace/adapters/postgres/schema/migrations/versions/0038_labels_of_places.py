"""The index of labels has format, language and place, and the indexes that count facets have these columns, too.

Each step can be repeated on its own: an index that is complete is built again, which only takes time. The release
before reads the index of fewer labels, and the keys of the other two are the same.
"""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

LABELS = (
    "(tags || ARRAY['CATEGORY ' || category, CASE WHEN schedule IS NULL THEN 'OPEN' END, 'FORMAT ' || format,"
    " 'LANGUAGE ' || split_part(language, '-', 1), 'PLACE ' || place_key])"
)
LISTED = sa.text("status = 'active' AND archived_at IS NULL")
EARLIER = ["creator_id", "tags", "price", "duration", "hidden_at"]
FACETS = [*EARLIER, "format", "language", "place", "place_key"]
NEWEST, CATEGORY = ["created_at", "id"], ["category", "created_at", "id"]


def upgrade() -> None:
    """Build all three while the table is in use."""
    online_ddl.make_index(
        "ix_sessions_all_labels", "sessions", [sa.text(LABELS)], postgresql_using="gin", postgresql_where=LISTED
    )
    replace("ix_sessions_listed_facets", NEWEST, ["category", *FACETS], "ix_sessions_listed_newest")
    replace("ix_sessions_listed_category_facets", CATEGORY, FACETS, "ix_sessions_listed_category_newest")


def downgrade() -> None:
    """Restore the narrower ones."""
    replace("ix_sessions_listed_category_newest", CATEGORY, EARLIER, "ix_sessions_listed_category_facets")
    replace("ix_sessions_listed_newest", NEWEST, ["category", *EARLIER], "ix_sessions_listed_facets")
    online_ddl.drop_index("ix_sessions_all_labels", "sessions")


def replace(name: str, key: list[str], included: list[str], replaced: str) -> None:
    """Build an index with the same key and other columns."""
    online_ddl.make_index(
        name, "sessions", key, replaces=replaced, postgresql_include=included, postgresql_where=LISTED
    )
