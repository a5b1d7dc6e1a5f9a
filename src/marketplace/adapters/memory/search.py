"""Search by words, their stems and prefixes, with a guess for a word that nothing has."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import snowballstemmer

from marketplace.core.domain.search import CORRECTED_LENGTH, fold_word, is_one_typo
from marketplace.core.domain.search_languages import STEMMERS
from marketplace.core.domain.search_terms import (
    ALL,
    FILLER_IN_MAIN,
    IN_MAIN,
    IN_TEXT,
    IN_TITLE,
    PREFIX_IN_MAIN,
    PREFIX_IN_TEXT,
    IndexedWord,
    KnownWord,
    Term,
    Terms,
    Weight,
    guesses,
    indexed_names,
    indexed_words,
    language_of,
    marked,
    names_of,
    terms_of,
)
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import PublicUser

Indexed = dict[str, set[Weight]]
"""The words and marked stems of a session with their places."""
_NOWHERE: set[Weight] = set()
_RENAMED = {"dutch": "dutch_porter"}
"""What PostgreSQL 18 calls `dutch` has this name since Snowball 3, where `dutch` is another algorithm."""


class Search:
    """The terms of a search among sessions, of which `creator_of` returns the creator."""

    def __init__(
        self,
        searched: tuple[str, ...],
        sessions: Collection[Session],
        creator_of: Callable[[Session], PublicUser],
        relaxation: int = ALL,
    ) -> None:
        self._creator_of = creator_of
        listed = [session for session in sessions if session.is_listed()] if searched else []
        self.terms = (
            _Vocabulary([self._indexed(session) for session in listed]).terms(searched) if searched else Terms()
        )
        self._combinations = [*self.terms.combinations(relaxation)]

    def matches(self, session: Session) -> bool:
        """Tell whether the required words match the session."""
        indexed = self._indexed(session)
        return any(all(_points(term, indexed) for term in terms) for terms in self._combinations)

    def rank(self, session: Session) -> int:
        """Return the points of a session."""
        indexed = self._indexed(session)
        fillers = (
            FILLER_IN_MAIN for term in self.terms.optional if _has(indexed, {"A", "C"}, (term.word, *term.stems))
        )
        return sum(_points(term, indexed) for term in self.terms.required) + sum(fillers)

    def _indexed(self, session: Session) -> Indexed:
        return _indexed(session, names_of(self._creator_of(session)))


class _Vocabulary:
    """The words that sessions have."""

    def __init__(self, sessions: Sequence[Indexed]) -> None:
        self._known = {word for indexed in sessions for word in indexed}
        self._guessed = {
            word for indexed in sessions for word, weights in indexed.items() if "~" not in word and weights - {"B"}
        }
        self._languages = {word.partition("~")[0] for word in self._known if "~" in word}

    def terms(self, searched: tuple[str, ...]) -> Terms:
        known = [self._look_up(word) for word in searched]
        meant = guesses(searched, known)
        if meant == searched:
            return terms_of(searched, known, is_corrected=False)
        return terms_of(meant, [self._look_up(word) for word in meant], is_corrected=True)

    def _look_up(self, word: str) -> KnownWord:
        folded = fold_word(word)
        languages = self._languages if folded[0].isalpha() else ()
        stems = {marked(each, fold_word(stem)) for each in languages if (stem := stem_of(each, word)) is not None}
        return KnownWord(
            is_whole=folded in self._known,
            has_prefix=any(each.startswith(folded) for each in self._known),
            has_stem=not stems.isdisjoint(self._known),
            stems=tuple(sorted(stems)),
            is_stop=any(stem_of(each, word) is None for each in languages),
            neighbours=tuple(
                each for each in self._guessed if len(each) <= CORRECTED_LENGTH and is_one_typo(folded, each)
            ),
        )


@lru_cache(maxsize=65536)
def stem_of(language: str, word: str) -> str | None:
    """Return the stem of a word in lower case, `None` for a stop word, as PostgreSQL's dictionaries do."""
    name = STEMMERS[language]
    return None if word in stop_words()[name] else str(_stemmer(name).stemWord(word))


@cache
def _stemmer(name: str) -> Any:
    return snowballstemmer.stemmer(_RENAMED.get(name, name))


@cache
def stop_words() -> defaultdict[str, frozenset[str]]:
    """Return PostgreSQL's stop words by dictionary; a test compares them."""
    lines = files(__package__).joinpath("stop_words.txt").read_text("utf-8").splitlines()
    named = (line.partition(": ") for line in lines)
    return defaultdict(frozenset, {name: frozenset(words.split()) for name, _, words in named})


@lru_cache(maxsize=16384)
def _indexed(session: Session, names: tuple[str, ...]) -> Indexed:
    found: Indexed = defaultdict(set)
    language = language_of(session)
    for each in (*indexed_words(session), *indexed_names(*names)):
        found[each.word].add(each.weight)
        if (stem := _stem(each, language)) is not None:
            found[stem].add(each.weight)
    return dict(found)


def _stem(indexed: IndexedWord, language: str | None) -> str | None:
    if language is None or indexed.stem_of is None:
        return None
    stem = stem_of(language, indexed.stem_of)
    return None if stem is None else marked(language, fold_word(stem))


def _points(term: Term, indexed: Indexed) -> int:
    word = indexed.get(term.word, _NOWHERE)
    if "A" in word:
        return IN_TITLE
    if not word <= {"B"} or _has(indexed, {"A", "C"}, term.stems):
        return IN_MAIN
    prefixed = {weight for each in indexed if term.by_prefix and each.startswith(term.word) for weight in indexed[each]}
    if not prefixed <= {"B"}:
        return PREFIX_IN_MAIN
    if word or _has(indexed, {"B"}, term.stems):
        return IN_TEXT
    return PREFIX_IN_TEXT if prefixed else 0


def _has(indexed: Indexed, weights: set[Weight], lexemes: Collection[str]) -> bool:
    return any(not indexed.get(each, _NOWHERE).isdisjoint(weights) for each in lexemes)
