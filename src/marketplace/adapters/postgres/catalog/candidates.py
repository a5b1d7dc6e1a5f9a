"""Pages of what is available in a window.

Most of what is listed is available in most windows, so at first the matches are walked along in their order and judged
one by one, until there is a page of them. Where so many do not fill a page, the whole page is looked for again: among
the sessions that may be free then, which are those that have something on those days at those hours, as an index knows,
and those that are open; or, if these are too many to be sorted, by walking on. That goes so far and no further: a page
that is short has another after it, which begins where the walk ended.
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
"""How many matches are judged at first."""
MAX_WALK = 10_000
"""How many are judged for one page."""


async def available_rows(
    database: Reading, query: CatalogStatement, order: Sorted, limit: int
) -> tuple[Rows, str | None]:
    """The rows of a page, with the columns of `session_columns`, and where the next one begins, if there is one."""
    order.begin(query)
    rows = await database.fetch(*_page(order, *_walk(query, order, FIRST_WALK), limit))
    if len(rows) <= limit and rows and rows[-1]["place"] == FIRST_WALK:
        candidates = await database.fetchrow(*_count_candidates(query))
        is_few = candidates is not None and candidates["near"] <= MAX_WALK
        source = _candidate_matches(query, order) if is_few else _walk(query, order, MAX_WALK)
        rows = await database.fetch(*_page(order, *source, limit))
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1])
    following = order.position(rows[-1]) if rows and rows[-1]["place"] == MAX_WALK else None
    return [row for row in rows if row["is_available"]], following


def _page(order: Sorted, query: CatalogStatement, matches: str, maximum: int, limit: int) -> Statement:
    """The first available ones of some matches in their order, one more, and the last of so many in any case."""
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
    """So many matches."""
    query = query.again()
    return query, f"{_select(FROM, query, order)} LIMIT {maximum}", maximum


def _candidate_matches(query: CatalogStatement, order: Sorted) -> tuple[CatalogStatement, str, int]:
    """The matches that may be free in the window, which were counted before."""
    query = query.again()
    candidates = f"(SELECT id FROM ({_candidates(query, query)}) AS near OFFSET 0) AS near"  # noqa: S608 - placeholders
    source = f"FROM {candidates} JOIN sessions s ON s.id = near.id JOIN users c ON c.id = s.creator_id"
    return query, _select(source, query, order), 0


def _select(source: str, query: CatalogStatement, order: Sorted) -> str:
    return f"SELECT {availability_columns(order.name)} {source} WHERE {query.where()} ORDER BY {order.order}"


def _count_candidates(query: CatalogStatement) -> Statement:
    """How many may be free in the window, as far as it matters."""
    conditions = Conditions()
    candidates = f"SELECT FROM ({_candidates(conditions, query)}) AS near LIMIT {MAX_WALK + 1}"
    return f"SELECT count(*) AS near FROM ({candidates}) AS counted", *conditions.arguments  # noqa: S608 - placeholders


def _candidates(conditions: Conditions, query: CatalogStatement) -> str:
    """The ids of all sessions that may be free in the window of a query, whatever else it asks for."""
    begin, end = query.window
    end = min(end, query.now + timedelta(days=MAX_HORIZON))
    days, hours = conditions.bind(days_of(begin, end)), conditions.bind(hours_of(begin, end))
    # as subqueries, whose values the planner cannot see: it takes comparing two arrays for cheap, and would do it with
    # every row where it knows that many rows have one of these days
    return f"""
        SELECT o.session_id AS id FROM open_times o
        WHERE o.days && (SELECT {days}::int[]) AND o.hours && (SELECT {hours}::smallint[])
        UNION ALL
        SELECT s.id FROM sessions s WHERE s.status = 'active' AND s.archived_at IS NULL AND s.schedule IS NULL
    """  # noqa: S608 - placeholders
