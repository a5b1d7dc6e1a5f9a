"""Pages of what is available in a window.

Most of what is listed is available in most windows, so at first the matches are walked along in their order and judged
one by one, until there is a page of them. Where that does not fill a page, the whole page is looked for again: among
the sessions that may be free then, which are those that have something on those days at those hours, as an index knows,
and those that are open; or, if these are too many to be sorted, by walking on. That goes so far and no further, and
says where it ended: a page that is short has another after it.
"""

from datetime import timedelta

from marketplace.adapters.postgres.open_times import days_of, hours_of
from marketplace.adapters.postgres.pool import Database, Rows
from marketplace.adapters.postgres.rows import shown_at
from marketplace.adapters.postgres.sessions_query import FROM, CatalogQuery, Sorted, Statement, judged
from marketplace.core.entities.schedules import HORIZON_MOST

FIRST_WALK = 1_000
"""How many matches are judged at first."""
WALK_MOST = 20_000
"""How many are judged for one page."""


async def available_rows(database: Database, query: CatalogQuery, order: Sorted, limit: int) -> tuple[Rows, str | None]:
    """The rows of a page, with the columns of `shown_at`, and where the next one begins, if there is one."""
    order.begin(query)
    pages = _Pages(query, order)
    rows = await database.fetch(*pages.of(pages.walk(FIRST_WALK), limit))
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1])
    size = await database.fetchrow(*pages.size())
    if size is None or size["matches"] < FIRST_WALK:
        return rows, None
    is_near = size["near"] <= WALK_MOST
    rows = await database.fetch(*pages.of(pages.near() if is_near else pages.walk(WALK_MOST), limit))
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1])
    end = None if is_near else await database.fetchrow(*pages.end())
    return rows, None if end is None else order.position(end)


class _Pages:
    """The statements of a page. A source is a select of matches, in order, with the arguments of its placeholders."""

    def __init__(self, query: CatalogQuery, order: Sorted) -> None:
        self._query = query
        self._order = order

    def of(self, source: tuple[str, CatalogQuery], limit: int) -> Statement:
        """The first available ones of a source, and one more."""
        matches, query = source
        statement = f"""
            SELECT {shown_at(query.bind_time(query.now))}, s.title_key FROM (
                SELECT s.id FROM ({matches}) AS s {query.where_available()}
                ORDER BY {self._order.order} LIMIT {limit + 1}
            ) AS found JOIN sessions s ON s.id = found.id JOIN users c ON c.id = s.creator_id
            ORDER BY {self._order.order}
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def walk(self, most: int) -> tuple[str, CatalogQuery]:
        """So many matches."""
        query = self._query.again()
        return f"{self._select(FROM, query)} LIMIT {most}", query

    def near(self) -> tuple[str, CatalogQuery]:
        """The matches that may be free in the window."""
        query = self._query.again()
        near = f"(SELECT id FROM ({_near(query)}) AS near OFFSET 0) AS near"  # noqa: S608 - placeholders
        source = f"FROM {near} JOIN sessions s ON s.id = near.id JOIN users c ON c.id = s.creator_id"
        return self._select(source, query), query

    def size(self) -> Statement:
        """How many `matches` there are, and, if enough, how many sessions `near`; both as far as it matters."""
        walk, query = self.walk(FIRST_WALK)
        statement = f"""
            SELECT matches, CASE WHEN matches = {FIRST_WALK} THEN
                (SELECT count(*) FROM (SELECT FROM ({_near(query)}) AS near LIMIT {WALK_MOST + 1}) AS near) END AS near
            FROM (SELECT count(*) AS matches FROM ({walk}) AS walked) AS counted
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def end(self) -> Statement:
        """The last of the matches that a page is looked for among, if there are so many."""
        walk, query = self.walk(WALK_MOST)
        return f"SELECT * FROM ({walk}) AS s OFFSET {WALK_MOST - 1}", *query.arguments  # noqa: S608 - placeholders

    def _select(self, source: str, query: CatalogQuery) -> str:
        return f"SELECT {judged(self._order.name)} {source} WHERE {query.where()} ORDER BY {self._order.order}"


def _near(query: CatalogQuery) -> str:
    """The ids of all sessions that may be free in the window, whatever else is asked of them."""
    begin, end = query.window
    end = min(end, query.now + timedelta(days=HORIZON_MOST))
    days, hours = query.bind(days_of(begin, end)), query.bind(hours_of(begin, end))
    return f"""
        SELECT o.session_id AS id FROM open_times o WHERE o.days && {days}::int[] AND o.hours && {hours}::smallint[]
        UNION ALL
        SELECT s.id FROM sessions s WHERE s.status = 'active' AND s.archived_at IS NULL AND s.schedule IS NULL
    """  # noqa: S608 - placeholders
