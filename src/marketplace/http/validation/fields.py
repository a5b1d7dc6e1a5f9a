"""Fields that exist only in the API: reader, JSON Schema, example and description.

Stored fields are declared with their entities in the core, see `core/domain/fields.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.catalog import SEARCH_LENGTH
from marketplace.core.domain.fields import VISIBLE_LINE, VISIBLE_LINES, Boolean, OrNone, Rule, Text, Whole, rule_of
from marketplace.core.domain.language_tags import LanguageTag
from marketplace.core.domain.places import PLACE_LENGTH
from marketplace.core.domain.sessions import MAX_DURATION, TAG_LENGTH
from marketplace.http.validation.validators import (
    LOCAL_TIME,
    SEARCH_WORDS,
    Reader,
    identifier,
    instant,
    local_time,
    or_null,
    search,
    several_of,
    tag,
    typed,
    window,
)

CURSOR_LENGTH = 2000
LOGIN_LENGTH = 1024
MAX_NEXT = 1_500
"""Characters; a cookie has to hold it."""
CODE_LENGTH = 100


@dataclass(frozen=True, eq=False)
class WireRule(Rule):
    """A reader function with the JSON Schema of its input."""

    reader: Reader
    schema: Mapping[str, Any]

    def read(self, value: Any) -> Any:
        """Read a JSON value."""
        return self.reader(value)


def field(read: Reader, schema: Mapping[str, Any], example: object = None, description: str | None = None) -> WireRule:
    """Create the rule of a field that exists only in the API."""
    return WireRule(read, schema, example=example, description=description)


def rule_for(annotation: Any) -> Rule:
    """Return the rule of a struct field, also for `X | None`."""
    rule = rule_of(annotation)
    if rule is not None:
        return rule
    if annotation is UUID:
        return _ID
    if get_origin(annotation) is not Annotated:
        for part in get_args(annotation):
            if part is not NoneType:
                return rule_for(part)
    raise TypeError(f"{annotation} has no rule.")


def _instant_field(read: Reader, example: str, description: str) -> WireRule:
    return field(read, {"type": "string", "format": "date-time"}, example, description)


_ID = field(identifier, {"type": "string", "format": "uuid"}, "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
_SECRET = "correct horse battery"  # noqa: S105 - an example
_MIDNIGHT = "2030-05-01T00:00:00Z"
_TAG = {"type": "string", "minLength": 1, "maxLength": TAG_LENGTH, "pattern": VISIBLE_LINE}
MIN_ATTEMPT, MAX_ATTEMPT = 16, 64
"""Characters; who guesses one and has a used refresh token gets its successor."""
_TOKEN = {"type": "string", "minLength": 1, "maxLength": LOGIN_LENGTH, "pattern": VISIBLE_LINE}

SubmittedPassword = Annotated[str, Text(1, LOGIN_LENGTH, format="password", exact=True, example=_SECRET)]
SubmittedEmail = Annotated[str, Text(1, LOGIN_LENGTH, example="ada@example.org")]
SubmittedCode = Annotated[
    str,
    Text(1, CODE_LENGTH, example="123456", description="Of an authenticator app, or a recovery code. Works once."),
]
Challenge = Annotated[
    str, Text(1, LOGIN_LENGTH, example="eyJ…", description="The `challenge` of the problem `second_factor_required`.")
]
OptionalPassword = Annotated[
    str | None, OrNone(Text(1, LOGIN_LENGTH, format="password", exact=True), is_empty_none=False, example=_SECRET)
]
OptionalCode = Annotated[
    str | None,
    OrNone(
        Text(1, CODE_LENGTH),
        is_empty_none=False,
        example="123456",
        description="Of an authenticator app, or a recovery code. Works once.",
    ),
]
RefreshTokenField = Annotated[
    str | None,
    field(
        or_null(Text(1, LOGIN_LENGTH).read),
        {"anyOf": [_TOKEN, {"type": "null"}]},
        "kX2…",
        "A refresh token; absent or `null` if it's in the cookie.",
    ),
]
RefreshAttempt = Annotated[
    str | None,
    field(
        or_null(Text(MIN_ATTEMPT, MAX_ATTEMPT).read),
        {"anyOf": [_TOKEN | {"minLength": MIN_ATTEMPT, "maxLength": MAX_ATTEMPT}, {"type": "null"}]},
        "1f0c6d52-8b6e-4c07-9d0a-2b7d7e6c5a11",
        "A random text of your choice for this attempt: the same if you repeat the request because its response was "
        "lost, and another one for each further request.",
    ),
]
ResetTokenField = Annotated[str, Text(1, LOGIN_LENGTH, example="kX2…", description="From the reset link.")]
EmailTokenField = Annotated[str, Text(1, LOGIN_LENGTH, example="kX2…", description="From the link of a mail.")]
DurationBound = Annotated[int, Whole(0, MAX_DURATION, example=60, description="Minutes.")]
Start = Annotated[
    datetime,
    _instant_field(
        instant,
        "2030-05-01T10:00:00Z",
        "The start, in the future and before 2200; a bare date means midnight UTC.",
    ),
]
NextPath = Annotated[
    str | None,
    OrNone(
        Text(1, MAX_NEXT, r"^/(?![/\\])[!-\[\]-~]*$", "Use a path of this site that begins with a slash."),
        is_empty_none=False,
        example="/dashboard",
        description="A path of this site.",
    ),
]
LocalStart = Annotated[
    datetime,
    field(
        local_time,
        {"type": "string", "pattern": f"^{LOCAL_TIME}$"},
        "2030-05-01T12:00",
        "The start on the clocks of `time_zone`, without an offset.",
    ),
]
Window = Annotated[datetime, _instant_field(window, _MIDNIGHT, "A bare date means midnight UTC.")]
StartsFrom = Annotated[
    datetime, _instant_field(instant, _MIDNIGHT, "At or after this time; a bare date means midnight UTC.")
]
StartsTo = Annotated[datetime, _instant_field(instant, _MIDNIGHT, "Before this time; a bare date means midnight UTC.")]
AvailableFrom = Annotated[
    datetime,
    _instant_field(
        window,
        _MIDNIGHT,
        "Sessions with a bookable start at or after this time; a bare date means midnight UTC. A session without a "
        "schedule matches unless its creator is booked for the whole period.",
    ),
]
AvailableTo = Annotated[
    datetime, _instant_field(window, "2030-05-08T00:00:00Z", "And before this time; a bare date means midnight UTC.")
]
AnsweredStart = Annotated[
    datetime | None,
    field(
        or_null(instant),
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "2030-05-01T10:00:00Z",
        "The booking's `requested_start` that is answered; if it has changed since: 409. `null` for any.",
    ),
]
KeyExpiresAt = Annotated[
    datetime | None,
    field(
        or_null(instant),
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "2030-05-01T00:00:00Z",
        "When the key expires, at most a year from now; absent or `null`: in 90 days.",
    ),
]
SlotStart = Annotated[
    datetime, field(instant, {"type": "string", "format": "date-time"}, "2030-05-01T10:00:00Z", "A booked start.")
]
Limit = Annotated[int, Whole(1, 100, example=20, description="Maximum number of results.")]
Cursor = Annotated[
    str,
    field(
        Text(1, CURSOR_LENGTH).read,
        {"type": "string", "maxLength": CURSOR_LENGTH},
        None,
        "The cursor from the previous page's `Link` header.",
    ),
]
Search = Annotated[
    tuple[str, ...],
    field(
        search,
        {"type": "string", "minLength": 1, "maxLength": SEARCH_LENGTH, "pattern": VISIBLE_LINES},
        "yoga",
        f"Up to {SEARCH_WORDS} words of title, description, category, tags or creator, in any form or its beginning.",
    ),
]
Typed = Annotated[
    tuple[str, ...],
    field(
        typed,
        {"type": "string", "minLength": 1, "maxLength": SEARCH_LENGTH, "pattern": VISIBLE_LINES},
        "yog",
        f"The first {SEARCH_WORDS} words count.",
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
UseCookie = Annotated[
    bool,
    Boolean(
        example=True,
        description=(
            "For browsers: the refresh token is set as an `HttpOnly` cookie, and `refresh` in the response is `null`."
        ),
    ),
]
Everywhere = Annotated[bool, Boolean(example=True, description="Whether to end all logins of this user.")]
Featured = Annotated[bool, Boolean(example=True, description="Whether to list only featured sessions.")]
LanguageRange = Annotated[str, LanguageTag(description="`pt` also finds `pt-BR`.")]
PlaceWord = Annotated[str, Text(1, PLACE_LENGTH)]
CategoryWord = Annotated[str, Text(1, TAG_LENGTH, example="wellbeing")]
AwaitingResponse = Annotated[
    bool,
    Boolean(
        example=True,
        description="Whether to list only bookings that the creator has to answer: pending ones and requested starts.",
    ),
]
