"""What the staff asks of the four lists, and the rows that they are given."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from marketplace.core.domain.audit import AuditAction
from marketplace.core.domain.bookings import BookingStatus
from marketplace.core.domain.principals import Role
from marketplace.core.domain.search import words
from marketplace.core.domain.sessions import SessionStatus, SessionSummary

ListName = Literal["users", "sessions", "bookings", "audit"]
Search = UUID | tuple[str, ...]
"""An id, or words of which each must begin a word of what is searched."""

UserOrdering = Literal[
    "date_joined", "-date_joined", "email", "-email", "username", "-username", "last_name", "-last_name"
]
SessionListOrdering = Literal[
    "created_at", "-created_at", "price", "-price", "title", "-title", "duration", "-duration"
]
BookingListOrdering = Literal["created_at", "-created_at", "booking_date", "-booking_date", "amount", "-amount"]
AuditOrdering = Literal["-at", "at"]

MAX_COUNTED = 10_000
"""Up to this many matches are counted one by one; how many more there are is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUserFilters:
    """Every filter that is given must hold. Spans of time are half-open: from, and before `to`.

    Searched are e-mail address, username and names. `last_name` orders by last name, then first name, accents and
    case aside; the others as they are folded.
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
    """As `ListedUserFilters`; both prices are included. Searched are title and description together, or the creator.

    An id finds the session and all of a creator's.
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
    """As `ListedUserFilters`. Searched are the learner, or the creator, or the session's title.

    An id finds the booking, and those of a session, of a learner and of a creator.
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
    """As `ListedUserFilters`. `actor` is who acted, whomever they were seen as.

    Searched are the words of action, reason and e-mail addresses that changed together, or one of the people named.
    An id finds the entry, and what a person did or was acted as, or was done to a thing.
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
    """An account as a list has it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """Who somebody is, for the staff."""

    id: UUID
    username: str
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionName:
    """Which session."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow(SessionSummary):
    """A session as a list has it, in whatever state."""

    creator: PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """A booking as a list has it: `user` is the learner."""

    id: UUID
    session: SessionName
    creator: PersonName
    user: PersonName
    starts_at: datetime
    seats: int
    amount: Decimal
    status: BookingStatus
    created_at: datetime


def searched_words(*texts: str) -> frozenset[str]:
    """The words of all these texts, to be searched."""
    return frozenset(word for text in texts for word in words(text))


def name_key(last_name: str, first_name: str) -> str:
    """What `ordering=last_name` sorts by: the words of last and first name, compared by code point."""
    return " ".join((*words(last_name), *words(first_name)))[:300]
