"""How a question to the catalog becomes one statement: its conditions, its order, and where a page begins."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.lexemes import Terms
from marketplace.adapters.postgres.pool import Rows
from marketplace.adapters.postgres.rows import SESSION_WITH_CREATOR
from marketplace.core.entities.sessions import (
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

FROM = "FROM sessions s JOIN users c ON c.id = s.creator_id"
BAND_FLOORS = ", ".join(str(least) for least, _ in PRICE_BANDS)
FACETS = f"""
    WITH matching AS MATERIALIZED (SELECT s.category, s.tags, s.price {FROM} WHERE {{conditions}}
        ORDER BY s.created_at DESC, s.id DESC LIMIT {FACETS_WINDOW})
    (SELECT 'category' AS facet, category AS word, 0 AS band, count(*) AS n
        FROM matching WHERE category IS NOT NULL GROUP BY category ORDER BY n DESC, category COLLATE "C")
    UNION ALL
    (SELECT 'tag', tag, 0, count(*) AS n
        FROM matching, unnest(tags) AS tag GROUP BY tag ORDER BY n DESC, tag COLLATE "C" LIMIT 50)
    UNION ALL
    (SELECT 'band', '', width_bucket(price, ARRAY[{BAND_FLOORS}]::numeric[]) AS band, count(*)
        FROM matching GROUP BY band)
"""  # noqa: S608 - constant text; conditions hold placeholders only


class Conditions:
    """What rows must meet, with the arguments of the placeholders."""

    def __init__(self, *conditions: str) -> None:
        self.arguments: list[object] = []
        self._conditions = list(conditions)

    def bind(self, value: object) -> str:
        """The placeholder of one more argument."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def require(self, condition: str, *values: object) -> None:
        """One more condition; each `{}` in it stands for a value."""
        self._conditions.append(condition.format(*(self.bind(value) for value in values)))

    def where(self) -> str:
        """All conditions."""
        return " AND ".join(self._conditions)


class CreatorQuery(Conditions):
    """All that a creator has not archived."""

    def __init__(self, creator_id: UUID) -> None:
        super().__init__("s.archived_at IS NULL")
        self.require("s.creator_id = {}", creator_id)


class CatalogQuery(Conditions):
    """What is listed and passes the filters."""

    def __init__(self, filters: CatalogFilters, terms: Terms) -> None:
        super().__init__("s.status = 'active'", "s.archived_at IS NULL", "s.hidden_at IS NULL", "c.is_active")
        self._terms = terms
        for condition, value in (
            ("s.creator_id = {}", filters.creator),
            ("s.price >= {}", filters.min_price),
            ("s.price <= {}", filters.max_price),
            ("s.duration >= {}", filters.min_duration),
            ("s.duration <= {}", filters.max_duration),
            ("s.category = {}", filters.category),
            ("s.tags @> ARRAY[{}::text]", filters.tag),
        ):
            if value is not None:
                self.require(condition, value)
        if filters.only_featured:
            self.require("s.featured_at IS NOT NULL")
        if terms:
            self.require("s.searched @@ {}::tsquery", " & ".join(_lexemes(term) for term in terms))

    def words_in_title(self) -> str:
        """How many of the search's words the title has, as an expression."""
        counted = (f"(s.searched @@ {self.bind(_lexemes(term, 'A'))}::tsquery)::int" for term in self._terms)
        return " + ".join(counted) or "0"


def _lexemes(term: tuple[str, ...], weight: str = "") -> str:
    return "(" + " | ".join(f"'{lexeme}':*{weight}" for lexeme in term) + ")"


class Sorted:
    """By one column and then by id, both in the same direction, so that one index serves either way."""

    COLUMNS: ClassVar[dict[str, tuple[str, Callable[[str], Any]]]] = {
        "created_at": ("created_at", datetime.fromisoformat),
        "price": ("price", Decimal),
        "duration": ("duration", int),
        "title": ("title_key", str),
        "featured_at": ("featured_at", datetime.fromisoformat),
    }

    def __init__(self, ordering: Ordering, after: str | None) -> None:
        self._name, self._parse = self.COLUMNS[ordering.removeprefix("-")]
        self._direction, self._beyond = ("DESC", "<") if ordering.startswith("-") else ("ASC", ">")
        self._after = after

    def statement(self, query: Conditions, limit: int) -> tuple[str, list[object]]:
        """The page and one row more, which tells whether another page follows."""
        if self._after is not None:
            key, session_id = json.loads(self._after)
            beyond = f"(s.{self._name}, s.id) {self._beyond} ({{}}, {{}})"
            query.require(beyond, self._parse(key), UUID(session_id))
        statement = f"""
            SELECT {SESSION_WITH_CREATOR}, s.title_key {FROM} WHERE {query.where()}
            ORDER BY s.{self._name} {self._direction}, s.id {self._direction} LIMIT {query.bind(limit + 1)}
        """
        return statement, query.arguments

    def position(self, row: asyncpg.Record) -> str:
        """Where the page after this row begins."""
        key = row[self._name]
        return json.dumps(
            [key.isoformat() if isinstance(key, datetime) else str(key), str(row["id"])], ensure_ascii=False
        )


class Ranked:
    """By how many of the words stand in the title, over the newest matches that there were at the first page."""

    def __init__(self, after: str | None) -> None:
        self._after = json.loads(after) if after is not None else None

    def statement(self, query: CatalogQuery, limit: int) -> tuple[str, list[object]]:
        """The page and one row more; each row knows the bounds of the window."""
        beyond = ""
        if self._after is not None:
            in_title, at, session_id, *window = self._after
            newest_at, newest_id, oldest_at, oldest_id = window
            newest, oldest = datetime.fromisoformat(newest_at), datetime.fromisoformat(oldest_at)
            # of pairs PostgreSQL cannot tell that they are a narrow range, and would read every match instead
            query.require("s.created_at BETWEEN {} AND {}", oldest, newest)
            query.require("(s.created_at, s.id) <= ({}, {})", newest, UUID(newest_id))
            query.require("(s.created_at, s.id) >= ({}, {})", oldest, UUID(oldest_id))
        candidates = f"""
            SELECT s.id, s.created_at, {query.words_in_title()} AS in_title {FROM} WHERE {query.where()}
            ORDER BY s.created_at DESC, s.id DESC LIMIT {RELEVANCE_WINDOW}
        """
        if self._after is not None:
            place = (query.bind(in_title), query.bind(datetime.fromisoformat(at)), query.bind(UUID(session_id)))
            beyond = "WHERE (r.in_title, r.created_at, r.id) < ({}, {}, {})".format(*place)
        # the page is cut before anything is joined to it, or all of the window would be
        statement = f"""
            WITH ranked AS MATERIALIZED ({candidates}),
            page AS MATERIALIZED (SELECT * FROM ranked r {beyond}
                ORDER BY r.in_title DESC, r.created_at DESC, r.id DESC LIMIT {query.bind(limit + 1)})
            SELECT {SESSION_WITH_CREATOR}, r.in_title,
                (SELECT (created_at, id) FROM ranked ORDER BY created_at DESC, id DESC LIMIT 1) AS newest,
                (SELECT (created_at, id) FROM ranked ORDER BY created_at, id LIMIT 1) AS oldest
            FROM page r JOIN sessions s ON s.id = r.id JOIN users c ON c.id = s.creator_id
            ORDER BY r.in_title DESC, r.created_at DESC, r.id DESC
        """  # noqa: S608 - placeholders
        return statement, query.arguments

    def position(self, row: asyncpg.Record) -> str:
        """Where the page after this row begins, and the window it belongs to."""
        bounds = self._after[3:] if self._after else [str(part) for part in (*row["newest"], *row["oldest"])]
        return json.dumps([row["in_title"], row["created_at"].isoformat(), str(row["id"]), *bounds])


def facets_of(rows: Rows) -> Facets:
    """The counts of a `FACETS` answer; every price band is there, also with none."""
    bands = {row["band"]: row["n"] for row in rows if row["facet"] == "band"}
    return Facets(
        categories=tuple(
            CategoryCount(category=row["word"], count=row["n"]) for row in rows if row["facet"] == "category"
        ),
        tags=tuple(TagCount(tag=row["word"], count=row["n"]) for row in rows if row["facet"] == "tag"),
        price_bands=tuple(
            PriceBandCount(min_price=least, max_price=below, count=bands.get(place, 0))
            for place, (least, below) in enumerate(PRICE_BANDS, start=1)
        ),
    )
