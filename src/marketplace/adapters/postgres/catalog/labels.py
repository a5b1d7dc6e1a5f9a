"""Labels: what one index knows of a listed session.

They are its tags, its category, its format, its language without the region, its place, and that it is by arrangement.

A tag and a category can each have many sessions and yet few, or none, together. The index intersects their entries
without reading a row, so a few sessions are found by their IDs, and only many are searched in the requested order.
Tags are case-folded, so none equals another label.
"""

import asyncio
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.core.domain.catalog import AVAILABILITY_WINDOW, CatalogFilters
from marketplace.core.domain.language_tags import primary
from marketplace.core.domain.places import place_key

MAX_FEW = AVAILABILITY_WINDOW
"""Sessions that are looked up by their IDs; no more, so that the times of all of them are evaluated for one page."""
KNOWN_FOR = 60.0
"""Seconds. If they become few meanwhile, they are searched in order."""
MAX_KNOWN = 1_000
LABELS = """(tags || ARRAY['CATEGORY '::text || category,
CASE
    WHEN schedule IS NULL THEN 'OPEN'::text
    ELSE NULL::text
END, 'FORMAT '::text || format, 'LANGUAGE '::text || split_part(language, '-'::text, 1), """
LABELS += "'PLACE '::text || place_key])"
"""As PostgreSQL prints the expression of the index, by which migrations and tables are compared."""
EARLIER_LABELS = """(tags || ARRAY['CATEGORY '::text || category,
CASE
    WHEN schedule IS NULL THEN 'OPEN'::text
    ELSE NULL::text
END])"""
"""Those of the index that the release before migration 0038 reads."""
LISTED_ROWS = "status = 'active' AND archived_at IS NULL"
# the subquery hides the values from the planner, which cannot estimate how many sessions have two labels
LABELLED = f"SELECT id FROM sessions WHERE {LISTED_ROWS} AND {LABELS} @> (SELECT {{}}::text[])"  # noqa: S608 - constants
FIND = LABELLED.format("$1") + f" LIMIT {MAX_FEW + 1}"
WITH_ACCENTS = f"SELECT DISTINCT place, place_key FROM sessions WHERE {LISTED_ROWS} AND place_key ~ '[^ -~]'"  # noqa: S608 - constants
FOLD_PLACE = f"""
    UPDATE sessions SET place_key = $3
    WHERE id IN ({LABELLED.format("$1")} AND place = $2 LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED) RETURNING 1
"""  # noqa: S608 - constant text


def labels_of(filters: CatalogFilters) -> list[str]:
    """Return the labels that the filters require."""
    labels = {
        "CATEGORY ": filters.category,
        "": filters.tag,
        "FORMAT ": filters.format,
        "LANGUAGE ": filters.language and primary(filters.language),
        "PLACE ": place_key(filters.place),
    }
    return [f"{kind}{word}" for kind, word in labels.items() if word is not None]


async def fold_places(connection: Connection, maximum: int) -> int:
    """Give up to `maximum` listed sessions whose place an earlier release kept with its accents the present key.

    Return their number. Sessions that other transactions have locked are left out; saving one writes its key, too.
    """
    folded = 0
    if not maximum:
        return folded
    for place, stored in await connection.fetch(WITH_ACCENTS):
        key = place_key(place)
        if key != stored and folded < maximum:
            folded += len(await connection.fetch(FOLD_PLACE, [f"PLACE {stored}"], place, key, maximum - folded))
    return folded


class LabelLookup:
    """Finds the sessions that have all labels of a search, if these are few."""

    def __init__(self) -> None:
        self._many: dict[tuple[str, ...], float] = {}
        """Labels that many sessions had, until when this is taken for granted: the index reads the entries of all."""

    async def few(self, database: Reading, filters: CatalogFilters) -> list[UUID] | None:
        """Return their IDs; `None` if these are many.

        Also `None` for a tag or a category alone, which have indexes of their own, or without any.
        """
        labels = labels_of(filters)
        is_old = (filters.format, filters.language, filters.place) == (None,) * 3
        tick = asyncio.get_running_loop().time()
        if (len(labels) < 2 and is_old) or self._many.get(tuple(labels), 0) > tick:  # noqa: PLR2004 - a pair
            return None
        rows = await database.fetch(FIND, labels)
        if len(rows) <= MAX_FEW:
            return [row["id"] for row in rows]
        if len(self._many) >= MAX_KNOWN:
            self._many.clear()
        self._many[tuple(labels)] = tick + KNOWN_FOR
        return None
