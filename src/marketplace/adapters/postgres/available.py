"""Pages of what is available in a window.

Most of what is listed is available in most windows, so at first the matches are walked along in their order and judged
one by one, until there is a page of them. Where so many do not fill a page, the whole page is looked for again: among
the sessions that may be free then, which are those that have something on those days at those hours, as an index knows,
and those that are open; or, if these are too many to be sorted, by walking on. That goes so far and no further: a page
that is short has another after it, which begins where the walk ended.
"""

from datetime import timedelta

from marketplace.adapters.postgres.conditions import Conditions
from marketplace.adapters.postgres.open_times import days_of, hours_of
from marketplace.adapters.postgres.pool import Database, Rows
from marketplace.adapters.postgres.rows import shown_at
from marketplace.adapters.postgres.sessions_query import FROM, CatalogQuery, Sorted, Statement, judged
from marketplace.core.entities.schedules import HORIZON_MOST

FIRST_WALK = 1_000
"""How many matches are judged at first."""
WALK_MOST = 10_000
"""How many are judged for one page."""


async def available_rows(database: Database, query: CatalogQuery, order: Sorted, limit: int) -> tuple[Rows, str | None]:
    """The rows of a page, with the columns of `shown_at`, and where the next one begins, if there is one."""
    order.begin(query)
    rows = await database.fetch(*_page(order, *_walk(query, order, FIRST_WALK), limit))
    if len(rows) <= limit and rows and rows[-1]["place"] == FIRST_WALK:
        near = await database.fetchrow(*_count_near(query))
        is_few = near is not None and near["near"] <= WALK_MOST
        source = _near_matches(query, order) if is_few else _walk(query, order, WALK_MOST)
        rows = await database.fetch(*_page(order, *source, limit))
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1])
    following = order.position(rows[-1]) if rows and rows[-1]["place"] == WALK_MOST else None
    return [row for row in rows if row["is_available"]], following


def _page(order: Sorted, query: CatalogQuery, matches: str, most: int, limit: int) -> Statement:
    """The first available ones of some matches in their order, one more, and the last of so many in any case."""
    statement = f"""
        SELECT {shown_at(query.bind_time(query.now))}, s.title_key, found.place, found.is_available FROM (
            SELECT * FROM (
                SELECT s.id, s.{order.name}, s.place, {query.availability()} AS is_available
                FROM (SELECT *, row_number() OVER (ORDER BY {order.order}) AS place FROM ({matches}) AS s) AS s
                ORDER BY {order.order} OFFSET 0
            ) AS s WHERE s.is_available OR s.place = {most} ORDER BY {order.order} LIMIT {limit + 1}
        ) AS found JOIN sessions s ON s.id = found.id JOIN users c ON c.id = s.creator_id
        ORDER BY {order.order}
    """  # noqa: S608 - placeholders
    return statement, *query.arguments


def _walk(query: CatalogQuery, order: Sorted, most: int) -> tuple[CatalogQuery, str, int]:
    """So many matches."""
    query = query.again()
    return query, f"{_select(FROM, query, order)} LIMIT {most}", most


def _near_matches(query: CatalogQuery, order: Sorted) -> tuple[CatalogQuery, str, int]:
    """The matches that may be free in the window, which were counted before."""
    query = query.again()
    near = f"(SELECT id FROM ({_near(query, query)}) AS near OFFSET 0) AS near"  # noqa: S608 - placeholders
    source = f"FROM {near} JOIN sessions s ON s.id = near.id JOIN users c ON c.id = s.creator_id"
    return query, _select(source, query, order), 0


def _select(source: str, query: CatalogQuery, order: Sorted) -> str:
    return f"SELECT {judged(order.name)} {source} WHERE {query.where()} ORDER BY {order.order}"


def _count_near(query: CatalogQuery) -> Statement:
    """How many may be free in the window, as far as it matters."""
    conditions = Conditions()
    near = f"SELECT FROM ({_near(conditions, query)}) AS near LIMIT {WALK_MOST + 1}"
    return f"SELECT count(*) AS near FROM ({near}) AS counted", *conditions.arguments  # noqa: S608 - placeholders


def _near(conditions: Conditions, query: CatalogQuery) -> str:
    """The ids of all sessions that may be free in the window of a query, whatever else it asks for."""
    begin, end = query.window
    end = min(end, query.now + timedelta(days=HORIZON_MOST))
    days, hours = conditions.bind(days_of(begin, end)), conditions.bind(hours_of(begin, end))
    # as subqueries, whose values the planner cannot see: it takes comparing two arrays for cheap, and would do it with
    # every row where it knows that many rows have one of these days
    return f"""
        SELECT o.session_id AS id FROM open_times o
        WHERE o.days && (SELECT {days}::int[]) AND o.hours && (SELECT {hours}::smallint[])
        UNION ALL
        SELECT s.id FROM sessions s WHERE s.status = 'active' AND s.archived_at IS NULL AND s.schedule IS NULL
    """  # noqa: S608 - placeholders
