"""Query parameters and rows of admin lists and exports."""

from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec

from marketplace.core.domain.admin_lists import (
    AuditOrdering,
    BookingListOrdering,
    Search,
    SessionListOrdering,
    UserOrdering,
)
from marketplace.core.domain.audit import AuditAction
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.catalog import SEARCH_LENGTH
from marketplace.core.domain.exports import ExportFormat
from marketplace.core.domain.fields import Choice, Text, WebAddress
from marketplace.core.domain.money import Amount
from marketplace.core.domain.principals import Role
from marketplace.core.domain.sessions import Category, Duration, Participants, Price, SessionStatus, Title
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.domain.users import Email, FirstName, LastName, Username
from marketplace.http.api.admin.pages import NumberedPageQuery
from marketplace.http.api.offsets import UtcOffset
from marketplace.http.validation.fields import Window, field
from marketplace.http.validation.json_schema import values_of
from marketplace.http.validation.validators import identifier, search

COLUMNS_LENGTH = 1000


SEARCHED = Text(1, SEARCH_LENGTH, multiline=True)
COLUMN_NAMES = Text(1, COLUMNS_LENGTH, multiline=True)


def _search(value: Any) -> Search:
    provided = SEARCHED.read(value)
    try:
        return identifier(provided)
    except ValueError:
        words: tuple[str, ...] = search(provided)
        return words


def _columns(value: Any) -> tuple[str, ...]:
    names = (name.strip() for name in COLUMN_NAMES.read(value).split(","))
    return tuple(dict.fromkeys(name for name in names if name))


SearchText = Annotated[
    Search,
    field(
        _search,
        values_of(SEARCHED),
        "ada@example.org",
        "An ID, or words that each match the beginning of a word. Ignores accents and case.",
    ),
]
Columns = Annotated[
    tuple[str, ...],
    field(
        _columns,
        values_of(COLUMN_NAMES),
        "id",
        "Column names in the desired order, separated by commas. All columns by default.",
    ),
]
FormatWord = Annotated[
    ExportFormat,
    Choice(
        get_args(ExportFormat),
        description="An `xlsx` sheet holds 1,048,575 rows; further rows go to additional sheets.",
    ),
]


class UserFilterQuery(msgspec.Struct, kw_only=True):
    """Filters and order of accounts. Time ranges are half-open."""

    search: SearchText | None = None
    role: Role | None = None
    is_active: bool | None = None
    is_staff: bool | None = None
    is_superuser: bool | None = None
    joined_from: Window | None = None
    joined_to: Window | None = None
    ordering: UserOrdering = "-date_joined"


class SessionFilterQuery(msgspec.Struct, kw_only=True):
    """Filters and order of sessions."""

    search: SearchText | None = None
    status: SessionStatus | None = None
    is_hidden: bool | None = None
    is_archived: bool | None = None
    is_featured: bool | None = None
    creator: UUID | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    created_from: Window | None = None
    created_to: Window | None = None
    ordering: SessionListOrdering = "-created_at"


class BookingFilterQuery(msgspec.Struct, kw_only=True):
    """Filters and order of bookings."""

    search: SearchText | None = None
    status: BookingStatus | None = None
    session: UUID | None = None
    creator: UUID | None = None
    learner: UUID | None = None
    starts_from: Window | None = None
    starts_to: Window | None = None
    ordering: BookingListOrdering = "-created_at"


class AuditFilterQuery(msgspec.Struct, kw_only=True, rename={"at_from": "from", "at_to": "to"}):
    """Filters and order of audit log entries."""

    search: SearchText | None = None
    action: AuditAction | None = None
    actor: UUID | None = None
    target: UUID | None = None
    at_from: Window | None = None
    at_to: Window | None = None
    ordering: AuditOrdering = "-at"


class ExportQuery(msgspec.Struct, kw_only=True):
    """Format and columns of a file."""

    format: FormatWord = "csv"
    columns: Columns | None = None


def _joined(name: str, base: type[msgspec.Struct], filters: type[msgspec.Struct]) -> Any:
    """Combine two structs, since a struct can inherit fields from one base only."""
    fields = msgspec.structs.fields(filters)
    return msgspec.defstruct(
        name,
        [(each.name, each.type, each.default) for each in fields],
        bases=(base,),
        rename={each.name: each.encode_name for each in fields},
        module=__name__,
        kw_only=True,
    )


UserListQuery = _joined("UserListQuery", NumberedPageQuery, UserFilterQuery)
SessionListQuery = _joined("SessionListQuery", NumberedPageQuery, SessionFilterQuery)
BookingListQuery = _joined("BookingListQuery", NumberedPageQuery, BookingFilterQuery)
AuditListQuery = _joined("AuditListQuery", NumberedPageQuery, AuditFilterQuery)
UserExportQuery = _joined("UserExportQuery", ExportQuery, UserFilterQuery)
SessionExportQuery = _joined("SessionExportQuery", ExportQuery, SessionFilterQuery)
BookingExportQuery = _joined("BookingExportQuery", ExportQuery, BookingFilterQuery)
AuditExportQuery = _joined("AuditExportQuery", ExportQuery, AuditFilterQuery)


class PersonNameOut(msgspec.Struct):
    """A user's name."""

    id: UUID
    username: Username
    email: Email
    first_name: FirstName
    last_name: LastName


class SessionNameOut(msgspec.Struct):
    """A session's name."""

    id: UUID
    title: Title


class SessionRowOut(msgspec.Struct):
    """A session of any status in an admin list."""

    id: UUID
    title: Title
    creator: PersonNameOut
    status: SessionStatus
    price: Price
    duration: Duration
    max_participants: Participants
    category: Category
    created_at: datetime
    archived_at: datetime | None
    hidden_at: datetime | None
    featured_at: datetime | None
    image_url: WebAddress


class BookingRowOut(msgspec.Struct, rename={"starts_at": "booking_date"}):
    """A booking in an admin list. `user` is the learner; the UTC offset is that of the start in `time_zone`."""

    id: UUID
    session: SessionNameOut
    creator: PersonNameOut
    user: PersonNameOut
    starts_at: datetime
    seats: Seats
    amount: Amount
    status: BookingStatus
    created_at: datetime
    time_zone: TimeZone
    utc_offset: UtcOffset
