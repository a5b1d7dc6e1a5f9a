"""How words are compared in a search: accents and case aside, by prefix, one typo forgiven."""

import re
import unicodedata

CORRECTED_LENGTH = 40
"""Characters. Longer words are taken as they are."""
MAX_CORRECTED = 200
"""How many words, in alphabetical order, one that is unknown may stand for."""

WORD_LENGTH = 100
"""Characters of a word that are compared; what follows is not looked at."""

# letters whose stroke or joining Unicode does not take for an accent
_LETTERS = str.maketrans(
    dict(zip("æœøđðħ\u0131ĸłŋþŧ", ("ae", "oe", "o", "d", "d", "h", "i", "k", "l", "n", "th", "t"), strict=True))
)
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> tuple[str, ...]:
    """The words of a text in their order: runs of letters and digits, without accents and case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return tuple(word[:WORD_LENGTH] for word in _WORD.findall(bare))


def title_key(title: str) -> str:
    """What `ordering=title` sorts by: the words of the title, compared by code point; 200 characters at most."""
    return " ".join(words(title))[:200]


def is_one_typo(one: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes one word the other (Damerau)."""
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
