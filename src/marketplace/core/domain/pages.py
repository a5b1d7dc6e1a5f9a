"""Pages of lists."""

from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a keyset-paginated list. `next` is the position of the next page, `None` on the last one.

    `next` is opaque and belongs to the adapter: pass it back with the same filters, and sign it before sending it to
    clients. If `is_bounded`, the search for the page ended early to bound its cost: it may lack items that come later.
    If `is_relaxed`, the items match most words of the search, not all. `corrected` is the search as answered, if a
    word of it found nothing and was replaced by a guess.
    """

    items: tuple[T, ...]
    next: str | None
    is_bounded: bool = False
    is_relaxed: bool = False
    corrected: str | None = None

    def with_items(self, items: tuple[S, ...]) -> "Page[S]":
        """Return the page with other items, such as its own ones converted."""
        return Page(items, self.next, self.is_bounded, self.is_relaxed, self.corrected)


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[T]):
    """A numbered page with the total over all pages, which may be estimated."""

    items: tuple[T, ...]
    total: int
    is_estimated: bool = False
