"""How the fields of bodies and queries are read.

Reading is ours because the contract wants every bad field named, text trimmed and NFC-normalised, and decimals and
dates stricter than a JSON library takes them. Each reader takes a JSON value and raises `ValueError` with a sentence.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.core.domain.search import words
from marketplace.core.domain.sessions import MAX_PRICE, MAX_TAGS, SEARCH_LENGTH, TAG_LENGTH
from marketplace.core.domain.users import fold
from marketplace.core.domain.wall_time import time_zones

Reader = Callable[[Any], Any]

CONTROL = r"\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""Control characters other than line breaks, as the inside of a character class."""
SHOWN = rf"^[^{CONTROL}]*[^\s{CONTROL}][^{CONTROL}]*$"
FREE = rf"^[^{CONTROL}]*$"
EMAIL = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$"
)
"""What browsers take for an e-mail address (HTML Living Standard), with at least one dot in the domain."""
USERNAME = r"^[\w.@+-]{2,150}$"
URL = rf"^(https?://[^\s/?#@:\\{CONTROL}]+(:[0-9]{{1,5}})?([/?#][^\s{CONTROL}]*)?)?$"
PRICE = r"^[0-9]{1,8}(\.[0-9]{1,2})?$"
INSTANT = r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d))?"
USERNAME_LENGTH = 150
SEARCH_WORDS = 12
WINDOW_YEARS = (1970, 2200)
JSON_INTEGER_DIGITS = 18
MAX_MARKS = 30
LONGER_BEFORE_NFC = 4
"""How many times longer a text may be before NFC than it may be after."""

_CONTROL = re.compile(f"[{CONTROL}]")


def text(
    minimum: int, maximum: int, pattern: str | None = None, expected: str | None = None, *, trim: bool = True
) -> Reader:
    """Text of `least` to `most` characters once trimmed and NFC-normalised (Unicode Annex 15)."""
    expected = expected or (
        f"Use {minimum} to {maximum} characters." if minimum else f"Use at most {maximum} characters."
    )

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("Must be text.")  # noqa: TRY004 - readers raise one kind
        _refuse_control(value)
        provided = value.strip() if trim else value
        if len(provided) > LONGER_BEFORE_NFC * maximum or _has_mark_run(provided):
            raise ValueError(expected)
        kept = unicodedata.normalize("NFC", provided)
        if not minimum <= len(kept) <= maximum or (pattern and not re.search(pattern, kept)):
            raise ValueError(expected)
        return kept

    return read


def _refuse_control(value: str) -> None:
    if _CONTROL.search(value):
        raise ValueError("Control characters are not allowed.")


def _has_mark_run(value: str) -> bool:
    """Whether more combining marks follow one another than any script needs (UAX #15, Stream-Safe Text).

    Normalising such a run takes time in its square, in which nobody else would be served.
    """
    if value.isascii():
        return False
    run = 0
    for character in value:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MAX_MARKS:
            return True
    return False


def nullable(read: Reader) -> Reader:
    """`null` and empty text mean none."""
    return lambda value: None if value is None or value == "" else read(value) or None


def or_null(read: Reader) -> Reader:
    """`null` means none."""
    return lambda value: None if value is None else read(value)


def whole(minimum: int, maximum: int) -> Reader:
    """A whole number."""

    def read(value: Any) -> int:
        whole_number = isinstance(value, Decimal) and value.adjusted() < JSON_INTEGER_DIGITS and value % 1 == 0
        if (isinstance(value, bool) or not isinstance(value, int)) and not whole_number:
            raise ValueError(f"Must be a whole number from {minimum} to {maximum}.")
        if not minimum <= value <= maximum:
            raise ValueError(f"Must be a whole number from {minimum} to {maximum}.")
        return int(value)

    return read


def price(value: Any) -> Decimal:
    """An amount of money: a decimal string or a JSON number, with at most two places; never rounded."""
    shown = format(value, "f") if isinstance(value, Decimal) and -4 < value.adjusted() < 9 else str(value)  # noqa: PLR2004
    if (
        isinstance(value, bool)
        or not isinstance(value, str | int | Decimal)
        or not re.fullmatch(PRICE, shown.strip(" "))
    ):
        raise ValueError(f"Enter an amount from 0 to {MAX_PRICE} with at most two decimals, such as 49.99.")
    return Decimal(shown.strip(" ")).quantize(Decimal("0.01"))


def instant(value: Any) -> datetime:
    """An ISO 8601 date and time with offset (RFC 3339), or a bare date, which is its midnight in UTC."""
    expected = "Enter a date and time with a UTC offset, such as 2030-05-01T10:00:00Z."
    if not isinstance(value, str) or not re.fullmatch(INSTANT, value.strip(" "), re.ASCII):
        raise ValueError(expected)
    try:
        parsed = datetime.fromisoformat(value.strip(" ").upper())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(expected) from error


def window(value: Any) -> datetime:
    """An instant of this age, from which days can be counted either way."""
    found = instant(value)
    first, last = WINDOW_YEARS
    if not first <= found.year < last:
        raise ValueError(f"Use a time in the years {first} to {last - 1}.")
    return found


def one_of(*choices: str) -> Reader:
    """One of a closed set of words."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"Choose one of: {', '.join(choices)}.")
        return value

    return read


def several_of(*choices: str) -> Reader:
    """Words of a closed set, each text of a list having one or several with commas between; an empty text has none."""

    def read(value: Any) -> frozenset[str]:
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in texts):
            raise ValueError("Must be text.")
        words = frozenset(word.strip(" ") for each in texts if each for word in each.split(","))
        if words.difference(choices):
            raise ValueError(f"Choose one or more of: {', '.join(choices)}.")
        return words

    return read


def identifier(value: Any) -> UUID:
    """A UUID in its usual form (RFC 9562)."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        raise ValueError("Must be an ID such as 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b.")
    return UUID(value)


def boolean(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("Must be true or false.")  # noqa: TRY004 - readers raise one kind
    return value


def username(value: Any) -> str:
    """A name to be known by."""
    expected = f"Use 2 to {USERNAME_LENGTH} letters, digits and @ . + - _"
    name: str = text(2, USERNAME_LENGTH, USERNAME, expected)(value)
    if len(fold(name)) > USERNAME_LENGTH:
        raise ValueError(expected)
    return name


def time_zone(value: Any) -> str:
    """An IANA time zone."""
    if not isinstance(value, str) or value not in time_zones():
        raise ValueError("Choose an IANA time zone such as Europe/Madrid.")
    return value


def tags(value: Any) -> tuple[str, ...]:
    """Up to ten different words or short phrases, folded to lower case."""
    expected = f"Use at most {MAX_TAGS} tags of 1 to {TAG_LENGTH} characters each."
    if not isinstance(value, list) or len(value) > MAX_TAGS:
        raise ValueError(expected)
    read = text(1, TAG_LENGTH, None, expected)
    folded = tuple(dict.fromkeys(fold(read(tag)) for tag in value))
    if any(len(tag) > TAG_LENGTH for tag in folded):
        raise ValueError(expected)
    return folded


def tag(value: Any) -> str:
    """One tag, folded."""
    return fold(str(text(1, TAG_LENGTH)(value)))


def search(value: Any) -> tuple[str, ...]:
    """The words of a search."""
    requested = words(text(1, SEARCH_LENGTH)(value))
    if not requested:
        raise ValueError("Enter at least one letter or digit.")
    if len(requested) > SEARCH_WORDS:
        raise ValueError(f"Use at most {SEARCH_WORDS} words.")
    return tuple(dict.fromkeys(requested))
