"""Keyset pagination: a position holds the sort key of the last row seen."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from marketplace.core.domain.pages import Page

R = TypeVar("R")


class Dated(Protocol):
    """A row that can be listed newest first."""

    @property
    def id(self) -> UUID:
        """The id; it increases among rows created at the same time."""
        ...

    @property
    def created_at(self) -> datetime:
        """The time of creation."""
        ...


D = TypeVar("D", bound=Dated)

Moment = tuple[datetime, UUID]


def moment(row: Dated) -> Moment:
    """Return the sort key of a row."""
    return row.created_at, row.id


def page_of(rows: list[R], limit: int, position: Callable[[R], str]) -> Page[R]:
    """Return the first rows, and the position after them if there are more."""
    items = tuple(rows[:limit])
    return Page(items, position(items[-1]) if items and len(rows) > limit else None)


def newest_first(rows: Iterable[D], limit: int, after: str | None) -> Page[D]:
    """Return one page of a list ordered newest first."""
    last = None if after is None else moment_from(json.loads(after))
    remaining = [row for row in rows if last is None or moment(row) < last]
    return page_of(sorted(remaining, key=moment, reverse=True), limit, lambda row: json.dumps(moment_text(moment(row))))


def moment_text(key: Moment) -> list[str]:
    """Serialize a moment for JSON."""
    return [key[0].isoformat(), str(key[1])]


def moment_from(text: list[str]) -> Moment:
    """Parse a moment that `moment_text` wrote."""
    return datetime.fromisoformat(text[0]), UUID(text[1])
