"""Statements of the catalog: conditions, orders and page positions."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.catalog.availability import has_bookable_start
from marketplace.adapters.postgres.catalog.labels import labels_of
from marketplace.adapters.postgres.catalog.queries import combined, matching, points
from marketplace.adapters.postgres.catalog.rows import VERSION
from marketplace.adapters.postgres.catalog.word_window import newest_with_words
from marketplace.adapters.postgres.connection.conditions import Conditions
from marketplace.adapters.postgres.connection.pool import Rows
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.rows import SESSION_WITH_CREATOR
from marketplace.core.domain.availability import requested_window
from marketplace.core.domain.catalog import (
    RELEVANCE_WINDOW,
    CatalogFilters,
    CategoryCount,
    Facets,
    Ordering,
    PriceBandCount,
    TagCount,
    ValueCount,
    is_descending,
    price_bands,
)
from marketplace.core.domain.places import place_key
from marketplace.core.domain.search_terms import ALL, Terms

Statement = tuple[Any, ...]
"""The text of a statement, then the arguments of its placeholders."""
FROM = "FROM sessions s JOIN users c ON c.id = s.creator_id"
FACETS = """
    WITH newest AS MATERIALIZED ({newest}), matching AS MATERIALIZED (SELECT * FROM newest s {available})
    (SELECT 'category' AS facet, category AS word, 0 AS band, count(*) AS n
        FROM matching WHERE category IS NOT NULL GROUP BY category ORDER BY n DESC, category COLLATE "C")
    UNION ALL
    (SELECT 'tag', tag, 0, count(*) AS n FROM (SELECT unnest(tags) AS tag FROM matching) AS tagged
        GROUP BY tag ORDER BY n DESC, tag COLLATE "C" LIMIT 50)
    UNION ALL
    (SELECT 'band', '', width_bucket(price, ARRAY[{floors}]::numeric[]) AS band, count(*)
        FROM matching GROUP BY band)
    UNION ALL
    (SELECT 'format', format, 0, count(*) AS n
        FROM matching WHERE format IS NOT NULL GROUP BY format ORDER BY n DESC, format COLLATE "C")
    UNION ALL
    (SELECT 'language', split_part(language, '-', 1), 0, count(*) AS n
        FROM matching WHERE language IS NOT NULL GROUP BY split_part(language, '-', 1)
        ORDER BY n DESC, split_part(language, '-', 1) COLLATE "C" LIMIT 50)
    UNION ALL
    (SELECT 'place', min(place COLLATE "C"), 0, count(*) AS n
        FROM matching WHERE place_key IS NOT NULL GROUP BY place_key
        ORDER BY n DESC, min(place COLLATE "C") LIMIT 50)
    UNION ALL
    (SELECT 'newest', '', coalesce(bool_and(is_complete), TRUE)::int, count(*) FROM newest)
"""
NEWEST_FIRST = "s.created_at DESC, s.id DESC"
AGED = ("s.category", "s.created_at", "(s.created_at")
"""Beginnings of the conditions that indexes by age serve."""


def availability_columns(key: str) -> str:
    """Return the columns of a session that `has_bookable_start` needs, and its sort column."""
    columns = ("s.id", "s.creator_id", "s.duration", "s.max_participants", "s.schedule IS NULL AS is_open")
    return ", ".join(dict.fromkeys((*columns, f"s.{key}")))


class SessionsStatement(Conditions):
    """Conditions on sessions, at the time `now`."""

    def __init__(self, now: datetime, *conditions: str) -> None:
        super().__init__(*conditions)
        self.now = now
        self.selects_versions = False

    def columns(self) -> str:
        """Return the columns of a session: `SESSION_WITH_CREATOR`, or only `VERSION`."""
        return VERSION if self.selects_versions else SESSION_WITH_CREATOR


class CreatorStatement(SessionsStatement):
    """The sessions of a creator that are not archived."""

    def __init__(self, creator_id: UUID, now: datetime) -> None:
        super().__init__(now, "s.archived_at IS NULL")
        self.require("s.creator_id = {}", creator_id)


class CatalogStatement(SessionsStatement):
    """The listed sessions that match the filters, except those of availability, which are checked on the matches."""

    def __init__(self, filters: CatalogFilters, terms: Terms, now: datetime, relaxation: int = ALL) -> None:
        super().__init__(now, "s.status = 'active'", "s.archived_at IS NULL", "s.hidden_at IS NULL", "c.is_active")
        self._terms = terms
        self._words = self.bind(combined(terms, relaxation)) if terms.required else None
        self._is_narrow = filters.creator is not None
        """Whether all matches may be read: another filter leaves few."""
        self.requires_availability = filters.requires_availability()
        self.facets_window = filters.facets_window()
        self.labels = labels_of(filters)
        self.window = requested_window(filters, now)
        for condition, value in (
            ("s.creator_id = {}", filters.creator),
            ("s.category = {}", filters.category),
            ("s.tags @> ARRAY[{}::text]", filters.tag),
            ("s.format = {}", filters.format),
            ("s.language || '-' LIKE {}", filters.language and f"{filters.language}-%"),
            ("s.place_key = {}", place_key(filters.place)),
        ):
            if value is not None:
                self.require(condition, value)
        if filters.only_featured:
            self.require("s.featured_at IS NOT NULL")
        # literals: for a placeholder the planner assumes that a third of the rows match, even if none does
        for bound, number in (
            ("s.price >=", filters.min_price),
            ("s.price <=", filters.max_price),
            ("s.duration >=", filters.min_duration),
            ("s.duration <=", filters.max_duration),
        ):
            if number is not None:
                self.conditions.append(f"{bound} {number:f}" if isinstance(number, Decimal) else f"{bound} {number:d}")

    def availability(self) -> str:
        """Return the condition that a row of `availability_columns` has a bookable start in the window."""
        return has_bookable_start(*map(self.bind_time, (self.now, *self.window)))

    def restrict(self, ids: Sequence[UUID]) -> None:
        """Require one of these sessions, which PostgreSQL then looks up one by one."""
        self.require("s.id = ANY ({}::uuid[])", list(ids))
        self._is_narrow = True

    def where(self) -> str:
        """Return the conditions joined by AND."""
        return " AND ".join([*self.conditions, *([matching(self._words)] if self._words else [])])

    def newest(self, columns: str, maximum: int) -> str:
        """Select columns of the newest matches, and whether these are all there are up to `maximum`: `is_complete`."""
        if self._words is None or self._is_narrow:
            columns = f"{columns}, TRUE AS is_complete"
            return f"SELECT {columns} {FROM} WHERE {self.where()} ORDER BY {NEWEST_FIRST} LIMIT {maximum}"
        filtered = [each for each in self.conditions if each != "c.is_active"]
        walked = [each for each in filtered if each.startswith(AGED)]
        labels = self.bind(self.labels) if self.labels else None
        return newest_with_words(columns, self._words, labels, walked, filtered, maximum)

    def relevance(self) -> str:
        """Return an expression of the points of a match, see `core/domain/search_terms.py`."""
        return points(self._terms, lambda query: f"s.searched @@ {self.bind(query)}::tsquery")


class Order(Protocol):
    """An order of rows: positions are those of the page after a row."""

    def position(self, row: asyncpg.Record) -> str: ...


class Sorted:
    """Order by one column, then by id in the same direction, so that one index serves both directions."""

    COLUMNS: ClassVar[dict[str, tuple[str, Callable[[str], Any]]]] = {
        "created_at": ("created_at", datetime.fromisoformat),
        "price": ("price", Decimal),
        "duration": ("duration", int),
        "title": ("title_key", str),
        "featured_at": ("featured_at", datetime.fromisoformat),
        "rating": ("rating_score", int),
    }

    def __init__(self, ordering: Ordering, after: str | None) -> None:
        self.name, self._parse = self.COLUMNS[ordering.removeprefix("-")]
        direction, self._beyond = ("DESC", "<") if is_descending(ordering) else ("ASC", ">")
        self.order = f"s.{self.name} {direction}, s.id {direction}"
        self._after = after

    def begin(self, query: SessionsStatement) -> None:
        """Require that rows come after the position of the page."""
        if self._after is not None:
            key, session_id = json.loads(self._after)
            beyond = f"(s.{self.name}, s.id) {self._beyond} ({{}}, {{}})"
            query.require(beyond, self._parse(key), UUID(session_id))

    def statement(self, query: SessionsStatement, limit: int) -> Statement:
        """Select a page and one row more, which tells whether another page follows."""
        self.begin(query)
        statement = f"""
            SELECT {query.columns()}, s.{self.name} {FROM} WHERE {query.where()}
            ORDER BY {self.order} LIMIT {limit + 1}
        """
        return statement, *query.arguments

    def position(self, row: asyncpg.Record) -> str:
        """Return the position of the page after this row."""
        key = row[self.name]
        return json.dumps(
            [key.isoformat() if isinstance(key, datetime) else str(key), str(row["id"])], ensure_ascii=False
        )


def restrict_to_window(query: SessionsStatement, bounds: Sequence[str]) -> None:
    """Require that rows are in the window of the first page: the time and ID of its newest and of its oldest row."""
    newest_at, newest_id, oldest_at, oldest_id = bounds
    newest, oldest = datetime.fromisoformat(newest_at), datetime.fromisoformat(oldest_at)
    # PostgreSQL cannot estimate that a range of pairs is narrow, and would read every match instead
    query.require("s.created_at BETWEEN {} AND {}", oldest, newest)
    query.require("(s.created_at, s.id) <= ({}, {})", newest, UUID(newest_id))
    query.require("(s.created_at, s.id) >= ({}, {})", oldest, UUID(oldest_id))


class Ranked:
    """Order by the points of the search words, over the window of newest matches of the first page."""

    def __init__(self, after: str | None) -> None:
        self._after = json.loads(after) if after is not None else None

    def statement(self, query: CatalogStatement, limit: int) -> Statement:
        """Select a page and one row more; each row has the bounds of the window."""
        beyond = ""
        if self._after is not None:
            points, at, session_id, *window = self._after
            restrict_to_window(query, window)
        columns = f"{availability_columns('created_at')}, {query.relevance()} AS points"
        candidates = query.newest(columns, RELEVANCE_WINDOW)
        if self._after is not None:
            place = (query.bind(points), query.bind(datetime.fromisoformat(at)), query.bind(UUID(session_id)))
            beyond = "WHERE (s.points, s.created_at, s.id) < ({}, {}, {})".format(*place)
        available = f"WHERE {query.availability()}" if query.requires_availability else ""
        by_rank = "s.points DESC, s.created_at DESC, s.id DESC"
        # limit the page before the joins, or the whole window would be joined
        statement = f"""
            WITH ranked AS MATERIALIZED ({candidates}),
            page AS MATERIALIZED (
                SELECT * FROM (SELECT * FROM ranked s {beyond} ORDER BY {by_rank}) AS s {available}
                ORDER BY {by_rank} LIMIT {limit + 1})
            SELECT {query.columns()}, s.created_at, r.points,
                (SELECT (created_at, id) FROM ranked ORDER BY created_at DESC, id DESC LIMIT 1) AS newest,
                (SELECT (created_at, id) FROM ranked ORDER BY created_at, id LIMIT 1) AS oldest,
                (SELECT count(*) = {RELEVANCE_WINDOW} OR NOT bool_and(is_complete) FROM ranked) AS is_bounded
            FROM page r JOIN sessions s ON s.id = r.id JOIN users c ON c.id = s.creator_id
            ORDER BY r.points DESC, r.created_at DESC, r.id DESC
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def position(self, row: asyncpg.Record) -> str:
        """Return the position of the page after this row, with the window."""
        bounds = self._after[3:] if self._after else [str(part) for part in (*row["newest"], *row["oldest"])]
        return json.dumps([row["points"], row["created_at"].isoformat(), str(row["id"]), *bounds])


def facets_statement(query: CatalogStatement) -> Statement:
    """Count the facets."""
    columns, available = "s.category, s.tags, s.price, s.format, s.language, s.place, s.place_key", ""
    if query.requires_availability:
        columns, available = f"{availability_columns('created_at')}, {columns}", f"WHERE {query.availability()}"
    newest = query.newest(columns, query.facets_window)
    floors = ", ".join(str(minimum) for minimum, _ in price_bands())
    return FACETS.format(newest=newest, available=available, floors=floors), *query.arguments


def facets_from(rows: Rows, window: int) -> Facets:
    """Convert the rows of `FACETS`; price bands without sessions are included with 0."""
    counted, is_complete = next((row["n"], row["band"]) for row in rows if row["facet"] == "newest")
    bands = {row["band"]: row["n"] for row in rows if row["facet"] == "band"}
    return Facets(
        categories=tuple(
            CategoryCount(category=row["word"], count=row["n"]) for row in rows if row["facet"] == "category"
        ),
        tags=tuple(TagCount(tag=row["word"], count=row["n"]) for row in rows if row["facet"] == "tag"),
        price_bands=tuple(
            PriceBandCount(min_price=minimum, max_price=maximum, count=bands.get(place, 0))
            for place, (minimum, maximum) in enumerate(price_bands(), start=1)
        ),
        formats=_values(rows, "format"),
        languages=_values(rows, "language"),
        places=_values(rows, "place"),
        is_bounded=counted == window or not is_complete,
    )


def _values(rows: Rows, facet: str) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(value=row["word"], count=row["n"]) for row in rows if row["facet"] == facet)


async def read_page(reading: Reading, statement: Statement, order: Order, limit: int) -> tuple[Rows, str | None]:
    """Return the rows of a page and the position of the next one, or `None`."""
    rows = await reading.fetch(*statement)
    following = order.position(rows[limit - 1]) if len(rows) > limit else None
    return rows[:limit], following
