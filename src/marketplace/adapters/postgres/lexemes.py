"""The words that sessions use, and the correction of those that none uses."""

from collections.abc import Sequence

from marketplace.adapters.postgres.pool import Database
from marketplace.core.entities.search import is_one_typo

Terms = tuple[tuple[str, ...], ...]
"""Per word of a search, the lexemes that it may stand for."""

CORRECTED_MOST = 20
LEARN_WORDS = """
    INSERT INTO lexemes (lexeme, deletions)
    SELECT word, CASE WHEN length(word) <= 40
        THEN word || ARRAY(SELECT overlay(word PLACING '' FROM i FOR 1) FROM generate_series(1, length(word)) i)
        ELSE '{}' END
    FROM sessions s, unnest(tsvector_to_array(s.searched)) AS word
    WHERE s.id = $1 AND NOT EXISTS (SELECT FROM lexemes known WHERE known.lexeme = word)
    ORDER BY word COLLATE "C"
    ON CONFLICT DO NOTHING
"""
LOOK_UP = """
    SELECT word, CASE
        WHEN EXISTS (SELECT FROM lexemes WHERE lexeme >= word AND lexeme < word || chr(1114111)) THEN '{}'
        ELSE ARRAY(
            SELECT lexeme FROM lexemes WHERE deletions && (
                ARRAY(SELECT overlay(word PLACING '' FROM i FOR 1) FROM generate_series(1, length(word)) i) || word))
        END AS neighbours
    FROM (SELECT lower(unaccent(given)) COLLATE "C" AS word, place
        FROM unnest($1::text[]) WITH ORDINALITY AS asked (given, place)) AS asked
    ORDER BY place
"""


async def corrected(database: Database, words: Sequence[str]) -> Terms:
    """The words as lexemes. One that begins no lexeme stands for those that are one typo away, or for itself."""
    if not words:
        return ()
    rows = await database.fetch(LOOK_UP, list(words))
    return tuple(_alternatives(row["word"], row["neighbours"]) for row in rows)


def _alternatives(word: str, neighbours: Sequence[str]) -> tuple[str, ...]:
    close = sorted(lexeme for lexeme in neighbours if is_one_typo(word, lexeme))
    return tuple(close[:CORRECTED_MOST]) or (word,)
