"""What the staff's lists and exports can be asked."""

from datetime import datetime
from decimal import Decimal
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
from marketplace.core.domain.bookings import BookingStatus
from marketplace.core.domain.exports import ExportFormat
from marketplace.core.domain.sessions import SEARCH_LENGTH, SessionStatus
from marketplace.http.api.admin.pages import NumberedPageQuery
from marketplace.http.validation.fields import Flag, Id, Price, RoleWord, Status, Window, field
from marketplace.http.validation.validators import SHOWN, identifier, one_of, search, text

COLUMNS_LENGTH = 1000


def _search(value: Any) -> Search:
    provided = text(1, SEARCH_LENGTH)(value)
    try:
        return identifier(provided)
    except ValueError:
        words: tuple[str, ...] = search(provided)
        return words


def _columns(value: Any) -> tuple[str, ...]:
    names = (name.strip() for name in text(1, COLUMNS_LENGTH)(value).split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _words(kind: Any, example: str, says: str | None = None) -> msgspec.Meta:
    return field(one_of(*get_args(kind)), {"type": "string", "enum": list(get_args(kind))}, example, says)


SearchText = Annotated[
    Search,
    field(
        _search,
        {"type": "string", "minLength": 1, "maxLength": SEARCH_LENGTH, "pattern": SHOWN},
        "ada@example.org",
        "An ID, or words that each match the beginning of a word. Ignores accents and case.",
    ),
]
Columns = Annotated[
    tuple[str, ...],
    field(
        _columns,
        {"type": "string", "minLength": 1, "maxLength": COLUMNS_LENGTH, "pattern": SHOWN},
        "id",
        "Column names in the desired order, separated by commas. All columns by default.",
    ),
]
UserOrderingWord = Annotated[UserOrdering, _words(UserOrdering, "-date_joined")]
SessionOrderingWord = Annotated[SessionListOrdering, _words(SessionListOrdering, "-created_at")]
BookingOrderingWord = Annotated[BookingListOrdering, _words(BookingListOrdering, "-created_at")]
AuditOrderingWord = Annotated[AuditOrdering, _words(AuditOrdering, "-at")]
BookingStatusWord = Annotated[BookingStatus, _words(BookingStatus, "confirmed")]
ActionWord = Annotated[AuditAction, _words(AuditAction, "role_changed")]
FormatWord = Annotated[
    ExportFormat,
    _words(ExportFormat, "csv", "An `xlsx` sheet holds 1,048,575 rows; further rows go to additional sheets."),
]


class UserFilterQuery(msgspec.Struct, kw_only=True):
    """Which accounts, in which order. Spans of time are from, and before `to`."""

    search: SearchText | None = None
    role: RoleWord | None = None
    is_active: Flag | None = None
    is_staff: Flag | None = None
    is_superuser: Flag | None = None
    joined_from: Window | None = None
    joined_to: Window | None = None
    ordering: UserOrderingWord = "-date_joined"


class SessionFilterQuery(msgspec.Struct, kw_only=True):
    """Which sessions, in which order."""

    search: SearchText | None = None
    status: Status | None = None
    is_hidden: Flag | None = None
    is_archived: Flag | None = None
    is_featured: Flag | None = None
    creator: Id | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    created_from: Window | None = None
    created_to: Window | None = None
    ordering: SessionOrderingWord = "-created_at"


class BookingFilterQuery(msgspec.Struct, kw_only=True):
    """Which bookings, in which order."""

    search: SearchText | None = None
    status: BookingStatusWord | None = None
    session: Id | None = None
    creator: Id | None = None
    learner: Id | None = None
    starts_from: Window | None = None
    starts_to: Window | None = None
    ordering: BookingOrderingWord = "-created_at"


class AuditFilterQuery(msgspec.Struct, kw_only=True, rename={"at_from": "from", "at_to": "to"}):
    """Which entries, in which order."""

    search: SearchText | None = None
    action: ActionWord | None = None
    actor: Id | None = None
    target: Id | None = None
    at_from: Window | None = None
    at_to: Window | None = None
    ordering: AuditOrderingWord = "-at"


class ExportQuery(msgspec.Struct, kw_only=True):
    """Which form of file, and what is in it."""

    format: FormatWord = "csv"
    columns: Columns | None = None


def _joined(name: str, base: type[msgspec.Struct], filters: type[msgspec.Struct]) -> Any:
    """Both together: a struct can inherit the fields of one other only."""
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
    username: str
    email: str
    first_name: str
    last_name: str


class SessionNameOut(msgspec.Struct):
    """A session's name."""

    id: UUID
    title: str


class SessionRowOut(msgspec.Struct):
    """A session of any status in an admin list."""

    id: UUID
    title: str
    creator: PersonNameOut
    status: SessionStatus
    price: Decimal
    duration: int
    max_participants: int
    category: str | None
    created_at: datetime
    archived_at: datetime | None
    hidden_at: datetime | None
    featured_at: datetime | None
    image_url: str | None


class BookingRowOut(msgspec.Struct, rename={"starts_at": "booking_date"}):
    """A booking in an admin list. `user` is the learner."""

    id: UUID
    session: SessionNameOut
    creator: PersonNameOut
    user: PersonNameOut
    starts_at: datetime
    seats: int
    amount: Decimal
    status: BookingStatus
    created_at: datetime
