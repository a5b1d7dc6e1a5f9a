"""How a session of the demo is written down."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.core.entities.sessions import SessionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSession:
    """One session. `duration` in minutes; `hour` is when it is taught, by the creator's own clock.

    `text` is the description as it is laid out in the source: paragraphs stand apart, lines are wrapped.
    """

    creator: str
    category: str
    title: str
    text: str
    duration: int
    price: str
    seats: int
    hour: int
    tags: tuple[str, ...]
    popular: bool = False
    """Its next class is sold out and the ones after it nearly so."""
    status: SessionStatus = "active"

    @property
    def description(self) -> str:
        """The paragraphs without the wrapping."""
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in self.text.strip().split("\n\n"))

    def facts(self) -> dict[str, Any]:
        """What the creator fills in, by the names of the fields of a session."""
        return {
            "title": self.title,
            "description": self.description,
            "duration": self.duration,
            "price": Decimal(self.price),
            "max_participants": self.seats,
            "image_url": None,
            "status": self.status,
            "category": self.category,
            "tags": self.tags,
        }
