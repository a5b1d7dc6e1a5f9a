"""DDL and backfills on tables in use: without blocking requests, and safe to retry.

Each function ends the transaction of its migration. Earlier steps of that migration would be committed before it is
complete, so each of these is a migration of its own. Printed SQL contains each statement once.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

PAGES = 64
"""Pages of a table that one transaction backfills: some thousand rows."""
PAUSE = 0.2
"""Seconds until rows that were locked are retried."""


def make_index(name: str, table: str, columns: Sequence[Any], *, replaces: str | None = None, **options: Any) -> None:
    """Create an index concurrently, then drop the one that it replaces, which queries use until then.

    An invalid one, left by an earlier attempt, is dropped first.
    """
    with _outside_a_transaction():
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, if_not_exists=True, **options)
        if replaces is not None:
            op.drop_index(replaces, table_name=table, postgresql_concurrently=True, if_exists=True)


def drop_index(name: str, table: str) -> None:
    """Drop an index concurrently."""
    with _outside_a_transaction():
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)


def backfill(table: str, assignments: str, where: str) -> None:
    """Run `UPDATE table SET assignments WHERE where` in batches of pages, until `where` matches no row.

    Locked rows are left for a later round. Programs that write the table must already set the new values themselves.
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
        f"UPDATE {table} SET {assignments} WHERE ctid = ANY (ARRAY("  # noqa: S608 - constants of the migration
        f"SELECT ctid FROM {table} WHERE ({where}) AND ctid >= '({first},0)' AND ctid < '({first + PAGES},0)'"
        " FOR UPDATE SKIP LOCKED))"
    )


def _pages_to_backfill(table: str, where: str) -> int:
    """Return the number of pages of the table, or 0 if no row is left."""
    statement = f"""
        SELECT CASE WHEN EXISTS (SELECT FROM {table} WHERE {where})
            THEN pg_relation_size('{table}') / current_setting('block_size')::int ELSE 0 END
    """  # noqa: S608 - constants of the migration
    return int(op.get_bind().execute(sa.text(statement)).scalar_one())


@contextmanager
def _outside_a_transaction() -> Iterator[None]:
    with op.get_context().autocommit_block():
        # no request queues behind these statements, and they may have to wait for every open transaction
        op.execute("SET lock_timeout = 0")
        yield
        op.execute("RESET lock_timeout")
