"""Suggestions while a search is typed: one statement, which reads a bounded number of rows."""

from collections.abc import Sequence

from marketplace.adapters.postgres.catalog.availability import IS_LISTED
from marketplace.adapters.postgres.catalog.labels import LISTED_ROWS
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.rows import PUBLIC_USER, columns, public_user
from marketplace.core.domain.search import fold_word, words
from marketplace.core.domain.suggestions import (
    MAX_PEOPLE,
    MAX_TITLES,
    SUGGESTIONS_ENOUGH,
    SUGGESTIONS_WALK,
    SUGGESTIONS_WINDOW,
    SuggestedTitle,
    Suggestions,
    begins_with_symbols,
    completes,
    distinct_titles,
)

READ = "s.id, s.title, s.creator_id, s.searched, s.created_at"
LISTED = f"{LISTED_ROWS} AND s.hidden_at IS NULL"
SUGGEST = f"""
    WITH newest AS MATERIALIZED (
        SELECT * FROM (
            SELECT {READ} FROM sessions s WHERE {LISTED} ORDER BY s.created_at DESC, s.id DESC LIMIT {SUGGESTIONS_WALK}
        ) AS s WHERE s.searched @@ $2::tsquery),
    found AS (
        SELECT * FROM newest UNION
        (SELECT {READ} FROM sessions s WHERE {LISTED} AND s.searched @@ (SELECT $5::tsquery)
            AND (SELECT count(*) FROM newest) < {SUGGESTIONS_ENOUGH} LIMIT {SUGGESTIONS_WINDOW})),
    matching AS MATERIALIZED (
        SELECT s.* FROM found s JOIN users c ON c.id = s.creator_id
        WHERE c.is_active AND (s.searched @@ $3::tsquery OR s.searched @@ $4::tsquery)),
    beginning AS MATERIALIZED (
        SELECT s.id, s.title, s.title_key FROM sessions s JOIN users c ON c.id = s.creator_id
        WHERE {IS_LISTED} AND s.title_key >= $1 AND s.title_key < $1 || chr(1114111)
        ORDER BY s.title_key, s.id LIMIT {2 * MAX_TITLES}),
    people AS (
        SELECT creator_id, max(created_at) AS newest FROM matching WHERE searched @@ $4::tsquery
        GROUP BY creator_id ORDER BY newest DESC, creator_id DESC LIMIT {MAX_PEOPLE})
    SELECT {columns("c", PUBLIC_USER)}, NULL::text AS title, 0 AS part,
        row_number() OVER (ORDER BY newest DESC, c.id DESC) AS place FROM people p JOIN users c ON c.id = p.creator_id
    UNION ALL
    SELECT id, {", ".join(["NULL"] * (len(PUBLIC_USER) - 1))}, title, 1, row_number() OVER (ORDER BY title_key, id)
        FROM beginning
    UNION ALL
    (SELECT id, {", ".join(["NULL"] * (len(PUBLIC_USER) - 1))}, title, 2,
        row_number() OVER (ORDER BY created_at DESC, id DESC) AS place
        FROM matching WHERE searched @@ $3::tsquery ORDER BY place LIMIT {2 * MAX_TITLES})
    ORDER BY part, place
"""  # noqa: S608 - constant text
"""No part reads more rows in a larger marketplace. The index is asked only for words that few of the newest sessions
have, since it lists all matches before the first is read; and only the last word may go on, since it lists all entries
of each beginning, but looks up those of a whole word. A subquery hides the words from the planner, which would scan the
table if it knew them to be frequent.
"""


async def suggest(database: Reading, typed: Sequence[str]) -> Suggestions:
    """Return people and titles for typed words."""
    queries = [*(_query(typed, weight) for weight in ("", "A", "D")), _query(typed, "", finished=len(typed) - 1)]
    rows = await database.fetch(SUGGEST, " ".join(word for each in typed for word in words(each)), *queries)
    return Suggestions(
        people=tuple(public_user(*row[: len(PUBLIC_USER)]) for row in rows if row["part"] == 0),
        titles=distinct_titles(
            SuggestedTitle(id=row["id"], title=row["title"])
            for row in rows
            if row["part"] and (row["part"] != 1 or begins_with_symbols(row["title"], typed))
        ),
    )


def _query(typed: Sequence[str], weight: str, *, finished: int = 0) -> str:
    """Return the query of words in places of this weight; those after the finished ones may go on."""
    folded = [fold_word(each) for each in typed]
    marks = (("*" if place >= finished and completes(word) else "") + weight for place, word in enumerate(folded))
    return " & ".join(f"'{word}':{mark}" if mark else f"'{word}'" for word, mark in zip(folded, marks, strict=True))
