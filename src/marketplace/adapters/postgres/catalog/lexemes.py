"""The words of sessions as they are indexed, and what is known of the words of a search."""

from collections.abc import Iterable, Sequence
from typing import Any

from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.core.domain.admin_lists import searched_words
from marketplace.core.domain.search import CORRECTED_LENGTH, MIN_CORRECTED, fold_word
from marketplace.core.domain.search_languages import STEMMERS
from marketplace.core.domain.search_terms import (
    IndexedWord,
    KnownWord,
    Terms,
    Weight,
    guesses,
    indexed_names,
    indexed_words,
    language_of,
    terms_of,
)
from marketplace.core.domain.sessions import Session

INDEXED = "~2"
"""A lexeme of every row that is indexed by the present rules: others are indexed again by a job."""
PLACES: dict[Weight, str] = {"A": "1A", "B": "2B", "C": "3C", "D": "4D"}

DELETIONS = "word || ARRAY(SELECT overlay(word PLACING '' FROM i FOR 1) FROM generate_series(1, length(word)) i)"
"""A word and its variants with one character deleted: words one typo apart share one (SymSpell, W. Garbe)."""
FOLDED = r"regexp_replace(normalize(stem, NFKD), '[\u0300-\u036f]', '', 'g')"
"""A stem without accents, which would not reduce by themselves as the stemmer expects them."""
STEMS = f"""coalesce((
    SELECT string_agg(format('''%s~%s'':%s', {{language}}::text, {FOLDED}, place), ' ')
    FROM unnest({{words}}::text[], {{places}}::text[]) AS given (word, place),
        unnest(ts_lexize({{dictionary}}::text::regdictionary, word)) AS stem), '')::tsvector"""  # noqa: S608 - placeholders
"""The stems of words as a vector; a stop word has none."""
IS_INDEXED = f"(s.searched @@ '''{INDEXED}'''::tsquery)"
STORED_NAMES = "ts_filter(searched, '{d}')"

LEARN_WORDS = f"""
    INSERT INTO lexemes (lexeme, deletions)
    SELECT word, CASE WHEN length(word) BETWEEN {MIN_CORRECTED} AND {CORRECTED_LENGTH} AND bool_or(is_main)
        AND word !~ '~' THEN {DELETIONS} ELSE '{{}}' END
    FROM (
        SELECT lexeme AS word, weights && '{{A,C,D}}' AS is_main
        FROM sessions s, unnest(s.searched) WHERE s.id = ANY($1::uuid[])
            AND s.status = 'active' AND s.archived_at IS NULL AND s.hidden_at IS NULL
        UNION ALL
        SELECT DISTINCT split_part(lexeme, '~', 1) || '~', false
        FROM sessions s, unnest(s.searched) WHERE s.id = ANY($1::uuid[]) AND lexeme ~ '~'
            AND s.status = 'active' AND s.archived_at IS NULL AND s.hidden_at IS NULL
    ) AS found
    WHERE NOT EXISTS (
        SELECT FROM lexemes known WHERE known.lexeme = word AND (NOT is_main OR known.deletions <> '{{}}'))
    GROUP BY word
    ORDER BY word COLLATE "C"
    ON CONFLICT (lexeme) DO UPDATE SET deletions = EXCLUDED.deletions
        WHERE lexemes.deletions = '{{}}' AND EXCLUDED.deletions <> '{{}}'
"""  # noqa: S608 - constant text
LEARN_NAMES = f"""
    INSERT INTO lexemes (lexeme, deletions)
    SELECT word, CASE WHEN length(word) BETWEEN {MIN_CORRECTED} AND {CORRECTED_LENGTH} THEN {DELETIONS} ELSE '{{}}' END
    FROM unnest($1::text[]) AS word ORDER BY word COLLATE "C"
    ON CONFLICT (lexeme) DO UPDATE SET deletions = EXCLUDED.deletions
        WHERE lexemes.deletions = '{{}}' AND EXCLUDED.deletions <> '{{}}'
"""  # noqa: S608 - constant text
RENAMED_AT_ONCE = 100
"""Sessions of a creator that are indexed by a new name in its transaction; a job indexes the others."""
# without positions, which `||` shifts
INDEX_NAMES = """
    UPDATE sessions SET searched = ts_filter(searched, '{a,b,c}') || $2::tsvector
    WHERE id IN (
        SELECT id FROM sessions
        WHERE creator_id = $1 AND archived_at IS NULL AND strip(ts_filter(searched, '{d}')) <> strip($2::tsvector)
        ORDER BY created_at DESC, id DESC LIMIT $3 FOR NO KEY UPDATE)
    RETURNING 1
"""
DICTIONARIES = ", ".join(f"('{code}', '{name}_stem')" for code, name in STEMMERS.items())
LANGUAGES = f"""SELECT code, dictionary::regdictionary FROM (VALUES {DICTIONARIES}) AS all_of (code, dictionary)
        WHERE EXISTS (SELECT FROM lexemes WHERE lexeme = code || '~')"""  # noqa: S608 - constant text
LOOK_UP = f"""
    WITH languages AS MATERIALIZED ({LANGUAGES})
    SELECT *, CASE WHEN is_whole OR has_prefix OR has_stem OR is_stop
        OR length(word) NOT BETWEEN {MIN_CORRECTED} AND {CORRECTED_LENGTH} THEN '{{}}'
        ELSE ARRAY(SELECT lexeme FROM lexemes WHERE deletions && ({DELETIONS})) END AS neighbours
    FROM (
        SELECT word, ordinal, stems, is_stop, EXISTS (SELECT FROM lexemes WHERE lexeme = word) AS is_whole,
            EXISTS (SELECT FROM lexemes WHERE lexeme >= word AND lexeme < word || chr(1114111)) AS has_prefix,
            EXISTS (SELECT FROM lexemes WHERE lexeme = ANY (stems)) AS has_stem
        FROM (SELECT word COLLATE "C" AS word, raw, ordinal
            FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS words (word, raw, ordinal)) AS words,
            LATERAL (SELECT
                coalesce(array_agg(DISTINCT code || '~' || {FOLDED}) FILTER (WHERE stem IS NOT NULL), '{{}}') AS stems,
                coalesce(bool_or(reduced = '{{}}'), false) AS is_stop
                FROM languages, LATERAL ts_lexize(dictionary, raw) AS reduced
                    LEFT JOIN LATERAL unnest(reduced) AS stem ON true
                WHERE raw ~ '^[[:alpha:]]') AS reduced OFFSET 0
    ) AS known
    ORDER BY ordinal
"""  # noqa: S608 - constant text


def stems_vector(first: int) -> str:
    """Return the expression of the stems of `stemmed`, whose four values have placeholders from this number on."""
    names = ("language", "dictionary", "words", "places")
    return STEMS.format(**{name: f"${first + place}" for place, name in enumerate(names)})


def stemmed(session: Session) -> tuple[str | None, str | None, list[str], list[str]]:
    """Return the language of a session, its dictionary, and the words to reduce with their places."""
    language = language_of(session)
    if language is None:
        return None, None, [], []
    found = dict.fromkeys((each.stem_of, PLACES[each.weight]) for each in indexed_words(session) if each.stem_of)
    return language, f"{STEMMERS[language]}_stem", [word or "" for word, _ in found], [place for _, place in found]


def text_vector(session: Session) -> str:
    """Return the words of a session as a tsvector literal, by the weights of `search_terms`, without stems and names.

    The core splits the words; PostgreSQL's parser, which would split some differently, is not used.
    """
    return f"'{INDEXED}':2B {_vector(indexed_words(session))}"


def names_vector(*names: str) -> str:
    """Return the words of the names of a creator as a tsvector literal."""
    return _vector(indexed_names(*names))


def words_vector(*texts: str) -> str:
    """Return the words of texts that are searched together as a tsvector literal."""
    return " ".join(f"'{word}'" for word in searched_words(*texts))


async def look_up(database: Reading, requested: Sequence[str]) -> Terms:
    """Return the terms of a search: a word that no session has is replaced by a guess, if there is one."""
    if not requested:
        return Terms()
    known = await _known(database, requested)
    meant = guesses(requested, known)
    if meant == tuple(requested):
        return terms_of(requested, known, is_corrected=False)
    return terms_of(meant, await _known(database, meant), is_corrected=True)


async def _known(database: Reading, requested: Sequence[str]) -> list[KnownWord]:
    rows = await database.fetch(LOOK_UP, [fold_word(word) for word in requested], list(requested))
    return [_known_word(row) for row in rows]


def _known_word(row: Any) -> KnownWord:
    return KnownWord(
        is_whole=row["is_whole"],
        has_prefix=row["has_prefix"],
        has_stem=row["has_stem"],
        stems=tuple(row["stems"]),
        is_stop=row["is_stop"],
        neighbours=tuple(row["neighbours"]),
    )


def _vector(found: Iterable[IndexedWord]) -> str:
    places: dict[str, dict[str, None]] = {}
    for each in found:
        places.setdefault(each.word, {})[PLACES[each.weight]] = None
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())
