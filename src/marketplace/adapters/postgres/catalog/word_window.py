"""The newest sessions that have the words of a search, found by reading a bounded number of rows.

The index of words lists all matches of a word, in no order. Reading sessions by age finds the newest matches, but reads
many rows for a rare word. So the newest sessions are sampled. If about `MAX_ESTIMATED` sessions or fewer have the words
and labels, the index is asked, and up to `MAX_INDEXED` matches are complete. If the sample or the index finds more, the
newest `WALK` sessions are read too; the matches among them, and those that the index returned, are a bounded answer.
"""

from collections.abc import Sequence

from marketplace.adapters.postgres.catalog.labels import LABELS, LISTED_ROWS
from marketplace.core.domain.catalog import RELEVANCE_WINDOW

SAMPLE = 1_000
"""Newest listed sessions by which the number of matches is estimated."""
MAX_ESTIMATED = 5_000
"""Matches up to which the index of words is asked, by the estimate."""
MAX_INDEXED = RELEVANCE_WINDOW
"""Sessions that are read by the index of words."""
MAX_ENTRIES = 20 * MAX_ESTIMATED
"""Entries of the index of words up to which it is asked, by the estimate, where labels leave few of the sessions."""
WALK = 10_000
"""Newest listed sessions that are read where the words have more matches."""

IS_COMPLETE = "(SELECT is_complete FROM chosen)"
# `ctid` finds a row again within the statement; the subqueries hide words and labels from the planner, which would
# estimate how many sessions have them, and read them all
NEWEST_WITH_WORDS = f"""
    WITH sampled AS MATERIALIZED (
        SELECT (SELECT reltuples FROM pg_class WHERE oid = 'sessions'::regclass) / {SAMPLE} * hits <= {MAX_ESTIMATED}
            AND (SELECT reltuples FROM pg_class WHERE oid = 'sessions'::regclass) / {SAMPLE} * entries <= {MAX_ENTRIES}
            AS is_few
        FROM (SELECT count(*) AS entries, count(*) FILTER (WHERE {{labelled}}) AS hits FROM (
            SELECT * FROM sessions s WHERE {LISTED_ROWS}
            ORDER BY s.created_at DESC, s.id DESC LIMIT {SAMPLE}
        ) AS s WHERE s.searched @@ (SELECT {{words}}::tsquery)) AS counted),
    indexed AS MATERIALIZED (
        SELECT s.ctid AS tid FROM sessions s
        WHERE {LISTED_ROWS} AND s.searched @@ (SELECT {{words}}::tsquery) AND {{labelled}}
            AND (SELECT is_few FROM sampled)
        LIMIT {MAX_INDEXED + 1}),
    chosen AS MATERIALIZED (
        SELECT (SELECT is_few FROM sampled) AND count(*) <= {MAX_INDEXED} AS is_complete FROM indexed),
    walked AS MATERIALIZED (
        SELECT s.tid, s.creator_id AS of_creator, s.created_at AS newest_at, s.id AS newest_id, {{columns}} FROM (
            SELECT s.*, s.ctid AS tid FROM sessions s WHERE {LISTED_ROWS} AND {{walked}} AND NOT {IS_COMPLETE}
            ORDER BY s.created_at DESC, s.id DESC LIMIT {WALK}
        ) AS s WHERE s.searched @@ (SELECT {{words}}::tsquery) AND {{filtered}} LIMIT {{maximum}}),
    found AS (
        SELECT * FROM walked
        UNION ALL
        SELECT s.ctid, s.creator_id, s.created_at, s.id, {{columns}} FROM sessions s
        WHERE s.ctid = ANY (ARRAY(SELECT tid FROM indexed EXCEPT SELECT tid FROM walked))
            AND s.searched @@ (SELECT {{words}}::tsquery) AND {{filtered}})
    SELECT found.*, {IS_COMPLETE} AS is_complete
    FROM found CROSS JOIN LATERAL (SELECT FROM users c WHERE c.id = of_creator AND c.is_active OFFSET 0) AS creators
    ORDER BY newest_at DESC, newest_id DESC LIMIT {{maximum}}
"""  # noqa: S608 - constant text


def newest_with_words(
    columns: str, words: str, labels: str | None, walked: Sequence[str], filtered: Sequence[str], maximum: int
) -> str:
    """Select columns of the newest matches, and `is_complete`.

    `words` and `labels` are placeholders. `walked` are the conditions that an index by age serves; `filtered` are all
    conditions on sessions but that of the words.
    """
    return NEWEST_WITH_WORDS.format(
        columns=columns,
        words=words,
        labelled=f"{LABELS} @> (SELECT {labels}::text[])" if labels else "TRUE",
        walked=" AND ".join(walked) or "TRUE",
        filtered=" AND ".join(filtered) or "TRUE",
        maximum=maximum,
    )
