"""Statements of the order by next start: next starts are evaluated when they are asked for, of a bounded window."""

import json

import asyncpg

from marketplace.adapters.postgres.catalog.availability import first_bookable_start, is_available
from marketplace.adapters.postgres.catalog.statements import (
    CatalogStatement,
    Ranked,
    Statement,
    availability_columns,
    restrict_to_window,
)
from marketplace.core.domain.catalog import AVAILABILITY_WINDOW, Ordering


class Soonest:
    """Order by the next bookable start, over the window of newest matches of the first page.

    Sessions by arrangement and those without free times come last, the newest first.
    """

    def __init__(self, after: str | None) -> None:
        self._after = json.loads(after) if after is not None else None

    def statement(self, query: CatalogStatement, limit: int) -> Statement:
        """Select a page and one row more; each row has the bounds of the window."""
        conditions = ["TRUE"]
        if self._after is not None:
            restrict_to_window(query, self._after[2:])
        newest = query.newest(availability_columns("created_at"), AVAILABILITY_WINDOW)
        now, begin, end = map(query.bind_time, (query.now, *query.window))
        if self._after is not None:
            at, place = f"{query.bind(self._after[0])}::text::timestamptz", f"{query.bind(self._after[1])}::text::uuid"
            conditions.append(f"(s.at > {at} OR (s.at = {at} AND s.id < {place}))")
        if query.requires_availability:
            conditions.append(is_available(begin, end))
        statement = f"""
            WITH newest AS MATERIALIZED ({newest}),
            timed AS MATERIALIZED (SELECT s.*, {first_bookable_start(now, begin, end)} AS at FROM newest s),
            page AS MATERIALIZED (
                SELECT s.id, s.at FROM timed s WHERE {" AND ".join(conditions)}
                ORDER BY s.at, s.id DESC LIMIT {limit + 1})
            SELECT {query.columns()}, r.at::text AS next_start,
                (SELECT (created_at, id) FROM newest ORDER BY created_at DESC, id DESC LIMIT 1) AS newest,
                (SELECT (created_at, id) FROM newest ORDER BY created_at, id LIMIT 1) AS oldest
            FROM page r JOIN sessions s ON s.id = r.id JOIN users c ON c.id = s.creator_id
            ORDER BY r.at, r.id DESC
        """  # noqa: S608 - placeholders
        return statement, *query.arguments

    def position(self, row: asyncpg.Record) -> str:
        """Return the position of the page after this row, with the window."""
        bounds = self._after[2:] if self._after else [str(part) for part in (*row["newest"], *row["oldest"])]
        return json.dumps([row["next_start"], str(row["id"]), *bounds])


WINDOWED: dict[Ordering, type[Ranked] | type[Soonest]] = {"relevance": Ranked, "next_slot": Soonest}
"""Orders of a window of the newest matches."""
