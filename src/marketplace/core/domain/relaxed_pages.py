"""Pages and counts of a search that goes on with most words where few sessions have all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from marketplace.core.domain.catalog import Facets
from marketplace.core.domain.pages import Page
from marketplace.core.domain.search_terms import ALL, ANY, MIN_MATCHES, MOST, Terms

RELAXED = "~"
"""Positions in a search with most words begin with one of these, with any word with two: so does the next page."""

ReadPage = Callable[[int, str | None, int], Awaitable[Page[Any]]]
"""Reads a page of the matches, given how relaxed the search is, a position and a limit."""


async def relaxed_page(read: ReadPage, terms: Terms, limit: int, after: str | None) -> Page[Any]:
    """Return a page of all words, or of most words if fewer than `MIN_MATCHES` sessions have all and more have most."""
    if after is None:
        page = await _first_page(read, terms, limit)
    else:
        position = after.lstrip(RELAXED)
        page = await _page(read, len(after) - len(position), position, limit)
    return page if terms.corrected is None else replace(page, corrected=terms.corrected)


async def relaxed_counts(count: Callable[[int], Awaitable[Facets]], terms: Terms) -> Facets:
    """Return the counts of the matches that `relaxed_page` lists, given how relaxed the search is."""
    facets = await count(ALL)
    if terms.can_be_relaxed() and facets.matches < MIN_MATCHES and not facets.is_bounded:
        facets = await count(MOST)
        if not facets.matches and not facets.is_bounded:
            facets = await count(ANY)
    return facets


async def _first_page(read: ReadPage, terms: Terms, limit: int) -> Page[Any]:
    page = await _page(read, ALL, None, limit)
    if not terms.can_be_relaxed() or page.is_bounded or len(page.items) >= MIN_MATCHES:
        return page
    # a page that is shorter than `MIN_MATCHES` does not tell whether there are as many
    matches = len((page if page.next is None else await _page(read, ALL, None, MIN_MATCHES)).items)
    if matches >= MIN_MATCHES:
        return page
    for relaxation in (MOST, ANY):
        relaxed = await _page(read, relaxation, None, max(limit, MIN_MATCHES))
        if len(relaxed.items) > matches:
            return relaxed if limit >= MIN_MATCHES else await _page(read, relaxation, None, limit)
        if matches or relaxed.is_bounded:
            return page
    return page


async def _page(read: ReadPage, relaxation: int, position: str | None, limit: int) -> Page[Any]:
    page = await read(relaxation, position, limit)
    if relaxation == ALL:
        return page
    following = None if page.next is None else RELAXED * relaxation + page.next
    return replace(page, next=following, is_relaxed=True)
