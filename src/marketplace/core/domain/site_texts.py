"""Texts of the operator: help, terms, privacy, imprint and contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

TextName = Literal["help", "terms", "privacy", "imprint", "contact"]
TEXT_NAMES: tuple[TextName, ...] = get_args(TextName)
LEGAL_TEXTS: tuple[TextName, ...] = ("terms", "privacy", "imprint")
"""What the law asks of an operator, so that a default is not enough in production."""
MAX_TEXT_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteText:
    """A text. `html` is safe to show: no element or address in it was written as HTML by a person.

    `is_default`: the operator has not replaced it.
    """

    name: TextName
    title: str
    html: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class SiteTexts:
    """All texts by name."""

    by_name: Mapping[TextName, SiteText]

    def find(self, name: str) -> SiteText | None:
        return next((text for text in self.by_name.values() if text.name == name), None)

    def unwritten(self) -> tuple[TextName, ...]:
        """Return the legal texts that are still the default ones."""
        return tuple(name for name in LEGAL_TEXTS if self.by_name[name].is_default)
