"""Suggestions while a search is typed, by scanning every session."""

from collections.abc import Callable, Iterable, Sequence

from marketplace.adapters.memory.pages import moment
from marketplace.core.domain.search import fold_word, title_key, words
from marketplace.core.domain.search_terms import indexed_names, indexed_words, names_of
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.suggestions import (
    MAX_PEOPLE,
    MAX_TITLES,
    SUGGESTIONS_ENOUGH,
    SUGGESTIONS_WALK,
    SUGGESTIONS_WINDOW,
    SuggestedTitle,
    Suggestions,
    begins_with_symbols,
    completes,
    distinct_titles,
)
from marketplace.core.domain.users import PublicUser


def suggested(
    typed: Sequence[str], listed: Sequence[Session], creator_of: Callable[[Session], PublicUser]
) -> Suggestions:
    """Return people and titles for typed words."""
    folded = [fold_word(each) for each in typed]
    text = " ".join(word for each in typed for word in words(each))

    def has(session: Session, weights: str) -> bool:
        found = (*indexed_words(session), *indexed_names(*names_of(creator_of(session))))
        return _has_all(folded, [each.word for each in found if each.weight in weights])

    by_age = sorted(listed, key=moment, reverse=True)
    newest = [each for each in by_age[:SUGGESTIONS_WALK] if has(each, "ABCD")]
    if len(newest) < SUGGESTIONS_ENOUGH:
        newest += [each for each in by_age[SUGGESTIONS_WALK:] if has(each, "ABCD")][:SUGGESTIONS_WINDOW]
    beginning = sorted(
        (each for each in listed if title_key(each.title).startswith(text)),
        key=lambda each: (title_key(each.title), each.id),
    )
    opening = (each for each in beginning[: 2 * MAX_TITLES] if begins_with_symbols(each.title, typed))
    titled = [*opening, *(each for each in newest if has(each, "A"))]
    people = {creator_of(each).id: creator_of(each) for each in newest if has(each, "D")}
    return Suggestions(
        people=tuple(people.values())[:MAX_PEOPLE],
        titles=distinct_titles(SuggestedTitle(id=each.id, title=each.title) for each in titled),
    )


def _has_all(typed: Iterable[str], found: Sequence[str]) -> bool:
    return all(any(word.startswith(one) if completes(one) else word == one for word in found) for one in typed)
