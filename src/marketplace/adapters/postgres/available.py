"""Pages of what is available in a window.

Most of what is listed is available in most windows, so at first the matches are walked along in their order and judged
one by one, until there is a page of them. Where that does not fill a page, the whole page is looked for again: among
the sessions that have something on those days at those hours, which an index knows, and those that are open; or, if
these are too many to be sorted, by walking on. Either goes so far and no further, and says where it ended: a page that
is short has another after it.
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
    walk = _Walk(query, order)
    rows = await database.fetch(*walk.page(FIRST_WALK, limit))
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1])
    size = await database.fetchrow(*walk.size())
    if size is None or size["matches"] < FIRST_WALK:
        return rows, None
    walk = _Walk(query, order, is_indexed=size["near"] <= WALK_MOST)
    rows = await database.fetch(*walk.page(WALK_MOST, limit))
    if len(rows) > limit:
        return rows[:limit], order.position(rows[limit - 1])
    end = await database.fetchrow(*walk.end())
    return rows, None if end is None else order.position(end)


class _Walk:
    """Matches in their order: all of them, or those that the index says may have something in the window."""

    def __init__(self, query: CatalogQuery, order: Sorted, *, is_indexed: bool = False) -> None:
        self._query = query
        self._order = order
        self._is_indexed = is_indexed

    def page(self, most: int, limit: int) -> Statement:
        """The first available ones among so many, and one row more."""
        query = self._query.again()
        statement = f"""
            SELECT {shown_at(query.bind_time(query.now))}, s.title_key FROM (
                SELECT s.id FROM ({self._matches(query, most)}) AS s WHERE {query.is_available()}
                ORDER BY {self._order.order} LIMIT {query.bind(limit + 1)}
            ) AS found JOIN sessions s ON s.id = found.id JOIN users c ON c.id = s.creator_id
            ORDER BY {self._order.order}
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def size(self) -> Statement:
        """How many `matches` there are, and how many sessions that are `near` by the index, as far as it matters."""
        query = self._query.again()
        statement = f"""
            SELECT (SELECT count(*) FROM ({self._all(query, FIRST_WALK)}) AS matches) AS matches,
                (SELECT count(*) FROM (SELECT {_near(query)} LIMIT {WALK_MOST + 1}) AS near) AS near
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def end(self) -> Statement:
        """The last of the most that are judged, if there are so many."""
        query = self._query.again()
        statement = f"""
            SELECT * FROM ({self._matches(query, WALK_MOST)}) AS s
            ORDER BY {self._order.order} OFFSET {WALK_MOST - 1} LIMIT 1
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def _matches(self, query: CatalogQuery, most: int) -> str:
        return self._indexed(query, most) if self._is_indexed else self._all(query, most)

    def _all(self, query: CatalogQuery, most: int) -> str:
        return f"{self._select(FROM, query)} ORDER BY {self._order.order} LIMIT {most}"

    def _indexed(self, query: CatalogQuery, most: int) -> str:
        near = f"FROM (SELECT o.session_id {_near(query)} OFFSET 0) AS near JOIN sessions s ON s.id = near.session_id"
        return f"""
            SELECT * FROM (
                {self._select(f"{near} JOIN users c ON c.id = s.creator_id", query)}
                UNION ALL
                ({self._select(FROM, query)} AND s.schedule IS NULL ORDER BY {self._order.order} LIMIT {most})
            ) AS s ORDER BY {self._order.order} LIMIT {most}
        """  # noqa: S608 - placeholders

    def _select(self, source: str, query: CatalogQuery) -> str:
        return f"SELECT {judged(self._order.name)} {source} WHERE {query.where()}"


def _near(query: CatalogQuery) -> str:
    begin, end = query.window
    end = min(end, query.now + timedelta(days=HORIZON_MOST))
    days, hours = query.bind(days_of(begin, end)), query.bind(hours_of(begin, end))
    return f"FROM open_times o WHERE o.days && {days}::int[] AND o.hours && {hours}::smallint[]"
