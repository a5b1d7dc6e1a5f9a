"""Pages of sessions that are available in a window.

Most listed sessions are available in most windows, so the matches are first evaluated one by one in their order, until
a page is full. If `AVAILABILITY_WINDOW` matches do not fill it, the page is searched again among the candidates:
sessions that have a start on those days at those hours, and sessions by arrangement. If there are more than a few of
them, the page stays short and is followed by another one, which starts where this one ended.
"""

from datetime import timedelta
from uuid import UUID

from marketplace.adapters.postgres.catalog.labels import LABELLED, MAX_FEW
from marketplace.adapters.postgres.catalog.statements import (
    FROM,
    CatalogStatement,
    Sorted,
    Statement,
    availability_columns,
)
from marketplace.adapters.postgres.connection.pool import Rows
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.materialized_availability import days_of, hours_of
from marketplace.core.domain.catalog import AVAILABILITY_WINDOW
from marketplace.core.domain.schedules import MAX_HORIZON

SAMPLED_PAGES = 100
SAMPLED_ROWS = 8
"""Of each sampled page of `open_times`, which has about as many."""
MAX_SEARCHED = 10_000
"""Candidates, by the estimate of a sample, up to which the index is read: it reads the entries of all of them."""

# subqueries hide the values from the planner: it takes array overlap for cheap, and would test every row where it
# knows that many rows have one of these days
CANDIDATES = f"""
    WITH size AS MATERIALIZED (
        SELECT pages, pages / {SAMPLED_PAGES} + 1 AS step
        FROM (SELECT (pg_relation_size('open_times') / current_setting('block_size')::int)::int AS pages) AS counted),
    sampled AS MATERIALIZED (
        SELECT count(*) * (SELECT step FROM size) AS estimate FROM open_times o
        WHERE o.ctid = ANY (ARRAY(
                SELECT format('(%s,%s)', page, item)::tid
                FROM size, generate_series(0, pages - 1, step) AS page, generate_series(1, {SAMPLED_ROWS}) AS item))
            AND o.days[1] <= $3 AND o.days[cardinality(o.days)] >= $4 AND o.hours && $2::smallint[])
    SELECT CASE WHEN estimate <= {MAX_SEARCHED} THEN ARRAY(
        SELECT id FROM (
            SELECT o.session_id AS id FROM open_times o
            WHERE o.days && (SELECT $1::int[]) AND o.hours && (SELECT $2::smallint[])
            UNION ALL
            {LABELLED.format("$5")}
        ) AS ids LIMIT {MAX_FEW + 1}) END AS ids
    FROM sampled
"""  # noqa: S608 - constant text


async def available_rows(
    database: Reading, query: CatalogStatement, order: Sorted, limit: int
) -> tuple[Rows, str | None, bool]:
    """Return the rows of a page, the position of the next page, and whether this is bounded."""
    order.begin(query)
    rows = await database.fetch(*_page(query.clone(), order, limit))
    is_bounded = len(rows) <= limit and bool(rows) and rows[-1]["place"] == AVAILABILITY_WINDOW
    if is_bounded and (candidates := await _few_candidates(database, query)) is not None:
        query.restrict(candidates)
        rows, is_bounded = await database.fetch(*_page(query, order, limit)), False
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1]), False
    return [row for row in rows if row["is_available"]], order.position(rows[-1]) if is_bounded else None, is_bounded


def _page(query: CatalogStatement, order: Sorted, limit: int) -> Statement:
    """Select a page of the available ones among the first matches, one row more, and the last match evaluated."""
    columns = availability_columns(order.name)
    statement = f"""
        SELECT {query.columns()}, s.{order.name}, found.place, found.is_available FROM (
            SELECT * FROM (
                SELECT s.id, s.{order.name}, s.place, {query.availability()} AS is_available
                FROM (SELECT *, row_number() OVER (ORDER BY {order.order}) AS place FROM (
                    SELECT {columns} {FROM} WHERE {query.where()} ORDER BY {order.order} LIMIT {AVAILABILITY_WINDOW}
                ) AS s) AS s
                ORDER BY {order.order} OFFSET 0
            ) AS s WHERE s.is_available OR s.place = {AVAILABILITY_WINDOW} ORDER BY {order.order} LIMIT {limit + 1}
        ) AS found JOIN sessions s ON s.id = found.id JOIN users c ON c.id = s.creator_id
        ORDER BY {order.order}
    """  # noqa: S608 - placeholders
    return statement, *query.arguments


async def _few_candidates(database: Reading, query: CatalogStatement) -> list[UUID] | None:
    """Return the sessions that may be free in the window, ignoring most other filters; `None` if they are many."""
    begin, end = query.window
    end = min(end, query.now + timedelta(days=MAX_HORIZON))
    days, hours = days_of(begin, end), hours_of(begin, end)
    bounds = (days[-1], days[0]) if days else (0, 0)
    row = await database.fetchrow(CANDIDATES, days, hours, *bounds, ["OPEN", *query.labels])
    ids: list[UUID] | None = row["ids"] if row else None
    return ids if ids is not None and len(ids) <= MAX_FEW else None
