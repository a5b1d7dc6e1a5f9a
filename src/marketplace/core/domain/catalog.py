"""The catalog: filters, order and counts of sessions."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Self
from uuid import UUID

from marketplace.core.domain.money import currency
from marketplace.core.domain.places import SessionFormat

Ordering = Literal[
    "created_at",
    "-created_at",
    "price",
    "-price",
    "duration",
    "-duration",
    "title",
    "-title",
    "featured_at",
    "-featured_at",
    "next_slot",
    "rating",
    "relevance",
]


def is_descending(ordering: Ordering) -> bool:
    """Return whether the highest value comes first; by rating, the best."""
    return ordering.startswith("-") or ordering == "rating"


SEARCH_LENGTH = 200
RELEVANCE_WINDOW = 2_000
"""Number of newest matches that a search by relevance ranks; later ones are not listed."""
FACETS_WINDOW = 10_000
"""Number of newest matches that facets count, which bounds their cost; see `CatalogFilters.facets_window`."""
AVAILABILITY_WINDOW = 1_000
"""Number of matches whose availability is evaluated for one page, or when counting available sessions.

The order by next slot lists that many of the newest matches.
"""


def price_bands() -> tuple[tuple[Decimal, Decimal | None], ...]:
    """Return the half-open price ranges `[minimum, maximum)` of the facets."""
    bounds = [currency().scaled(euros) for euros in ("0", "25", "50", "100", "200")]
    return tuple(zip(bounds, (*bounds[1:], None), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFilters:
    """Filters of the catalog. `words` are the tokens of a search; price and duration bounds are inclusive.

    A `language` has its regions (`pt` matches `pt-BR`); a `place` is compared by `place_key`.

    With `available_from` or `available_to`, a start at or after the former and before the latter must be bookable.
    """

    words: tuple[str, ...] = ()
    creator: UUID | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_duration: int | None = None
    max_duration: int | None = None
    category: str | None = None
    tag: str | None = None
    format: SessionFormat | None = None
    language: str | None = None
    place: str | None = None
    featured: bool = False
    available_from: datetime | None = None
    available_to: datetime | None = None
    ordering: Ordering = "-created_at"

    @property
    def only_featured(self) -> bool:
        """Whether only featured sessions match; the `featured_at` orderings imply it."""
        return self.featured or self.ordering.endswith("featured_at")

    def requires_availability(self) -> bool:
        """Return whether matches must have a bookable start in a window."""
        return self.available_from is not None or self.available_to is not None

    def facets_window(self) -> int:
        """Return the number of newest matches that facets count: fewer where an index entry does not tell the match."""
        if self.requires_availability():
            return AVAILABILITY_WINDOW
        is_in_index = not self.words and (self.tag, self.format, self.language, self.place) == (None,) * 4
        return FACETS_WINDOW if is_in_index else RELEVANCE_WINDOW

    def is_contradictory(self, now: datetime) -> bool:
        """Return whether the filters exclude every session, so that no query is needed."""
        return (
            _reversed(self.min_price, self.max_price)
            or _reversed(self.min_duration, self.max_duration)
            or _reversed(self.available_from, self.available_to)
            or _reversed(now, self.available_to)
        )


def _reversed(minimum: Any, maximum: Any) -> bool:
    return minimum is not None and maximum is not None and minimum > maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCount:
    """Number of matches in a category."""

    category: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """Number of matches with a tag."""

    tag: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBandCount:
    """Number of matches that cost at least `min_price` and less than `max_price`."""

    min_price: Decimal
    max_price: Decimal | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """Number of matches with a format, in a language, or at a place."""

    value: str
    count: int


class SessionVersion(NamedTuple):
    """A session in the state that `version` stands for: equal if nothing changed but its next slot.

    That is, neither the session and its schedule, nor its creator's account. A tuple, since a page compares many.
    """

    id: UUID
    version: object
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Counts of matches: categories, formats and the 50 most common tags, languages and places by count, then name.

    Price bands are in order of price. Languages are counted without their regions, and places by `place_key`, each
    under the first of its spellings.

    If `is_bounded`, counting ended after `facets_window` matches, so that every count is a lower bound.
    """

    categories: tuple[CategoryCount, ...]
    tags: tuple[TagCount, ...]
    price_bands: tuple[PriceBandCount, ...]
    formats: tuple[ValueCount, ...] = ()
    languages: tuple[ValueCount, ...] = ()
    places: tuple[ValueCount, ...] = ()
    is_bounded: bool = False

    @property
    def matches(self) -> int:
        """Number of counted matches: each is in one price band."""
        return sum(band.count for band in self.price_bands)

    @classmethod
    def empty(cls) -> Self:
        """Return the counts of an empty result, which still lists every price band."""
        bands = (PriceBandCount(min_price=minimum, max_price=below, count=0) for minimum, below in price_bands())
        return cls(categories=(), tags=(), price_bands=tuple(bands))
