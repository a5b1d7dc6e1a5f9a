"""Fields: validation rule, example and description, declared once.

An alias such as `Title = Annotated[str, Text(1, 200, example="Morning yoga")]` declares a field. Entities, request
bodies and responses share the alias: services check values with `validate_values`; HTTP reads them with `Rule.read` and
derives JSON Schema from the rule.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from marketplace.core.domain.visible_text import (
    BLANK,
    IGNORABLE,
    has_ignorable,
    has_ink,
    without_invisible,
    without_unneeded,
)
from marketplace.core.errors import FieldErrors, Invalid

CONTROL = r"\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""Control characters other than line breaks, as the content of a regex character class."""
BREAKS = r"\n\r\u2028\u2029"
"""Line breaks that are not control characters above, as the content of a regex character class."""
LINE = rf"^[^{CONTROL}{BREAKS}]*$"
LINES = rf"^[^{CONTROL}]*$"
VISIBLE_LINE = rf"^[^{CONTROL}{BREAKS}]*[^\s{CONTROL}{IGNORABLE}{BLANK}][^{CONTROL}{BREAKS}]*$"
VISIBLE_LINES = rf"^[^{CONTROL}]*[^\s{CONTROL}{IGNORABLE}{BLANK}][^{CONTROL}]*$"
URL = rf"^(https?://[^\s/?#@:\\{CONTROL}]+(:[0-9]{{1,5}})?([/?#][^\s{CONTROL}]*)?)?$"
MAX_URL_LENGTH = 2048
MAX_NAME_LENGTH = 150
MAX_REASON_LENGTH = 500
MAX_INTEGER_DIGITS = 18
"""Maximum digits of an integer in JSON."""
MAX_MARKS = 30
MAX_NFC_SHRINKAGE = 4
"""Maximum ratio of a text's length before NFC normalization to its maximum length."""
NOT_CANONICAL = "Must be trimmed and NFC-normalized, without invisible characters."

SECRET = re.compile("password|hash|secret|token")

_CONTROL = re.compile(f"[{CONTROL}]")
_BREAK = re.compile(f"[{BREAKS}]")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """Validation rule of a field. `description` documents the field in the API."""

    example: object = None
    description: str | None = None

    @property
    def shown_example(self) -> object:
        """The example of API documentation."""
        return self.example

    def read(self, value: Any) -> Any:
        """Return the value in canonical form. Raises `ValueError` with a message for users."""
        raise NotImplementedError

    def validate(self, value: Any) -> list[str]:
        """Return error messages for a value that should already be canonical."""
        try:
            return [] if self.read(value) == value else [NOT_CANONICAL]
        except ValueError as error:
            return [str(error)]


@dataclass(frozen=True, eq=False)
class Text(Rule):
    """Text of `minimum` to `maximum` characters after trimming, NFC (UAX #15) and removal of invisible characters.

    Text that shows nothing counts as empty. Control characters are rejected, line breaks unless it is `multiline`, and
    invisible characters if it has a `pattern`: identifiers are never altered. Passwords are kept as they are: `exact`.
    `format` is the JSON Schema format.
    """

    minimum: int
    maximum: int
    pattern: str | None = None
    expected: str = ""
    format: str | None = None
    exact: bool = False
    multiline: bool = False

    @property
    def schema_pattern(self) -> str:
        """Regular expression of JSON Schema."""
        if self.pattern:
            return self.pattern
        if self.minimum and not self.exact:
            return VISIBLE_LINES if self.multiline else VISIBLE_LINE
        return LINES if self.multiline or self.exact else LINE

    def read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("Must be text.")  # noqa: TRY004 - rules raise one type
        if _CONTROL.search(value):
            raise ValueError("Control characters are not allowed.")
        if self.pattern and not value.isascii() and has_ignorable(value):
            raise ValueError("Invisible characters are not allowed.")
        provided = value if self.exact else without_unneeded(value).strip()
        if not self.multiline and not self.exact and _BREAK.search(provided):
            raise ValueError("Use a single line, without line breaks.")
        if len(provided) > MAX_NFC_SHRINKAGE * self.maximum or _has_mark_run(provided):
            raise ValueError(self._expected())
        kept = provided if provided.isascii() else self._composed(provided)
        if not self.minimum <= len(kept) <= self.maximum or (self.pattern and not re.search(self.pattern, kept)):
            raise ValueError(self._expected())
        return kept

    def _composed(self, provided: str) -> str:
        kept = unicodedata.normalize("NFC", provided)
        if self.exact:
            return kept
        shown = unicodedata.normalize("NFC", without_invisible(kept)).strip()
        return shown if has_ink(shown) else ""

    def _expected(self) -> str:
        if self.expected:
            return self.expected
        return (
            f"Use {self.minimum} to {self.maximum} characters."
            if self.minimum
            else f"Use at most {self.maximum} characters."
        )


def _has_mark_run(value: str) -> bool:
    """Return whether the text has an overlong run of combining marks (UAX #15, Stream-Safe Text Format).

    Normalizing such a run takes quadratic time and would block the event loop.
    """
    if value.isascii():
        return False
    run = 0
    for character in value:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MAX_MARKS:
            return True
    return False


@dataclass(frozen=True, eq=False)
class OrNone(Rule):
    """`None`, or a value of another rule. With `is_empty_none` (the default), empty text is read as `None`."""

    rule: Rule
    is_empty_none: bool = True

    def read(self, value: Any) -> Any:
        if value is None or (value == "" and self.is_empty_none):
            return None
        kept = self.rule.read(value)
        return None if kept == "" and self.is_empty_none else kept


@dataclass(frozen=True, eq=False)
class Whole(Rule):
    """An integer from `minimum` to `maximum`. JSON clients may write it as `60.0` or `6e1`."""

    minimum: int
    maximum: int

    def read(self, value: Any) -> Any:
        is_whole = isinstance(value, Decimal) and value.adjusted() < MAX_INTEGER_DIGITS and value % 1 == 0
        if (isinstance(value, bool) or not isinstance(value, int)) and not is_whole:
            raise ValueError(f"Must be a whole number from {self.minimum} to {self.maximum}.")
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Must be a whole number from {self.minimum} to {self.maximum}.")
        return int(value)


@dataclass(frozen=True, eq=False)
class Choice(Rule):
    """One of a closed set of strings."""

    words: tuple[str, ...]

    def read(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.words:
            raise ValueError(f"Choose one of: {', '.join(self.words)}.")
        return value


@dataclass(frozen=True, eq=False)
class Boolean(Rule):
    """A boolean."""

    def read(self, value: Any) -> Any:
        if not isinstance(value, bool):
            raise ValueError("Must be true or false.")  # noqa: TRY004 - rules raise one type
        return value


WebAddress = Annotated[
    str | None,
    OrNone(
        Text(0, MAX_URL_LENGTH, URL, "Enter a URL that starts with http:// or https://."),
        example="https://images.example.org/morning-yoga.jpg",
        description="An http(s) URL; `null` for none.",
    ),
]
Reason = Annotated[
    str,
    Text(0, MAX_REASON_LENGTH, multiline=True, example="I am ill.", description="The other party sees this."),
]
StaffReason = Annotated[
    str,
    Text(
        1,
        MAX_REASON_LENGTH,
        multiline=True,
        example="Requested by email.",
        description="The reason, saved in the audit log.",
    ),
]
OptionalStaffReason = Annotated[
    str,
    Text(
        0,
        MAX_REASON_LENGTH,
        multiline=True,
        example="Requested by email.",
        description="The reason, saved in the audit log.",
    ),
]


def rule_of(annotation: Any) -> Rule | None:
    """Return the rule in an annotation's metadata, or the one implied by its type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        found = (each for each in get_args(annotation)[1:] if isinstance(each, Rule))
        return next(found, None) or rule_of(get_args(annotation)[0])
    if origin is Literal:
        return Choice(get_args(annotation))
    return Boolean() if annotation is bool else None


@cache
def rules_of(entity: type) -> Mapping[str, Rule]:
    """Return the rules of a dataclass by field name; fields without a rule are left out."""
    found = {each.name: rule_of(each.type) for each in fields(entity)}
    return {name: rule for name, rule in found.items() if rule is not None}


def field_names(entity: type, *excluded: str) -> tuple[str, ...]:
    """Return the field names of a dataclass in order, without the excluded ones.

    Field lists of the audit log and exports name what they exclude, so that new fields are included by default. Raises
    `ValueError` if a field that looks like a secret is not excluded, or if an excluded field does not exist.
    """
    names = [each.name for each in fields(entity)]
    kept = tuple(name for name in names if name not in excluded)
    unsafe = {name for name in kept if SECRET.search(name)} | set(excluded).difference(names)
    if unsafe:
        raise ValueError(f"{entity.__name__}: {', '.join(sorted(unsafe))}")
    return kept


def validate_values(entity: type, values: Mapping[str, Any]) -> FieldErrors:
    """Validate values of some or all fields of an entity."""
    found = {name: rule.validate(values[name]) for name, rule in rules_of(entity).items() if name in values}
    return {name: sentences for name, sentences in found.items() if sentences}


def validate_entity(entity: Any) -> FieldErrors:
    """Validate all fields of an entity."""
    kind: Any = type(entity)
    return validate_values(kind, {name: getattr(entity, name) for name in rules_of(kind)})


def validate_field(name: str, annotation: Any, value: Any) -> FieldErrors:
    """Validate one value by its field alias."""
    rule = rule_of(annotation)
    found = rule.validate(value) if rule else []
    return {name: found} if found else {}


def require(*found: FieldErrors) -> None:
    """Raise `Invalid` with all given errors, if there are any."""
    together = {name: sentences for each in found for name, sentences in each.items() if sentences}
    if together:
        raise Invalid(together)
