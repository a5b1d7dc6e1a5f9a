"""Positions of lists that are paged by a time and an ID."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from marketplace.core.domain.pages import Page

T = TypeVar("T")


def position_from(after: str | None) -> tuple[()] | tuple[datetime, UUID]:
    """Return the arguments of a statement that begins after a position; none for the first page."""
    if after is None:
        return ()
    at, last_id = json.loads(after)
    return datetime.fromisoformat(at), UUID(last_id)


def page_of(found: Sequence[T], limit: int, key: Callable[[T], tuple[datetime, UUID]]) -> Page[T]:
    """Return a page of what was found with a limit of one more."""
    items = tuple(found[:limit])
    if len(found) <= limit:
        return Page(items, None)
    at, last_id = key(items[-1])
    return Page(items, json.dumps([at.isoformat(), str(last_id)]))
