"""The public catalog, by scanning every session."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.adapters.memory.catalog_pages import most_common, newest_of, ordered_page, ranked_page, soonest_page
from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import newest_first
from marketplace.adapters.memory.search import Search
from marketplace.adapters.memory.sessions import session_details
from marketplace.adapters.memory.suggestions import suggested
from marketplace.core.domain.availability import Availability, CatalogSession, requested_window
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import (
    CatalogFilters,
    CategoryCount,
    Facets,
    PriceBandCount,
    SessionVersion,
    TagCount,
    ValueCount,
    price_bands,
)
from marketplace.core.domain.language_tags import matches as in_language
from marketplace.core.domain.language_tags import primary
from marketplace.core.domain.pages import Page
from marketplace.core.domain.places import place_key
from marketplace.core.domain.ratings import UNRATED, Rating
from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.relaxed_pages import relaxed_counts, relaxed_page
from marketplace.core.domain.search_terms import ALL
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.slots import LATEST_START
from marketplace.core.domain.suggestions import Suggestions
from marketplace.core.domain.users import public_user

MAX_TAGS = 50


class MemoryCatalog:
    """`Catalog` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        await asyncio.sleep(0)
        session = self._database.sessions.rows.get(session_id)
        return None if session is None else self._catalog_session(session, now)

    async def list(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        page = await self._page(filters, limit, after, now)
        return replace(page, items=tuple(self._catalog_session(session, now) for session in page.items))

    async def page(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[SessionVersion]:
        page = await self._page(filters, limit, after, now)
        return replace(page, items=tuple(self._version(session) for session in page.items))

    async def read(self, ids: Sequence[UUID], now: datetime) -> Sequence[tuple[SessionVersion, CatalogSession]]:
        await asyncio.sleep(0)
        found = [self._database.sessions.rows[each] for each in ids if each in self._database.sessions.rows]
        return [(self._version(session), self._catalog_session(session, now)) for session in found]

    async def first_slots(
        self, ids: Sequence[UUID], filters: CatalogFilters, now: datetime
    ) -> Mapping[UUID, BookableStart]:
        window, found = requested_window(filters, now), {}
        for session_id in ids:
            availability, runs = self._availability(self._database.sessions.rows[session_id])
            if (start := availability.next_bookable_start(runs, *window, now)) is not None:
                found[session_id] = start
        return found

    async def next_slots(
        self, ids: Sequence[UUID], now: datetime
    ) -> Sequence[tuple[SessionVersion, BookableStart | None]]:
        return [(version, session.next_slot) for version, session in await self.read(ids, now)]

    def _version(self, session: Session) -> SessionVersion:
        schedule = self._database.schedules.rows.get(session.id)
        state = (session, self._database.users.rows[session.creator_id], schedule, self._rating(session))
        return SessionVersion(id=session.id, version=state, is_open=schedule is None)

    def _rating(self, session: Session) -> Rating:
        return self._database.reviews.of_sessions.rows.get(session.id, UNRATED)

    async def _page(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[Any]:
        async def read(relaxation: int, after: str | None, limit: int) -> Page[Any]:
            await asyncio.sleep(0)
            search = self._search(filters, relaxation)
            matches = [session for session in self._filtered(filters) if search.matches(session)]
            if filters.ordering == "relevance":
                return ranked_page(matches, search, limit, after, lambda each: self._is_available(each, filters, now))
            if filters.ordering == "next_slot":
                return soonest_page(matches, limit, after, lambda each: self._first_start(each, filters, now))
            available = [session for session in matches if self._is_available(session, filters, now)]
            return ordered_page(available, filters.ordering, limit, after, lambda each: self._rating(each).score)

        return await relaxed_page(read, self._search(filters).terms, limit, after)

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        async def count(relaxation: int) -> Facets:
            await asyncio.sleep(0)
            return self._counted(filters, self._search(filters, relaxation), now)

        return await relaxed_counts(count, self._search(filters).terms)

    def _counted(self, filters: CatalogFilters, search: Search, now: datetime) -> Facets:
        matching = (session for session in self._filtered(filters) if search.matches(session))
        newest = newest_of(matching, filters.facets_window())
        matches = [session for session in newest if self._is_available(session, filters, now)]
        categories = Counter(session.category for session in matches if session.category is not None)
        tags = Counter(tag for session in matches for tag in session.tags)
        spellings: dict[str, str] = {}
        for session in matches:
            if (key := place_key(session.place)) is not None and session.place is not None:
                spellings[key] = min(spellings.get(key, session.place), session.place)
        counted: dict[str, Counter[str]] = {
            "formats": Counter(session.format for session in matches if session.format is not None),
            "languages": Counter(primary(session.language) for session in matches if session.language is not None),
            "places": Counter(spellings[key] for session in matches if (key := place_key(session.place)) is not None),
        }
        return Facets(
            categories=tuple(CategoryCount(category=name, count=count) for name, count in most_common(categories)),
            tags=tuple(TagCount(tag=name, count=count) for name, count in most_common(tags)[:MAX_TAGS]),
            price_bands=tuple(
                PriceBandCount(
                    min_price=minimum,
                    max_price=maximum,
                    count=sum(
                        minimum <= session.price and (maximum is None or session.price < maximum) for session in matches
                    ),
                )
                for minimum, maximum in price_bands()
            ),
            **{
                facet: tuple(ValueCount(value=word, count=count) for word, count in most_common(counts)[:MAX_TAGS])
                for facet, counts in counted.items()
            },
            is_bounded=len(newest) == filters.facets_window(),
        )

    async def suggest(self, typed: Sequence[str]) -> Suggestions:
        await asyncio.sleep(0)
        users = self._database.users.rows
        return suggested(typed, [*self._filtered(CatalogFilters())], lambda each: public_user(users[each.creator_id]))

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        await asyncio.sleep(0)
        own = (
            session
            for session in self._database.sessions.rows.values()
            if session.creator_id == creator_id and session.archived_at is None
        )
        page = newest_first(own, limit, after)
        return Page(tuple(self._catalog_session(session, now) for session in page.items), page.next)

    def _catalog_session(self, session: Session, now: datetime) -> CatalogSession:
        availability, runs = self._availability(session)
        details = {field.name: getattr(availability.session, field.name) for field in fields(SessionDetails)}
        return CatalogSession(**details, next_slot=availability.next_bookable_start(runs, now, LATEST_START, now))

    def _is_available(self, session: Session, filters: CatalogFilters, now: datetime) -> bool:
        if not filters.requires_availability():
            return True
        availability, runs = self._availability(session)
        return availability.has_bookable_start(runs, *requested_window(filters, now), now)

    def _first_start(self, session: Session, filters: CatalogFilters, now: datetime) -> datetime | None:
        """Return the first start in the window that can be booked, else `LATEST_START`; `None` if filtered out."""
        availability, runs = self._availability(session)
        found = availability.next_bookable_start(runs, *requested_window(filters, now), now)
        if found is not None:
            return found.starts_at
        return LATEST_START if self._is_available(session, filters, now) else None

    def _availability(self, session: Session) -> tuple[Availability, tuple[RecurringStarts, ...]]:
        """Return the session with all occupied slots of its creator, and its materialized starts."""
        rows, slots = Rows(self._database), self._database.slots.rows.values()
        availability = Availability(
            session=session_details(rows, session, public_user),
            schedule=self._database.schedules.rows.get(session.id),
            occupied=tuple(slot for slot in slots if slot.creator_id == session.creator_id and slot.seats_taken),
        )
        materialized = self._database.materialized.rows.get(session.id)
        return availability, materialized.runs if materialized else ()

    def _search(self, filters: CatalogFilters, relaxation: int = ALL) -> Search:
        sessions, users = self._database.sessions.rows.values(), self._database.users.rows
        return Search(filters.words, sessions, lambda each: public_user(users[each.creator_id]), relaxation)

    def _filtered(self, filters: CatalogFilters) -> Iterator[Session]:
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
            and filters.format in {None, session.format}
            and (filters.language is None or in_language(filters.language, session.language))
            and (filters.place is None or place_key(filters.place) == place_key(session.place))
            and (session.featured_at is not None or not filters.only_featured)
        )
