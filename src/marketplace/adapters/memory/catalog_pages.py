"""Pages of the catalog in each order."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.adapters.memory.pages import Moment, moment, moment_from, moment_text, page_of
from marketplace.adapters.memory.search import Search
from marketplace.core.domain.catalog import AVAILABILITY_WINDOW, RELEVANCE_WINDOW, Ordering, is_descending
from marketplace.core.domain.pages import Page
from marketplace.core.domain.search import title_key
from marketplace.core.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class _Order:
    """The sort key of a list, and the parser of the key in a page position, where it is text."""

    key: Callable[[Session], Any]
    read: Callable[[str], Any]


_ORDERS = {
    "created_at": _Order(lambda session: session.created_at, datetime.fromisoformat),
    "price": _Order(lambda session: session.price, Decimal),
    "duration": _Order(lambda session: session.duration, int),
    "featured_at": _Order(lambda session: session.featured_at, datetime.fromisoformat),
    "title": _Order(lambda session: title_key(session.title), str),
}


def newest_of(sessions: Iterable[Session], maximum: int) -> list[Session]:
    return sorted(sessions, key=moment, reverse=True)[:maximum]


def most_common(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def ordered_page(
    matches: list[Session], ordering: Ordering, limit: int, after: str | None, score: Callable[[Session], int]
) -> Page[Session]:
    """Return a page in the order of one value; `score` is that of the ratings."""
    order, is_reversed = _ORDERS.get(ordering.removeprefix("-"), _Order(score, int)), is_descending(ordering)

    def sort_key(session: Session) -> tuple[Any, UUID]:
        return order.key(session), session.id

    rows = sorted(matches, key=sort_key, reverse=is_reversed)
    if after is not None:
        key_text, id_text = json.loads(after)
        last = (order.read(key_text), UUID(id_text))
        rows = [session for session in rows if (sort_key(session) < last if is_reversed else sort_key(session) > last)]
    return page_of(
        rows, limit, lambda session: json.dumps([str(order.key(session)), str(session.id)], ensure_ascii=False)
    )


def window_of(
    matches: list[Session], maximum: int, bounds: Sequence[list[str]]
) -> tuple[list[Session], Sequence[list[str]]]:
    """Return the newest matches, or those between the oldest and the newest of the first page; and these bounds."""
    if not bounds:
        window = newest_of(matches, maximum)
        return window, [moment_text(moment(window[place])) for place in (-1, 0)] if window else []
    oldest, newest = map(moment_from, bounds)
    return [session for session in matches if oldest <= moment(session) <= newest], bounds


def soonest_page(
    matches: list[Session], limit: int, after: str | None, first_start: Callable[[Session], datetime | None]
) -> Page[Session]:
    """Return a page of the newest matches by their first start; the position keeps the window of the first page."""
    at, last_id, *bound_texts = json.loads(after) if after is not None else (None, None)
    window, bounds = window_of(matches, AVAILABILITY_WINDOW, bound_texts)
    starts = {session.id: start for session in window if (start := first_start(session)) is not None}

    def sort_key(session: Session) -> tuple[datetime, int]:
        return starts[session.id], -session.id.int

    def position(session: Session) -> str:
        return json.dumps([starts[session.id].isoformat(), str(session.id), *bounds])

    last = None if at is None else (datetime.fromisoformat(at), -UUID(last_id).int)
    remaining = [each for each in window if each.id in starts and (last is None or sort_key(each) > last)]
    return page_of(sorted(remaining, key=sort_key), limit, position)


def ranked_page(
    matches: list[Session], search: Search, limit: int, after: str | None, is_available: Callable[[Session], bool]
) -> Page[Session]:
    """Return a page of the newest matches by rank; the position keeps the window that the first page used."""
    rank, seen, *bound_texts = json.loads(after) if after is not None else (None, None)
    last = None if seen is None else (rank, moment_from(seen))
    window, bounds = window_of(matches, RELEVANCE_WINDOW, bound_texts)

    def sort_key(session: Session) -> tuple[int, Moment]:
        return search.rank(session), moment(session)

    def position(session: Session) -> str:
        return json.dumps([search.rank(session), moment_text(moment(session)), *bounds])

    remaining = [session for session in window if (last is None or sort_key(session) < last) and is_available(session)]
    page = page_of(sorted(remaining, key=sort_key, reverse=True), limit, position)
    return replace(page, is_bounded=bool(page.items) and len(window) == RELEVANCE_WINDOW)
