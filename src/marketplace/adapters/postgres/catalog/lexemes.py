"""The words of listed sessions, and the correction of search words that no session has."""

from collections.abc import Sequence

from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.core.domain.admin_lists import searched_words
from marketplace.core.domain.search import CORRECTED_LENGTH, MAX_CORRECTED, is_one_typo, words

Terms = tuple[tuple[str, ...], ...]
"""For each search word, the lexemes that it may match."""

DELETIONS = "word || ARRAY(SELECT overlay(word PLACING '' FROM i FOR 1) FROM generate_series(1, length(word)) i)"
"""A word and its variants with one character deleted: words one typo apart share one (SymSpell, W. Garbe)."""

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
    FROM (SELECT word COLLATE "C" AS word, ordinal
        FROM unnest($1::text[]) WITH ORDINALITY AS words (word, ordinal)) AS words
    ORDER BY ordinal
"""  # noqa: S608 - constant text


def text_vector(title: str, description: str) -> str:
    """Return the words of a session as a tsvector literal: weight A for the title, B for the description.

    The core splits the words; PostgreSQL's parser, which would split some differently, is not used.
    """
    in_title, in_description = set(words(title)), set(words(description))
    entries = (
        (word, ",".join((*(("1A",) if word in in_title else ()), *(("2B",) if word in in_description else ()))))
        for word in in_title | in_description
    )
    return " ".join(f"'{word}':{place}" for word, place in entries)


def words_vector(*texts: str) -> str:
    """Return the words of texts that are searched together as a tsvector literal."""
    return " ".join(f"'{word}'" for word in searched_words(*texts))


async def correct_words(database: Reading, requested: Sequence[str]) -> Terms:
    """Return the lexemes of the search words. A word that is no prefix of one is replaced by those one typo away."""
    if not requested:
        return ()
    rows = await database.fetch(LOOK_UP, list(requested))
    return tuple(_alternatives(row["word"], row["neighbours"]) for row in rows)


def _alternatives(word: str, neighbours: Sequence[str]) -> tuple[str, ...]:
    close = sorted(lexeme for lexeme in neighbours if is_one_typo(word, lexeme))
    return tuple(close[:MAX_CORRECTED]) or (word,)
