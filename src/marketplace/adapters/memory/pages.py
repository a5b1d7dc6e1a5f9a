"""Pages by keyset: a position names the last row that was seen, by what the list is ordered by."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from marketplace.core.domain.pages import Page

R = TypeVar("R")


class Dated(Protocol):
    """What can be listed newest first."""

    @property
    def id(self) -> UUID:
        """Its id; among rows of one moment the later has the greater."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was made."""
        ...


D = TypeVar("D", bound=Dated)

Moment = tuple[datetime, UUID]


def moment(row: Dated) -> Moment:
    """Where a row stands among the dated ones."""
    return row.created_at, row.id


def page_of(rows: list[R], limit: int, position: Callable[[R], str]) -> Page[R]:
    """The first of the rows that are left, and the position after them if there are more."""
    items = tuple(rows[:limit])
    return Page(items, position(items[-1]) if items and len(rows) > limit else None)


def newest_first(rows: Iterable[D], limit: int, after: str | None) -> Page[D]:
    """One page of a list that is ordered newest first."""
    last = None if after is None else moment_from(json.loads(after))
    left = [row for row in rows if last is None or moment(row) < last]
    return page_of(sorted(left, key=moment, reverse=True), limit, lambda row: json.dumps(moment_text(moment(row))))


def moment_text(where: Moment) -> list[str]:
    """A moment as JSON can hold it."""
    return [where[0].isoformat(), str(where[1])]


def moment_from(text: list[str]) -> Moment:
    """The moment that `moment_text` wrote."""
    return datetime.fromisoformat(text[0]), UUID(text[1])
