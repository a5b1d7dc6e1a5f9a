"""Sessions: fields, visibility and moderation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from marketplace.core.domain.fields import Boolean, OrNone, Rule, Text, WebAddress, Whole, field_names, validate_entity
from marketplace.core.domain.language_tags import Language
from marketplace.core.domain.money import Money, keep_places
from marketplace.core.domain.pictures import Pictures
from marketplace.core.domain.places import Address, ExactPoint, Format, JoinLink, Place
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.ratings import UNRATED, Rating
from marketplace.core.domain.refund_policies import FULL_REFUND, CancellationPolicy
from marketplace.core.domain.users import PublicUser, fold
from marketplace.core.errors import FieldErrors, IllegalTransition, NotACreator, NotFound, NotSignedIn, NotYours
from marketplace.core.errors.admin import NotListed

SessionStatus = Literal["active", "inactive"]
PaymentMethod = Literal["online", "at_session"]
"""`online`: paid when booking, where the marketplace takes payments. `at_session`: paid to the creator."""

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 20_000
MAX_DURATION = 1440
"""Minutes."""
MAX_PARTICIPANTS = 10_000
PRICE_DIGITS = 8
"""Digits of a price before the decimal point."""
MAX_TAGS = 10
MAX_CANCELLATION_NOTICE = 8_760
"""Hours: a year."""
TAG_LENGTH = 40


@dataclass(frozen=True, eq=False)
class TagList(Rule):
    """Distinct tags, case-folded."""

    maximum: int
    each: Text

    def read(self, value: Any) -> Any:
        expected = f"Use at most {self.maximum} tags of {self.each.minimum} to {self.each.maximum} characters each."
        if not isinstance(value, list | tuple) or len(value) > self.maximum:
            raise ValueError(expected)
        # folding may uncover a space or a mark at the start: read its outcome again
        folded = tuple(dict.fromkeys(self.each.read(fold(self.each.read(tag))) for tag in value))
        if any(len(tag) > self.each.maximum for tag in folded):
            raise ValueError(expected)
        return folded


TAG = Text(1, TAG_LENGTH, expected=f"Use at most {MAX_TAGS} tags of 1 to {TAG_LENGTH} characters each.", example="yoga")

Title = Annotated[str, Text(1, TITLE_LENGTH, example="Morning yoga")]
Description = Annotated[str, Text(1, DESCRIPTION_LENGTH, multiline=True, example="A gentle hour for all levels.")]
Audience = Annotated[
    str,
    Text(0, 500, multiline=True, example="Beginners of all ages.", description="Who it's for; empty for not said."),
]
Bring = Annotated[str, Text(0, 500, multiline=True, example="A mat.", description="What to bring; empty for not said.")]
AddressPublic = Annotated[bool, Boolean(description="Whether everyone sees `address` and exact `coordinates`.")]
Duration = Annotated[int, Whole(1, MAX_DURATION, example=60, description="Minutes.")]
Price = Annotated[
    Decimal,
    Money(
        PRICE_DIGITS,
        example="49.99",
        description="Per seat, with at most the decimal places of the marketplace's currency (ISO 4217).",
    ),
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
    bring: Bring = ""
    format: Format = None
    place: Place = None
    language: Language = None

    def __post_init__(self) -> None:
        keep_places(self, "price")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(SessionSummary):
    """A session offered by a creator. `duration` in minutes; `price` per seat, in the marketplace's currency."""

    creator_id: UUID
    description: Description
    tags: Tags
    requires_confirmation: bool = False
    """Whether bookings stay pending until the creator confirms them."""
    cancellation_notice: CancellationNotice = 0
    payment_method: PaymentMethod = "online"
    cancellation_policy: CancellationPolicy = FULL_REFUND
    """How much is returned to learners who cancel; `cancellation_notice` decides whether they can."""
    revision: int = 0
    """Counts changes that calendars show: of `CALENDAR_FIELDS`."""
    revised_at: datetime | None = None
    hidden_reason: str | None = None
    """Reason for hiding it, shown to the creator."""
    pictures: Pictures = ()
    """Uploaded pictures in order; the first one supersedes `image_url`."""
    address: Address = field(default=None, repr=False)
    coordinates: ExactPoint = field(default=None, repr=False)
    address_public: AddressPublic = False
    join_url: JoinLink = field(default=None, repr=False)

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
        if all(getattr(self, name) == getattr(before, name) for name in CALENDAR_FIELDS):
            return self
        return replace(self, revision=before.revision + 1, revised_at=now)

    def has_private(self) -> bool:
        """Return whether any detail is not shown to everyone."""
        has_place = self.address is not None or self.coordinates is not None
        return self.join_url is not None or (has_place and not self.address_public)

    def seen_by(self, reader_id: UUID | None, *, has_seat: bool = False) -> Self:
        """Return the session as a reader sees it; see `Principal.private_reader_id`.

        Only its creator and holders of a confirmed seat see the join link, and, unless it is public, the address;
        others see coordinates rounded.
        """
        if not self.has_private() or (reader_id is not None and (has_seat or reader_id == self.creator_id)):
            return self
        if self.address_public:
            return replace(self, join_url=None)
        point = self.coordinates
        return replace(self, join_url=None, address=None, coordinates=point and point.rounded())


PRIVATE_FIELDS = frozenset({"address", "coordinates", "join_url"})
"""Fields that not everyone who sees a session may see."""
CALENDAR_FIELDS = ("title", "duration", "format", "place", "address_public", *sorted(PRIVATE_FIELDS))
"""Fields that calendars show, or that decide what they show."""
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
    rating: Rating = UNRATED
    """Of the published reviews. Saving a session leaves it."""

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

    def visible_to(self, principal: Principal | None, *, is_holder: bool = False) -> bool:
        """Return whether this person can see the session, which is more than being able to book it.

        Anyone can see a listed session of an active creator. Its creator and staff can also see unlisted ones; holders
        of a booking on it that is not cancelled can, unless staff have hidden it. Archived sessions are visible to no
        one.
        """
        if self.is_bookable():
            return True
        if self.archived_at is not None or principal is None:
            return False
        return principal.user_id == self.creator_id or principal.is_staff or (is_holder and self.hidden_at is None)

    def changed_by(self, principal: Principal, changes: "Mapping[str, Any]", *, on_behalf: bool = False) -> Self:
        """Change fields, as its creator, or as staff on the creator's behalf.

        A creator is judged by the account that was read with the session. Raises `NotFound` if the principal cannot see
        the session, `NotYours` if they can but it belongs to another creator, `NotSignedIn` and `NotACreator` if the
        account is deactivated or no longer a creator's.
        """
        if not self.visible_to(principal):
            raise NotFound
        if not (on_behalf and principal.is_staff):
            self._require_creator(principal)
        return replace(self, **changes)

    def _require_creator(self, principal: Principal) -> None:
        if principal.user_id != self.creator_id:
            raise NotYours
        if not self.creator_is_active:
            raise NotSignedIn
        if self.creator_details.role != "creator":
            raise NotACreator
