"""The public page of a creator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from marketplace.core.domain.language_tags import Languages
from marketplace.core.domain.ratings import UNRATED, Rating
from marketplace.core.domain.users import Bio, PublicUser

MAX_COUNTED = 5_000
"""Completed bookings of a creator whose people are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator(PublicUser):
    """A creator as anyone sees them.

    `people_taught` is the number of people with a completed booking of one of the creator's sessions, archived ones
    included. A person counts once, however many seats and bookings they had. With more than `MAX_COUNTED` completed
    bookings it is a lower bound: `is_bounded`.
    """

    bio: Bio
    languages: Languages
    date_joined: datetime
    people_taught: int
    is_bounded: bool
    rating: Rating = UNRATED
    """Of the published reviews of all sessions, archived ones included."""

    @classmethod
    def counted(cls, values: Mapping[str, Any], people: int, bookings: int) -> Self:
        """Return a creator with the other values, given the people of at most `MAX_COUNTED` + 1 bookings."""
        return cls(**values, people_taught=people, is_bounded=bookings > MAX_COUNTED)
