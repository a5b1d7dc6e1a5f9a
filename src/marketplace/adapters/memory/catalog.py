"""The catalog: sessions found, ordered and counted by walking over all of them."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.adapters.memory.database import Database, Rows
from marketplace.adapters.memory.pages import Moment, moment, moment_from, moment_text, newest_first, page_of
from marketplace.adapters.memory.search import Search
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.entities.pages import Page
from marketplace.core.entities.search import title_key
from marketplace.core.entities.sessions import (
    FACETS_WINDOW,
    PRICE_BANDS,
    RELEVANCE_WINDOW,
    CatalogFilters,
    CategoryCount,
    Facets,
    PriceBandCount,
    Session,
    SessionDetails,
    TagCount,
)
from marketplace.core.entities.users import public_user

TAGS_COUNTED = 50


@dataclass(frozen=True, slots=True)
class _Order:
    """What a list is sorted by, and how that is read back from a position, where it stands as text."""

    key: Callable[[Session], Any]
    read: Callable[[str], Any]


_ORDERS = {
    "created_at": _Order(lambda session: session.created_at, datetime.fromisoformat),
    "price": _Order(lambda session: session.price, Decimal),
    "duration": _Order(lambda session: session.duration, int),
    "featured_at": _Order(lambda session: session.featured_at, datetime.fromisoformat),
    "title": _Order(lambda session: title_key(session.title), str),
}


class MemoryCatalog:
    """Sessions as they are read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, session_id: UUID) -> SessionDetails | None:
        """The session in any state."""
        await asyncio.sleep(0)
        session = self._database.sessions.rows.get(session_id)
        return None if session is None else self._details(session)

    async def list(self, filters: CatalogFilters, limit: int, after: str | None) -> Page[SessionDetails]:
        """One page of the matches."""
        await asyncio.sleep(0)
        search = self._search(filters)
        matches = [session for session in self._passing(filters) if search.finds(session)]
        if filters.ordering == "relevance":
            page = _ranked_page(matches, search, limit, after)
        else:
            page = _ordered_page(matches, filters.ordering, limit, after)
        return Page(tuple(self._details(session) for session in page.items), page.next)

    async def facets(self, filters: CatalogFilters) -> Facets:
        """Counts over the newest matches."""
        await asyncio.sleep(0)
        search = self._search(filters)
        found = (session for session in self._passing(filters) if search.finds(session))
        matches = sorted(found, key=moment, reverse=True)[:FACETS_WINDOW]
        categories = Counter(session.category for session in matches if session.category is not None)
        tags = Counter(tag for session in matches for tag in session.tags)
        return Facets(
            categories=tuple(CategoryCount(category=name, count=count) for name, count in _commonest(categories)),
            tags=tuple(TagCount(tag=name, count=count) for name, count in _commonest(tags)[:TAGS_COUNTED]),
            price_bands=tuple(
                PriceBandCount(
                    min_price=least,
                    max_price=most,
                    count=sum(least <= session.price and (most is None or session.price < most) for session in matches),
                )
                for least, most in PRICE_BANDS
            ),
        )

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None) -> Page[SessionDetails]:
        """One page of what a creator has not archived."""
        await asyncio.sleep(0)
        own = (
            session
            for session in self._database.sessions.rows.values()
            if session.creator_id == creator_id and session.archived_at is None
        )
        page = newest_first(own, limit, after)
        return Page(tuple(self._details(session) for session in page.items), page.next)

    def _details(self, session: Session) -> SessionDetails:
        return session_details(Rows(self._database), session, public_user)

    def _search(self, filters: CatalogFilters) -> Search:
        return Search(filters.words, self._database.sessions.rows.values())

    def _passing(self, filters: CatalogFilters) -> Iterator[Session]:
        return (
            session
            for session in self._database.sessions.rows.values()
            if session.is_listed()
            and self._database.users.rows[session.creator_id].is_active
            and filters.creator in {None, session.creator_id}
            and (filters.min_price is None or filters.min_price <= session.price)
            and (filters.max_price is None or session.price <= filters.max_price)
            and (filters.min_duration is None or filters.min_duration <= session.duration)
            and (filters.max_duration is None or session.duration <= filters.max_duration)
            and filters.category in {None, session.category}
            and (filters.tag is None or filters.tag in session.tags)
            and (session.featured_at is not None or not filters.only_featured)
        )


def _commonest(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _ordered_page(matches: list[Session], ordering: str, limit: int, after: str | None) -> Page[Session]:
    order, descends = _ORDERS[ordering.removeprefix("-")], ordering.startswith("-")

    def place(session: Session) -> tuple[Any, UUID]:
        return order.key(session), session.id

    rows = sorted(matches, key=place, reverse=descends)
    if after is not None:
        key_text, id_text = json.loads(after)
        last = (order.read(key_text), UUID(id_text))
        rows = [session for session in rows if (place(session) < last if descends else place(session) > last)]
    return page_of(
        rows, limit, lambda session: json.dumps([str(order.key(session)), str(session.id)], ensure_ascii=False)
    )


def _ranked_page(matches: list[Session], search: Search, limit: int, after: str | None) -> Page[Session]:
    """A page of the newest matches by rank; the position says which were the newest when the first page was read."""
    last: tuple[int, Moment] | None = None
    if after is None:
        window = sorted(matches, key=moment, reverse=True)[:RELEVANCE_WINDOW]
        bounds = [moment(window[-1]), moment(window[0])] if window else []
    else:
        rank, seen, *bound_texts = json.loads(after)
        last, bounds = (rank, moment_from(seen)), [moment_from(text) for text in bound_texts]
        window = [session for session in matches if bounds[0] <= moment(session) <= bounds[1]]

    def place(session: Session) -> tuple[int, Moment]:
        return search.rank(session), moment(session)

    def position(session: Session) -> str:
        return json.dumps([search.rank(session), *(moment_text(each) for each in [moment(session), *bounds])])

    left = [session for session in window if last is None or place(session) < last]
    return page_of(sorted(left, key=place, reverse=True), limit, position)
