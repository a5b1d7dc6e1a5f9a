"""Statements of the catalog: conditions, orders and page positions."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.catalog.availability import has_bookable_start
from marketplace.adapters.postgres.catalog.lexemes import Terms
from marketplace.adapters.postgres.catalog.rows import session_columns
from marketplace.adapters.postgres.connection.conditions import Conditions
from marketplace.adapters.postgres.connection.pool import Rows
from marketplace.core.domain.availability import requested_window
from marketplace.core.domain.sessions import (
    AVAILABILITY_WINDOW,
    FACETS_WINDOW,
    PRICE_BANDS,
    RELEVANCE_WINDOW,
    CatalogFilters,
    CategoryCount,
    Facets,
    Ordering,
    PriceBandCount,
    TagCount,
)

Statement = tuple[Any, ...]
"""The text of a statement, then the arguments of its placeholders."""
FROM = "FROM sessions s JOIN users c ON c.id = s.creator_id"
BAND_FLOORS = ", ".join(str(minimum) for minimum, _ in PRICE_BANDS)
FACETS = f"""
    WITH matching AS MATERIALIZED ({{matching}})
    (SELECT 'category' AS facet, category AS word, 0 AS band, count(*) AS n
        FROM matching WHERE category IS NOT NULL GROUP BY category ORDER BY n DESC, category COLLATE "C")
    UNION ALL
    (SELECT 'tag', tag, 0, count(*) AS n
        FROM matching, unnest(tags) AS tag GROUP BY tag ORDER BY n DESC, tag COLLATE "C" LIMIT 50)
    UNION ALL
    (SELECT 'band', '', width_bucket(price, ARRAY[{BAND_FLOORS}]::numeric[]) AS band, count(*)
        FROM matching GROUP BY band)
"""  # noqa: S608 - constant text
NEWEST_FIRST = "s.created_at DESC, s.id DESC"


def availability_columns(key: str) -> str:
    """Return the columns of a session that `has_bookable_start` needs, and its sort column."""
    columns = ("s.id", "s.creator_id", "s.duration", "s.max_participants", "s.schedule IS NULL AS is_open")
    return ", ".join(dict.fromkeys((*columns, f"s.{key}")))


class SessionsStatement(Conditions):
    """Conditions on sessions, at the time `now`."""

    def __init__(self, now: datetime, *conditions: str) -> None:
        super().__init__(*conditions)
        self.now = now


class CreatorStatement(SessionsStatement):
    """The sessions of a creator that are not archived."""

    def __init__(self, creator_id: UUID, now: datetime) -> None:
        super().__init__(now, "s.archived_at IS NULL")
        self.require("s.creator_id = {}", creator_id)


class CatalogStatement(SessionsStatement):
    """The listed sessions that match the filters, except those of availability, which are checked on the matches."""

    def __init__(self, filters: CatalogFilters, terms: Terms, now: datetime) -> None:
        super().__init__(now, "s.status = 'active'", "s.archived_at IS NULL", "s.hidden_at IS NULL", "c.is_active")
        self._terms = terms
        self.requires_availability = filters.requires_availability()
        self.window = requested_window(filters, now)
        for condition, value in (
            ("s.creator_id = {}", filters.creator),
            ("s.category = {}", filters.category),
            ("s.tags @> ARRAY[{}::text]", filters.tag),
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
        if terms:
            self.require("s.searched @@ {}::tsquery", " & ".join(_lexemes(term) for term in terms))

    def availability(self) -> str:
        """Return the condition that a row of `availability_columns` has a bookable start in the window."""
        return has_bookable_start(*map(self.bind_time, (self.now, *self.window)))

    def newest(self, columns: str, maximum: int) -> str:
        """Select columns of the newest matches."""
        return f"SELECT {columns} {FROM} WHERE {self.where()} ORDER BY {NEWEST_FIRST} LIMIT {maximum}"

    def words_in_title(self) -> str:
        """Return an expression that counts the search words in the title."""
        counted = (f"(s.searched @@ {self.bind(_lexemes(term, 'A'))}::tsquery)::int" for term in self._terms)
        return " + ".join(counted) or "0"


def _lexemes(term: tuple[str, ...], weight: str = "") -> str:
    return "(" + " | ".join(f"'{lexeme}':*{weight}" for lexeme in term) + ")"


class Sorted:
    """Order by one column, then by id in the same direction, so that one index serves both directions."""

    COLUMNS: ClassVar[dict[str, tuple[str, Callable[[str], Any]]]] = {
        "created_at": ("created_at", datetime.fromisoformat),
        "price": ("price", Decimal),
        "duration": ("duration", int),
        "title": ("title_key", str),
        "featured_at": ("featured_at", datetime.fromisoformat),
    }

    def __init__(self, ordering: Ordering, after: str | None) -> None:
        self.name, self._parse = self.COLUMNS[ordering.removeprefix("-")]
        direction, self._beyond = ("DESC", "<") if ordering.startswith("-") else ("ASC", ">")
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
            SELECT {session_columns(query.bind_time(query.now))}, s.title_key {FROM} WHERE {query.where()}
            ORDER BY {self.order} LIMIT {limit + 1}
        """
        return statement, *query.arguments

    def position(self, row: asyncpg.Record) -> str:
        """Return the position of the page after this row."""
        key = row[self.name]
        return json.dumps(
            [key.isoformat() if isinstance(key, datetime) else str(key), str(row["id"])], ensure_ascii=False
        )


class Ranked:
    """Order by the number of search words in the title, over the window of newest matches of the first page."""

    def __init__(self, after: str | None) -> None:
        self._after = json.loads(after) if after is not None else None

    def statement(self, query: CatalogStatement, limit: int) -> Statement:
        """Select a page and one row more; each row has the bounds of the window."""
        beyond = ""
        if self._after is not None:
            in_title, at, session_id, *window = self._after
            newest_at, newest_id, oldest_at, oldest_id = window
            newest, oldest = datetime.fromisoformat(newest_at), datetime.fromisoformat(oldest_at)
            # PostgreSQL cannot estimate that a range of pairs is narrow, and would read every match instead
            query.require("s.created_at BETWEEN {} AND {}", oldest, newest)
            query.require("(s.created_at, s.id) <= ({}, {})", newest, UUID(newest_id))
            query.require("(s.created_at, s.id) >= ({}, {})", oldest, UUID(oldest_id))
        columns = f"{availability_columns('created_at')}, {query.words_in_title()} AS in_title"
        candidates = query.newest(columns, RELEVANCE_WINDOW)
        if self._after is not None:
            place = (query.bind(in_title), query.bind(datetime.fromisoformat(at)), query.bind(UUID(session_id)))
            beyond = "WHERE (s.in_title, s.created_at, s.id) < ({}, {}, {})".format(*place)
        available = f"WHERE {query.availability()}" if query.requires_availability else ""
        by_rank = "s.in_title DESC, s.created_at DESC, s.id DESC"
        # limit the page before the joins, or the whole window would be joined
        statement = f"""
            WITH ranked AS MATERIALIZED ({candidates}),
            page AS MATERIALIZED (
                SELECT * FROM (SELECT * FROM ranked s {beyond} ORDER BY {by_rank}) AS s {available}
                ORDER BY {by_rank} LIMIT {limit + 1})
            SELECT {session_columns(query.bind_time(query.now))}, r.in_title,
                (SELECT (created_at, id) FROM ranked ORDER BY created_at DESC, id DESC LIMIT 1) AS newest,
                (SELECT (created_at, id) FROM ranked ORDER BY created_at, id LIMIT 1) AS oldest
            FROM page r JOIN sessions s ON s.id = r.id JOIN users c ON c.id = s.creator_id
            ORDER BY r.in_title DESC, r.created_at DESC, r.id DESC
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def position(self, row: asyncpg.Record) -> str:
        """Return the position of the page after this row, with the window."""
        bounds = self._after[3:] if self._after else [str(part) for part in (*row["newest"], *row["oldest"])]
        return json.dumps([row["in_title"], row["created_at"].isoformat(), str(row["id"]), *bounds])


def facets_statement(query: CatalogStatement) -> Statement:
    """Count the facets."""
    columns = "s.category, s.tags, s.price"
    matching = query.newest(columns, FACETS_WINDOW)
    if query.requires_availability:
        newest = query.newest(f"{availability_columns('created_at')}, {columns}", AVAILABILITY_WINDOW)
        matching = f"SELECT {columns} FROM ({newest}) AS s WHERE {query.availability()}"  # noqa: S608 - placeholders
    return FACETS.format(matching=matching), *query.arguments


def facets_from(rows: Rows) -> Facets:
    """Convert the rows of `FACETS`; price bands without sessions are included with 0."""
    bands = {row["band"]: row["n"] for row in rows if row["facet"] == "band"}
    return Facets(
        categories=tuple(
            CategoryCount(category=row["word"], count=row["n"]) for row in rows if row["facet"] == "category"
        ),
        tags=tuple(TagCount(tag=row["word"], count=row["n"]) for row in rows if row["facet"] == "tag"),
        price_bands=tuple(
            PriceBandCount(min_price=minimum, max_price=maximum, count=bands.get(place, 0))
            for place, (minimum, maximum) in enumerate(PRICE_BANDS, start=1)
        ),
    )
