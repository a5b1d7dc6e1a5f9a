"""Language tags (BCP 47, RFC 5646)."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from marketplace.core.domain.fields import OrNone, Rule

MAX_LANGUAGES = 10
"""Languages that a person speaks."""
MAX_TAG_LENGTH = 35
"""Characters that every program must accept (RFC 5646, 4.4.1)."""
TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-[a-z]{3}){0,3}"
    r"(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?"
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?"
)
"""A tag in lower case by RFC 5646, 2.1. Nothing registered has a longer language or is in use by an irregular tag."""
VARIANT = re.compile(r"[a-z0-9]{5,8}|[0-9][a-z0-9]{3}")
TAG_PATTERN = "^ *([A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*)? *$"
"""All that is read matches it, for schemas; so does some that is refused."""
TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en"
    " eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv"
    " ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne"
    " ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss"
    " st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""Languages of ISO 639-1, which gets no further codes (RFC 5646, 2.2.1)."""
_TWO_LETTERS = frozenset(TWO_LETTERS.split())


def canonical(text: str) -> str:
    """Return a tag with the case of RFC 5646, 2.1.1. Raises `ValueError` if it is none."""
    found = TAG.fullmatch(text.lower().replace("_", "-")) if len(text) <= MAX_TAG_LENGTH else None
    language = found["language"] if found else ""
    is_known = len(language) != 2 or language in _TWO_LETTERS  # noqa: PLR2004 - letters of ISO 639-1
    if found is None or not is_known or _repeats(found[0]):
        raise ValueError("Enter a language tag (BCP 47) such as en, pt-BR or zh-Hant.")
    first, *others = found[0].split("-")
    shown, is_after_singleton = [first], False
    for part in others:
        is_after_singleton = is_after_singleton or len(part) == 1
        shown.append(part if is_after_singleton else _with_case(part))
    return "-".join(shown)


def _repeats(tag: str) -> bool:
    """Return whether a variant or a singleton occurs twice (RFC 5646, 2.2.5 and 2.2.6)."""
    before_private, _, _ = f"{tag}-".partition("-x-")
    parts = before_private.strip("-").split("-")[1:]
    singletons = [part for part in parts if len(part) == 1]
    first = parts.index(singletons[0]) if singletons else len(parts)
    variants = [part for part in parts[:first] if VARIANT.fullmatch(part)]
    return any(len(set(each)) < len(each) for each in (variants, singletons))


def _with_case(part: str) -> str:
    if not part.isalpha():
        return part
    return {2: part.upper(), 4: part.title()}.get(len(part), part)


def primary(tag: str) -> str:
    """Return the language of a tag without region or script."""
    return tag.partition("-")[0]


def matches(requested: str, tag: str | None) -> bool:
    """Return whether a tag is in the range of the requested one (RFC 4647, 3.3.1): `pt` has `pt-BR`."""
    return tag is not None and f"{tag}-".lower().startswith(f"{requested}-".lower())


@dataclass(frozen=True, eq=False)
class LanguageTag(Rule):
    """A language tag, kept in canonical case."""

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("Must be text.")  # noqa: TRY004 - rules raise one type
        return canonical(value.strip(" "))


@dataclass(frozen=True, eq=False)
class LanguageTags(Rule):
    """Distinct language tags in canonical case, in the order given."""

    maximum: int
    each: LanguageTag

    def read(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > self.maximum:
            raise ValueError(f"Use at most {self.maximum} language tags (BCP 47).")
        return tuple(dict.fromkeys(self.each.read(tag) for tag in value))


Language = Annotated[
    str | None,
    OrNone(LanguageTag(), example="pt-BR", description="The language it is held in (BCP 47)."),
]
Languages = Annotated[
    tuple[str, ...],
    LanguageTags(
        MAX_LANGUAGES,
        LanguageTag(),
        example=["en", "pt-BR"],
        description="The languages that this person speaks (BCP 47), in the order to show.",
    ),
]
Locale = Annotated[
    str | None,
    OrNone(
        LanguageTag(),
        example="pt-BR",
        description="The language of messages to this person (BCP 47); `null` or one without texts: the site's.",
    ),
]
