"""Suggestions while a search is typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from marketplace.core.domain.search import fold_word, tokens, words
from marketplace.core.domain.search_terms import MIN_PREFIX
from marketplace.core.domain.users import PublicUser

MAX_TITLES, MAX_PEOPLE, MAX_CATEGORIES = 5, 3, 3
SUGGESTIONS_WALK = 1_000
"""Number of newest sessions that are searched for titles and people with the typed words, one by one."""
SUGGESTIONS_ENOUGH = 10
"""If fewer of them match, `SUGGESTIONS_WINDOW` of the older matches are looked up as well."""
SUGGESTIONS_WINDOW = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedTitle:
    """A session by its title."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """Categories, creators and sessions that the typed words lead to, best first."""

    categories: tuple[str, ...] = ()
    people: tuple[PublicUser, ...] = ()
    titles: tuple[SuggestedTitle, ...] = ()


def completes(word: str) -> bool:
    """Return whether longer words are suggested for a typed one; one or two Latin letters stand for themselves."""
    return len(word) >= MIN_PREFIX or not word.isascii()


def matching_categories(typed: Sequence[str], categories: Iterable[str]) -> tuple[str, ...]:
    """Return the categories of which a word begins with each typed word."""
    folded = [fold_word(each) for each in typed]
    found = (each for each in categories if all(any(word.startswith(one) for word in words(each)) for one in folded))
    return tuple(found)[:MAX_CATEGORIES]


def begins_with_symbols(title: str, typed: Sequence[str]) -> bool:
    """Return whether a title whose `title_key` begins as typed has the symbols that make a typed word there, too."""
    folded = [fold_word(each) for each in typed]
    if all(words(each) == (each,) for each in folded):
        return True
    return " ".join(fold_word(each) for each in tokens(title)).startswith(" ".join(folded))


def distinct_titles(found: Iterable[SuggestedTitle]) -> tuple[SuggestedTitle, ...]:
    """Return the first of each title."""
    by_title: dict[str, SuggestedTitle] = {}
    for each in found:
        by_title.setdefault(each.title, each)
    return tuple(by_title.values())[:MAX_TITLES]
