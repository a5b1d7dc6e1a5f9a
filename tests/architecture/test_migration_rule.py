"""A migration expands, and a later release contracts."""

from pathlib import Path

import pytest

from architecture.migration_rule import ROOT, directory_of, findings, held, released
from marketplace.adapters.postgres.schema.revisions import VERSIONS
from migration_builder import Upgrades

pytestmark = pytest.mark.thorough

RELEASES = {"0.1.0", "0.2.0"}

FORBIDDEN = {
    "a column is renamed": ('op.alter_column("sessions", "title", new_column_name="heading")', "renaming-column"),
    "a table is renamed": ('op.rename_table("reports", "complaints")', "renaming-table"),
    "an old column becomes NOT NULL": (
        'op.alter_column("sessions", "image_url", nullable=False)',
        "adding-not-nullable-field",
    ),
    "a column's type changes": (
        'op.alter_column("sessions", "duration", type_=sa.BigInteger())',
        "changing-column-type",
    ),
    "an index is made while writers wait": (
        'op.create_index("ix_bookings_amount_id", "bookings", ["amount", "id"])',
        "require-concurrent-index-creation",
    ),
    "an index is dropped with a lock": (
        'op.drop_index("ix_bookings_amount", table_name="bookings")',
        "require-concurrent-index-deletion",
    ),
    "an index is made concurrently inside the transaction": (
        'op.create_index("ix_bookings_new", "bookings", ["amount"], postgresql_concurrently=True)',
        "ban-concurrent-index-creation-in-transaction",
    ),
    "a try that failed leaves an invalid index that the next takes for whole": (
        """
        with op.get_context().autocommit_block():
            op.create_index("ix_b", "bookings", ["amount"], postgresql_concurrently=True, if_not_exists=True)
        """,
        "left-invalid",
    ),
    "a column is dropped in the release that stops using it": (
        'op.drop_column("sessions", "image_url")',
        "ban-drop-column",
    ),
    "a table is dropped in the release that stops using it": ('op.drop_table("reports")', "ban-drop-table"),
    "a constraint is dropped in the release that stops minding it": (
        'op.drop_constraint(op.f("ck_sessions_price"), "sessions")',
        "ban-drop-constraint",
    ),
    "a column may be NULL that the older program never saw so": (
        'op.alter_column("sessions", "title", nullable=True)',
        "ban-drop-not-null",
    ),
    "a new column is needed that the older program does not write": (
        'op.add_column("sessions", sa.Column("level", sa.Text(), nullable=False))',
        "adding-required-field",
    ),
    "a new column rewrites every row": (
        'op.add_column("sessions", sa.Column("hours", sa.Integer(), sa.Computed("duration / 60", persisted=True)))',
        "adding-field-with-default",
    ),
    "a check scans all rows under a lock": (
        'op.create_check_constraint("ck_sessions_short", "sessions", "duration < 600")',
        "constraint-missing-not-valid",
    ),
    "a check is not valid and validated in one transaction": (
        """
        op.create_check_constraint(op.f("ck_sessions_short"), "sessions", "duration < 600", postgresql_not_valid=True)
        op.execute("ALTER TABLE sessions VALIDATE CONSTRAINT ck_sessions_short")
        """,
        "constraint-missing-not-valid",
    ),
    "a foreign key scans all rows under a lock": (
        'op.create_foreign_key("fk_bookings_creator_id_users", "bookings", "users", ["creator_id"], ["id"])',
        "adding-foreign-key-constraint",
    ),
    "a unique constraint scans all rows under a lock": (
        'op.create_unique_constraint("uq_sessions_title", "sessions", ["title"])',
        "disallowed-unique-constraint",
    ),
    "all rows are changed by one transaction": ("op.execute(\"UPDATE sessions SET title = ''\")", "rows-in-one-go"),
    "all rows are changed by one statement outside of it": (
        """
        with op.get_context().autocommit_block():
            op.execute("WITH old AS (SELECT 1) DELETE FROM reports")
        """,
        "rows-in-one-go",
    ),
    "a table is emptied": ('op.execute("TRUNCATE reports")', "all-wait"),
    "a table is rewritten": ('op.execute("ALTER TABLE rate_limits SET LOGGED")', "all-wait"),
    "a block hides what it does": ('op.execute("DO $$ BEGIN DELETE FROM reports; END $$")', "unseen"),
    "rows are read, so that nothing can be printed": (
        'op.get_bind().execute(sa.text("SELECT 1")).all()',
        "cannot-be-printed",
    ),
    "a migration that fails halfway cannot be retried": (
        """
        op.add_column("sessions", sa.Column("level", sa.Text(), nullable=True))
        online_ddl.make_index("ix_sessions_level", "sessions", ["level"])
        """,
        "half-done",
    ),
}

ALLOWED = {
    "a function that changes rows when a program calls it": """
        op.execute("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\\n UPDATE sessions SET title = '';\\n"
            "DELETE FROM reports;\\n END $$")
    """,
    "columns that the previous release can ignore, and a check that old rows skip": """
        op.add_column("sessions", sa.Column("level", sa.Text(), nullable=True))
        op.add_column("bookings", sa.Column("guests", sa.Integer(), server_default="0", nullable=False))
        op.create_check_constraint(op.f("ck_sessions_level"), "sessions", "level <> ''", postgresql_not_valid=True)
        op.alter_column("sessions", "image_url", server_default="")
    """,
    "a table of its own with indexes and references": """
        op.create_table(
            "levels",
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("session_id", sa.Uuid(), nullable=False),
            sa.Column("rank", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_levels_session_id_sessions")),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_levels")),
        )
        op.create_index("ix_levels_session_id", "levels", ["session_id"])
    """,
    "rows that a later migration validates": (
        'op.execute("ALTER TABLE sessions VALIDATE CONSTRAINT ck_sessions_level")'
    ),
    "an index built concurrently": """
        online_ddl.make_index("uq_sessions_level", "sessions", ["level", "id"], unique=True)
        online_ddl.make_index("ix_sessions_level", "sessions", ["level"], postgresql_where=sa.text("level <> ''"))
    """,
    "an index dropped concurrently": 'online_ddl.drop_index("ix_sessions_level", "sessions")',
    "rows that are filled in by and by": (
        'online_ddl.backfill("sessions", assignments="level = \'any\'", where="level IS NULL")'
    ),
}

TAKES_AWAY = """
op.drop_column("sessions", "image_url")
op.drop_table("reports")
"""


@pytest.fixture
def upgrades(tmp_path: Path) -> Upgrades:
    return Upgrades(tmp_path)


def rules_broken(upgrades: Upgrades) -> set[str]:
    directory = directory_of(upgrades.folders)
    script = held(directory)[-1]
    assert script.revision == upgrades.newest
    return {finding.rule for finding in findings(script, directory, RELEASES)}


def test_every_migration_since_first_schema_expands_or_drops_what_a_release_stopped_using() -> None:
    releases = released((ROOT / "CHANGELOG.md").read_text())
    directory = directory_of((VERSIONS,))

    broken = {each.revision: findings(each, directory, releases) for each in held(directory)}

    assert {revision: found for revision, found in broken.items() if found} == {}


@pytest.mark.parametrize(("up", "rule"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_migration_rule_reports(upgrades: Upgrades, up: str, rule: str) -> None:
    upgrades.add(up)

    assert rule in rules_broken(upgrades)


@pytest.mark.parametrize("up", ALLOWED.values(), ids=ALLOWED)
def test_migration_rule_accepts(upgrades: Upgrades, up: str) -> None:
    upgrades.add(up)

    assert rules_broken(upgrades) == set()


def test_next_release_may_drop_what_previous_release_stopped_using(upgrades: Upgrades) -> None:
    upgrades.add(TAKES_AWAY, changes='unused_since = "0.2.0"')

    assert rules_broken(upgrades) == set()


def test_column_still_used_by_latest_release_cannot_be_dropped(upgrades: Upgrades) -> None:
    upgrades.add(TAKES_AWAY, changes='unused_since = "0.3.0"')

    assert rules_broken(upgrades) == {"ban-drop-column", "ban-drop-table", "unused-since"}


def test_unused_since_allows_drops_only(upgrades: Upgrades) -> None:
    upgrades.add('op.rename_table("reports", "complaints")', changes='unused_since = "0.2.0"')

    assert rules_broken(upgrades) == {"renaming-table"}


def test_squawk_ignore_names_its_rule_and_reason(upgrades: Upgrades) -> None:
    upgrades.add('op.execute("-- squawk-ignore ban-drop-table -- never released\\nDROP TABLE reports")')

    assert rules_broken(upgrades) == set()


def test_releases_are_the_headings_of_the_changelog() -> None:
    assert released("# Changelog\n\n## Unreleased\n\n## [0.2.0] - 2027-01-10\n\n### Added\n\n## 0.1.0\n") == RELEASES
