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
