"""One page of a list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` in the list's order. `next` is where the following page begins, `None` on the last one.

    `next` is the adapter's own word: give it back with the same filters, and to nobody who could alter it.
    """

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[T]):
    """`items` in the list's order, and how many there are on all pages: about so many if `is_estimated`."""

    items: tuple[T, ...]
    total: int
    is_estimated: bool = False
