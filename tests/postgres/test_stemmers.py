"""PostgreSQL's stemmers and stop words next to those of the memory adapter, word by word."""

import asyncpg
import pytest

from databases import address_of
from marketplace.adapters.memory.search import stem_of, stop_words
from marketplace.core.domain.search import fold_word, tokens
from marketplace.core.domain.search_languages import STEMMERS
from marketplace.demo.sessions import SESSIONS

WORDS = {
    "da": "undervisning sange kager bøger danser og",
    "de": "häuser gitarren backen kochkurse malerei übungen und",
    "en": "lessons cooking baked painting photography photographs beginners running how the",
    "es": "guitarras canciones cocina clases español bailes de",
    "fi": "kirjat kitarat laulaminen leivonta ja",
    "fr": "guitares chansons cuisines pâtisseries débutants élèves dans",
    "hu": "gitárok énekek könyvek és",
    "it": "chitarre canzoni cucine principianti lezioni di",
    "nl": "gitaren liedjes koken beginners en",
    "no": "gitarer sanger kaker og",
    "pt": "violões canções cozinhas aulas não",
    "ru": "гитары песни кухня начинающих йога и",
    "sv": "gitarrer sånger kakor och",
    "tr": "kitaplar çocuklar dersleri ve",
}
"""Words of which both agree; a newer release of either may reduce other words differently."""


DIFFERENT = {"emergency", "evening", "evenings", "paste"}
"""The only words of the demo, of 1,646, that Snowball 3 reduces otherwise than PostgreSQL 18."""


def words_of_the_demo() -> set[str]:
    return {word for session in SESSIONS for word in tokens(f"{session.title} {session.description}")}


@pytest.mark.parametrize("language", WORDS)
async def test_stemmers_of_both_adapters_agree(postgres_server: str, language: str) -> None:
    words = [*(words_of_the_demo() - DIFFERENT if language == "en" else ()), *WORDS[language].split()]
    connection = await asyncpg.connect(address_of(postgres_server, "postgres"))
    try:
        rows = await connection.fetch(
            "SELECT ts_lexize($1::text::regdictionary, word) AS stem FROM unnest($2::text[]) WITH ORDINALITY"
            " AS words (word, place) ORDER BY place",
            f"{STEMMERS[language]}_stem",
            words,
        )
    finally:
        await connection.close()

    theirs = [row["stem"][0] if row["stem"] else None for row in rows]
    assert theirs == [stem_of(language, word) for word in words]
    assert theirs[-1] is None
    assert all(fold_word(stem) for stem in theirs[:-1] if stem)


async def test_every_stemmer_exists(postgres_server: str) -> None:
    connection = await asyncpg.connect(address_of(postgres_server, "postgres"))
    try:
        names = {row["dictname"] for row in await connection.fetch("SELECT dictname FROM pg_ts_dict")}
    finally:
        await connection.close()

    assert {f"{name}_stem" for name in STEMMERS.values()} <= names


async def test_stop_words_of_both_adapters_agree(postgres_server: str) -> None:
    connection = await asyncpg.connect(address_of(postgres_server, "postgres"))
    try:
        for name, words in stop_words().items():
            rows = await connection.fetch(
                "SELECT word FROM unnest($2::text[]) AS word WHERE ts_lexize($1::text::regdictionary, word) <> '{}'",
                f"{name}_stem",
                sorted(words),
            )
            assert [row["word"] for row in rows] == [], name
    finally:
        await connection.close()
