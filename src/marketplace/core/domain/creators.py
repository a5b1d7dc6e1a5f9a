"""The public page of a creator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from marketplace.core.domain.language_tags import Languages
from marketplace.core.domain.users import Bio, PublicUser

MAX_PEOPLE_TAUGHT = 1_000
"""People that are counted: counting costs time for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator(PublicUser):
    """A creator as anyone sees them.

    `people_taught` is the number of people with a completed booking of one of the creator's sessions, archived ones
    included. A person counts once, however many seats and bookings they had. Counting ends at `MAX_PEOPLE_TAUGHT`;
    `has_taught_more` says whether there are more.
    """

    bio: Bio
    languages: Languages
    date_joined: datetime
    people_taught: int
    has_taught_more: bool

    @classmethod
    def counted(cls, values: Mapping[str, Any], people: int) -> Self:
        """Return a creator with the other values, whose people were counted up to one more than the maximum."""
        return cls(**values, people_taught=min(people, MAX_PEOPLE_TAUGHT), has_taught_more=people > MAX_PEOPLE_TAUGHT)
