"""How words are compared in a search: accents and case aside, by prefix, one typo forgiven."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> tuple[str, ...]:
    """The words of a text in their order: runs of letters and digits, without accents and case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return tuple(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def title_key(title: str) -> str:
    """What `ordering=title` sorts by: the words of the title, compared by code point; 200 characters at most."""
    return " ".join(words(title))[:200]


def deletions(word: str) -> frozenset[str]:
    """The word and every word that one deletion makes of it.

    Two words that are one typo apart always share one of these (W. Garbe, "symmetric delete"), so a table of
    them finds every candidate by equality.
    """
    return frozenset({word, *(word[:i] + word[i + 1 :] for i in range(len(word)))})


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
