"""Pages of sessions that are available in a window.

Most listed sessions are available in most windows, so the matches are first checked one by one in their order, until a
page is full. If `FIRST_WALK` matches do not fill it, the page is searched again among the candidates: sessions that
have a start on those days at those hours, which an index finds, and sessions by arrangement. If there are too many
candidates to sort, up to `MAX_WALK` matches are checked in order instead; a short page is then followed by another one,
which starts where that walk ended.
"""

from datetime import timedelta

from marketplace.adapters.postgres.catalog.rows import session_columns
from marketplace.adapters.postgres.catalog.statements import (
    FROM,
    CatalogStatement,
    Sorted,
    Statement,
    availability_columns,
)
from marketplace.adapters.postgres.connection.conditions import Conditions
from marketplace.adapters.postgres.connection.pool import Rows
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.materialized_availability import days_of, hours_of
from marketplace.core.domain.schedules import MAX_HORIZON

FIRST_WALK = 1_000
"""Matches that are checked at first."""
MAX_WALK = 10_000
"""Matches that are checked for one page, at most."""


async def available_rows(
    database: Reading, query: CatalogStatement, order: Sorted, limit: int
) -> tuple[Rows, str | None]:
    """Return the rows of a page with the columns of `session_columns`, and the position of the next page, if any."""
    order.begin(query)
    rows = await database.fetch(*_page(order, *_walk(query, order, FIRST_WALK), limit))
    if len(rows) <= limit and rows and rows[-1]["place"] == FIRST_WALK:
        candidates = await database.fetchrow(*_count_candidates(query))
        are_few = candidates is not None and candidates["count"] <= MAX_WALK
        source = _candidate_matches(query, order) if are_few else _walk(query, order, MAX_WALK)
        rows = await database.fetch(*_page(order, *source, limit))
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1])
    following = order.position(rows[-1]) if rows and rows[-1]["place"] == MAX_WALK else None
    return [row for row in rows if row["is_available"]], following


def _page(order: Sorted, query: CatalogStatement, matches: str, maximum: int, limit: int) -> Statement:
    """Select a page of the available matches and one row more; match number `maximum` is always included."""
    statement = f"""
        SELECT {session_columns(query.bind_time(query.now))}, s.title_key, found.place, found.is_available FROM (
            SELECT * FROM (
                SELECT s.id, s.{order.name}, s.place, {query.availability()} AS is_available
                FROM (SELECT *, row_number() OVER (ORDER BY {order.order}) AS place FROM ({matches}) AS s) AS s
                ORDER BY {order.order} OFFSET 0
            ) AS s WHERE s.is_available OR s.place = {maximum} ORDER BY {order.order} LIMIT {limit + 1}
        ) AS found JOIN sessions s ON s.id = found.id JOIN users c ON c.id = s.creator_id
        ORDER BY {order.order}
    """  # noqa: S608 - placeholders
    return statement, *query.arguments


def _walk(query: CatalogStatement, order: Sorted, maximum: int) -> tuple[CatalogStatement, str, int]:
    """Select the first matches in order."""
    query = query.clone()
    return query, f"{_select(FROM, query, order)} LIMIT {maximum}", maximum


def _candidate_matches(query: CatalogStatement, order: Sorted) -> tuple[CatalogStatement, str, int]:
    """Select the matches among the candidates."""
    query = query.clone()
    candidates = f"(SELECT id FROM ({_candidates(query, query)}) AS ids OFFSET 0) AS candidates"  # noqa: S608 - placeholders
    source = f"FROM {candidates} JOIN sessions s ON s.id = candidates.id JOIN users c ON c.id = s.creator_id"
    return query, _select(source, query, order), 0


def _select(source: str, query: CatalogStatement, order: Sorted) -> str:
    return f"SELECT {availability_columns(order.name)} {source} WHERE {query.where()} ORDER BY {order.order}"


def _count_candidates(query: CatalogStatement) -> Statement:
    """Count the candidates, up to one more than `MAX_WALK`."""
    conditions = Conditions()
    candidates = f"SELECT FROM ({_candidates(conditions, query)}) AS ids LIMIT {MAX_WALK + 1}"
    return f"SELECT count(*) AS count FROM ({candidates}) AS counted", *conditions.arguments  # noqa: S608 - placeholders


def _candidates(conditions: Conditions, query: CatalogStatement) -> str:
    """Select the ids of all sessions that may be free in the window of a query, ignoring its other filters."""
    begin, end = query.window
    end = min(end, query.now + timedelta(days=MAX_HORIZON))
    days, hours = conditions.bind(days_of(begin, end)), conditions.bind(hours_of(begin, end))
    # subqueries hide the values from the planner: it takes array overlap for cheap, and would test every row where it
    # knows that many rows have one of these days
    return f"""
        SELECT o.session_id AS id FROM open_times o
        WHERE o.days && (SELECT {days}::int[]) AND o.hours && (SELECT {hours}::smallint[])
        UNION ALL
        SELECT s.id FROM sessions s WHERE s.status = 'active' AND s.archived_at IS NULL AND s.schedule IS NULL
    """  # noqa: S608 - placeholders
