"""Searching by words: what each word of a search stands for among the words that are known."""

from collections.abc import Collection
from functools import lru_cache

from marketplace.core.domain.search import CORRECTED_LENGTH, MAX_CORRECTED, is_one_typo, words
from marketplace.core.domain.sessions import Session


@lru_cache(maxsize=4096)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(words(text))


class Search:
    """The words of a search, each with the beginnings that it stands for: itself, or what it is a typo of."""

    def __init__(self, searched: tuple[str, ...], sessions: Collection[Session]) -> None:
        listed = (session for session in sessions if session.is_listed())
        texts = (text for session in listed for text in (session.title, session.description))
        known = {word for text in texts for word in _words_of(text)} if searched else set()
        self._beginnings = [_beginnings(word, known) for word in searched]

    def finds(self, session: Session) -> bool:
        """Whether every word of the search begins a word of the session."""
        known = _words_of(session.title) | _words_of(session.description)
        return all(any(word.startswith(each) for word in known) for each in self._beginnings)

    def rank(self, session: Session) -> int:
        """How many words of the search begin a word of the title."""
        title = _words_of(session.title)
        return sum(any(word.startswith(each) for word in title) for each in self._beginnings)


def _beginnings(searched: str, known: set[str]) -> tuple[str, ...]:
    if len(searched) > CORRECTED_LENGTH or any(word.startswith(searched) for word in known):
        return (searched,)
    close = sorted(word for word in known if len(word) <= CORRECTED_LENGTH and is_one_typo(searched, word))
    return tuple(close[:MAX_CORRECTED])
