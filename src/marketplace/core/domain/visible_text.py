"""Text as readers see it: characters that show nothing are removed, unless a script or an emoji needs them."""

import re
import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: Persian and Indic spelling, and emoji such as families."""
DIRECTION_MARKS = "\u061c\u200e\u200f"
"""Place punctuation in text of right-to-left scripts; unlike overrides, they reorder no letters."""
_SELECTORS = "\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Variation selectors of emoji, CJK and Mongolian."""
_TAGS = "\U000e0020-\U000e007f"
"""Spell the region of a flag emoji."""

IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
)
"""Default_Ignorable_Code_Point of the Basic Multilingual Plane (DerivedCoreProperties.txt of Unicode 16), as the
content of a regex character class. `unicodedata` lacks this property; a test compares it with ICU's.
"""
_IGNORABLE_BEYOND = "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
BLANK = r"\u2800"
"""Braille pattern blank: a symbol without ink, which is neither ignorable nor a space."""

_IGNORABLE = re.compile(f"[{IGNORABLE}{_IGNORABLE_BEYOND}]")
_NEEDED = re.compile(f"[{_TAGS}]+|[{JOINERS}{DIRECTION_MARKS}{_SELECTORS}]")
_SELECTOR = re.compile(f"[{_SELECTORS}]")
_INK = re.compile(rf"[^\s{IGNORABLE}{_IGNORABLE_BEYOND}{BLANK}]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""The blocks of right-to-left scripts (DerivedBidiClass.txt)."""
MAX_BASE_DISTANCE = 4
"""Accents, vowel signs and skin tones between a base and a joiner, which searching for the base is limited to."""
_MARK = re.compile("[\U0001f3fb-\U0001f3ff]")
"""Skin tones, which follow an emoji as accents follow a letter."""
VIRAMA = 9
"""Canonical combining class of the signs that silence the vowel of an Indic letter."""
_JOINED = {"Lo", "So"}
"""General categories of what joiners join: letters of scripts without case, and emoji."""


def has_ink(text: str) -> bool:
    """Return whether the text shows anything."""
    return _INK.search(text) is not None


def has_ignorable(text: str) -> bool:
    """Return whether the text has a character that shows nothing by itself."""
    return _IGNORABLE.search(text) is not None


def without_ignorable(text: str) -> str:
    """Remove every character that shows nothing by itself, joiners too: searches compare what is left."""
    return text if text.isascii() else _IGNORABLE.sub("", text)


def without_unneeded(text: str) -> str:
    """Remove ignorable characters that no script needs: soft hyphens, zero-width spaces, overrides, fillers."""
    if text.isascii():
        return text
    return _IGNORABLE.sub(lambda found: found[0] if _NEEDED.match(found[0]) else "", text)


def without_invisible(text: str) -> str:
    """Remove ignorable characters where they have no effect, such as a joiner between Latin letters.

    Expects NFC, without the characters that `without_unneeded` removes. What is kept depends only on characters that
    are never removed, so doing it twice changes nothing more.
    """
    if not _NEEDED.search(text):
        return text
    is_right_to_left = _RIGHT_TO_LEFT.search(text) is not None

    def kept(found: re.Match[str]) -> str:
        character, (start, end) = found[0], found.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        if character in DIRECTION_MARKS:
            has_effect = is_right_to_left
        elif character in JOINERS:
            has_effect = _is_virama(before) or (has_ink(after) and _base_category(text, start) in _JOINED)
        elif _SELECTOR.match(character):
            has_effect = has_ink(before)
        else:
            has_effect = _category(before) == "So"
        return character if has_effect else ""

    return _NEEDED.sub(kept, text)


def _is_virama(character: str) -> bool:
    """Return whether joiners are kept after this character whatever follows (RFC 5892, A.1)."""
    return character != "" and unicodedata.combining(character) == VIRAMA


def _category(character: str) -> str:
    return unicodedata.category(character) if character else ""


def _base_category(text: str, place: int) -> str:
    """Return the general category of the character that the marks before a place belong to."""
    for character in reversed(text[max(0, place - MAX_BASE_DISTANCE) : place]):
        category = unicodedata.category(character)
        if not category.startswith("M") and not _MARK.match(character) and not _NEEDED.match(character):
            return category
    return ""
