"""How the catalog is searched: what is indexed of a session, and what a search asks for.

A word of a search matches a word of a session that is the same, has the same stem in the session's language, or begins
with it, in this order of rank. Both adapters follow these rules; they differ in how they look words up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from marketplace.core.domain.search import MAX_CORRECTED, MIN_CORRECTED, SYMBOLS, fold_word, is_one_typo, tokens
from marketplace.core.domain.search_languages import search_language
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import PublicUser

Weight = Literal["A", "B", "C", "D"]
TITLE: Weight = "A"
DESCRIPTION: Weight = "B"
LABELS: Weight = "C"
"""Category and tags."""
NAMES: Weight = "D"
"""Of the creator."""

MIN_MATCHES = 5
"""A search with fewer matches of all words goes on with most words."""
ALL, MOST, ANY = 0, 1, 2
"""How many of the words a session must have. Any of them is enough only if no session has most."""
MAX_RELAXED = 6
"""Words that are counted when most must match; the others only rank."""
MIN_PREFIX = 3
"""A shorter word matches by prefix only if no session has it: `go` would find everything good."""

IN_TITLE, IN_MAIN, PREFIX_IN_MAIN, IN_TEXT, PREFIX_IN_TEXT, FILLER_IN_MAIN = 108, 106, 103, 102, 101, 1
"""Points of a search word by its best match: whole in the title; whole in labels or names, or its stem in title or
labels; a prefix in one of these; whole or its stem in the description; a prefix there. A filler has at most one. So
sessions with more of the words come first.
"""

FILLERS = """
    class classes course courses lesson lessons session sessions workshop workshops learn learning teach teacher tutor
    tutoring tutorial online beginner beginners
    kurs kurse stunde stunden unterricht lernen clase clases curso cursos aprender taller cours lecon lecons atelier
    apprendre corso corsi lezione lezioni imparare aula aulas les lessen cursus leren lektion lektioner
"""
"""Words of every marketplace for lessons, in languages of Latin script: they rank, but with others exclude nothing."""
_FILLERS = frozenset(FILLERS.split())


@dataclass(frozen=True, slots=True)
class IndexedWord:
    """A word of a session with its place. `stem_of` is the word to stem, with accents; `None` if it has no stem."""

    word: str
    weight: Weight
    stem_of: str | None


@dataclass(frozen=True, slots=True)
class KnownWord:
    """What is known of a search word: whether a listed session has it, a word that begins with it, or its stem.

    `stems` are marked with their language; `neighbours` are known words that may be a typo away.
    """

    is_whole: bool = False
    has_prefix: bool = False
    has_stem: bool = False
    stems: tuple[str, ...] = ()
    is_stop: bool = False
    neighbours: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.is_whole or self.has_prefix or self.has_stem


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is searched for: whole, by its stems, and by prefix if `by_prefix`."""

    word: str
    stems: tuple[str, ...]
    by_prefix: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a search: `required` must match, all or some of them; `optional` only rank.

    `corrected` is the search as it was understood, if a word was replaced by a guess.
    """

    required: tuple[Term, ...] = ()
    optional: tuple[Term, ...] = ()
    corrected: str | None = None

    def combinations(self, relaxation: int) -> Iterator[tuple[Term, ...]]:
        """Yield the sets of terms of which one must match completely."""
        if relaxation == ALL:
            return iter([self.required])
        counted = self.required[:MAX_RELAXED]
        return combinations(counted, (len(counted) + 1) // 2 if relaxation == MOST else 1)

    def can_be_relaxed(self) -> bool:
        """Return whether a session can have some of the words and not all."""
        return len(self.required) > 1


def marked(language: str, stem: str) -> str:
    """Return a stem as it is indexed: the mark, which no word has, keeps languages apart."""
    return f"{language}~{stem}"


def indexed_words(session: Session) -> Iterator[IndexedWord]:
    """Yield the words of a session except its creator's names."""
    labels = " ".join((session.category or "", *session.tags))
    for weight, text in ((TITLE, session.title), (DESCRIPTION, session.description), (LABELS, labels)):
        yield from _words_of(text, weight)


def indexed_names(*names: str) -> Iterator[IndexedWord]:
    """Yield the words of the names of a session's creator, which have no stems."""
    for word in _words_of(" ".join(names), NAMES):
        yield replace(word, stem_of=None)


def names_of(user: PublicUser) -> tuple[str, ...]:
    """Return the names that a creator's sessions are found by."""
    return user.first_name, user.last_name, user.username


def language_of(session: Session) -> str | None:
    """Return the language of a session's stems."""
    return search_language(session.language, f"{session.title} {session.description}")


def guess(word: str, neighbours: Sequence[str]) -> str | None:
    """Return the known word that an unknown one most likely stands for: one typo away, if possible with its initial."""
    if len(word) < MIN_CORRECTED:
        return None
    close = sorted(each for each in neighbours if is_one_typo(word, each))[:MAX_CORRECTED]
    return min(close, key=lambda each: (each[0] != word[0], each), default=None)


def guesses(words: Sequence[str], known: Sequence[KnownWord]) -> tuple[str, ...]:
    """Return the words of a search with a guess in place of each that finds nothing."""
    return tuple(
        word if facts.is_known or facts.is_stop else guess(fold_word(word), facts.neighbours) or word
        for word, facts in zip(words, known, strict=True)
    )


def terms_of(words: Sequence[str], known: Sequence[KnownWord], *, is_corrected: bool) -> Terms:
    """Decide what a search asks for. Stop words count only if there is no other word, fillers only rank."""
    facts = list(zip(words, known, strict=True))
    meant = [each for each in facts if not each[1].is_stop] or facts
    fillers = [each for each in meant if fold_word(each[0]) in _FILLERS]
    if len(fillers) == len(meant):
        fillers = []
    return Terms(
        required=tuple(_term(*each) for each in meant if each not in fillers),
        optional=tuple(_term(*each) for each in fillers),
        corrected=" ".join(words) if is_corrected else None,
    )


def _term(word: str, facts: KnownWord) -> Term:
    folded = fold_word(word)
    is_short = len(folded) < MIN_PREFIX and folded.isascii()
    has_symbol = any(each in SYMBOLS for each in folded)
    return Term(folded, facts.stems, by_prefix=not ((is_short or has_symbol) and facts.is_whole))


def _words_of(text: str, weight: Weight) -> Iterator[IndexedWord]:
    for token in tokens(text):
        if any(each in SYMBOLS for each in token):
            yield IndexedWord(fold_word(token), weight, None)
            plain = "".join(" " if each in SYMBOLS else each for each in token).split()
            yield from (IndexedWord(fold_word(each), weight, None) for each in plain)
        else:
            yield IndexedWord(fold_word(token), weight, token)
