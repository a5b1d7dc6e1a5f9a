"""Declaration of a demo session."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.core.domain.sessions import SessionStatus
from marketplace.demo.schedule_dsl import WeeklyHoursBuilder


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

    @property
    def description(self) -> str:
        """`text` without the line wrapping."""
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in self.text.strip().split("\n\n"))

    def changes(self) -> dict[str, Any]:
        """Return the values of the session by field name. Without an image, the front end draws a cover."""
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
