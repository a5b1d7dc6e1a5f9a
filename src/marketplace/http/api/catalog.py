"""Query parameters and facets of the catalog."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from marketplace.core.domain.catalog import CatalogFilters, Ordering
from marketplace.core.domain.money import Amount
from marketplace.core.domain.places import SessionFormat
from marketplace.core.domain.sessions import Price
from marketplace.core.errors import FieldErrors
from marketplace.core.services.personal_limits import PersonalCounts
from marketplace.core.services.sessions import SessionService
from marketplace.http.answers import Answer, Ask, json_answer
from marketplace.http.api.offsets import ViewerZone
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.public_answers import public_answer
from marketplace.http.security.rate_limits import searcher_of
from marketplace.http.validation.fields import (
    AvailableFrom,
    AvailableTo,
    CategoryWord,
    Cursor,
    DurationBound,
    Featured,
    LanguageRange,
    Limit,
    PlaceWord,
    Search,
    Tag,
)
from marketplace.http.validation.parsing import read_query


class FacetsQuery(msgspec.Struct, kw_only=True):
    """Filters of the catalog. All must match; bounds are inclusive, except `available_to`."""

    search: Search = ()
    creator: UUID | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    min_duration: DurationBound | None = None
    max_duration: DurationBound | None = None
    category: CategoryWord | None = None
    tag: Tag | None = None
    format: SessionFormat | None = None
    language: LanguageRange | None = None
    place: PlaceWord | None = None
    featured: Featured = False
    available_from: AvailableFrom | None = None
    available_to: AvailableTo | None = None


class CatalogQuery(FacetsQuery, kw_only=True):
    """Filters, order and page of the catalog, and the viewer's time zone."""

    limit: Limit = 20
    cursor: Cursor | None = None
    ordering: Ordering | None = None
    my_sessions: bool = False
    time_zone: ViewerZone | None = None


class CategoryCountOut(msgspec.Struct):
    """Number of sessions in a category."""

    category: str
    count: int


class TagCountOut(msgspec.Struct):
    """Number of sessions with a tag."""

    tag: str
    count: int


class PriceBandCountOut(msgspec.Struct):
    """Number of sessions that cost at least `min_price` and less than `max_price` (`null`: no limit)."""

    min_price: Amount
    max_price: Amount | None
    count: int


class ValueCountOut(msgspec.Struct):
    """Number of sessions with a value."""

    value: str
    count: int


class FacetsOut(msgspec.Struct):
    """Counts, up to 30 seconds old; with `is_bounded`, every count is a lower bound."""

    categories: list[CategoryCountOut]
    tags: list[TagCountOut]
    price_bands: list[PriceBandCountOut]
    formats: list[ValueCountOut]
    languages: list[ValueCountOut]
    places: list[ValueCountOut]
    is_bounded: bool


def validate_query(provided: Mapping[str, Any]) -> FieldErrors:
    """Validate combinations of parameters."""
    errors = {}
    ordering = provided.get("ordering", "")
    if ordering == "relevance" and "search" not in provided:
        errors["ordering"] = ["Sorting by relevance needs `search`."]
    if ordering.endswith("featured_at") and not provided.get("featured"):
        errors["ordering"] = ["This order needs `featured=true`."]
    begin, end = provided.get("available_from"), provided.get("available_to")
    if begin is not None and end is not None and end <= begin:
        errors["available_to"] = ["Use a time after `available_from`. A bare date means midnight UTC."]
    return errors


def ordering_of(query: CatalogQuery) -> Ordering:
    """Return the requested order, or the default for the filters."""
    if query.ordering is not None:
        return query.ordering
    if query.search:
        return "relevance"
    return "-featured_at" if query.featured else "-created_at"


def filters_of(query: FacetsQuery, ordering: Ordering) -> CatalogFilters:
    """Convert a query to filters."""
    return CatalogFilters(
        words=query.search,
        creator=query.creator,
        min_price=query.min_price,
        max_price=query.max_price,
        min_duration=query.min_duration,
        max_duration=query.max_duration,
        category=query.category,
        tag=query.tag,
        format=query.format,
        language=query.language,
        place=query.place,
        featured=query.featured,
        available_from=query.available_from,
        available_to=query.available_to,
        ordering=ordering,
    )


async def count_sessions(
    ask: Ask, sessions: SessionService, kept: KeptAnswers, heavy: HeavyWork, counts: PersonalCounts
) -> Answer:
    """Answer with the facets of the catalog."""

    async def read() -> PublicAnswer:
        parsed = read_query(ask, FacetsQuery)
        query = parsed.checked(validate_query(parsed.values))
        if query.search:
            await counts.facets(*searcher_of(ask))
        async with heavy.answers.turn(ask, "facets"):
            facets = await sessions.facets(filters_of(query, "-created_at"))
        return PublicAnswer(json_answer(msgspec.convert(facets, FacetsOut, from_attributes=True)), may_lag=True)

    return await public_answer(ask, kept, read, common="everyone")
