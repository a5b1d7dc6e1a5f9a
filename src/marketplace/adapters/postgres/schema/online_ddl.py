"""What a migration does to tables that people are using: so that nobody waits for it, and fit to be begun again.

Each of these ends the transaction of its migration. What the migration did before is then there although the migration
is not done, so it is a migration of its own. In SQL that is printed, each statement is there once.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

PAGES = 64
"""Of a table, that are filled in by one transaction: some thousand rows."""
PAUSE = 0.2
"""Seconds until rows that somebody held are asked for again."""


def make_index(name: str, table: str, columns: Sequence[Any], **options: Any) -> None:
    """An index, made concurrently. One that an earlier try left behind, invalid, is taken away first."""
    with _outside_a_transaction():
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, if_not_exists=True, **options)


def drop_index(name: str, table: str) -> None:
    """An index, taken away concurrently."""
    with _outside_a_transaction():
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)


def backfill(table: str, assignments: str, where: str) -> None:
    """`UPDATE table SET assignments WHERE where`, some pages at a time, until nothing is left of which `where` is true.

    Rows that somebody is changing are left for a later round. Whoever writes the table by now must fill it in as well.
    """
    with _outside_a_transaction():
        if op.get_context().as_sql:
            op.execute(_update_of_pages(0, table, assignments, where))
            return
        while pages := _pages_to_backfill(table, where):
            for first in range(0, pages, PAGES):
                op.execute(_update_of_pages(first, table, assignments, where))
            time.sleep(PAUSE)


def _update_of_pages(first: int, table: str, assignments: str, where: str) -> str:
    return (
        f"UPDATE {table} SET {assignments} WHERE ctid = ANY (ARRAY("  # noqa: S608 - the words are the migration's own
        f"SELECT ctid FROM {table} WHERE ({where}) AND ctid >= '({first},0)' AND ctid < '({first + PAGES},0)'"
        " FOR UPDATE SKIP LOCKED))"
    )


def _pages_to_backfill(table: str, where: str) -> int:
    """How many pages the table has, or 0 when no row is left to fill in."""
    statement = f"""
        SELECT CASE WHEN EXISTS (SELECT FROM {table} WHERE {where})
            THEN pg_relation_size('{table}') / current_setting('block_size')::int ELSE 0 END
    """  # noqa: S608 - the words are the migration's own
    return int(op.get_bind().execute(sa.text(statement)).scalar_one())


@contextmanager
def _outside_a_transaction() -> Iterator[None]:
    with op.get_context().autocommit_block():
        # nobody queues behind these statements, and they may have to wait for every transaction that is under way
        op.execute("SET lock_timeout = 0")
        yield
        op.execute("RESET lock_timeout")
