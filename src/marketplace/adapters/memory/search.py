"""Search by words, with correction of typos."""

from collections.abc import Collection
from functools import lru_cache

from marketplace.core.domain.search import CORRECTED_LENGTH, MAX_CORRECTED, is_one_typo, words
from marketplace.core.domain.sessions import Session


@lru_cache(maxsize=4096)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(words(text))


class Search:
    """The words of a search, each with the prefixes it matches: itself, or the known words one typo away."""

    def __init__(self, searched: tuple[str, ...], sessions: Collection[Session]) -> None:
        listed = (session for session in sessions if session.is_listed())
        texts = (text for session in listed for text in (session.title, session.description))
        known = {word for text in texts for word in _words_of(text)} if searched else set()
        self._prefixes = [_prefixes(word, known) for word in searched]

    def matches(self, session: Session) -> bool:
        """Tell whether every search word is a prefix of a word of the session."""
        known = _words_of(session.title) | _words_of(session.description)
        return all(any(word.startswith(each) for word in known) for each in self._prefixes)

    def rank(self, session: Session) -> int:
        """Count the search words that are a prefix of a word of the title."""
        title = _words_of(session.title)
        return sum(any(word.startswith(each) for word in title) for each in self._prefixes)


def _prefixes(searched: str, known: set[str]) -> tuple[str, ...]:
    if len(searched) > CORRECTED_LENGTH or any(word.startswith(searched) for word in known):
        return (searched,)
    close = sorted(word for word in known if len(word) <= CORRECTED_LENGTH and is_one_typo(searched, word))
    return tuple(close[:MAX_CORRECTED])
