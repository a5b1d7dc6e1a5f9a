"""Usernames for people who register without one: from their names, never from the e-mail address."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from uuid import UUID

from marketplace.core.domain.fields import validate_field
from marketplace.core.domain.users import Username, fold

MAX_DERIVED_LENGTH = 40
"""Characters, before the number."""
NEUTRAL = "member"
DIGITS = (2, 4, 6, 9, 12)
"""Lengths of the numbers tried after a username that is taken: each finds one free among a hundred times as many."""
_REMOVED = re.compile(r"[^\w-]")


def derived_usernames(
    first_name: str, last_name: str, seed: UUID, is_allowed: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return usernames to try in order, such as `ada.byron`, `ada.byron27`, `ada.byron4927`.

    The digits are of the `seed`. Names that spell no username that `is_allowed` give `member-4927` and the like.
    """
    digits = f"{seed.int % 10 ** DIGITS[-1]:0{DIGITS[-1]}}"
    base = derived_username(first_name, last_name, is_allowed)
    if base is None:
        return tuple(f"{NEUTRAL}-{digits[-length:]}" for length in DIGITS[1:])
    return (base, *(f"{base}{digits[-length:]}" for length in DIGITS))


def derived_username(first_name: str, last_name: str, is_allowed: Callable[[str], bool]) -> str | None:
    """Return the names as a username, or the first name alone if both together aren't allowed; `None` if neither is."""
    for names in ((first_name, last_name), (first_name,)):
        candidate = _joined(" ".join(names))
        if not validate_field("username", Username, candidate) and is_allowed(candidate):
            return candidate
    return None


def _joined(names: str) -> str:
    words = (_spelled(word) for word in fold(names).split() if "@" not in word)
    joined = ".".join(word for word in words if word)
    return joined[:MAX_DERIVED_LENGTH].rstrip(".-")


def _spelled(word: str) -> str:
    """Return the letters and digits of a word; nothing if it needs signs that a username cannot have."""
    return "" if any(_needs_signs(word)) else _REMOVED.sub("", word).strip("-_")


def _needs_signs(word: str) -> Iterator[bool]:
    """Tell for each combining sign whether its letter belongs to a script without case, where it changes the word."""
    letter = ""
    for character in word:
        if unicodedata.category(character).startswith("M"):
            yield unicodedata.category(letter or " ") == "Lo"
        else:
            letter = character
