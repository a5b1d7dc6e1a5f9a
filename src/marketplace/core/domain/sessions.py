"""Sessions: fields, visibility, moderation and catalog filters."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from marketplace.core.domain.fields import Money, OrNone, Rule, Text, WebAddress, Whole, field_names, validate_entity
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import PublicUser, fold
from marketplace.core.errors import FieldErrors, IllegalTransition, NotFound, NotListed, NotYours

SessionStatus = Literal["active", "inactive"]
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
    "relevance",
]

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 20_000
MAX_DURATION = 1440
"""Minutes."""
MAX_PARTICIPANTS = 10_000
MAX_PRICE = Decimal("99999999.99")
MAX_TAGS = 10
MAX_CANCELLATION_NOTICE = 8_760
"""Hours: a year."""
TAG_LENGTH = 40
SEARCH_LENGTH = 200
RELEVANCE_WINDOW = 2_000
"""Number of newest matches that a search by relevance ranks; later ones are not listed."""

FACETS_WINDOW = 100_000
"""Number of newest matches that facets count, which bounds their cost."""
AVAILABILITY_WINDOW = 10_000
"""Number of newest matches whose availability is evaluated when counting available sessions."""

PRICE_BANDS: tuple[tuple[Decimal, Decimal | None], ...] = tuple(
    (Decimal(minimum), None if maximum is None else Decimal(maximum))
    for minimum, maximum in (
        ("0.00", "25.00"),
        ("25.00", "50.00"),
        ("50.00", "100.00"),
        ("100.00", "200.00"),
        ("200.00", None),
    )
)
"""Half-open price ranges `[minimum, maximum)` of the facets."""


@dataclass(frozen=True, eq=False)
class TagList(Rule):
    """Distinct tags, case-folded."""

    maximum: int
    each: Text

    def read(self, value: Any) -> Any:
        expected = f"Use at most {self.maximum} tags of {self.each.minimum} to {self.each.maximum} characters each."
        if not isinstance(value, list | tuple) or len(value) > self.maximum:
            raise ValueError(expected)
        folded = tuple(dict.fromkeys(fold(self.each.read(tag)) for tag in value))
        if any(len(tag) > self.each.maximum for tag in folded):
            raise ValueError(expected)
        return folded


TAG = Text(1, TAG_LENGTH, expected=f"Use at most {MAX_TAGS} tags of 1 to {TAG_LENGTH} characters each.", example="yoga")

Title = Annotated[str, Text(1, TITLE_LENGTH, example="Morning yoga")]
Description = Annotated[str, Text(1, DESCRIPTION_LENGTH, example="A gentle hour for all levels.")]
Audience = Annotated[
    str, Text(0, 500, example="Beginners of all ages.", description="Who it's for; empty for not said.")
]
Duration = Annotated[int, Whole(1, MAX_DURATION, example=60, description="Minutes.")]
Price = Annotated[
    Decimal,
    Money(MAX_PRICE, example="49.99", description="Per seat, with at most two decimal places."),
]
Participants = Annotated[int, Whole(1, MAX_PARTICIPANTS, example=12, description="Seats per start.")]
Category = Annotated[
    str | None,
    OrNone(
        Text(0, TAG_LENGTH),
        example="wellbeing",
        description="One of the categories of `GET /api/marketplace/`; `null` for none.",
    ),
]
Tags = Annotated[
    tuple[str, ...], TagList(MAX_TAGS, TAG, example=["yoga", "beginners"], description="Stored in lower case.")
]
CancellationNotice = Annotated[
    int,
    Whole(
        0,
        MAX_CANCELLATION_NOTICE,
        example=24,
        description="Hours before the start until which learners can cancel.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """Session fields that admin lists and exports show."""

    id: UUID
    title: Title
    status: SessionStatus
    price: Price
    duration: Duration
    max_participants: Participants
    category: Category
    created_at: datetime
    archived_at: datetime | None
    hidden_at: datetime | None = None
    featured_at: datetime | None = None
    """When it was featured on the front page."""
    image_url: WebAddress
    audience: Audience = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(SessionSummary):
    """A session offered by a creator. `duration` in minutes; `price` per seat, in the marketplace's currency."""

    creator_id: UUID
    description: Description
    tags: Tags
    requires_confirmation: bool = False
    """Whether bookings stay pending until the creator confirms them."""
    cancellation_notice: CancellationNotice = 0
    revision: int = 0
    """Counts changes that calendars show: of the title and the duration."""
    revised_at: datetime | None = None
    hidden_reason: str | None = None
    """Reason for hiding it, shown to the creator."""

    def validate(self) -> FieldErrors:
        """Return error messages per field."""
        return validate_entity(self)

    def is_listed(self) -> bool:
        """Return whether the session itself can be listed, regardless of its creator's account."""
        return self.status == "active" and self.archived_at is None and self.hidden_at is None

    def affects_slots(self, before: "Session") -> bool:
        """Return whether existing slots must be updated to match this session."""
        return (self.duration, self.max_participants) != (before.duration, before.max_participants)

    def revised(self, before: "Session", now: datetime) -> Self:
        """Return the session with its revision incremented if calendars show it differently than `before`."""
        if (self.title, self.duration) == (before.title, before.duration):
            return self
        return replace(self, revision=before.revision + 1, revised_at=now)


SESSION_FIELDS = field_names(Session, "id", "creator_id", "created_at", "revision", "revised_at")
"""Fields recorded in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """When and why staff hid a session."""

    hidden_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails(Session):
    """A session with its creator, as `Contact` if the reader is a party of a booking."""

    creator_details: PublicUser
    creator_is_active: bool
    is_open: bool = True
    """Whether the session is by arrangement: without a schedule, any start can be booked."""
    time_zone: str = "UTC"
    """The schedule's time zone; without a schedule, the creator's."""

    def is_bookable(self) -> bool:
        """Return whether the catalog lists it, so that it can be booked."""
        return self.is_listed() and self.creator_is_active

    @property
    def moderation(self) -> Moderation | None:
        """Moderation details, for the creator and staff only."""
        return None if self.hidden_at is None else Moderation(hidden_at=self.hidden_at, reason=self.hidden_reason or "")

    def hidden(self, reason: str, now: datetime) -> Self:
        """Hide the session from the catalog and the front page until staff restore it.

        Like all moderation steps, raises `NotFound` for archived sessions and `IllegalTransition`.
        """
        self._require_transition(is_illegal=self.hidden_at is not None, detail="This session is already hidden.")
        return replace(self, hidden_at=now, hidden_reason=reason, featured_at=None)

    def restored(self) -> Self:
        """Undo `hidden`."""
        self._require_transition(is_illegal=self.hidden_at is None, detail="This session isn't hidden.")
        return replace(self, hidden_at=None, hidden_reason=None)

    def featured(self, now: datetime) -> Self:
        """Feature the session; the most recently featured comes first. Raises `NotListed`."""
        self._require_transition(is_illegal=self.featured_at is not None, detail="This session is already featured.")
        if not self.is_bookable():
            raise NotListed
        return replace(self, featured_at=now)

    def unfeatured(self) -> Self:
        """Undo `featured`."""
        self._require_transition(is_illegal=self.featured_at is None, detail="This session isn't featured.")
        return replace(self, featured_at=None)

    def _require_transition(self, *, is_illegal: bool, detail: str) -> None:
        if self.archived_at is not None:
            raise NotFound
        if is_illegal:
            raise IllegalTransition(detail)

    def visible_to(self, principal: Principal | None) -> bool:
        """Return whether this person can see the session.

        Anyone can see a listed session of an active creator. Its creator and staff can also see unlisted ones. Archived
        sessions are visible to no one.
        """
        if self.is_bookable():
            return True
        return (
            self.archived_at is None
            and principal is not None
            and (principal.user_id == self.creator_id or principal.is_staff)
        )

    def changed_by(self, principal: Principal, changes: "Mapping[str, Any]", *, on_behalf: bool = False) -> Self:
        """Change fields, as its creator, or as staff on the creator's behalf.

        Raises `NotFound` if the principal cannot see the session, `NotYours` if they can but it belongs to another
        creator.
        """
        if not self.visible_to(principal):
            raise NotFound
        if principal.user_id != self.creator_id and not (on_behalf and principal.is_staff):
            raise NotYours
        return replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFilters:
    """Filters of the catalog. `words` are folded; price and duration bounds are inclusive.

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
class Facets:
    """Counts of all matches: categories and the 50 most common tags by count, then name; price bands by price."""

    categories: tuple[CategoryCount, ...]
    tags: tuple[TagCount, ...]
    price_bands: tuple[PriceBandCount, ...]

    @classmethod
    def empty(cls) -> Self:
        """Return the counts of an empty result, which still lists every price band."""
        bands = (PriceBandCount(min_price=minimum, max_price=below, count=0) for minimum, below in PRICE_BANDS)
        return cls(categories=(), tags=(), price_bands=tuple(bands))
