"""Readers of values that exist only in the API; the rules of stored fields are in `core/domain/fields.py`.

Each reader takes a JSON value and raises `ValueError` with a message for users.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marketplace.core.domain.catalog import SEARCH_LENGTH
from marketplace.core.domain.fields import Text
from marketplace.core.domain.search import tokens
from marketplace.core.domain.sessions import TAG_LENGTH
from marketplace.core.domain.users import fold

Reader = Callable[[Any], Any]

INSTANT = r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d))?"
LOCAL_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
_INSTANT = re.compile(INSTANT, re.ASCII)
_LOCAL_TIME = re.compile(LOCAL_TIME)
_IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SEARCH_WORDS = 12
WINDOW_YEARS = (1970, 2200)

_TAG = Text(1, TAG_LENGTH)
_SEARCH = Text(1, SEARCH_LENGTH, multiline=True)


def or_null(read: Reader) -> Reader:
    """Accept `null` too."""
    return lambda value: None if value is None else read(value)


def instant(value: Any) -> datetime:
    """Read a date and time with offset (ISO 8601, RFC 3339), or a date, which means midnight UTC."""
    expected = "Enter a date and time with a UTC offset, such as 2030-05-01T10:00:00Z."
    if not isinstance(value, str) or not _INSTANT.fullmatch(value.strip(" ")):
        raise ValueError(expected)
    try:
        parsed = datetime.fromisoformat(value.strip(" ").upper())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(expected) from error


def window(value: Any) -> datetime:
    """Read an instant within years that allow adding and subtracting days."""
    return _within_years(instant(value))


def local_time(value: Any) -> datetime:
    """Read a date and time without offset."""
    expected = "Enter a date and time without a UTC offset, such as 2030-05-01T10:00."
    if not isinstance(value, str) or not _LOCAL_TIME.fullmatch(value):
        raise ValueError(expected)
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(expected) from error
    return _within_years(found)


def _within_years(found: datetime) -> datetime:
    first, last = WINDOW_YEARS
    if not first <= found.year < last:
        raise ValueError(f"Use a time in the years {first} to {last - 1}.")
    return found


def several_of(*choices: str) -> Reader:
    """Return a reader of sets of these words: repeated or comma-separated; empty text is the empty set."""

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
    """Read a UUID in its canonical form (RFC 9562)."""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise ValueError("Must be an ID such as 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b.")
    return UUID(value)


def tag(value: Any) -> str:
    """Read a tag, case-folded."""
    return fold(str(_TAG.read(value)))


def search(value: Any) -> tuple[str, ...]:
    """Read the distinct words of a search."""
    requested = tokens(_SEARCH.read(value))
    if not requested:
        raise ValueError("Enter at least one letter or digit.")
    if len(requested) > SEARCH_WORDS:
        raise ValueError(f"Use at most {SEARCH_WORDS} words.")
    return tuple(dict.fromkeys(requested))


def typed(value: Any) -> tuple[str, ...]:
    """Read the distinct words of a search that is being typed, of which there may be none yet."""
    return tuple(dict.fromkeys(tokens(_SEARCH.read(value))))[:SEARCH_WORDS]
