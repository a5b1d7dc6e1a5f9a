"""Compare three ways to read a request body: our own validators, msgspec's constraints, and Pydantic v2.

Run `PYTHONPATH=tests python tests/benchmarks/reading.py`. It reads the same valid and invalid bodies of `SessionIn` and
`BookingIn`, interleaved, and prints CPU time per body as ratios to our own, the errors of three invalid fields, and
which promises of the contract each keeps. msgspec stops at the first invalid field of a struct, so its collector
converts field by field. Both libraries need code of ours for trimming, NFC, control characters, prices, instants and
tags; it is below, and counted.
"""

import inspect
import json
import re
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pydantic

from marketplace.core.domain.fields import CONTROL, URL
from marketplace.core.domain.users import fold
from marketplace.core.errors import Invalid
from marketplace.http.api.bookings import BookingIn
from marketplace.http.api.session_structs import SessionIn
from marketplace.http.validation.parsing import read_values

ROUNDS, BODIES_A_ROUND = 60, 200
GOOD_SESSION: dict[str, Any] = {
    "title": "Morning yoga",
    "description": "A gentle hour for all levels. " * 20,
    "duration": 60,
    "price": "49.99",
    "max_participants": 12,
    "image_url": "https://images.example.org/yoga.jpg",
    "category": "wellbeing",
    "tags": ["Yoga", "beginners"],
    "cancellation_notice": 24,
}
BAD_SESSION = GOOD_SESSION | {"title": " ", "duration": 0, "price": "1e3", "tags": [7], "status": "lost"}
GOOD_BOOKING = {
    "session": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    "booking_date": "2030-05-01T10:00:00Z",
    "seats": 2,
}
BAD_BOOKING = {"session": "x", "booking_date": "tomorrow", "seats": 0}
DECODER = msgspec.json.Decoder(float_hook=Decimal)


def text_of(value: object) -> str:
    """Trim, normalise to NFC and reject control characters, for which no library has a constraint."""
    if not isinstance(value, str):
        raise ValueError("This must be text.")  # noqa: TRY004 - the error type that pydantic collects
    if re.search(f"[{CONTROL}]", value):
        raise ValueError("Control characters are not allowed.")
    return unicodedata.normalize("NFC", value.strip())


def price_of(value: object) -> Decimal:
    """Read a price without rounding it."""
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", str(value).strip(" ")):
        raise ValueError("Give an amount from 0 to 99999999.99 with at most two decimals, such as 49.99.")
    return Decimal(str(value).strip(" ")).quantize(Decimal("0.01"))


def instant_of(value: object) -> datetime:
    """Read an instant or a bare date."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d([Tt ][\d:.]+([Zz]|[+-]\d\d:?\d\d))?", value):
        raise ValueError("Give a date and time with offset, such as 2030-05-01T10:00:00Z.")
    parsed = datetime.fromisoformat(value.upper())
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def whole_of(value: object) -> object:
    """Read an integer, also written as `6e1`, which is valid JSON for 60."""
    return int(value) if isinstance(value, Decimal) and value.adjusted() < 18 and value % 1 == 0 else value


def tags_of(value: object) -> tuple[str, ...]:
    """Fold the tags and drop duplicates."""
    if not isinstance(value, list) or len(value) > 10:
        raise ValueError("Give at most 10 tags of 1 to 40 characters each.")
    return tuple(dict.fromkeys(fold(text_of(tag)) for tag in value))


# msgspec: constraints in the types, and a collector --------------------------------------------------------------

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Description = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
Duration = Annotated[int, msgspec.Meta(ge=1, le=1440)]
Seats = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Notice = Annotated[int, msgspec.Meta(ge=0, le=8_760)]
Url = Annotated[str, msgspec.Meta(max_length=2048, pattern=URL)]
Tags = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=40)], ...], msgspec.Meta(max_length=10)]
Category = Annotated[str, msgspec.Meta(max_length=40)]


class SessionStruct(msgspec.Struct, kw_only=True):
    """`SessionIn` as msgspec constraints."""

    title: Title
    description: Description
    duration: Duration
    price: Decimal
    max_participants: Seats = 1
    image_url: Url | None = None
    status: Literal["active", "inactive"] = "active"
    category: Category | None = None
    tags: Tags = ()
    requires_confirmation: bool = False
    cancellation_notice: Notice = 0


class BookingStruct(msgspec.Struct, kw_only=True):
    """`BookingIn` as msgspec constraints."""

    session: UUID
    booking_date: datetime
    seats: Seats = 1


BEFORE: dict[str, Callable[[Any], Any]] = {
    "title": text_of,
    "description": text_of,
    "image_url": lambda value: value and text_of(value),
    "category": lambda value: value and text_of(value),
    "price": price_of,
    "tags": tags_of,
    "booking_date": instant_of,
    "duration": whole_of,
    "max_participants": whole_of,
    "seats": whole_of,
    "cancellation_notice": whole_of,
}
FIELDS: dict[type[msgspec.Struct], tuple[msgspec.structs.FieldInfo, ...]] = {
    kind: msgspec.structs.fields(kind) for kind in (SessionStruct, BookingStruct)
}


def by_msgspec(kind: type[msgspec.Struct], body: bytes) -> dict[str, str]:
    """Convert field by field and return the errors by field."""
    values, errors, good = DECODER.decode(body), {}, {}
    for field in FIELDS[kind]:
        if field.name in values:
            try:
                value = values[field.name]
                before = BEFORE.get(field.name)
                good[field.name] = msgspec.convert(before(value) if before else value, field.type)
            except (msgspec.ValidationError, ValueError) as error:
                errors[field.name] = str(error)
        elif field.required:
            errors[field.name] = "This field is required."
    if not errors:
        kind(**good)
    return errors


# Pydantic: constraints and validators in the types ---------------------------------------------------------------

Cleaned = pydantic.BeforeValidator(text_of)
Whole = pydantic.BeforeValidator(whole_of)
Strict = pydantic.Strict()


class SessionModel(pydantic.BaseModel):
    """`SessionIn` as a Pydantic model."""

    title: Annotated[str, Cleaned, pydantic.Field(min_length=1, max_length=200)]
    description: Annotated[str, Cleaned, pydantic.Field(min_length=1, max_length=20_000)]
    duration: Annotated[int, Whole, Strict, pydantic.Field(ge=1, le=1440)]
    price: Annotated[Decimal, pydantic.BeforeValidator(price_of)]
    max_participants: Annotated[int, Whole, Strict, pydantic.Field(ge=1, le=10_000)] = 1
    image_url: Annotated[str, Cleaned, pydantic.Field(max_length=2048, pattern=URL)] | None = None
    status: Literal["active", "inactive"] = "active"
    category: Annotated[str, Cleaned, pydantic.Field(max_length=40)] | None = None
    tags: Annotated[tuple[str, ...], pydantic.BeforeValidator(tags_of)] = ()
    requires_confirmation: Annotated[bool, Strict] = False
    cancellation_notice: Annotated[int, Whole, Strict, pydantic.Field(ge=0, le=8_760)] = 0


class BookingModel(pydantic.BaseModel):
    """`BookingIn` as a Pydantic model."""

    session: UUID
    booking_date: Annotated[datetime, pydantic.BeforeValidator(instant_of)]
    seats: Annotated[int, Whole, Strict, pydantic.Field(ge=1, le=10_000)] = 1


def by_pydantic(kind: type[pydantic.BaseModel], body: bytes) -> dict[str, str]:
    """Return the errors by field."""
    try:
        # not `validate_json`, which rounds floats before a validator sees them
        kind.model_validate(DECODER.decode(body))
    except pydantic.ValidationError as error:
        return {str(each["loc"][0]): each["msg"] for each in error.errors(include_url=False, include_context=False)}
    return {}


# ours ------------------------------------------------------------------------------------------------------------


def by_us(kind: type[msgspec.Struct], body: bytes) -> dict[str, str]:
    """Return the errors by field."""
    try:
        read_values(kind, DECODER.decode(body)).checked()
    except Invalid as error:
        return {name: sentences[0] for name, sentences in error.errors.items()}
    return {}


Reader = Callable[[bytes], dict[str, str]]
READERS: dict[str, dict[str, Reader]] = {
    "session": {
        "ours": lambda body: by_us(SessionIn, body),
        "msgspec": lambda body: by_msgspec(SessionStruct, body),
        "pydantic": lambda body: by_pydantic(SessionModel, body),
    },
    "booking": {
        "ours": lambda body: by_us(BookingIn, body),
        "msgspec": lambda body: by_msgspec(BookingStruct, body),
        "pydantic": lambda body: by_pydantic(BookingModel, body),
    },
}
CASES = {
    "good session": ("session", GOOD_SESSION),
    "bad session": ("session", BAD_SESSION),
    "good booking": ("booking", GOOD_BOOKING),
    "bad booking": ("booking", BAD_BOOKING),
}
PROMISES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "all bad fields at once": (BAD_SESSION, {"title", "duration", "price", "tags", "status"}),
    "1e3 refused": (GOOD_SESSION | {"price": "1e3"}, {"price"}),
    "1_0 refused": (GOOD_SESSION | {"price": "1_0"}, {"price"}),
    "NaN refused": (GOOD_SESSION | {"price": "NaN"}, {"price"}),
    "third decimal refused": (GOOD_SESSION | {"price": "49.999"}, {"price"}),
    "length after trim and NFC": (GOOD_SESSION | {"title": "  " + "e\u0301" * 200}, set()),
    "control characters refused": (GOOD_SESSION | {"title": "bell \x07"}, {"title"}),
    "text is no number": (GOOD_SESSION | {"duration": "60"}, {"duration"}),
    "true is no number": (GOOD_SESSION | {"duration": True}, {"duration"}),
    "6e1 is a whole number": (GOOD_SESSION | {"duration": 60.0}, set()),
    "empty address is none": (GOOD_SESSION | {"image_url": ""}, set()),
    "unknown fields ignored": (GOOD_SESSION | {"nonsense": 1}, set()),
}


def measure() -> None:
    """Measure CPU microseconds per body, interleaved, as ratios to ours."""
    for name, (kind, values) in CASES.items():
        body, times = json.dumps(values).encode(), {reader: list[float]() for reader in READERS[kind]}
        for _ in range(ROUNDS):
            for reader, read in READERS[kind].items():
                begin = time.process_time()
                for _ in range(BODIES_A_ROUND):
                    read(body)
                times[reader].append((time.process_time() - begin) / BODIES_A_ROUND * 1e6)
        ours = median(times["ours"])
        shown = ", ".join(
            f"{reader} {median(each):.1f} us ({median(each) / ours:.2f})" for reader, each in times.items()
        )
        print(f"{name}: {shown}")


def compare() -> None:
    """Print the promises kept, and three error messages of each."""
    for name, (values, expected) in PROMISES.items():
        body = json.dumps(values).encode()
        kept = {reader: set(read(body)) == expected for reader, read in READERS["session"].items()}
        print(f"{name}: {kept}")
    for reader, read in READERS["session"].items():
        errors = read(json.dumps(BAD_SESSION).encode())
        print(reader, [errors[field] for field in ("title", "duration", "status")])
    helpers = sum(len(inspect.getsourcelines(each)[0]) for each in (text_of, price_of, instant_of, whole_of, tags_of))
    print(f"helpers of ours that both libraries need: {helpers} lines")


if __name__ == "__main__":
    measure()
    compare()
