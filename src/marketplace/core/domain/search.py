"""Word matching of searches: ignores accents and case, matches prefixes, corrects one typo."""

import re
import unicodedata

CORRECTED_LENGTH = 40
"""Maximum length of a word that is corrected, in characters."""
MAX_CORRECTED = 200
"""Maximum number of known words, alphabetically, that one unknown word can be corrected to."""

WORD_LENGTH = 100
"""Compared characters of a word; the rest is ignored."""

# letters whose stroke or ligature has no Unicode decomposition
_LETTERS = str.maketrans(
    dict(zip("æœøđðħ\u0131ĸłŋþŧ", ("ae", "oe", "o", "d", "d", "h", "i", "k", "l", "n", "th", "t"), strict=True))
)
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in order: runs of letters and digits, without accents and case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return tuple(word[:WORD_LENGTH] for word in _WORD.findall(bare))


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
