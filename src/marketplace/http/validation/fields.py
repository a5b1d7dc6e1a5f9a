"""Types of wire fields: how each is read, and its JSON Schema for the OpenAPI document."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, get_args
from uuid import UUID

from msgspec import Meta

from marketplace.core.domain.bookings import BookingOrdering, BookingStatus
from marketplace.core.domain.sessions import (
    DESCRIPTION_LENGTH,
    MAX_CANCELLATION_NOTICE,
    MAX_DURATION,
    MAX_PARTICIPANTS,
    MAX_PRICE,
    MAX_TAGS,
    SEARCH_LENGTH,
    TAG_LENGTH,
    TITLE_LENGTH,
    Ordering,
    SessionStatus,
)
from marketplace.core.domain.users import PASSWORD_EXPECTED, PASSWORD_LENGTH, Role
from marketplace.http.validation.validators import (
    EMAIL,
    FREE,
    PRICE,
    SEARCH_WORDS,
    SHOWN,
    URL,
    USERNAME,
    USERNAME_LENGTH,
    Reader,
    boolean,
    identifier,
    instant,
    nullable,
    one_of,
    or_null,
    price,
    search,
    several_of,
    tag,
    tags,
    text,
    time_zone,
    username,
    whole,
    window,
)

EMAIL_LENGTH = 254
"""Characters (RFC 5321, 4.5.3.1.3, less the angle brackets)."""
NAME_LENGTH = 150
URL_LENGTH = 2048
CURSOR_LENGTH = 2000
LOGIN_LENGTH = 1024
REASON_LENGTH = 500


def field(read: Reader, schema: dict[str, Any], example: object = None, says: str | None = None) -> Meta:
    """The metadata of a field: its reader, and its JSON Schema for the OpenAPI document."""
    described = {"description": says} if says else {}
    shown = {} if example is None else {"examples": [example]}
    return Meta(extra={"read": read, "schema": {**schema, **described, **shown}})


def _text(minimum: int, maximum: int, pattern: str, **more: object) -> dict[str, Any]:
    return {"type": "string", "minLength": minimum, "maxLength": maximum, "pattern": pattern, **more}


def _whole(minimum: int, maximum: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": minimum, "maximum": maximum}


def _moment(read: Reader, example: str, says: str) -> Meta:
    schema = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
    return field(read, schema, example, says)


def _word(*choices: str) -> tuple[Reader, dict[str, Any]]:
    return one_of(*choices), {"type": "string", "enum": list(choices)}


_URL = text(0, URL_LENGTH, URL, "Enter a URL that starts with http:// or https://.")
_PRICE_NUMBER = {"type": "number", "minimum": 0, "maximum": float(MAX_PRICE), "multipleOf": 0.01}
_PRICE = {"anyOf": [{"type": "string", "pattern": PRICE}, _PRICE_NUMBER]}
_TIME = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
_TAG = _text(1, TAG_LENGTH, SHOWN)
_EMAIL = text(3, EMAIL_LENGTH, EMAIL, "Enter an email address such as ada@example.org.")
_NEW_PASSWORD = text(*PASSWORD_LENGTH, expected=PASSWORD_EXPECTED, trim=False)
_SECRET = "correct horse battery"  # noqa: S105 - an example

Email = Annotated[str, field(_EMAIL, _text(3, EMAIL_LENGTH, EMAIL, format="email"), "ada@example.org")]
Username = Annotated[str, field(username, _text(2, USERNAME_LENGTH, USERNAME), "ada", "Letters, digits and @ . + - _")]
NewPassword = Annotated[
    str,
    field(
        _NEW_PASSWORD,
        _text(*PASSWORD_LENGTH, FREE, format="password"),
        _SECRET,
        "Not a common password, the email address or the username.",
    ),
]
GivenPassword = Annotated[
    str, field(text(1, LOGIN_LENGTH, trim=False), _text(1, LOGIN_LENGTH, FREE, format="password"), _SECRET)
]
GivenEmail = Annotated[str, field(text(1, LOGIN_LENGTH), _text(1, LOGIN_LENGTH, SHOWN), "ada@example.org")]
GivenToken = Annotated[
    str | None,
    field(
        or_null(text(1, LOGIN_LENGTH)),
        {"anyOf": [_text(1, LOGIN_LENGTH, SHOWN), {"type": "null"}]},
        "kX2…",
        "A refresh token; absent or `null` if it's in the cookie.",
    ),
]
GivenSecret = Annotated[
    str, field(text(1, LOGIN_LENGTH), _text(1, LOGIN_LENGTH, SHOWN), "kX2…", "From the reset link.")
]
PersonName = Annotated[str, field(text(0, NAME_LENGTH), _text(0, NAME_LENGTH, FREE), "Ada")]
RoleWord = Annotated[Role, field(*_word(*get_args(Role)), "user")]
WebAddress = Annotated[
    str | None,
    field(
        nullable(_URL),
        {"anyOf": [_text(0, URL_LENGTH, URL), {"type": "null"}]},
        "https://images.example.org/morning-yoga.jpg",
        "An http(s) URL; `null` or empty for none.",
    ),
]
TimeZone = Annotated[str, field(time_zone, {"type": "string"}, "Europe/Madrid", "An IANA time zone name.")]
Title = Annotated[str, field(text(1, TITLE_LENGTH), _text(1, TITLE_LENGTH, SHOWN), "Morning yoga")]
Description = Annotated[
    str,
    field(text(1, DESCRIPTION_LENGTH), _text(1, DESCRIPTION_LENGTH, SHOWN), "A gentle hour for all levels."),
]
Duration = Annotated[int, field(whole(1, MAX_DURATION), _whole(1, MAX_DURATION), 60, "Minutes.")]
DurationBound = Annotated[int, field(whole(0, MAX_DURATION), _whole(0, MAX_DURATION), 60, "Minutes.")]
Price = Annotated[
    Decimal,
    field(price, _PRICE, "49.99", "Per seat; a decimal string or a number with at most two decimal places."),
]
Participants = Annotated[int, field(whole(1, MAX_PARTICIPANTS), _whole(1, MAX_PARTICIPANTS), 12, "Seats per start.")]
CancellationNotice = Annotated[
    int,
    field(
        whole(0, MAX_CANCELLATION_NOTICE),
        _whole(0, MAX_CANCELLATION_NOTICE),
        24,
        "Hours before the start until which learners can cancel.",
    ),
]
Reason = Annotated[
    str, field(text(0, REASON_LENGTH), _text(0, REASON_LENGTH, FREE), "I am ill.", "The other party sees this.")
]
Status = Annotated[SessionStatus, field(*_word(*get_args(SessionStatus)), "active")]
Category = Annotated[
    str | None,
    field(
        nullable(text(0, TAG_LENGTH)),
        {"type": ["string", "null"]},
        "wellbeing",
        "One of the categories of `GET /api/marketplace/`; `null` for none.",
    ),
]
Tags = Annotated[
    tuple[str, ...],
    field(
        tags,
        {"type": "array", "maxItems": MAX_TAGS, "items": _TAG},
        ["yoga", "beginners"],
        "Stored in lower case.",
    ),
]
Id = Annotated[UUID, field(identifier, {"type": "string", "format": "uuid"}, "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")]
Start = Annotated[
    datetime,
    _moment(
        instant,
        "2030-05-01T10:00:00Z",
        "The start, in the future and before 2200; a bare date means midnight UTC.",
    ),
]
_MIDNIGHT = "2030-05-01T00:00:00Z"
Window = Annotated[datetime, _moment(window, _MIDNIGHT, "A bare date means midnight UTC.")]
StartsFrom = Annotated[datetime, _moment(instant, _MIDNIGHT, "At or after this time; a bare date means midnight UTC.")]
StartsTo = Annotated[datetime, _moment(instant, _MIDNIGHT, "Before this time; a bare date means midnight UTC.")]
AvailableFrom = Annotated[
    datetime,
    _moment(
        window,
        _MIDNIGHT,
        (
            "Sessions with a bookable start at or after this time; a bare date means midnight "
            "UTC. A session without a schedule matches unless its creator is booked for the whole"
            " period."
        ),
    ),
]
AvailableTo = Annotated[
    datetime, _moment(window, "2030-05-08T00:00:00Z", "And before this time; a bare date means midnight UTC.")
]
SlotStart = Annotated[
    datetime, field(instant, {"type": "string", "format": "date-time"}, "2030-05-01T10:00:00Z", "The start to cancel.")
]
Seats = Annotated[int, field(whole(1, MAX_PARTICIPANTS), _whole(1, MAX_PARTICIPANTS), 1)]
Limit = Annotated[int, field(whole(1, 100), _whole(1, 100), 20, "Maximum number of results.")]
Cursor = Annotated[
    str,
    field(
        text(1, CURSOR_LENGTH),
        {"type": "string", "maxLength": CURSOR_LENGTH},
        None,
        "The cursor from the previous page's `Link` header.",
    ),
]
Search = Annotated[
    tuple[str, ...],
    field(
        search,
        _text(1, SEARCH_LENGTH, SHOWN),
        "yoga",
        (
            f"Up to {SEARCH_WORDS} words, each matching the beginning of a word of the session. "
            f"Ignores accents and case, and allows one typo per word."
        ),
    ),
]
Tag = Annotated[str, field(tag, _TAG, "yoga")]
Statuses = Annotated[
    frozenset[BookingStatus],
    field(
        several_of(*get_args(BookingStatus)),
        {"type": "array", "items": {"type": "string", "enum": list(get_args(BookingStatus))}},
        ["pending", "confirmed"],
        "One or more, repeated or separated by commas.",
    ),
]
BookingOrderingWord = Annotated[BookingOrdering, field(*_word(*get_args(BookingOrdering)), "booking_date")]
OrderingWord = Annotated[Ordering, field(*_word(*get_args(Ordering)), "-created_at")]
UseCookie = Annotated[
    bool,
    field(
        boolean,
        {"type": "boolean"},
        example=True,
        says=(
            "For browsers: the refresh token is set as an `HttpOnly` cookie, and `refresh` in the response is `null`."
        ),
    ),
]
Everywhere = Annotated[
    bool, field(boolean, {"type": "boolean"}, example=True, says="Whether to end all logins of this user.")
]
Flag = Annotated[bool, field(boolean, {"type": "boolean"}, example=False)]
Featured = Annotated[
    bool, field(boolean, {"type": "boolean"}, example=True, says="Whether to list only featured sessions.")
]
CategoryWord = Annotated[str, field(text(1, TAG_LENGTH), _TAG, "wellbeing")]
