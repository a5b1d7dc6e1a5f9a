"""The words that sessions use, and the correction of those that none uses."""

from collections.abc import Sequence

from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.core.domain.admin_lists import searched_words
from marketplace.core.domain.search import CORRECTED_LENGTH, MAX_CORRECTED, is_one_typo, words

Terms = tuple[tuple[str, ...], ...]
"""Per word of a search, the lexemes that it may stand for."""

DELETIONS = "word || ARRAY(SELECT overlay(word PLACING '' FROM i FOR 1) FROM generate_series(1, length(word)) i)"
"""A word and all that one deletion makes of it: two words that are one typo apart share one of these (W. Garbe)."""

LEARN_WORDS = f"""
    INSERT INTO lexemes (lexeme, deletions)
    SELECT word, CASE WHEN length(word) <= {CORRECTED_LENGTH} THEN {DELETIONS} ELSE '{{}}' END
    FROM sessions s, unnest(tsvector_to_array(s.searched)) AS word
    WHERE s.id = $1 AND s.status = 'active' AND s.archived_at IS NULL AND s.hidden_at IS NULL
        AND NOT EXISTS (SELECT FROM lexemes known WHERE known.lexeme = word)
    ORDER BY word COLLATE "C"
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - constant text
LOOK_UP = f"""
    SELECT word, CASE
        WHEN length(word) > {CORRECTED_LENGTH} THEN '{{}}'
        WHEN EXISTS (SELECT FROM lexemes WHERE lexeme >= word AND lexeme < word || chr(1114111)) THEN '{{}}'
        ELSE ARRAY(SELECT lexeme FROM lexemes WHERE deletions && ({DELETIONS}))
        END AS neighbours
    FROM (SELECT given COLLATE "C" AS word, place
        FROM unnest($1::text[]) WITH ORDINALITY AS asked (given, place)) AS asked
    ORDER BY place
"""  # noqa: S608 - constant text


def text_vector(title: str, description: str) -> str:
    """The words of a session as a tsvector literal: weight A for the title's, B for the description's.

    The core says what a word is, so PostgreSQL's parser, which would cut some and join others, is not asked.
    """
    in_title, in_description = set(words(title)), set(words(description))
    places = (
        (word, ",".join((*(("1A",) if word in in_title else ()), *(("2B",) if word in in_description else ()))))
        for word in in_title | in_description
    )
    return " ".join(f"'{word}':{place}" for word, place in places)


def words_vector(*texts: str) -> str:
    """The words of texts that are searched together, as a tsvector literal."""
    return " ".join(f"'{word}'" for word in searched_words(*texts))


async def corrected(database: Reading, requested: Sequence[str]) -> Terms:
    """The words as lexemes. One that begins no lexeme stands for those that are one typo away, or for itself."""
    if not requested:
        return ()
    rows = await database.fetch(LOOK_UP, list(requested))
    return tuple(_alternatives(row["word"], row["neighbours"]) for row in rows)


def _alternatives(word: str, neighbours: Sequence[str]) -> tuple[str, ...]:
    close = sorted(lexeme for lexeme in neighbours if is_one_typo(word, lexeme))
    return tuple(close[:MAX_CORRECTED]) or (word,)
