"""Sessions: what a creator offers, who may see it, and what may be changed while seats are sold."""

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
"""How many of the newest matches a search by relevance ranks; it ends with them."""

FACETS_WINDOW = 100_000
"""How many of the newest matches are counted, which bounds what counting costs."""
AVAILABILITY_WINDOW = 10_000
"""How many of the newest matches of all other filters are judged, where those that are available are counted."""

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
"""Half-open price ranges `[least, most)` that facets count by."""


@dataclass(frozen=True, eq=False)
class TagList(Rule):
    """Different words or short phrases, folded to lower case."""

    maximum: int
    each: Text

    def read(self, value: Any) -> Any:
        """The tags, each once."""
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
Audience = Annotated[str, Text(0, 500, example="Beginners of all ages.", says="Who it's for; empty for not said.")]
Duration = Annotated[int, Whole(1, MAX_DURATION, example=60, says="Minutes.")]
Price = Annotated[
    Decimal,
    Money(MAX_PRICE, example="49.99", says="Per seat, with at most two decimal places."),
]
Participants = Annotated[int, Whole(1, MAX_PARTICIPANTS, example=12, says="Seats per start.")]
Category = Annotated[
    str | None,
    OrNone(
        Text(0, TAG_LENGTH),
        example="wellbeing",
        says="One of the categories of `GET /api/marketplace/`; `null` for none.",
    ),
]
Tags = Annotated[tuple[str, ...], TagList(MAX_TAGS, TAG, example=["yoga", "beginners"], says="Stored in lower case.")]
CancellationNotice = Annotated[
    int,
    Whole(
        0,
        MAX_CANCELLATION_NOTICE,
        example=24,
        says="Hours before the start until which learners can cancel.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """What the staff's lists and exports have of a session."""

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
    """Since when the front page shows it."""
    image_url: WebAddress
    audience: Audience = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(SessionSummary):
    """What a creator offers. `duration` in minutes, `price` per seat in the marketplace's currency."""

    creator_id: UUID
    description: Description
    tags: Tags
    requires_confirmation: bool = False
    """Whether the creator answers each booking before it is confirmed."""
    cancellation_notice: CancellationNotice = 0
    revision: int = 0
    """How often it was changed in what a calendar shows of it: the title, and when it ends."""
    revised_at: datetime | None = None
    hidden_reason: str | None = None
    """Why the staff hid it, in words for its creator."""

    def validate(self) -> FieldErrors:
        """What is wrong with each field, as sentences for a person."""
        return validate_entity(self)

    def is_listed(self) -> bool:
        """Whether the catalog shows it (its creator being active)."""
        return self.status == "active" and self.archived_at is None and self.hidden_at is None

    def affects_slots(self, before: "Session") -> bool:
        """Whether slots that were opened before must be rewritten to agree with this."""
        return (self.duration, self.max_participants) != (before.duration, before.max_participants)

    def revised(self, before: "Session", now: datetime) -> Self:
        """This, as the next revision where a calendar shows it otherwise than before."""
        if (self.title, self.duration) == (before.title, before.duration):
            return self
        return replace(self, revision=before.revision + 1, revised_at=now)


SESSION_FIELDS = field_names(Session, "id", "creator_id", "created_at", "revision", "revised_at")
"""What the audit log keeps of a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """That the staff hid a session, when, and why."""

    hidden_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails(Session):
    """A session as it is read: with its creator, a `Contact` where the reader is a party of a booking."""

    creator_details: PublicUser
    creator_is_active: bool
    is_open: bool = True
    """Whether any start may be booked, there being no schedule."""
    time_zone: str = "UTC"
    """That of its schedule; of an open one, its creator's."""

    def is_bookable(self) -> bool:
        """Whether the catalog shows it, so that its starts can be booked."""
        return self.is_listed() and self.creator_is_active

    @property
    def moderation(self) -> Moderation | None:
        """What the staff has against it, for its creator and the staff only."""
        return None if self.hidden_at is None else Moderation(hidden_at=self.hidden_at, reason=self.hidden_reason or "")

    def hidden(self, reason: str, now: datetime) -> Self:
        """The session out of the catalog and off the front page, until the staff restores it.

        Like the other steps of moderation it raises `NotFound` for an archived one and `IllegalTransition`.
        """
        self._check_moderated(is_wrong=self.hidden_at is not None, why="This session is already hidden.")
        return replace(self, hidden_at=now, hidden_reason=reason, featured_at=None)

    def restored(self) -> Self:
        """The session as its creator has it."""
        self._check_moderated(is_wrong=self.hidden_at is None, why="This session isn't hidden.")
        return replace(self, hidden_at=None, hidden_reason=None)

    def featured(self, now: datetime) -> Self:
        """The session on the front page, before those that were featured earlier. Raises `NotListed`."""
        self._check_moderated(is_wrong=self.featured_at is not None, why="This session is already featured.")
        if not self.is_bookable():
            raise NotListed
        return replace(self, featured_at=now)

    def unfeatured(self) -> Self:
        """The session off the front page."""
        self._check_moderated(is_wrong=self.featured_at is None, why="This session isn't featured.")
        return replace(self, featured_at=None)

    def _check_moderated(self, *, is_wrong: bool, why: str) -> None:
        if self.archived_at is not None:
            raise NotFound
        if is_wrong:
            raise IllegalTransition(why)

    def visible_to(self, principal: Principal | None) -> bool:
        """Anyone sees a listed one of an active creator; its creator and staff an inactive one; nobody an archived."""
        if self.is_bookable():
            return True
        return (
            self.archived_at is None
            and principal is not None
            and (principal.user_id == self.creator_id or principal.is_staff)
        )

    def changed_by(self, principal: Principal, changes: "Mapping[str, Any]", *, on_behalf: bool = False) -> Self:
        """The session with the given fields changed, by its creator, or by the staff on the creator's behalf.

        Raises `NotFound` when the caller may not see it, `NotYours` when they may but it is another's.
        """
        if not self.visible_to(principal):
            raise NotFound
        if principal.user_id != self.creator_id and not (on_behalf and principal.is_staff):
            raise NotYours
        return replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFilters:
    """What the catalog is asked for. `words` are folded; prices and durations are inclusive bounds.

    With `available_from` or `available_to`, something must be bookable that starts at the one or later and before the
    other.
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
        """Whether only what the front page shows can pass; an order by when it was put there says so too."""
        return self.featured or self.ordering.endswith("featured_at")

    def asks_for_time(self) -> bool:
        """Whether a session must have something that can be booked in a window."""
        return self.available_from is not None or self.available_to is not None

    def contradict(self, now: datetime) -> bool:
        """Whether no session can pass, which no table needs to be read for."""
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
    """How many sessions of the answer are in a category."""

    category: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """How many sessions of the answer carry a tag."""

    tag: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBandCount:
    """How many sessions of the answer cost `min_price` or more and less than `max_price`."""

    min_price: Decimal
    max_price: Decimal | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Counts for the same filters: categories and the 50 commonest tags by count, then name; bands by price."""

    categories: tuple[CategoryCount, ...]
    tags: tuple[TagCount, ...]
    price_bands: tuple[PriceBandCount, ...]

    @classmethod
    def of_nothing(cls) -> Self:
        """The counts over no session at all: every band is there."""
        bands = (PriceBandCount(min_price=minimum, max_price=below, count=0) for minimum, below in PRICE_BANDS)
        return cls(categories=(), tags=(), price_bands=tuple(bands))
