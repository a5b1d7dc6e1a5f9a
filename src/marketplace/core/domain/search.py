"""Words of texts and searches: folded, so that accents and case don't matter, with the symbols that make a word."""

import re
import unicodedata
from functools import lru_cache

from marketplace.core.domain.visible_text import has_ignorable, without_ignorable

CORRECTED_LENGTH = 40
"""Maximum length of a word that is corrected, in characters."""
MIN_CORRECTED = 4
"""Minimum length: shorter words have too many neighbours to guess from."""
MAX_CORRECTED = 200
"""Maximum number of known words, alphabetically, that the guess for one unknown word is chosen from."""

WORD_LENGTH = 100
"""Compared characters of a word; the rest is ignored."""

SYMBOLS = "#+.&"
"""Symbols that make a word in `C#`, `C++`, `.NET` and `R&B`."""

# letters whose stroke or ligature has no Unicode decomposition
_LETTERS = str.maketrans(
    dict(zip("æœøđðħ\u0131ĸłŋþŧ", ("ae", "oe", "o", "d", "d", "h", "i", "k", "l", "n", "th", "t"), strict=True))
)
_PLAIN = rf"[^\s{SYMBOLS}]"
_TOKEN = re.compile(
    rf"(?<!\S){_PLAIN}&{_PLAIN}(?!\S)|(?<!\S)\.(?!\d){_PLAIN}+(?!\S)|{_PLAIN}+(?:\+\+|\#)(?!{_PLAIN})|{_PLAIN}+"
)
_MARKS = {"Mn", "Mc"}
"""General categories of accents and of the vowel signs of Indic scripts and Thai, which belong to their word."""


def fold_word(word: str) -> str:
    """Return a word as it is compared: without accents, by its first `WORD_LENGTH` characters."""
    if word.isascii():
        return word[:WORD_LENGTH]
    plain = unicodedata.normalize("NFKD", word).translate(_LETTERS)
    return "".join(each for each in plain if not unicodedata.combining(each))[:WORD_LENGTH]


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, in lower case, with accents and with the symbols that make a word."""
    found = _TOKEN.findall(_spaced(text, SYMBOLS))
    return tuple(token[:WORD_LENGTH] for token in found if _is_word(token))


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in order: runs of letters, marks and digits, without accents and case."""
    return tuple(fold_word(word) for word in _spaced(text, "").split() if _is_word(word))


def title_key(title: str) -> str:
    """Return the sort key of `ordering=title`: folded words, compared by code point, at most 200 characters."""
    return " ".join(words(title))[:200]


def is_one_typo(one: str, other: str) -> bool:
    """Return whether the words differ by one insertion, deletion, substitution or adjacent swap (Damerau)."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    pairs = zip(one, other, strict=False)
    shared = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    left, right = one[shared:], other[shared:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    )


def _spaced(text: str, symbols: str) -> str:
    """Return the text in lower case, with spaces for all that belongs to no word."""
    lower = unicodedata.normalize("NFKC", without_ignorable(text)).casefold()
    if not lower.isascii():
        lower = unicodedata.normalize("NFKC", lower)
    return lower.translate({ord(each): " " for each in set(lower) if each not in symbols and not _in_word(each)})


@lru_cache(maxsize=4096)
def _in_word(character: str) -> bool:
    if character.isalnum():
        return True
    return unicodedata.category(character) in _MARKS and not has_ignorable(character)


def _is_word(token: str) -> bool:
    return token.isascii() or any(each.isalnum() for each in fold_word(token))
