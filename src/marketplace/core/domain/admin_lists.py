"""Filters and rows of the four admin lists."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from marketplace.core.domain.audit import AuditAction
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.money import keep_places
from marketplace.core.domain.principals import Role
from marketplace.core.domain.search import words
from marketplace.core.domain.sessions import SessionStatus, SessionSummary

ListName = Literal["users", "sessions", "bookings", "audit"]
Search = UUID | tuple[str, ...]
"""An ID, or words that must each be a prefix of a word in the searched fields."""

UserOrdering = Literal[
    "date_joined", "-date_joined", "email", "-email", "username", "-username", "last_name", "-last_name"
]
SessionListOrdering = Literal[
    "created_at", "-created_at", "price", "-price", "title", "-title", "duration", "-duration"
]
BookingListOrdering = Literal["created_at", "-created_at", "booking_date", "-booking_date", "amount", "-amount"]
AuditOrdering = Literal["-at", "at"]

MAX_COUNTED = 10_000
"""Matches are counted exactly up to this number and estimated above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUserFilters:
    """Filters of the account list; all that are set must match. Time ranges are half-open.

    `search` covers e-mail address, username and names. `last_name` sorts by last name, then first name, ignoring
    accents and case; the other text orderings compare folded text.
    """

    search: Search | None = None
    role: Role | None = None
    is_active: bool | None = None
    is_staff: bool | None = None
    is_superuser: bool | None = None
    joined_from: datetime | None = None
    joined_to: datetime | None = None
    ordering: UserOrdering = "-date_joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSessionFilters:
    """Filters of the session list, as `ListedUserFilters`; price bounds are inclusive.

    `search` covers title and description together, or the creator. An ID matches a session or its creator.
    """

    search: Search | None = None
    status: SessionStatus | None = None
    is_hidden: bool | None = None
    is_archived: bool | None = None
    is_featured: bool | None = None
    creator: UUID | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    ordering: SessionListOrdering = "-created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBookingFilters:
    """Filters of the booking list, as `ListedUserFilters`.

    `search` covers the learner, the creator, or the session's title. An ID matches a booking, a session, a learner or a
    creator.
    """

    search: Search | None = None
    status: BookingStatus | None = None
    session: UUID | None = None
    creator: UUID | None = None
    learner: UUID | None = None
    starts_from: datetime | None = None
    starts_to: datetime | None = None
    ordering: BookingListOrdering = "-created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAuditFilters:
    """Filters of the audit log, as `ListedUserFilters`. `actor` is the real actor, also during impersonation.

    `search` covers action, reason and changed e-mail addresses together, or one of the people named. An ID matches the
    entry, its actor, the impersonated user or its target.
    """

    search: Search | None = None
    action: AuditAction | None = None
    actor: UUID | None = None
    target: UUID | None = None
    at_from: datetime | None = None
    at_to: datetime | None = None
    ordering: AuditOrdering = "-at"


Filters = ListedUserFilters | ListedSessionFilters | ListedBookingFilters | ListedAuditFilters


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """Account in the admin list."""

    id: UUID
    email: str
    username: str
    role: Role
    first_name: str
    last_name: str
    avatar: str | None
    is_active: bool
    is_staff: bool
    is_superuser: bool
    date_joined: datetime
    time_zone: str
    bio: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """Name and e-mail address of a user, for staff."""

    id: UUID
    username: str
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionName:
    """ID of a session, and its title as sold."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow(SessionSummary):
    """Session of any status in the admin list."""

    creator: PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """Booking in the admin list; `user` is the learner. `utc_offset` is that of its start in the session's zone."""

    id: UUID
    session: SessionName
    creator: PersonName
    user: PersonName
    starts_at: datetime
    seats: int
    amount: Decimal
    status: BookingStatus
    created_at: datetime
    time_zone: str
    utc_offset: str

    def __post_init__(self) -> None:
        keep_places(self, "amount")


def searched_words(*texts: str) -> frozenset[str]:
    """Return the distinct search words of all texts."""
    return frozenset(word for text in texts for word in words(text))


def name_key(last_name: str, first_name: str) -> str:
    """Return the sort key of `ordering=last_name`: folded words, compared by code point, at most 300 characters."""
    return " ".join((*words(last_name), *words(first_name)))[:300]
