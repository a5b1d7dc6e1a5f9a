"""How a session of the demo is written down."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.core.domain.sessions import SessionStatus
from marketplace.demo.schedule_dsl import WeeklyHoursBuilder


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSession:
    """One session. `duration` in minutes, `cancellation_notice` in hours; `creator` is a username.

    `text` is the description as it is laid out in the source: paragraphs stand apart, lines are wrapped.
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
    """It has no schedule; the hours are those that people ask for."""
    requires_confirmation: bool = False
    cancellation_notice: int = 24
    is_popular: bool = False
    """Its next start is sold out, and the ones after that are filling."""
    status: SessionStatus = "active"

    @property
    def description(self) -> str:
        """The paragraphs without the wrapping."""
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in self.text.strip().split("\n\n"))

    def changes(self) -> dict[str, Any]:
        """What the creator fills in, by the names of the fields of a session. No picture: each gets a drawn cover."""
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
            "requires_confirmation": self.requires_confirmation,
            "cancellation_notice": self.cancellation_notice,
        }
