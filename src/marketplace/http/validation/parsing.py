"""Parsing bodies and queries: every field is checked, and one response names every invalid one."""

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

import msgspec
from litestar import Request

from marketplace.core.domain.fields import MAX_INTEGER_DIGITS
from marketplace.core.errors import FieldErrors, Invalid
from marketplace.http.answers import HasScope, body_of, headers_of, query_of
from marketplace.http.problems import UnsupportedMediaType
from marketplace.http.validation.fields import rule_for
from marketplace.http.validation.validators import Reader

Wire = TypeVar("Wire", bound=msgspec.Struct)

_JSON = msgspec.json.Decoder(float_hook=Decimal)
MAX_VALUES = 20_000
"""Values of a body, roughly: twice the longest list. A mebibyte of numbers would take tens of milliseconds."""
VALUE_SIGNS = (b",", b"[", b"{")
"""Bytes that precede values; those in texts are counted, too."""
STRETCH = 64 * 1024
"""Bytes that are counted at a time."""
_JSON_MEDIA_TYPE = re.compile(r"application/([\w.+-]+\+)?json")
_INTEGER = re.compile(rf"-?[0-9]{{1,{MAX_INTEGER_DIGITS}}}")


class ParsedBody(Generic[Wire]):
    """A parsed body or query: the valid values, and the errors of the other fields."""

    def __init__(self, kind: type[Wire], provided: dict[str, Any], errors: dict[str, list[str]]) -> None:
        self._kind = kind
        self.errors: FieldErrors = errors
        self.values = provided
        """Sent and valid fields, by name."""

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def is_valid_for(self, *names: str) -> bool:
        """Return whether these fields have no errors, by their API names."""
        return self.errors.keys().isdisjoint(names)

    def checked(self, *further: FieldErrors) -> Wire:
        """Return the struct, with defaults for missing fields. Raises `Invalid` with all errors."""
        return self._kind(**self.changes(*further))

    def changes(self, *further: FieldErrors) -> dict[str, Any]:
        """Return only the sent fields. Raises `Invalid` with all errors, including `further`."""
        errors = dict(self.errors)
        for found in further:
            errors |= {name: list(sentences) for name, sentences in found.items()}
        if errors:
            raise Invalid(errors)
        return self.values


async def read_body(
    request: Request[Any, Any, Any], kind: type[Wire], *, partial: bool = False, stored: object = None
) -> ParsedBody[Wire]:
    """Parse the JSON object of a request's body as `kind`; with `partial`, no field is required.

    Values equal to those of `stored` are no changes, and are not validated: rules may be stricter than they were.

    Raises `UnsupportedMediaType`, `Invalid` if it is not a JSON object, and 413 through the framework.
    """
    return parse_body(request, await body_of(request), kind, partial=partial, stored=stored)


def parse_body(
    request: HasScope, body: bytes, kind: type[Wire], *, partial: bool = False, stored: object = None
) -> ParsedBody[Wire]:
    """Parse the body as `read_body` does, once it has been received."""
    _require_json(request, body)
    if len(body) > MAX_VALUES and _has_too_many_values(body):
        raise Invalid(detail="The body has too many values.")
    try:
        values = _JSON.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise Invalid(detail="The body isn't valid JSON.") from error
    if not isinstance(values, dict):
        raise Invalid(detail="The body must be a JSON object.")
    return read_values(kind, values, partial=partial, stored=stored)


def _has_too_many_values(body: bytes) -> bool:
    """Count no further than needed: a mebibyte of signs takes almost 2 ms."""
    signs = 0
    for begin in range(0, len(body), STRETCH):
        signs += sum(body.count(each, begin, begin + STRETCH) for each in VALUE_SIGNS)
        if signs > MAX_VALUES:
            return True
    return False


async def read_optional_body(request: Request[Any, Any, Any], kind: type[Wire]) -> ParsedBody[Wire]:
    """Parse the body as `read_body` does, but accept an empty one."""
    body = await body_of(request)
    if body:
        return parse_body(request, body, kind)
    _require_json(request, body)
    return ParsedBody(kind, {}, {})


async def read_nothing(request: Request[Any, Any, Any]) -> None:
    """Ignore the body, after applying the same rules of media type and size."""
    ignore_body(request, await body_of(request))


def ignore_body(request: HasScope, body: bytes) -> None:
    """Ignore a body that was received, as `read_nothing` does."""
    _require_json(request, body)


def _require_json(request: HasScope, body: bytes) -> None:
    media_type = next(iter(headers_of(request, b"content-type")), "").partition(";")[0].strip().lower()
    if not _JSON_MEDIA_TYPE.fullmatch(media_type) and (body or media_type):
        raise UnsupportedMediaType


def read_query(request: HasScope, kind: type[Wire]) -> ParsedBody[Wire]:
    """Parse the query string of a request as `kind`.

    An empty parameter counts as absent. A repeated one is an error, except for set fields, which combine all values.
    """
    values = defaultdict[str, list[str]](list)
    for name, value in query_of(request):
        values[name].append(value)
    sent = {name: texts[0] if len(texts) == 1 else texts for name, texts in values.items() if texts != [""]}
    return read_values(kind, sent, from_text=True)


def read_values(
    kind: type[Wire],
    values: Mapping[str, Any],
    *,
    partial: bool = False,
    from_text: bool = False,
    stored: object = None,
) -> ParsedBody[Wire]:
    """Parse values as `kind`. `partial`: no field is required. `from_text`: numbers and booleans are text."""
    provided: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for attribute, name, is_required, base, read in _readers(kind):
        if name in values:
            value = values[name]
            if stored is not None and value == getattr(stored, attribute):
                continue
            try:
                provided[attribute] = read(_value_of_text(value, base) if from_text else value)
            except ValueError as error:
                errors[name] = [str(error)]
        elif is_required and not partial:
            errors[name] = ["This field is required."]
    return ParsedBody(kind, provided, errors)


def _value_of_text(value: Any, base: type) -> Any:
    if isinstance(value, list) and get_origin(base) is not frozenset:
        raise ValueError("Send this only once.")
    if base is int and _INTEGER.fullmatch(value):
        return int(value)
    if base is bool:
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


@cache
def wire_names(kind: type[msgspec.Struct]) -> frozenset[str]:
    """Return the names that the fields of a struct have in the API."""
    return frozenset(field.encode_name for field in msgspec.structs.fields(kind))


@cache
def _readers(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, bool, type, Reader], ...]:
    """Return attribute, API name, whether it is required, type and reader of each field."""
    return tuple(
        (field.name, field.encode_name, field.required, _base(field.type), rule_for(field.type).read)
        for field in msgspec.structs.fields(kind)
    )


def _base(annotation: Any) -> type:
    """Return the type of a field without `None` and metadata."""
    if get_origin(annotation) is Annotated:
        return _base(get_args(annotation)[0])
    parts = [part for part in get_args(annotation) if part is not NoneType]
    return _base(parts[0]) if len(parts) < len(get_args(annotation)) else annotation
