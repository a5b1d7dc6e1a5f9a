"""Declaration of a demo session."""

import re
from dataclasses import dataclass
from typing import Any

from marketplace.core.domain.money import currency
from marketplace.core.domain.places import Coordinates, SessionFormat
from marketplace.core.domain.sessions import SessionStatus
from marketplace.demo.schedule_dsl import WeeklyHoursBuilder


def unwrapped(text: str) -> str:
    """Return a text without its line wrapping; blank lines are between paragraphs."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorTexts:
    """What a creator says about themselves. `bio` is wrapped."""

    bio: str
    languages: tuple[str, ...]

    def changes(self) -> dict[str, Any]:
        """Return the values of the account by field name."""
        return {"bio": unwrapped(self.bio), "languages": self.languages}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSession:
    """One session. `duration` in minutes, `cancellation_notice` in hours; `creator` is a username.

    `text` is the description with wrapped lines and blank lines between paragraphs.
    """

    creator: str
    category: str
    title: str
    text: str
    duration: int
    price: str
    seats: int
    tags: tuple[str, ...]
    hours: WeeklyHoursBuilder
    is_open: bool = False
    """By arrangement: it has no schedule, and `hours` are the times that people request."""
    requires_confirmation: bool = False
    cancellation_notice: int = 24
    is_popular: bool = False
    """Its next start is sold out and later ones are filling up."""
    status: SessionStatus = "active"
    audience: str
    bring: str
    format: SessionFormat = "online"
    place: str | None = None
    address: str | None = None
    coordinates: Coordinates | None = None
    language: str = "en"

    @property
    def description(self) -> str:
        return unwrapped(self.text)

    def changes(self) -> dict[str, Any]:
        """Return the values of the session by field name. Its picture is drawn."""
        return {
            "title": self.title,
            "description": self.description,
            "duration": self.duration,
            "price": currency().scaled(self.price),
            "max_participants": self.seats,
            "image_url": None,
            "status": self.status,
            "category": self.category,
            "tags": self.tags,
            "requires_confirmation": self.requires_confirmation,
            "cancellation_notice": self.cancellation_notice,
            "audience": self.audience,
            "bring": self.bring,
            "format": self.format,
            "place": self.place,
            "address": self.address,
            "coordinates": self.coordinates,
            "language": self.language,
            "join_url": self.join_url,
        }

    @property
    def join_url(self) -> str | None:
        """A link of the example domain, with words of the title."""
        words = re.sub("[^a-z]+", "-", self.title.lower()).strip("-")
        return f"https://meet.example.org/{words}" if self.format == "online" else None
